"""Several processes answer as one does, byte for byte, and step aside for what is out of the ordinary."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from tests.packs.golden import Golden, lines_of
from xiezhi.core.audit import audit, parallel, replay
from xiezhi.core.law.errors import InputError
from xiezhi.core.law.pack import load_pack

AS_OF = datetime.fromisoformat("2026-06-01T00:00:00+08:00")
BASES = ["small", "summary", "lead"]


@pytest.fixture(autouse=True)
def _small_files_are_shared_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "SMALLEST", 4000)
    monkeypatch.setattr(parallel, "_alone", lambda: True)


def log(folder: Path, cases: int = 60) -> Path:
    path = folder / "h.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(cases):
            change = ({"drop": "case_archived"},) if number % 7 == 0 and number % 3 != 2 else ()
            golden = Golden("g", "xuecheng", BASES[number % 3], change, (), regardless=False)
            file.writelines(json.dumps({**line, "case": f"C{number}"}, ensure_ascii=False) + "\n" for line in lines_of(golden))
    return path


def answer(path: Path, workers: int) -> str:
    return audit([path], load_pack("xuecheng"), None, AS_OF, workers=workers).as_json()


def test_two_processes_give_the_bytes_of_one(tmp_path: Path) -> None:
    path = log(tmp_path)
    assert parallel.can_share([path], 2)
    assert len(parallel.parts_of([path], 2)) > 2
    assert answer(path, 2) == answer(path, 1)


def test_parts_end_where_cases_end(tmp_path: Path) -> None:
    path = log(tmp_path)
    parts = parallel.parts_of([path], 2)
    raw = path.read_bytes()
    assert b"".join(raw[part.begin : part.end] for part in parts) == raw
    cases = [{json.loads(line)["case"] for line in raw[part.begin : part.end].splitlines()} for part in parts]
    assert sum(map(len, cases)) == len(set().union(*cases)) == 60


def test_a_case_that_comes_back_in_another_part_is_one_case_all_the_same(tmp_path: Path) -> None:
    path = log(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[1:], lines[0]]))
    again = tmp_path / "again.jsonl"
    again.write_bytes(b"".join(sorted(lines, key=lambda line: "procedure" not in json.loads(line))))
    assert answer(again, 2) == answer(again, 1)
    assert json.loads(answer(again, 2))["cases"] == 60


def test_what_cannot_be_read_is_named_with_its_line_in_the_whole_file(tmp_path: Path) -> None:
    path = log(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[-3] = b"{not json}\n"
    path.write_bytes(b"".join(lines))
    with pytest.raises(InputError) as error:
        answer(path, 2)
    assert (error.value.file, error.value.line) == (str(path), len(lines) - 2)


def test_other_formats_and_small_files_are_not_shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = log(tmp_path, 3)
    assert not parallel.can_share([path], 1)
    assert not parallel.can_share([tmp_path / "h.csv"], 2)
    monkeypatch.setattr(parallel, "SMALLEST", 10**9)
    assert not replay.can_share([path], 2)
