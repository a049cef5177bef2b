"""Mutation: without any one blocking rule, some golden history is judged differently. A rule that nothing can tell from its absence is no rule.

Each rule is tried where it is written: a rule of a district by the goldens judged under that district's pack, one of the national base by
those of any pack. Only the goldens in which the rule was broken are judged again: no other can notice that it is gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import pytest

from tests.packs.golden import Golden, audit_of, book_of, goldens, judged_packs
from xiezhi.core.law.calendar import Calendar
from xiezhi.core.law.pack import load_pack
from xiezhi.core.procedure.book import Book
from xiezhi.core.procedure.finding import Finding

# What no golden history reaches, each with its reason.
OUT_OF_REACH = {
    "major.review_passed": "other procedures than penalties",
}


def blocking_rules() -> Iterator[tuple[str, str]]:
    """(pack that writes it, id) of each rule that refuses an act."""
    seen: set[str] = set()
    for pack_id in ("cn", *(one for one in judged_packs() if one != "cn")):
        for compiled in book_of(pack_id).compiled:
            rule = compiled.rule
            blocks = getattr(compiled, "live", None) == "block" and rule.severity == "violation"
            if blocks and rule.id not in seen and rule.id not in OUT_OF_REACH:
                seen.add(rule.id)
                yield pack_id, rule.id


@lru_cache(maxsize=1)
def _judged() -> list[tuple[Golden, list[Finding]]]:
    return [(golden, audit_of(golden)) for golden in goldens()]


@lru_cache(maxsize=1)
def _broken_in() -> dict[str, list[tuple[Golden, list[Finding]]]]:
    """The golden histories in which a rule was broken, and what was found in them."""
    found: dict[str, list[tuple[Golden, list[Finding]]]] = {}
    for golden, findings in _judged():
        for rule in dict.fromkeys(rule for finding in findings for rule in finding.rules):
            found.setdefault(rule, []).append((golden, findings))
    return found


@lru_cache(maxsize=4)
def _mutant(pack_id: str, rule_id: str) -> Book:
    pack = load_pack(pack_id)
    return Book(replace(pack, rules=tuple(rule for rule in pack.rules if rule.id != rule_id)), Calendar.load())


@pytest.mark.slow
@pytest.mark.parametrize(("pack_id", "rule_id"), list(blocking_rules()))
def test_some_golden_history_needs_the_rule(pack_id: str, rule_id: str) -> None:
    witnesses = [(golden, findings) for golden, findings in _broken_in().get(rule_id, []) if pack_id in ("cn", golden.pack)]
    assert witnesses, f"no golden history breaks {rule_id}"
    assert any(audit_of(golden, _mutant(golden.pack, rule_id)) != findings for golden, findings in witnesses)
