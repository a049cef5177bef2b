"""Synthetic histories: the seeded breaches are found, no more and no fewer; the same seed gives the same bytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from xiezhi.core.audit import audit
from xiezhi.core.audit.read.people import read_people
from xiezhi.core.law.clock import parse_time
from xiezhi.core.law.pack import load_pack
from xiezhi.core.synthesize.breach import Foretelling
from xiezhi.core.synthesize.scenario import scenarios, variants

pytestmark = pytest.mark.slow  # beyond what `make check` has time for


def made(folder: Path, pack: str, cases: int, seed: int, *more: str) -> tuple[Path, list[dict[str, Any]], Path, str]:
    from xiezhi.cli.synthesize import command

    log, listed, people = folder / "log.jsonl", folder / "breaches.json", folder / "people.jsonl"
    call = [
        "--pack",
        pack,
        "--cases",
        str(cases),
        "--seed",
        str(seed),
        "--violations",
        str(listed),
        "--people",
        str(people),
        "-o",
        str(log),
    ]
    answer = CliRunner().invoke(command, [*call, *more], catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    as_of = answer.stdout.split("--as-of ")[1].split()[0]
    return log, json.loads(listed.read_text(encoding="utf-8")), people, as_of


def found(pack: str, log: Path, people: Path, as_of: str) -> list[dict[str, Any]]:
    report = audit([log], load_pack(pack), read_people(people), parse_time(as_of))
    return [
        {
            "case": one.case,
            "rule": one.rule,
            "breach": one.breach,
            "cites": list(one.cites),
            "kind": one.kind,
            "act": one.act,
            "due": None if one.due is None else one.due.isoformat(),
        }
        for one in report.findings
        if one.severity == "violation"
    ]


@pytest.mark.parametrize("pack", ["xuecheng", "cn"])
def test_what_was_seeded_is_found_and_nothing_else(tmp_path: Path, pack: str) -> None:
    log, seeded, people, as_of = made(tmp_path, pack, 200, 11)
    assert len(seeded) > 30
    assert len({row["rule"] for row in seeded}) > 20
    assert found(pack, log, people, as_of) == sorted(seeded, key=lambda row: row["case"])


@pytest.mark.deep
@pytest.mark.parametrize("pack", ["xuecheng", "cn"])
def test_a_hundred_thousand_cases(tmp_path: Path, pack: str) -> None:
    log, seeded, people, as_of = made(tmp_path, pack, 100_000, 3)
    assert len({row["rule"] for row in seeded}) > 80
    assert found(pack, log, people, as_of) == sorted(seeded, key=lambda row: row["case"])


def test_the_same_seed_gives_the_same_log_and_another_seed_another(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in "abc"]
    for folder in folders:
        folder.mkdir()
    logs = [made(folder, "xuecheng", 40, seed) for folder, seed in zip(folders, (5, 5, 6), strict=True)]
    texts = [log.read_bytes() for log, *_ in logs]
    assert texts[0] == texts[1] != texts[2]
    assert logs[0][1] == logs[1][1]


def test_without_a_share_of_breaches_all_cases_are_lawful(tmp_path: Path) -> None:
    log, seeded, people, as_of = made(tmp_path, "xuecheng", 40, 2, "--share", "0")
    assert seeded == []
    assert found("xuecheng", log, people, as_of) == []
    kinds = {json.loads(line)["act"] for line in log.read_text(encoding="utf-8").splitlines()}
    assert {"decision_made", "document_served", "case_archived"} <= kinds


def test_breaches_are_foretold_from_the_rules_without_asking_them() -> None:
    pack = load_pack("xuecheng")
    [small] = [one.skeleton for one in scenarios() if one.skeleton.title == "small"]
    told = list(Foretelling(pack, "penalty").breaches(small))
    by_kind = {kind for breach in told for kind in breach.kinds}
    assert {"missing", "forbidden", "late"} <= by_kind
    ids = {rule.id for rule in pack.rules}
    assert all(breach.rules <= ids for breach in told)


def test_options_vary_a_scenario_and_keep_the_order_of_time() -> None:
    [small] = [one for one in scenarios() if one.skeleton.title == "small"]
    made_of = {skeleton.title: skeleton for skeleton in variants(small)}
    assert "small+defended" in made_of
    times = [act["at"] for act in made_of["small+defended"].acts]
    days = [int(time[1:].split()[0]) for time in times]
    assert days == sorted(days)


def test_a_file_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    from xiezhi.cli.synthesize import command

    answer = CliRunner().invoke(command, ["--pack", "cn", "--cases", "1", "-o", str(tmp_path / "no" / "log.jsonl")])
    assert answer.exit_code == 2
    assert "cannot be written" in answer.output
