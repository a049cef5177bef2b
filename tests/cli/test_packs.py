from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from xiezhi.cli import main

GOOD = Path(__file__).parent.parent / "core" / "law" / "packs" / "good"


@pytest.fixture
def packs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "packs"
    shutil.copytree(GOOD, folder)
    product = Path(__file__).parents[2] / "packs"
    shutil.copy(product / "vocabulary.yaml", folder)
    shutil.copytree(product / "calendar", folder / "calendar")
    monkeypatch.setenv("XIEZHI_PACKS", str(folder))
    return folder


def run(*args: str) -> Result:
    return CliRunner().invoke(main, ["packs", *args])


def test_list_names_every_pack_and_survives_a_broken_one(packs: Path) -> None:
    (packs / "district/params.yaml").write_text("decision.days: []\n", encoding="utf-8")
    answer = run("list", "--format", "json")
    assert answer.exit_code == 0
    rows = {row["id"]: row for row in json.loads(answer.stdout)}
    assert rows["land"]["rules"] == 3
    assert rows["land"]["from"] == "2020-01-01"
    assert rows["district"]["errors"] == 1
    assert "xiezhi packs check district" in run("list").stdout


def test_check_is_silent_success_or_places_and_exit_one(packs: Path) -> None:
    assert (run("check", "land").exit_code, run("check", "land").stdout) == (0, "land: 3 rules, nothing wrong\n")
    path = packs / "land/rules/all.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("when: major", "when: majr and"), encoding="utf-8")
    answer = run("check", "land", "--format", "json")
    assert answer.exit_code == 1
    mistakes = json.loads(answer.stdout)["mistakes"]
    assert [(one["file"], one["line"]) for one in mistakes] == [("packs/land/rules/all.yaml", 6)]
    assert run("check", "land").stdout.startswith("packs/land/rules/all.yaml:6:")


def test_check_of_a_pack_that_cannot_be_loaded(packs: Path) -> None:
    path = packs / "land/rules/all.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("requires:", "requirs:"), encoding="utf-8")
    answer = run("check", "land")
    assert answer.exit_code == 1
    assert answer.stdout.startswith("packs/land/rules/all.yaml:7:3: found the key 'requirs'")


def test_an_unknown_pack_or_rule_is_a_wrong_call(packs: Path) -> None:
    answer = run("check", "lend")
    assert answer.exit_code == 2
    assert "did you mean 'land'?" in answer.stderr
    answer = run("explain", "land", "reviewd")
    assert answer.exit_code == 2
    assert "Did you mean 'reviewed'?" in answer.stderr


def test_show_tells_the_numbers_of_the_day(packs: Path) -> None:
    data = json.loads(run("show", "district", "--format", "json", "--at", "2022-05-01").stdout)
    numbers = {one["id"]: (one["value"], one["cite_zh"], one["pack"]) for one in data["params"]}
    assert numbers["decision.days"] == (60, ["云上区重大决定审核办法第三条"], "district")
    data = json.loads(run("show", "district", "--format", "json", "--at", "2025-05-01").stdout)
    assert {one["id"]: one["value"] for one in data["params"]}["decision.days"] == 90
    shown = run("show", "district", "--at", "2022-05-01", "--rules")
    assert shown.exit_code == 0
    assert "云上区重大决定审核办法第三条" in shown.stdout
    assert "submitted" in shown.stdout


def test_explain_tells_article_validity_numbers_and_who_states_it(packs: Path) -> None:
    data = json.loads(run("explain", "district", "decided_in_time", "--format", "json", "--at", "2022-05-01").stdout)
    assert data["cites"][0]["zh"] == "处罚法第六条"
    assert data["says"]["within"] == "$decision.days day, rolls"
    assert [(one["pack"], one["value"]) for one in data["params"][0]["values"]] == [("land", 120), ("land", 90), ("district", 60)]
    shown = run("explain", "district", "inquiry", "--at", "2022-05-01").stdout
    assert "inquiry_record" in shown
    assert "stated by district" in shown
    assert run("explain", "district", "major").exit_code == 0
    assert run("explain", "district", "$decision.days").exit_code == 0
