"""Mutation: without any one blocking rule, a property of the pack fails, and some golden history is judged differently. A rule that nothing can
tell from its absence is no rule.

A rule over persons, times or amounts may be shown by the golden history alone. Each rule is tried where it is written: a rule of a district by the goldens judged under that district's pack, one of the national base by
those of any pack. Only the goldens in which the rule was broken are judged again: no other can notice that it is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

import pytest

from tests.packs.golden import Golden, audit_of, book_of, goldens, judged_packs
from tests.packs.mutants import PACKS, Mutant, is_over_persons_times_or_amounts, killer, law, mutants, rule_of, system_of
from xiezhi.core.law.calendar import Calendar
from xiezhi.core.law.pack import load_pack
from xiezhi.core.procedure.book import Book
from xiezhi.core.procedure.finding import Finding
from xiezhi.core.prove.prove import prove_in

# What no golden history reaches, each with its reason.
OUT_OF_REACH = {
    "major.review_passed": "other procedures than penalties",
}

# One of each pack and kind, quick to prove.
QUICK = {
    "seq.defence_reviewed",
    "penalty.approved",
    "penalty.notice_rights",
    "decision.basis",
    "licence.supplement_once",
    "licence.hearing_notified",
    "once.no_penalty_reason",
    "measure.extended_once",
    "review.measure",
    "xc.approved",
    "xc.withholding_listed",
    "xc.second_review_once",
    "cy.gov_leader_after_consent",
    "cy.return_reason",
    "wz.disposal",
    "wz.problems_stated",
    "fgj.crime_transferred",
    "nj.performance_recorded",
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
def test_some_golden_history_breaks_the_rule(pack_id: str, rule_id: str) -> None:
    assert _witnesses(pack_id, rule_id), f"no golden history breaks {rule_id}"


# Each mutant is a book of its own: all of them in `make deep`, every twelfth always.
@pytest.mark.parametrize(
    ("pack_id", "rule_id"),
    [pytest.param(*one, marks=pytest.mark.slow if at % 12 == 0 else pytest.mark.deep) for at, one in enumerate(blocking_rules())],
)
def test_some_golden_history_needs_the_rule(pack_id: str, rule_id: str) -> None:
    assert _flips(pack_id, rule_id)


def _witnesses(pack_id: str, rule_id: str) -> list[tuple[Golden, list[Finding]]]:
    return [(golden, findings) for golden, findings in _broken_in().get(rule_id, []) if pack_id in ("cn", golden.pack)]


def _flips(pack_id: str, rule_id: str) -> bool:
    return any(audit_of(golden, _mutant(golden.pack, rule_id)) != findings for golden, findings in _witnesses(pack_id, rule_id))


def _survivors(tried: Iterable[Mutant]) -> list[str]:
    """The rules whose absence no property notices, and, where a golden history would do, none of these."""
    return [
        one.rule
        for one in tried
        if killer(one) is None and not (is_over_persons_times_or_amounts(rule_of(one)) and _flips(one.pack, one.rule))
    ]


@pytest.mark.slow
def test_a_property_needs_the_rule_quick() -> None:
    """Some rules of each pack, those that are proved fast; all of them in `make deep`."""
    tried = [one for one in mutants() if one.rule in QUICK]
    assert len(tried) == len(QUICK)
    assert _survivors(tried) == []


@pytest.mark.deep
@pytest.mark.parametrize("pack_id", PACKS)
def test_a_property_needs_each_blocking_rule(pack_id: str) -> None:
    assert _survivors(one for one in mutants() if one.pack == pack_id) == []


def test_a_rule_that_no_property_speaks_of_survives() -> None:
    """The run is no formality: a rule that asks for nothing that the clauses demand is told."""
    system = system_of("cn", "reward")
    one = next(one for one in law("cn")[1] if one.id == "publication.none_unapproved")
    assert prove_in(system, one).holds
    assert not prove_in(system.without({"publication.approved"}), one).holds
    assert prove_in(system.without({"publication.minor"}), one).holds
