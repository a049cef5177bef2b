"""Which property notices that a blocking rule is gone (contracts.md 5).

A mutant is the pack without one rule. Where several rules uphold one thing (the base's and the district's; rules that name one breach), none is missed
while the others stand: there the rule must uphold the property without the others, and with all of them gone the property must fail.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from xiezhi.core.law.clauses import holds
from xiezhi.core.law.pack import Pack, load_pack
from xiezhi.core.law.rules import Rule
from xiezhi.core.procedure.guard import parse
from xiezhi.core.procedure.guard.tree import All, AnyOf, Call, Compare, Items, Literal, Not, Param, Path, Sum, Tree
from xiezhi.core.prove.day import day_for
from xiezhi.core.prove.formula import Formula, variables
from xiezhi.core.prove.properties import Property, properties_of
from xiezhi.core.prove.prove import Proof, prove_in
from xiezhi.core.prove.system import System, build, rules_of

TODAY = date(2026, 6, 1)
PACKS = ("cn", "xuecheng", "chaoyang", "wanzhou", "fgj", "ningjin")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A blocking rule, in the pack that writes it."""

    pack: str
    rule: str


@cache
def law(name: str) -> tuple[Pack, tuple[Property, ...], date]:
    pack = load_pack(name)
    return pack, tuple(properties_of(pack)), day_for(pack, TODAY)


@cache
def system_of(name: str, procedure: str) -> System:
    pack, _, day = law(name)
    return build(pack, procedure, day)


@cache
def mutants() -> tuple[Mutant, ...]:
    """Every rule that refuses (or, of an act that happens, finds) on the day of its pack, each where it is first written."""
    seen: dict[str, Mutant] = {}
    for name in PACKS:
        pack, _, day = law(name)
        for procedure in pack.vocabulary.procedures:
            for rule in rules_of(pack, procedure, day):
                seen.setdefault(rule.id, Mutant(name, rule.id))
    return tuple(seen.values())


def rule_of(mutant: Mutant) -> Rule:
    pack, _, day = law(mutant.pack)
    return next(rule for rule in pack.rules if rule.id == mutant.rule and holds(pack.validity(rule), day))


def killer(mutant: Mutant) -> Proof | None:
    """The first property that fails without the rule, with its trace; None where every property holds on."""
    rule = rule_of(mutant)
    for system, one in _asked(mutant, rule):
        proof = prove_in(system.without({rule.id}), one)
        if not proof.holds:
            return proof
    for system, one in _asked(mutant, rule):
        for beside in (_beside(system, rule), _others(system, rule, one)):
            if beside and prove_in(system.without(beside), one).holds:
                proof = prove_in(system.without({rule.id, *beside}), one)
                if not proof.holds:
                    return proof
    return None


def _asked(mutant: Mutant, rule: Rule) -> Iterator[tuple[System, Property]]:
    """The properties that speak of the rule's acts in its procedures, and of something that the rule asks there."""
    pack, properties, day = law(mutant.pack)
    for one in properties:
        if one.kind != "never" or set(_on(rule)).isdisjoint(one.on) or not holds(pack.ground.of(one.cites, (None, None)), day):
            continue
        for procedure in one.procedures:
            system = system_of(mutant.pack, procedure)
            # Of several acts only the rule's own: others may need other rules.
            narrow = replace(one, on=tuple(act for act in one.on if act in _on(rule)))
            if any(not _words(system, one, act).isdisjoint(_named(system, system.asked(act).get(rule.id, True))) for act in narrow.on):
                yield system, narrow


@cache
def _spoken(pack: str, procedure: str, name: str, act: str) -> frozenset[str]:
    system = system_of(pack, procedure)
    one = next(one for one in law(pack)[1] if one.id == name)
    return frozenset(word for text in (one.when, one.demand) if text is not None for word in _named(system, system.guard(text.text, act)))


def _named(system: System, formula: Formula) -> Iterator[str]:
    """What a formula is about: facts by name, what is remembered by the acts that it remembers."""
    for name in variables(formula):
        bit = system.memory.bits.get(name)
        yield from (name,) if bit is None else bit.sets


def _words(system: System, one: Property, act: str) -> frozenset[str]:
    return _spoken(system.pack.id, system.procedure, one.id, act)


def _beside(system: System, rule: Rule) -> set[str]:
    """Other rules of the same breach over one of the rule's acts."""
    return {
        one.id
        for one in rules_of(system.pack, system.procedure, system.day)
        if one.id != rule.id and (one.breach or one.id) == (rule.breach or rule.id) and not set(_on(one)).isdisjoint(_on(rule))
    }


def _others(system: System, rule: Rule, one: Property) -> set[str]:
    """All other rules over the property's acts."""
    return {other for act in one.on for other in system.asked(act) if other != rule.id}


def _on(rule: Rule) -> tuple[str, ...]:
    return getattr(rule, "on", ())


def is_over_persons_times_or_amounts(rule: Rule) -> bool:
    """Such a rule may be shown by a golden history instead."""
    if rule.kind == "person":
        return True
    texts = [text.text for text in (rule.when, getattr(rule, "requires", None), getattr(rule, "check", None)) if text is not None]
    return any(_measures(parse(text)) for text in texts)


def _measures(tree: Tree) -> bool:
    match tree:
        case Compare():
            return tree.op in ("<", "<=", ">", ">=") or _measures(tree.left) or _measures(tree.right)
        case Call():
            inner = [*tree.values, *([tree.condition] if tree.condition is not None else [])]
            return tree.name in ("past", "elapsed", "persons", "percent", "size", "count") or any(_measures(one) for one in inner)
        case All() | AnyOf() | Items():
            return any(_measures(one) for one in tree.items)
        case Not():
            return _measures(tree.inner)
        case Path():
            return tree.parts[0] in ("this", "it") and tree.parts[-1] in ("by", "approver", "presider", "urgent_approved_by")
        case Sum() | Param() | Literal():
            return False
    return False
