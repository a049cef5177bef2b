"""Proving a pack: every property, computed; for each that fails the shortest trace of acts that shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from xiezhi.core.law.clauses import holds
from xiezhi.core.law.errors import PackError
from xiezhi.core.law.pack import Pack
from xiezhi.core.procedure.guard import Names, read
from xiezhi.core.prove.diagrams import Diagrams, Node, is_fact
from xiezhi.core.prove.formula import Formula, conj, disj, neg
from xiezhi.core.prove.properties import Property
from xiezhi.core.prove.system import System, build


@dataclass(frozen=True, slots=True)
class Step:
    """One act of a trace, and what the trace takes to be so at it (atoms in the guards' own words)."""

    act: str
    zh: str
    given: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """The answer for one property in one procedure. `states` and `bits` tell how large the space was; `trace` shows a failure."""

    property: str
    kind: str
    procedure: str
    holds: bool
    cites: tuple[str, ...]
    zh: str
    en: str
    bits: int
    states: int
    about: str | None = None
    """The act (alive) or the situation (closes) that fails."""
    trace: tuple[Step, ...] = ()

    def as_json(self) -> dict[str, Any]:
        trace = [{"act": step.act, "zh": step.zh, "given": list(step.given)} for step in self.trace]
        return {
            "property": self.property,
            "kind": self.kind,
            "procedure": self.procedure,
            "holds": self.holds,
            "cites": list(self.cites),
            "zh": self.zh,
            "en": self.en,
            "bits": self.bits,
            "states": self.states,
            "about": self.about,
            "trace": trace,
        }


def check_properties(properties: list[Property], names: Names) -> list[PackError]:
    """Guards of properties that cannot be read or name what does not exist."""
    mistakes: list[PackError] = []
    for one in properties:
        for text in (one.when, one.demand):
            if text is not None:
                try:
                    read(text, names)
                except PackError as error:
                    mistakes.extend(error.all())
    return mistakes


def prove(
    pack: Pack,
    properties: list[Property],
    day: date,
    *,
    without: frozenset[str] = frozenset(),
    progress: Callable[[str, str], None] | None = None,
) -> list[Proof]:
    """Every property that is in force on that day, in each of its procedures. `without`: rules left out, for mutations."""
    proofs: list[Proof] = []
    for procedure in pack.vocabulary.procedures:
        asked = [one for one in properties if procedure in one.procedures and holds(pack.ground.of(one.cites, (None, None)), day)]
        if asked:
            world = _World(build(pack, procedure, day, without=without), asked)
            for one in asked:
                if progress is not None:
                    progress(procedure, one.id)
                proofs.append(_PROVERS[one.kind](world, one))
    return proofs


class _World:
    """One procedure's states, computed once for all its properties."""

    def __init__(self, system: System, asked: list[Property]) -> None:
        self.system = system
        questions = [formula for one in asked for act in one.on for formula in _question(system, one, act)]
        acts = [act for act in staged(system) if act in system.decided]
        self.bits, self.moving = system.cone(questions, acts)
        self.space = Diagrams(system, self.bits, self.moving, questions)

    @cached_property
    def reached(self) -> Node:
        return self.space.reachable(rigid=False)

    @cached_property
    def size(self) -> int:
        """How many different memories a case can have."""
        return int(self.space.bdd.count(self.reached, nvars=len(self.bits)))

    def proof(self, one: Property, *, about: str | None = None, trace: tuple[Step, ...] = (), held: bool) -> Proof:
        return Proof(one.id, one.kind, self.system.procedure, held, one.cites, one.zh, one.en, len(self.bits), self.size, about, trace)


def _question(system: System, one: Property, act: str) -> list[Formula]:
    """What must not be: for `never` the act permitted against the demand; for the others what their words speak of."""
    when = True if one.when is None else system.guard(one.when.text, act)
    if one.demand is None:
        return [when, system.permitted(act)]
    return [conj([when, neg(system.guard(one.demand.text, act)), system.permitted(act)])]


def _never(world: _World, one: Property) -> Proof:
    system = world.system
    for act in one.on:
        if act not in system.decided:
            continue
        (question,) = _question(system, one, act)
        if world.space.node(question) & world.space.possible & world.reached != world.space.bdd.false:
            bits, acts = system.cone([question])
            space = Diagrams(system, bits, acts, [question])
            goal = space.node(question) & space.possible
            rings = space.rings(rigid=False, goal=goal)
            return world.proof(one, held=False, about=act, trace=_trace(space, rings, goal, act))
    return world.proof(one, held=True)


def _alive(world: _World, one: Property) -> Proof:
    system, space = world.system, world.space
    acts = [act for act in staged(system) if act in system.decided and act not in one.dead]
    dead = [act for act in acts if world.reached & space.node(system.permitted(act)) & space.possible == space.bdd.false]
    return world.proof(one, held=not dead, about=", ".join(dead) or None)


def staged(system: System) -> list[str]:
    """The acts of the procedure's stages, each once."""
    stages = system.pack.acts.get(system.procedure, {}).get("stages", ())
    return list(dict.fromkeys(act for stage in stages for act in stage.get("acts", ())))


def _closes(world: _World, one: Property) -> Proof:
    system = world.system
    closing = [act for act in one.on if act in system.acts]
    ends = disj(system.permitted(act) for act in closing)
    allowed = system.guard(one.when.text) if one.when is not None else True
    bits, acts = system.cone([ends, allowed], closing)
    space = Diagrams(system, bits, acts, [ends, allowed])
    can = space.bdd.exist(space.loose(rigid=True), space.node(ends) & space.possible)
    while True:
        before = can
        for act in acts:
            can |= space.before(can, act)
        if can == before:
            break
    stuck = ~can & space.possible & space.node(allowed)
    if space.reachable(rigid=True) & stuck == space.bdd.false:
        return world.proof(one, held=True)
    rings = space.rings(rigid=True, goal=stuck)
    facts = space.some(rings[-1] & stuck)
    about = "; ".join(_said(name, holds=value) for name, value in sorted(facts.items()) if is_fact(name) and name in space.atoms)
    return world.proof(one, held=False, about=about or "whatever the facts", trace=_trace(space, rings, stuck, None))


_PROVERS: dict[str, Callable[[_World, Property], Proof]] = {"never": _never, "closes": _closes, "alive": _alive}


def _trace(space: Diagrams, rings: list[Node], goal: Node, last: str | None) -> tuple[Step, ...]:
    """The shortest way into the goal, found backwards from ring to ring."""
    names = list(space.bits)
    words = space.system.pack.vocabulary.acts
    chosen = space.some(rings[-1] & goal)
    steps: list[Step] = []
    if last is not None:
        steps.append(Step(last, words[last].zh, _given(space.needed(goal, chosen))))
    rigid = {name: chosen[name] for name in space.facts if name in chosen} if last is None else {}
    state = space.cube(chosen, names)
    for ring in reversed(rings[:-1]):
        for act in space.acts:
            move, changed = space.move(act)
            ahead = space.bdd.let({name: name + "'" for name in changed}, state)
            into = ring & move & ahead & space.cube(rigid, rigid)
            if changed and into != space.bdd.false:
                found = space.some(into)
                steps.append(Step(act, words[act].zh, _given(space.needed(move, found | _ahead(chosen, changed)))))
                chosen, state = found, space.cube(found, names)
                break
    return tuple(reversed(steps))


def _ahead(values: dict[str, bool], changed: list[str]) -> dict[str, bool]:
    return {name + "'": values.get(name, False) for name in changed}


def _given(values: dict[str, bool]) -> tuple[str, ...]:
    return tuple(_said(name, holds=value) for name, value in sorted(values.items(), key=lambda pair: (not pair[1], pair[0])))


def _said(atom: str, *, holds: bool) -> str:
    return atom if holds else f"not ({atom})"
