"""Proofs over packs: what holds, what a missing rule brings down, and that the abstraction never forbids a lawful case."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import lru_cache

import pytest

from tests.packs.golden import Golden, audit_of, goldens, lines_of
from xiezhi.core.law.pack import Pack, load_pack, pack_ids
from xiezhi.core.law.rules import Gate
from xiezhi.core.law.source import GuardText
from xiezhi.core.prove.day import day_for
from xiezhi.core.prove.diagrams import Diagrams
from xiezhi.core.prove.properties import Property, properties_of
from xiezhi.core.prove.prove import Proof, prove
from xiezhi.core.prove.system import System, build

pytestmark = pytest.mark.slow  # beyond what `make check` has time for

TODAY = date(2026, 6, 1)


@lru_cache(maxsize=8)
def law(name: str) -> tuple[Pack, tuple[Property, ...], date]:
    pack = load_pack(name)
    return pack, tuple(properties_of(pack)), day_for(pack, TODAY)


def proofs(name: str, *, without: tuple[str, ...] = (), only: str | None = None) -> list[Proof]:
    pack, properties, day = law(name)
    asked = [one for one in properties if only in (None, one.id)]
    return prove(pack, asked, day, without=frozenset(without))


@pytest.mark.slow
@pytest.mark.parametrize("name", pack_ids())
def test_every_property_holds(name: str) -> None:
    found = proofs(name)
    assert found
    assert [(one.property, one.procedure, one.about) for one in found if not one.holds] == []


@pytest.mark.parametrize(
    ("without", "fails"),
    [
        (("penalty.notified", "penalty.notice_served"), "penalty.no_decision_untold"),
        (("penalty.approved",), "penalty.no_decision_unapproved"),
        (("penalty.discussed",), "penalty.no_grave_decision_undiscussed"),
        (("penalty.review_passed",), "penalty.no_major_decision_unreviewed"),
        (("defence.reviewed",), "penalty.no_decision_on_a_defence_unreviewed"),
        (("hearing.organised",), "penalty.no_decision_while_a_hearing_is_owed"),
        (("crime.transferred_first",), "penalty.no_penalty_in_place_of_a_transfer"),
        (("seq.archived", "case.archived_after_closing"), "penalty.no_archive_of_an_open_case"),
    ],
)
def test_without_the_rule_the_property_fails_with_a_trace(without: tuple[str, ...], fails: str) -> None:
    kept = [one for one in proofs("cn", only=fails) if not one.holds]
    assert kept == []
    found = [one for one in proofs("cn", without=without, only=fails) if not one.holds]
    assert found, fails
    broken = found[0]
    assert broken.trace[-1].act == broken.about
    assert len(broken.trace) <= 12


def test_the_trace_is_a_history_that_the_law_forbids_only_by_the_missing_rule() -> None:
    [broken] = [one for one in proofs("cn", without=("penalty.approved",), only="penalty.no_decision_unapproved") if not one.holds]
    acts = [step.act for step in broken.trace]
    assert acts[-1] == "decision_made"
    assert "decision_approved" not in acts
    assert acts.index("case_filed" if "case_filed" in acts else "emergency_started") < acts.index("penalty_proposed") < len(acts) - 1


def test_an_act_that_nothing_can_reach_is_named() -> None:
    pack, properties, day = law("cn")
    gate = next(rule for rule in pack.rules if isinstance(rule, Gate) and rule.id == "penalty.notified")
    text = GuardText("done(case_archived) and not done(case_archived)", gate.requires.file, gate.requires.line, gate.requires.column)
    shut = replace(gate, id="test.shut", on=("case_withdrawn",), when=None, requires=text)
    [found] = prove(replace(pack, rules=(*pack.rules, shut)), [_alive(properties)], day)
    assert not found.holds
    assert found.about == "case_withdrawn"


def _alive(properties: tuple[Property, ...]) -> Property:
    one = next(one for one in properties if one.id == "penalty.no_dead_act")
    return replace(one, procedures=("penalty",))


def test_a_dead_end_is_found_with_the_facts_that_make_it() -> None:
    pack, properties, day = law("cn")
    gate = next(rule for rule in pack.rules if isinstance(rule, Gate) and rule.id == "penalty.notified")
    text = GuardText("not crime_suspected", gate.requires.file, gate.requires.line, gate.requires.column)
    shut = replace(gate, id="test.dead_end", on=("case_closed",), when=None, requires=text)
    closes = replace(next(one for one in properties if one.kind == "closes"), procedures=("penalty",))
    [found] = prove(replace(pack, rules=(*pack.rules, shut)), [closes], day)
    assert not found.holds
    assert found.about is not None
    assert "crime_suspected" in found.about


def _clean() -> list[Golden]:
    """One clean history of each base under each pack: what else differs in them is no matter of order."""
    first: dict[tuple[str, str], Golden] = {}
    for golden in goldens():
        if not golden.expect and not golden.regardless:
            first.setdefault((golden.pack, golden.base), golden)
    return list(first.values())


CLEAN = _clean()


@pytest.mark.slow
@pytest.mark.parametrize("golden", CLEAN, ids=lambda golden: golden.name)
def test_the_abstraction_admits_every_lawful_history(golden: Golden) -> None:
    """What the real engine lets pass must pass here too, or proofs of safety would prove too much."""
    if audit_of(golden):
        pytest.skip("judged with warnings: some act may have been refused live")
    lines = lines_of(golden)
    system = _system(golden.pack, lines[0]["procedure"], date.fromisoformat(lines[-1]["at"][:10]))
    cone = system.cone([], [act for act in system.acts if act in system.decided])
    space = Diagrams(system, cone.bits, cone.acts)
    states = space.bdd.exist(space.atoms, space.start)
    for line in lines:
        permitted = space.node(system.permitted(line["act"])) & space.possible
        assert states & permitted != space.bdd.false, line["act"]
        moved = space.image(states, line["act"], rigid=False)
        states = moved if moved != space.bdd.false else states


@lru_cache(maxsize=32)
def _system(pack: str, procedure: str, day: date) -> System:
    return build(load_pack(pack), procedure, day)
