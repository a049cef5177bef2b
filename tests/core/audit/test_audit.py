"""The audit over files: reading, gathering, the answer, and what it says of bad input."""

from __future__ import annotations

import json
import random
from datetime import datetime
from pathlib import Path

import pytest

from tests.packs.golden import Golden, lines_of
from xiezhi.core.audit import Report, audit
from xiezhi.core.audit.gather import Interleaved, spilled, standing_together
from xiezhi.core.audit.read import Reading
from xiezhi.core.audit.read.people import read_people
from xiezhi.core.law.errors import InputError
from xiezhi.core.law.pack import load_pack

AS_OF = datetime.fromisoformat("2026-06-01T00:00:00+08:00")
CLEAN = Golden("clean", "xuecheng", "small", (), (), regardless=False)
LATE = Golden("late", "xuecheng", "small", ({"in": "case_archived", "set": {"at": "2022-06-13 09:00"}},), (), regardless=False)


def history(golden: Golden, case: str) -> list[str]:
    return [json.dumps({**line, "case": case}, ensure_ascii=False) for line in lines_of(golden)]


def written(folder: Path, lines: list[str], name: str = "h.jsonl", *, end: str = "\n", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes("".join(line + end for line in lines).encode(encoding))
    return path


def judged(*paths: Path, **more: object) -> Report:
    return audit(paths, load_pack("xuecheng"), None, AS_OF, **more)  # type: ignore[arg-type]


def test_the_answer_has_the_keys_of_the_format_and_is_stable(tmp_path: Path) -> None:
    path = written(tmp_path, history(CLEAN, "B") + history(LATE, "A"))
    report = judged(path)
    answer = json.loads(report.as_json())
    assert list(answer) == ["pack", "pack_version", "as_of", "cases", "acts", "findings", "not_judged"]
    assert (answer["cases"], answer["as_of"]) == (2, "2026-06-01T00:00:00+08:00")
    [finding] = [finding for finding in answer["findings"] if finding["severity"] == "violation"]
    assert list(finding) == ["case", "severity", "kind", "rule", "cites", "act", "at", "due", "message", "message_zh"]
    assert (finding["case"], finding["kind"], finding["cites"]) == ("A", "late", ["xuecheng/record/31-1a"])
    assert finding["due"].startswith("2022-04-29T23:59:59")
    assert report.exit_status == 1
    assert judged(path).as_json() == report.as_json()


def test_the_order_of_lines_and_files_changes_nothing(tmp_path: Path) -> None:
    lines = history(CLEAN, "A") + history(LATE, "B") + history(LATE, "C")
    together = judged(written(tmp_path, lines)).as_json()
    mixed = lines[:]
    random.Random(7).shuffle(mixed)
    mixed.sort(key=lambda line: "procedure" not in line)
    assert judged(written(tmp_path, mixed, "mixed.jsonl")).as_json() == together
    split = [written(tmp_path, lines[:10], "one.jsonl"), written(tmp_path, lines[10:], "two.jsonl")]
    assert judged(*split).as_json() == together


def test_interleaved_cases_are_noticed_and_gathered_on_disk(tmp_path: Path) -> None:
    a, b = history(CLEAN, "A"), history(CLEAN, "B")
    path = written(tmp_path, a[:3] + b[:3] + a[3:] + b[3:])
    with pytest.raises(Interleaved):
        list(standing_together([path], Reading(load_pack("xuecheng").vocabulary)))
    assert [len(case) for case in spilled([path], Reading(load_pack("xuecheng").vocabulary))] == [len(a), len(b)]


def test_a_byte_order_mark_crlf_and_empty_lines_do_no_harm(tmp_path: Path) -> None:
    lines = history(LATE, "A")
    plain = judged(written(tmp_path, lines)).as_json()
    odd = written(tmp_path, ["\ufeff" + lines[0], "", *lines[1:], "   "], "odd.jsonl", end="\r\n")
    assert judged(odd).as_json() == plain


def test_an_empty_file_is_no_case_and_no_error(tmp_path: Path) -> None:
    report = judged(written(tmp_path, []))
    assert (report.cases, report.acts, report.exit_status) == (0, 0, 0)


def test_without_people_certificates_are_not_judged_and_it_says_so(tmp_path: Path) -> None:
    report = judged(written(tmp_path, history(CLEAN, "A")))
    assert report.violations == 0
    assert any(item.rule == "penalty.two_officers" for item in report.not_judged)
    assert all(item.why and item.why_zh for item in report.not_judged)


def test_a_pack_can_be_applied_to_acts_after_its_end(tmp_path: Path) -> None:
    later = Golden("later", "xuecheng", "small", ({"years": 3}, {"in": "site_inspected", "unset": ["recordings"]}), (), regardless=False)
    path = written(tmp_path, history(later, "A"))
    assert judged(path).violations == 0
    cites = [cite for finding in judged(path, regardless_of_validity=True).findings for cite in finding.cites]
    assert "xuecheng/record/13-1" in cites


BAD = {
    "unknown act": ('{"case": "A", "act": "decison_made", "at": "2022-01-01T00:00:00+08:00"}', "decision_made", "没有行为"),
    "not JSON": ('{"case": "A",', "not JSON", "不是有效的 JSON"),
    "no object": ("[1]", "JSON object", "JSON 对象"),
    "key twice": ('{"case": "A", "case": "B"}', "stands twice", "不是有效的 JSON"),
    "NaN": ('{"case": "A", "data": {"x": NaN}}', "NaN", "不是有效的 JSON"),
    "no case": ('{"act": "case_filed", "at": "2022-01-01T00:00:00+08:00"}', "`case`", "案件标识"),
    "naive time": ('{"case": "A", "act": "case_filed", "at": "2022-01-01T00:00:00"}', "offset", "时区"),
    "impossible day": ('{"case": "A", "act": "case_filed", "at": "2022-02-30T00:00:00+08:00"}', "2022-02-30", "2022-02-30"),
    "unknown procedure": ('{"case": "A", "act": "case_filed", "at": "2022-01-01T00:00:00+08:00", "procedure": "penal"}', "penalty", "程序"),
}


@pytest.mark.parametrize(("line", "en", "zh"), BAD.values(), ids=BAD)
def test_bad_lines_are_named_with_file_and_line(tmp_path: Path, line: str, en: str, zh: str) -> None:
    path = written(tmp_path, [*history(CLEAN, "A")[:2], line])
    with pytest.raises(InputError) as caught:
        judged(path)
    assert (caught.value.file, caught.value.line) == (str(path), 3)
    assert en in caught.value.message_en
    assert zh in caught.value.message_zh


def test_a_case_without_a_procedure_is_named(tmp_path: Path) -> None:
    lines = [line.replace('"procedure": "penalty"', '"note": "x"') for line in history(CLEAN, "A")]
    with pytest.raises(InputError, match="procedure") as caught:
        judged(written(tmp_path, history(CLEAN, "B") + lines))
    assert caught.value.line == len(history(CLEAN, "B")) + 1


def test_a_file_that_is_not_utf8_is_named_with_its_line(tmp_path: Path) -> None:
    line = '{"case": "案", "act": "case_filed", "at": "2022-01-01T00:00:00+08:00", "procedure": "penalty"}'
    path = written(
        tmp_path, ['{"case": "a", "act": "case_filed", "at": "2022-01-01T00:00:00+08:00", "procedure": "penalty"}', line], encoding="gbk"
    )
    with pytest.raises(InputError, match="UTF-8") as caught:
        judged(path)
    assert caught.value.line == 2


def test_other_names_are_refused_with_the_formats_that_are_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.jsonl.*\.xes\.gz.*\.parquet"):
        judged(written(tmp_path, [], "h.txt"))


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        judged(tmp_path / "none.jsonl")
    (tmp_path / "folder.jsonl").mkdir()
    with pytest.raises(InputError, match="folder"):
        judged(tmp_path / "folder.jsonl")


HEAD = "id,name,roles,certificate_status,certificate_to\n"
BAD_PEOPLE = {
    "no id column": ("name\n甲\n", 1),
    "bad day": (HEAD + "o1,甲,officer,valid,2022-13-01\n", 2),
    "unknown status": (HEAD + "o1,甲,officer,fine,2022-12-01\n", 2),
    "twice": (HEAD + "o1,甲,officer,valid,\no1,乙,officer,valid,\n", 3),
    "too many cells": (HEAD + "o1,甲,officer,valid,,x,y\n", 2),
}


@pytest.mark.parametrize(("text", "line"), BAD_PEOPLE.values(), ids=BAD_PEOPLE)
def test_a_bad_people_file_is_named_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    path = tmp_path / "people.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_people(path)
    assert (caught.value.file, caught.value.line) == (str(path), line)


def test_people_are_read_from_either_format(tmp_path: Path) -> None:
    table = tmp_path / "p.csv"
    table.write_text("\ufeff" + HEAD + "o1,甲,officer;reviewer,valid,2022-12-31\n", encoding="utf-8")
    lines = tmp_path / "p.jsonl"
    lines.write_text(
        '{"id": "o1", "name": "甲", "roles": ["officer", "reviewer"], "certificate_status": "valid", "certificate_to": "2022-12-31"}\n',
        encoding="utf-8",
    )
    assert read_people(table) == read_people(lines)
