"""Mutation: without any one blocking rule, some golden history is judged differently. A rule that nothing can tell from its absence is no rule."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import pytest

from tests.packs.golden import Golden, audit_of, book_of, goldens
from xiezhi.core.law.calendar import Calendar
from xiezhi.core.law.pack import load_pack
from xiezhi.core.procedure.book import Book

# What the ordinary and the summary procedure of the golden histories cannot reach, each with its reason.
OUT_OF_REACH = {
    "major.review_passed": "other procedures than penalties",
}
SECTORS = (".market", ".housing", ".agriculture", ".transport")


def blocking_rules() -> list[str]:
    book = book_of("xuecheng")
    return [
        compiled.rule.id
        for compiled in book.compiled
        if getattr(compiled, "live", None) == "block" and compiled.rule.severity == "violation" and compiled.rule.id not in OUT_OF_REACH
    ]


@lru_cache(maxsize=1)
def _broken_in() -> dict[str, list[Golden]]:
    """The golden histories in which a rule was broken."""
    found: dict[str, list[Golden]] = {}
    for golden in goldens():
        for finding in audit_of(golden):
            for rule in finding.rules:
                found.setdefault(rule, []).append(golden)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("rule_id", blocking_rules())
def test_some_golden_history_needs_the_rule(rule_id: str) -> None:
    witnesses = _broken_in().get(rule_id, [])
    assert witnesses, f"no golden history breaks {rule_id}"
    pack = load_pack("xuecheng")
    kept = tuple(rule for rule in pack.rules if rule.id != rule_id)
    mutant = Book(replace(pack, rules=kept), Calendar.load())
    assert any(audit_of(golden, mutant) != audit_of(golden) for golden in witnesses)
