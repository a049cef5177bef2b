"""Another field of law, with words of its own, under the same engine: the road-traffic fines of the tutorial."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from xiezhi.cli import main
from xiezhi.core.audit import Report, audit
from xiezhi.core.audit.mapping import load_mapping
from xiezhi.core.audit.read import Reading, open_log
from xiezhi.core.audit.read.opened import Opened, by_rows
from xiezhi.core.law.check import check_pack
from xiezhi.core.law.pack import load_pack

ROOT = Path(__file__).parents[3]
FINES = ROOT / "examples" / "packs" / "traffic-fines"
LOG = ROOT.parent / "shared" / "data" / "logs" / "roadtraffic100traces.xes"
AS_OF = datetime.fromisoformat("2026-06-01T00:00:00+08:00")
DAY = datetime.fromisoformat("2005-01-01T00:00:00+00:00")


def judged(tmp_path: Path, *acts: tuple[str, int, dict]) -> Report:
    path = tmp_path / "h.jsonl"
    rows = [
        {"case": "F1", "act": act, "at": (DAY + timedelta(days=day)).isoformat(), "procedure": "traffic_fine", "data": data}
        for act, day, data in acts
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return audit([path], load_pack(FINES), None, AS_OF)


def broken(report: Report) -> list[tuple[str, str, int | None]]:
    assert not report.not_judged
    return [(finding.rule, finding.kind, finding.act) for finding in report.findings]


CREATED = ("fine_created", 0, {"fine.amount": 35, "paid.total": 0})
SENT = ("fine_sent", 90, {"fine.expense": 11})
NOTIFIED = ("fine_notified", 100, {})
RAISED = ("penalty_added", 160, {"fine.amount": 70})


def test_the_pack_is_sound_and_knows_only_its_own_words() -> None:
    pack = load_pack(FINES)
    assert check_pack(pack) == []
    assert "decision_made" not in pack.vocabulary.acts
    assert load_pack("cn").vocabulary is not pack.vocabulary


def test_a_lawful_course_has_no_finding(tmp_path: Path) -> None:
    assert broken(judged(tmp_path, CREATED, SENT, NOTIFIED, RAISED, ("collection_requested", 400, {}))) == []
    assert broken(judged(tmp_path, CREATED, ("payment_received", 3, {"paid.amount": 35, "paid.total": 35}))) == []


@pytest.mark.parametrize(
    ("acts", "expected"),
    [
        ([CREATED, ("fine_sent", 91, {"fine.expense": 11})], [("fine.sending_term", "late", 1)]),
        ([CREATED], [("fine.sending_term", "overdue", 0)]),
        ([CREATED, SENT, NOTIFIED, ("penalty_added", 159, {"fine.amount": 70})], [("fine.penalty_lead", "forbidden", 3)]),
        ([CREATED, SENT, NOTIFIED, ("payment_received", 160, {"paid.total": 46}), ("penalty_added", 161, {"fine.amount": 70})], [("fine.no_penalty_after_payment", "forbidden", 4)]),
        ([CREATED, SENT, NOTIFIED, ("payment_received", 161, {"paid.total": 46}), ("penalty_added", 162, {"fine.amount": 70})], []),
        ([CREATED, SENT, NOTIFIED, ("payment_received", 110, {"paid.total": 45}), RAISED], []),
        ([CREATED, SENT, NOTIFIED, ("judge_appealed", 160, {})], []),
        ([CREATED, SENT, NOTIFIED, ("judge_appealed", 161, {})], [("fine.appeal_term", "late", 3)]),
        ([CREATED, SENT, NOTIFIED, RAISED, ("payment_received", 200, {"paid.total": 81}), ("collection_requested", 400, {})], [("fine.no_collection_after_payment", "forbidden", 5)]),
        ([CREATED, SENT, NOTIFIED, RAISED, ("payment_received", 200, {"paid.total": 80}), ("collection_requested", 400, {})], []),
    ],
)  # fmt: skip
def test_each_rule_is_broken_by_one_day_or_one_euro(tmp_path: Path, acts: list, expected: list) -> None:
    assert broken(judged(tmp_path, *acts)) == expected


@pytest.mark.skipif(not LOG.is_file(), reason="the shared log roadtraffic100traces.xes is not here")
def test_the_tutorial_audits_the_real_log(tmp_path: Path) -> None:
    out = tmp_path / "answer.json"
    told = CliRunner().invoke(
        main, ["audit", str(LOG), "--pack", str(FINES), "--mapping", str(FINES / "mapping.yaml"), "--format", "json", "-o", str(out)]
    )
    assert (told.exit_code, told.stderr) == (1, "")
    answer = json.loads(out.read_text(encoding="utf-8"))
    assert (answer["cases"], answer["acts"], answer["unmapped"], answer["not_judged"]) == (100, 390, {}, [])
    # Counted apart with a plain XML reader: 35 fines, neither dismissed nor paid before, were sent later than the ninetieth day.
    assert Counter((item["rule"], item["kind"]) for item in answer["findings"]) == {("fine.sending_term", "late"): 35}


@pytest.mark.skipif(not LOG.is_file(), reason="the shared log roadtraffic100traces.xes is not here")
def test_a_log_is_offered_as_cases_and_as_columns() -> None:
    vocabulary = load_pack(FINES).vocabulary
    log = open_log(LOG, vocabulary, load_mapping(FINES / "mapping.yaml", vocabulary))
    columns = log.columns()
    assert columns is not None
    assert isinstance(log, Opened)
    assert log.by_frame() is not None
    acts = [act for _, case in log.cases() for act in case]
    assert [columns.case_names[code] for code in columns.case] == [act.case for act in acts]
    assert [columns.act_names[code] for code in columns.act] == [act.kind for act in acts]
    assert columns.at.tolist() == [round(act.at.timestamp() * 1_000_000) for act in acts]
    assert columns.procedure == "traffic_fine"
    for fact, values in columns.facts.items():
        assert values is not None
        assert list(values) == [act.facts.get(fact) for act in acts]


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_a_table_as_columns_says_the_same_as_row_by_row(tmp_path: Path, form: str) -> None:
    rows = [
        {
            "case:concept:name": f"F{place // 4}",
            "concept:name": label,
            "time:timestamp": f"2005-0{1 + place % 4}-01T00:00:00",
            "amount": amount,
            "dismissal": dismissed,
        }
        for place, (label, amount, dismissed) in enumerate(
            [("Create Fine", 35.5, "NIL"), ("Send Fine", None, None), ("Coffee", None, ""), ("Payment", 70.0, "G")] * 3
        )
    ]
    path = tmp_path / f"l.{form}"
    getattr(pl.DataFrame(rows), f"write_{form}")(path)
    vocabulary = load_pack(FINES).vocabulary
    log = Opened(path, Reading(vocabulary, load_mapping(FINES / "mapping.yaml", vocabulary)))
    fast, slow = log.by_frame(), by_rows(path, log.reading)
    assert fast is not None
    assert slow is not None
    log.by_frame()
    assert log.reading.unmapped == {"Coffee": 3}
    for name in ("case", "act", "at", "offset"):
        assert getattr(fast, name).tolist() == getattr(slow, name).tolist()
    assert (fast.case_names, fast.act_names, fast.procedure) == (slow.case_names, slow.act_names, "traffic_fine")
    assert {fact: list(values) for fact, values in fast.facts.items()} == {fact: list(values) for fact, values in slow.facts.items()}
