"""Proving a pack: every property, computed; for each that fails the shortest trace of acts that shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

from xiezhi.core.law.clauses import holds
from xiezhi.core.law.pack import Pack
from xiezhi.core.prove.diagrams import Diagrams, Node, is_fact
from xiezhi.core.prove.formula import Formula, conj, disj, neg, variables
from xiezhi.core.prove.properties import Property
from xiezhi.core.prove.system import Cone, System, build
from xiezhi.core.prove.telling import told
from xiezhi.core.prove.walk import walked


@dataclass(frozen=True, slots=True)
class Step:
    """One act of a trace, and what the trace takes to be so at it (atoms in the guards' own words)."""

    act: str
    zh: str
    given: tuple[str, ...]
    told: tuple[str, ...] = ()
    """What of it is special, in Chinese."""


@dataclass(frozen=True, slots=True)
class Proof:
    """The answer for one property in one procedure. `bits` of memory and `acts` had to be looked at; `trace` shows a failure."""

    property: str
    kind: str
    procedure: str
    holds: bool
    cites: tuple[str, ...]
    zh: str
    en: str
    bits: int
    acts: int
    about: str | None = None
    """The act (alive) or the situation (closes) that fails."""
    trace: tuple[Step, ...] = ()

    def as_json(self) -> dict[str, Any]:
        trace = [{"act": step.act, "zh": step.zh, "told": list(step.told), "given": list(step.given)} for step in self.trace]
        return {
            "property": self.property,
            "kind": self.kind,
            "procedure": self.procedure,
            "holds": self.holds,
            "cites": list(self.cites),
            "zh": self.zh,
            "en": self.en,
            "bits": self.bits,
            "acts": self.acts,
            "about": self.about,
            "trace": trace,
        }


def prove(
    pack: Pack,
    properties: list[Property],
    day: date,
    *,
    without: frozenset[str] = frozenset(),
    progress: Callable[[str, str], None] | None = None,
) -> list[Proof]:
    """Every property that is in force on that day, in each of its procedures. `without`: rules left out, for mutations; a property that
    failed in one procedure is then not asked in the next: one trace shows it.
    """
    proofs: list[Proof] = []
    failed: set[str] = set()
    for procedure in pack.vocabulary.procedures:
        asked = [one for one in properties if procedure in one.procedures and holds(pack.ground.of(one.cites, (None, None)), day)]
        if asked:
            world = _World(build(pack, procedure, day).without(without))
            for one in asked:
                if without and one.id in failed:
                    continue
                if progress is not None:
                    progress(procedure, one.id)
                proofs.append(_PROVERS[one.kind](world, one))
                if not proofs[-1].holds:
                    failed.add(one.id)
    return proofs


def prove_in(system: System, one: Property) -> Proof:
    """One property in one procedure."""
    return _PROVERS[one.kind](_World(system), one)


class _World:
    """One procedure under one pack, and how much of it a proof had to look at."""

    def __init__(self, system: System) -> None:
        self.system = system

    def proof(self, one: Property, space: Diagrams | None, *, about: str | None = None, trace: tuple[Step, ...] = (), held: bool) -> Proof:
        bits, acts = (0, 0) if space is None else (len(space.bits), len(space.acts))
        return Proof(one.id, one.kind, self.system.procedure, held, one.cites, one.zh, one.en, bits, acts, about, trace)

    def closer(self, formulae: list[Formula], acts: list[str]) -> Iterator[Cone]:
        """The cone of a question, each time one round wider, until it is whole."""
        seen = -1
        for depth in count(1):
            cone = self.system.cone(formulae, acts, depth)
            if len(cone.bits) + len(cone.acts) != seen or cone.whole:
                yield cone
            seen = len(cone.bits) + len(cone.acts)
            if cone.whole:
                return


def _never(world: _World, one: Property) -> Proof:
    """Two small systems for each cone. Bits outside read as free allow more: what cannot happen then can never happen. Acts outside left out
    allow less: a trace found then is a real one, and short. Only where neither speaks the cone widens.
    """
    widest: Diagrams | None = None
    for act in one.on:
        if act not in world.system.acts:
            continue
        question = _question(world.system, one, act)
        space: Diagrams | None = None
        for cone in [None, *world.closer([question], [])]:
            asked = question if cone is not None else _question(world.system, one, act, near=True)
            near = world.system.cone([asked], [], 1) if cone is None else cone
            space = Diagrams(world.system, near.bits, near.acts, [asked])
            goal = space.node(asked) & space.possible
            if goal == space.bdd.false or not space.meets(goal):
                break
            if cone is not None:
                trace = _trace_within(world, cone, question, act)
                if trace or cone.whole:
                    return world.proof(one, space, held=False, about=act, trace=trace)
        if space is not None and (widest is None or len(space.bits) > len(widest.bits)):
            widest = space
    return world.proof(one, widest, held=True)


def _question(system: System, one: Property, act: str, *, near: bool = False) -> Formula:
    """What must not be: the act unopposed against the demand. `near`: only by the rules that speak of the demand's own bits."""
    when = True if one.when is None else system.guard(one.when.text, act)
    demand = True if one.demand is None else system.guard(one.demand.text, act)
    needs = list(system.asked(act).values())
    if near:
        spoken = {*variables(when), *variables(demand)}
        needs = [need for need in needs if not spoken.isdisjoint(variables(need))]
    return conj([when, neg(demand), *needs])


def _trace_within(world: _World, cone: Cone, question: Formula, act: str) -> tuple[Step, ...]:
    """The shortest trace to what must not be that the acts of the cone allow, or none."""
    space = Diagrams(world.system, [*cone.bits, *cone.edge], cone.acts, [question])
    goal = space.node(question) & space.possible
    rings = space.rings(rigid=False, goal=goal)
    return _trace(space, rings, goal, act) if rings[-1] & goal != space.bdd.false else ()


def _alive(world: _World, one: Property) -> Proof:
    """Walks find most acts. For one that they miss every order of acts is looked at, those outside a small cone left out at first."""
    system = world.system
    acts = [act for act in staged(system) if act in system.decided and act not in one.dead]
    done = walked(system, acts)
    widest: Diagrams | None = None
    dead: list[str] = []
    for act in acts:
        if act in done:
            continue
        needed = system.permitted(act)
        for cone in world.closer([needed], []):
            space = Diagrams(system, [*cone.bits, *cone.edge], cone.acts, [needed])
            if widest is None or len(space.bits) > len(widest.bits):
                widest = space
            if space.meets(space.node(needed)):
                break
            if cone.whole:
                dead.append(act)
    return world.proof(one, widest, held=not dead, about=", ".join(dead) or None)


def staged(system: System) -> list[str]:
    """The acts of the procedure's stages, each once."""
    stages = system.pack.acts.get(system.procedure, {}).get("stages", ())
    return list(dict.fromkeys(act for stage in stages for act in stage.get("acts", ())))


def _closes(world: _World, one: Property) -> Proof:
    """Backwards from the end, with the acts of a small cone first: if every memory, reachable or not, leads there, that is enough."""
    system = world.system
    closing = [act for act in one.on if act in system.acts]
    ends = disj(system.permitted(act) for act in closing)
    allowed = system.guard(one.when.text) if one.when is not None else True
    space: Diagrams | None = None
    for cone in world.closer([ends, allowed], []):
        space = Diagrams(system, [*cone.bits, *cone.edge], cone.acts, [ends, allowed])
        stuck = ~space.leading_to(space.node(ends), until=space.node(allowed)) & space.possible & space.node(allowed)
        if stuck == space.bdd.false:
            return world.proof(one, space, held=True)
        if cone.whole:
            break
    assert space is not None  # noqa: S101 - a cone is whole at last
    if space.reachable(rigid=True) & stuck == space.bdd.false:
        return world.proof(one, space, held=True)
    rings = space.rings(rigid=True, goal=stuck)
    facts = space.some(rings[-1] & stuck)
    about = "; ".join(_said(name, holds=value) for name, value in sorted(facts.items()) if is_fact(name) and name in space.atoms)
    return world.proof(one, space, held=False, about=about or "whatever the facts", trace=_trace(space, rings, stuck, None))


_PROVERS: dict[str, Callable[[_World, Property], Proof]] = {"never": _never, "closes": _closes, "alive": _alive}


def _trace(space: Diagrams, rings: list[Node], goal: Node, last: str | None) -> tuple[Step, ...]:
    """The shortest way into the goal, found backwards from ring to ring."""
    names = list(space.bits)
    words = space.system.pack.vocabulary.acts
    chosen = space.some(rings[-1] & goal)
    steps: list[Step] = []

    def step(act: str, values: dict[str, bool]) -> Step:
        given = _given(values)
        return Step(act, words[act].zh, given, told(space.system.pack, given))

    if last is not None:
        steps.append(step(last, space.needed(goal, chosen)))
    rigid = {name: chosen[name] for name in space.facts if name in chosen} if last is None else {}
    state = space.cube(chosen, names)
    for ring in reversed(rings[:-1]):
        for act in space.acts:
            move, changed = space.move(act)
            ahead = space.bdd.let({name: name + "'" for name in changed}, state)
            into = ring & move & ahead & space.cube(rigid, rigid)
            if changed and into != space.bdd.false:
                found = space.some(into)
                steps.append(step(act, space.needed(move, found | _ahead(chosen, changed))))
                chosen, state = found, space.cube(found, names)
                break
    return tuple(reversed(steps))


def _ahead(values: dict[str, bool], changed: list[str]) -> dict[str, bool]:
    return {name + "'": values.get(name, False) for name in changed}


def _given(values: dict[str, bool]) -> tuple[str, ...]:
    return tuple(_said(name, holds=value) for name, value in sorted(values.items(), key=lambda pair: (not pair[1], pair[0])))


def _said(atom: str, *, holds: bool) -> str:
    return atom if holds else f"not ({atom})"
