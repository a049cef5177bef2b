from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from xiezhi.cli import main

GOOD = Path(__file__).parent.parent / "core" / "law" / "packs" / "good"
PRODUCT = Path(__file__).parents[2] / "packs"


@pytest.fixture
def editions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """The same small pack twice, to be changed in the second folder."""
    for name in ("old", "new"):
        shutil.copytree(GOOD, tmp_path / name)
        shutil.copy(PRODUCT / "vocabulary.yaml", tmp_path / name)
        shutil.copytree(PRODUCT / "calendar", tmp_path / name / "calendar")
    monkeypatch.setenv("XIEZHI_PACKS", str(tmp_path / "old"))
    return tmp_path / "old" / "land", tmp_path / "new" / "land"


def run(*args: str) -> Result:
    return CliRunner().invoke(main, ["packs", "diff", *args])


def told(*args: str) -> dict[str, dict[str, Any]]:
    answer = run(*args, "--format", "json")
    assert answer.exit_code == 0, answer.stderr
    return {one["id"]: one for one in json.loads(answer.stdout)["differences"]}


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_same_edition_differs_in_nothing(editions: tuple[Path, Path]) -> None:
    answer = run(*map(str, editions))
    assert answer.exit_code == 0
    assert "no difference of law" in answer.stdout


def test_two_editions_of_a_folder(editions: tuple[Path, Path]) -> None:
    old, new = editions
    _edit(new / "params.yaml", "value: 90", "value: 80")
    found = told(str(old), str(new), "--at", "2025-05-01")
    assert found["decision.days"]["parts"] == [{"key": "value", "a": "90 day", "b": "80 day"}]
    assert found["decision.days"]["stricter"] == "b"
    assert found["decision.days"]["cite_zh"]
    assert told(str(new), str(old), "--at", "2025-05-01")["decision.days"]["stricter"] == "a"


def test_a_district_against_its_parent(editions: tuple[Path, Path]) -> None:
    found = told("land", "district", "--at", "2022-05-01")
    assert {one["change"] for one in found.values()} >= {"added", "changed"}
    assert found["decision.days"]["stricter"] == "b"
    shown = run("land", "district", "--at", "2022-05-01").stdout
    assert "[district is stricter]" in shown
    assert "云上区" in shown


def test_an_unknown_pack_is_a_wrong_call(editions: tuple[Path, Path]) -> None:
    assert run("land", "lend").exit_code == 2


def test_real_districts_compare() -> None:
    found = told("xuecheng", "chaoyang")
    assert any(one["what"] == "rule" and one["change"] == "removed" and one["cite_zh"][0].startswith("薛城区") for one in found.values())
