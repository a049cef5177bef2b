"""The forms of the answer: a page, CSV, a workbook; and what `mapping suggest` proposes."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from tests.core.audit.test_audit import CLEAN, LATE, history, written
from xiezhi.cli import main
from xiezhi.core.audit.formats.words import safe

MOMENT = ["--as-of", "2026-06-01T00:00:00+08:00"]
ROOT = Path(__file__).parents[2]


def run(*args: object) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


def answer(tmp_path: Path, form: str, case: str = "A") -> bytes:
    out = tmp_path / f"answer.{form}"
    lines = [json.dumps({**json.loads(line), "agency": "a1"}) for line in history(LATE, case)]
    told = run("audit", written(tmp_path, lines), "--pack", "xuecheng", *MOMENT, "--format", form, "-o", out)
    assert (told.exit_code, told.output) == (1, "")
    return out.read_bytes()


def test_the_page_says_what_happened_and_what_the_law_says_and_needs_nothing_else(tmp_path: Path) -> None:
    page = answer(tmp_path, "html", "<b>A</b>&").decode()
    assert "&lt;b&gt;A&lt;/b&gt;&amp;" in page
    assert "<b>A</b>" not in page
    for words in ("按规则", "按机关", "逐项认定", "发生了什么", "法律怎么说", "第三十一条", "@page"):
        assert words in page
    assert not re.search(r"<script|<link|src=|https?:", page)


def test_the_page_wears_the_colours_of_the_house() -> None:
    ours = dict(
        re.findall(r"(--[a-z0-9-]+): (#[0-9a-f]+)", (ROOT / "src/xiezhi/core/audit/formats/report.css").read_text(encoding="utf-8"))
    )
    house = dict(re.findall(r"(--[a-z0-9-]+): (#[0-9a-f]+)", (ROOT / "frontend/css/tokens.css").read_text(encoding="utf-8")))
    assert {name: house.get(name) for name in ours} == ours


def test_csv_and_workbook_hold_the_findings_and_no_formula(tmp_path: Path) -> None:
    raw = answer(tmp_path, "csv", "=1+1")
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    late = next(row for row in rows if row["severity"] == "violation")
    assert (late["case"], late["kind"], late["cites"]) == ("'=1+1", "late", "xuecheng/record/31-1a")
    assert "第三十一条" in late["articles"]
    book = openpyxl.load_workbook(io.BytesIO(answer(tmp_path, "xlsx", "=1+1")))
    assert book.sheetnames == ["摘要", "认定", "未作判断"]
    cells = [cell for line in book["认定"].iter_rows() for cell in line]
    assert "'=1+1" in [cell.value for cell in cells]
    assert not [cell for cell in cells if cell.data_type == "f"]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_a_cell_is_never_a_formula(text: str) -> None:
    assert safe(text) == "'" + text
    assert safe("x" + text) == "x" + text


def test_unmapped_labels_are_counted_and_shown(tmp_path: Path) -> None:
    path = tmp_path / "h.csv"
    path.write_text("case,act,at\nA,立案,2022-03-01T09:00:00+08:00\nA,会签,2022-03-01T10:00:00+08:00\n", encoding="utf-8")
    mapping = tmp_path / "m.yaml"
    mapping.write_text("labels: {立案: case_filed}\nconstants: {procedure: penalty}\n", encoding="utf-8")
    call = ["audit", path, "--pack", "xuecheng", *MOMENT, "--mapping", mapping]
    told = run(*call, "--format", "json")
    assert json.loads(told.stdout)["unmapped"] == {"会签": 1}
    assert "会签: 1" in told.stderr
    assert "会签：1 次" in run(*call).stdout
    assert "会签" in run(*call, "--format", "html").stdout


def test_a_wrong_mapping_is_two_with_its_place(tmp_path: Path) -> None:
    mapping = tmp_path / "m.yaml"
    mapping.write_text("labels: {立案: case_fild}\n", encoding="utf-8")
    told = run("audit", written(tmp_path, history(CLEAN, "A")), "--pack", "xuecheng", "--mapping", mapping)
    assert (told.exit_code, told.stdout) == (2, "")
    assert "m.yaml:1:14" in told.stderr
    assert "对照文件" in told.stderr


def test_a_proposal_can_be_used_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("案号,环节,办理时间,罚款数额\nA,立案,2022-03-01 09:00:00,\nA,不认识,2022-03-02 09:00:00,500\n", encoding="utf-8")
    mapping = tmp_path / "m.yaml"
    told = run("mapping", "suggest", path, "-o", mapping)
    assert told.exit_code == 0
    text = mapping.read_text(encoding="utf-8")
    assert "case: 案号   # A" in text
    assert "立案: case_filed   # 1 times" in text or "立案" in text
    assert "timezone: Asia/Shanghai" in text
    used = run("audit", path, "--pack", "cn", *MOMENT, "--mapping", mapping, "--format", "json")
    assert used.exit_code in (0, 1)
    assert json.loads(used.stdout)["unmapped"] == {"不认识": 1}


def test_a_proposal_for_nothing_is_two(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("", encoding="utf-8")
    assert run("mapping", "suggest", path).exit_code == 2
    assert run("mapping", "suggest", tmp_path / "none.csv").exit_code == 2


def test_a_mere_likeness_is_proposed_as_a_comment(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("案号,环节,时间\nA,不予处罚案,2026-03-01 09:00\n", encoding="utf-8")
    text = run("mapping", "suggest", path).stdout
    assert "\n  # 不予处罚案: no_penalty_decided" in text
    mapping = tmp_path / "m.yaml"
    mapping.write_text(text, encoding="utf-8")
    used = run("audit", path, "--pack", "cn", *MOMENT, "--mapping", mapping, "--format", "json")
    assert json.loads(used.stdout)["unmapped"] == {"不予处罚案": 1}
