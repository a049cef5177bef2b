"""One history says the same in every format; what cannot be read is named with its place."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path

import pytest

from tests.core.audit import written as forms
from tests.core.audit.test_audit import CLEAN, LATE, history, judged, written
from xiezhi.core.audit.mapping import load_mapping
from xiezhi.core.audit.read import Reading
from xiezhi.core.audit.read.people import read_people
from xiezhi.core.law.errors import InputError, PackError
from xiezhi.core.law.pack import load_pack

WRITERS = {
    "h.csv": forms.as_csv,
    "h.xlsx": forms.as_xlsx,
    "h.parquet": forms.as_parquet,
    "h.xes": forms.as_xes,
    "h.xes.gz": forms.as_xes,
    "h.json": forms.as_ocel,
    "h.sqlite": forms.as_ocel,
    "h.xml": forms.as_ocel,
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_the_same_answer(tmp_path: Path, name: str) -> None:
    lines = history(LATE, "案-1") + history(CLEAN, "B & <C>")
    rows = [forms.flat(json.loads(line)) for line in lines]
    expected = judged(written(tmp_path, lines)).as_json()
    assert '"late"' in expected
    assert judged(WRITERS[name](tmp_path / name, rows)).as_json() == expected


def vocabulary():
    return load_pack("xuecheng").vocabulary


def mapped(tmp_path: Path, text: str):
    path = tmp_path / "mapping.yaml"
    path.write_text(text, encoding="utf-8")
    return load_mapping(path, vocabulary())


def lines_of(path: Path, names=None):
    reading = Reading(vocabulary(), names)
    return [line for _, line in reading.lines(path)], reading.unmapped


MAPPING = """
columns: {case: 案号, act: 环节, at: 时间, by: 经办人}
labels: {立案: case_filed, 归档: case_archived, 打印: skip, 传阅: count}
facts: {罚款万元: penalty.fine, 未成年: party.minor}
values: {未成年: {Y: true, else: false}}
units: {罚款万元: 万元}
constants: {procedure: penalty}
timezone: Asia/Shanghai
time_format: "%Y/%m/%d %H:%M"
"""
TABLE = "案号,环节,时间,经办人,罚款万元,未成年\nA,立案,2022/03/01 09:00,o1; o2,0.5,Y\nA,打印,2022/03/01 09:01,,,\nA,传阅,,,,\nA,会签,,,,\nA,归档,2022/03/02 09:00,,,N\n"


def test_a_mapping_names_columns_labels_facts_units_and_the_zone(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(TABLE, encoding="utf-8")
    lines, unmapped = lines_of(path, mapped(tmp_path, MAPPING))
    assert [line["act"] for line in lines] == ["case_filed", "case_archived"]
    assert lines[0]["by"] == ["o1", "o2"]
    assert (lines[0]["data"]["penalty.fine"], lines[0]["data"]["party.minor"], lines[1]["data"]) == (5000, True, {"party.minor": False})
    assert lines[0]["at"].isoformat() == "2022-03-01T09:00:00+08:00"
    assert unmapped == {"会签": 1, "传阅": 1}


def test_another_encoding_is_named_and_can_be_given(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(TABLE, encoding="gb18030")
    with pytest.raises(InputError, match="gb18030") as caught:
        lines_of(path, mapped(tmp_path, MAPPING))
    assert (caught.value.file, caught.value.line) == (str(path), 1)
    assert len(lines_of(path, mapped(tmp_path, MAPPING + "encoding: gbk\n"))[0]) == 2
    path.write_text(TABLE, encoding="utf-16")
    with pytest.raises(InputError, match="utf-16"):
        lines_of(path, mapped(tmp_path, MAPPING))
    assert len(lines_of(path, mapped(tmp_path, MAPPING + "encoding: utf-16\n"))[0]) == 2


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("labels: {x: case_fild}", "case_filed"),
        ("facts: {x: penalty.fin}", "penalty.fine"),
        ("columns: {cas: x}", "case"),
        ("timezone: Asia/Beijing2", "time zone"),
        ("encoding: utf-9", "encoding"),
        ("units: {x: li}", "number"),
        ("colums: {}", "columns"),
    ],
)
def test_a_wrong_mapping_is_named_with_its_place(tmp_path: Path, text: str, word: str) -> None:
    with pytest.raises(PackError, match=word) as caught:
        mapped(tmp_path, text)
    assert "mapping.yaml:1:" in str(caught.value)


HEAD = "case,act,at,procedure\n"
GOOD = "A,case_filed,2022-03-01T09:00:00+08:00,penalty\n"
BAD = {
    "no zone": (HEAD + GOOD + "A,case_closed,2022-03-01T09:00:00,\n", 3, "timezone"),
    "no time": (HEAD + GOOD + "A,case_closed,soon,\n", 3, "offset"),
    "unknown act": (HEAD + GOOD + "A,closed,2022-03-01T09:00:00+08:00,\n", 3, "mapping suggest"),
    "no act": (HEAD + GOOD + "A,,2022-03-01T09:00:00+08:00,\n", 3, "`act`"),
    "too many cells": (HEAD + GOOD + "A,case_closed,2022-03-01T09:00:00+08:00,,x\n", 3, "cells"),
    "no column": ("case,act\nA,case_filed\n", 2, "columns here"),
    "twice": ("case,act,at,act\n", 1, "twice"),
    "NUL": (HEAD + "A\0,case_filed,2022-03-01T09:00:00+08:00,penalty\n", 2, "NUL"),
    "open quote": (HEAD + '"A,case_filed\n', 2, "not CSV"),
    "after a cell of two lines": (
        HEAD + '"A\nB",case_filed,2022-03-01T09:00:00+08:00,penalty\nA,closed,2022-03-01T09:00:00+08:00,\n',
        4,
        "unknown act",
    ),
    "bad fact": ("case,act,at,procedure,data.penalty.fine\nA,case_filed,2022-03-01T09:00:00+08:00,penalty,much\n", 2, "penalty.fine"),
}


@pytest.mark.parametrize(("text", "line", "word"), BAD.values(), ids=BAD)
def test_bad_csv_is_named_with_its_line(tmp_path: Path, text: str, line: int, word: str) -> None:
    path = tmp_path / "h.csv"
    path.write_text(text, encoding="utf-8", newline="")
    with pytest.raises(InputError, match=word) as caught:
        judged(path)
    assert (caught.value.file, caught.value.line) == (str(path), line)


def test_a_bad_cell_of_a_workbook_or_parquet_is_named_with_its_row(tmp_path: Path) -> None:
    rows = [forms.flat(json.loads(line)) for line in history(CLEAN, "A")]
    rows[4]["at"] = "soon"
    for name in ("h.xlsx", "h.parquet", "h.json"):
        with pytest.raises(InputError) as caught:
            judged(WRITERS[name](tmp_path / name, rows))
        assert caught.value.line == (6 if name == "h.xlsx" else 5)
    rows[4]["at"] = "#REF!"
    with pytest.raises(InputError, match=r"Sheet.*#REF!") as caught:
        judged(forms.as_xlsx(tmp_path / "e.xlsx", rows))
    assert caught.value.line == 6


def test_hostile_files_are_refused_in_a_sentence(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (80 * 1024 * 1024))
    dtd = tmp_path / "dtd.xlsx"
    with zipfile.ZipFile(dtd, "w") as packed:
        packed.writestr("xl/workbook.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x/>')
    entities = tmp_path / "e.xes"
    entities.write_text('<?xml version="1.0"?>\n<!DOCTYPE log [<!ENTITY a "b">]>\n<log><trace/></log>', encoding="utf-8")
    whole = gzip.compress(b'{"case": "A"}\n' * 1000)
    cut, broken = tmp_path / "cut.jsonl.gz", tmp_path / "broken.xes.gz"
    cut.write_bytes(whole[:-20])
    broken.write_bytes(b"\x1f\x8b\x08\x00nonsense")
    for name in ("zip.xlsx", "no.parquet", "no.sqlite", "no.json", "no.xml", "no.xes"):
        (tmp_path / name).write_bytes(b"\0\1nonsense")
    said = {
        bomb: "unpacks",
        dtd: "DTD",
        entities: "DTD",
        cut: "cut off",
        broken: "gzip",
        tmp_path / "zip.xlsx": "workbook",
        tmp_path / "no.parquet": "Parquet",
        tmp_path / "no.sqlite": "OCEL",
        tmp_path / "no.json": "JSON|OCEL",
        tmp_path / "no.xml": "well-formed",
        tmp_path / "no.xes": "well-formed",
    }
    for path, words in said.items():
        with pytest.raises(InputError, match=words) as caught:
            judged(path)
        assert caught.value.file == str(path)
        assert caught.value.message_zh


def test_a_line_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xiezhi.core.audit.read.opening.LONGEST", 5000)
    with pytest.raises(InputError, match="longer") as caught:
        judged(written(tmp_path, [*history(CLEAN, "A")[:1], "x" * 9000]))
    assert caught.value.line == 2


def test_ocel_asks_which_object_is_the_case(tmp_path: Path) -> None:
    log = {
        "objects": [{"id": "c1", "type": "fine"}, {"id": "p1", "type": "person"}],
        "events": [
            {"id": "1", "type": "case_filed", "time": "2022-03-01T09:00:00Z", "relationships": [{"objectId": "c1"}, {"objectId": "p1"}]},
            {"id": "2", "type": "case_filed", "time": "2022-03-01T09:00:00Z", "relationships": [{"objectId": "p1"}]},
        ],
    }
    path = tmp_path / "o.json"
    path.write_text(json.dumps(log), encoding="utf-8")
    with pytest.raises(InputError, match="fine, person"):
        judged(path)
    names = mapped(tmp_path, "columns: {case: 'object:fine', by: 'object:person'}\nconstants: {procedure: penalty}\n")
    lines, unmapped = lines_of(path, names)
    assert [(line["case"], line["by"]) for line in lines] == [("c1", ["p1"])]
    assert unmapped == {"case_filed (no fine)": 1}


def test_people_may_come_as_a_workbook(tmp_path: Path) -> None:
    row = {"id": "o1", "name": "甲", "roles": "officer;reviewer", "certificate_status": "valid", "certificate_to": "2022-12-31"}
    people = read_people(forms.as_xlsx(tmp_path / "p.xlsx", [row]))
    assert people == read_people(forms.as_csv(tmp_path / "p.csv", [row]))
    assert people["o1"].roles == {"officer", "reviewer"}
