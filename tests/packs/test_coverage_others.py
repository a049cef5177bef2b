"""The national base's account of itself: what is not a rule over histories, and what a rule fulfils only in part, is said clause by clause."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tests.packs.golden import HERE, goldens
from xiezhi.core.law.pack import find_packs_dir, load_pack

pytestmark = pytest.mark.slow  # beyond what `make check` has time for

ROOT = HERE.parents[1]
FOLDER = find_packs_dir() / "cn"
OTHERS = yaml.safe_load((FOLDER / "coverage" / "others.yaml").read_text(encoding="utf-8"))
NOT_OURS = ("cn/penalty/", "cn/coercion/", "cn/licence/")
HISTORY_FEATURES = {"procedure", "review", "record", "evidence", "disclosure", "delivery", "archive", "documents"}


def clauses() -> list[dict]:
    found = yaml.safe_load((FOLDER / "clauses.yaml").read_text(encoding="utf-8"))["clauses"]
    return [clause for clause in found if not clause["id"].startswith(NOT_OURS)]


def cited() -> set[str]:
    files = [path for path in FOLDER.rglob("*.yaml") if path.parent.name != "coverage" and path.name not in ("clauses.yaml", "pack.yaml")]
    return {cite for path in files for cite in re.findall(r"cn/[a-z0-9-]+/[a-z0-9-]+", path.read_text(encoding="utf-8"))}


def test_every_clause_is_cited_or_accounted_for() -> None:
    said = {entry["id"] for entry in OTHERS}
    assert [clause["id"] for clause in clauses() if clause["id"] not in cited() | said] == []
    assert said <= set(load_pack("cn").clauses)
    assert len(said) == len(OTHERS)


def test_what_is_named_exists() -> None:
    pack = load_pack("cn")
    rules = {rule.id for rule in pack.rules}
    for entry in OTHERS:
        assert entry["status"] in ("fulfilled", "recorded", "open"), entry["id"]
        assert entry["binds"] in ("history", "registry", "screen", "none"), entry["id"]
        assert entry["why"], entry["id"]
        assert [one for one in entry["by"] if one.startswith("rule ") and one[5:] not in rules] == [], entry["id"]
        assert [one for one in entry["by"] if one.startswith("param ") and one[6:] not in pack.params] == [], entry["id"]
        assert [one for one in entry["tests"] if not Path(ROOT, one).exists()] == [], entry["id"]
        assert entry["tests"] or entry["status"] != "fulfilled", entry["id"]


def test_a_rule_is_there_for_what_binds_a_history() -> None:
    by_rule = {cite for rule in load_pack("cn").rules for cite in rule.cites}
    elsewhere = {entry["id"] for entry in OTHERS if entry["binds"] != "history"}
    owed = [
        clause["id"]
        for clause in clauses()
        if clause["automation"] in ("enforced", "checked") and clause["feature"] in HISTORY_FEATURES and clause["id"] not in elsewhere
    ]
    missing = [one for one in owed if one not in by_rule]
    assert len(missing) <= 0.05 * len(owed), missing


def test_there_are_clean_ones_and_broken_ones() -> None:
    own = [golden for golden in goldens() if golden.pack == "cn"]
    assert sum(1 for golden in own if not golden.expect) >= 30
    assert sum(1 for golden in own if golden.expect) >= 60
