"""The districts' accounts of themselves: every clause is cited or accounted for, what is named exists, and what binds a history has its rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.packs.golden import HERE
from xiezhi.core.coverage.account import OVER_HISTORIES, Line, account
from xiezhi.core.coverage.entries import read_entries
from xiezhi.core.coverage.tested import read_tested
from xiezhi.core.law.pack import find_packs_dir, load_pack

ROOT = HERE.parents[1]
PACKS = find_packs_dir()
DISTRICTS = ("chaoyang", "xuecheng")


def lines(pack_id: str) -> list[Line]:
    return account(load_pack(pack_id), PACKS, read_tested(PACKS))


@pytest.mark.parametrize("pack_id", DISTRICTS)
def test_every_clause_is_cited_or_accounted_for(pack_id: str) -> None:
    pack = load_pack(pack_id)
    entries = read_entries(PACKS / pack_id, PACKS, pack.clauses)
    assert [line.id for line in lines(pack_id) if not line.by and line.id not in entries] == []


@pytest.mark.parametrize("pack_id", DISTRICTS)
def test_what_is_named_exists(pack_id: str) -> None:
    pack = load_pack(pack_id)
    rules = {rule.id for rule in pack.rules}
    for entry in read_entries(PACKS / pack_id, PACKS, pack.clauses).values():
        assert entry.why, entry.id
        assert [one for one in entry.by if one.startswith("rule ") and one[5:] not in rules] == [], entry.id
        assert [one for one in entry.by if one.startswith("definition ") and one[11:] not in pack.definitions] == [], entry.id
        assert [one for one in entry.by if one.startswith("act ") and one[4:] not in pack.vocabulary.acts] == [], entry.id
        assert [one for one in entry.tests if not Path(ROOT, one).exists()] == [], entry.id
        assert entry.tests or entry.status != "fulfilled", entry.id


@pytest.mark.parametrize("pack_id", DISTRICTS)
def test_a_rule_is_there_for_what_binds_a_history(pack_id: str) -> None:
    owed = [
        line
        for line in lines(pack_id)
        if line.automation in ("enforced", "checked") and line.feature in OVER_HISTORIES and line.binds == "history"
    ]
    missing = [line.id for line in owed if not any("rule " in one for one in line.by)]
    assert len(missing) <= 0.05 * len(owed), missing
