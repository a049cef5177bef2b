"""One procedure under one pack as a transition system: acts, what each needs, what each leaves in memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from xiezhi.core.law.clauses import holds
from xiezhi.core.law.pack import Pack
from xiezhi.core.law.rules import Gate, Limit, Order, Rule, Value
from xiezhi.core.law.source import GuardText
from xiezhi.core.procedure.guard import parse
from xiezhi.core.procedure.guard.tree import Tree
from xiezhi.core.procedure.kinds import BLOCKING
from xiezhi.core.prove.abstract import Abstraction
from xiezhi.core.prove.formula import Formula, conj, disj, neg, variables
from xiezhi.core.prove.memory import Bit, Memory


@dataclass(slots=True)
class System:
    """`needs[act]` is what the blocking rules ask of a decided act, rule by rule; an act that happens needs nothing (it is never refused)."""

    pack: Pack
    procedure: str
    day: date
    memory: Memory
    abstraction: Abstraction
    acts: tuple[str, ...]
    decided: frozenset[str]
    needs: dict[str, dict[str, Formula]] = field(default_factory=dict)

    def guard(self, text: str, act: str | None = None) -> Formula:
        """A guard of a property as a formula. Its names have been checked."""
        return self.abstraction.guard(parse(text), act)

    def permitted(self, act: str) -> Formula:
        return conj(self.needs.get(act, {}).values())

    def cone(self, formulae: Iterable[Formula], acts: Iterable[str] = (), depth: int | None = None) -> Cone:
        """What the formulae can depend on: the bits they read, the acts that move these, the bits that those acts' conditions read, and so on.

        `depth` ends this after so many rounds. What then stays outside is for the asker to read as free or as standing still.
        """
        bits = self.memory.bits
        wanted: dict[str, None] = {}
        moving: dict[str, None] = dict.fromkeys(acts)
        front: list[Formula] = [*formulae, *(self.permitted(act) for act in moving)]
        rounds = 0
        while front and (depth is None or rounds < depth):
            rounds += 1
            new = [name for name in dict.fromkeys(name for one in front for name in variables(one)) if name in bits and name not in wanted]
            wanted.update(dict.fromkeys(new))
            front = []
            for name in new:
                bit = bits[name]
                front.extend([*bit.sets.values(), *bit.clears.values()])
                for act in (*bit.sets, *bit.clears):
                    if act not in moving and act in self.acts:
                        moving[act] = None
                        front.append(self.permitted(act))
        order = {name: place for place, name in enumerate(self.acts)}
        read = [name for one in front for name in variables(one) if name in bits and name not in wanted]
        edge = [bits[name] for name in dict.fromkeys(read)]
        return Cone([bits[name] for name in wanted], sorted(moving, key=lambda act: order[act]), edge)


@dataclass(frozen=True, slots=True)
class Cone:
    """`edge` holds the bits that the acts read and that were not followed further: empty when the cone is whole."""

    bits: list[Bit]
    acts: list[str]
    edge: list[Bit]

    @property
    def whole(self) -> bool:
        return not self.edge


def build(pack: Pack, procedure: str, day: date, *, without: frozenset[str] = frozenset()) -> System:
    """The system of one procedure as the law of that day has it. `without`: rules left out (mutations)."""
    memory = Memory()
    trees: dict[str, list[Tree]] = {}

    def definition(name: str) -> list[Tree] | None:
        if name not in pack.definitions:
            return None
        if name not in trees:
            trees[name] = [parse(row.when.text) for row in pack.definitions[name].rows if holds(pack.validity(row), day)]
        return trees[name]

    abstraction = Abstraction(memory, definition, procedure)
    kinds = pack.vocabulary.acts
    acts = acts_of(pack, procedure)
    decided = frozenset(act for act in acts if kinds[act].mode == "decided")
    system = System(pack, procedure, day, memory, abstraction, acts, decided)
    for rule in rules_of(pack, procedure, day):
        if rule.id in without:
            continue
        for act in getattr(rule, "on", ()):
            if act in decided:
                need = _need(system, rule, act)
                if need is not True:
                    system.needs.setdefault(act, {})[rule.id] = need
    return system


def acts_of(pack: Pack, procedure: str) -> tuple[str, ...]:
    """The acts of a procedure's stages; without stages every act of the vocabulary."""
    stages = pack.acts.get(procedure, {}).get("stages", ())
    named = dict.fromkeys(act for stage in stages for act in stage.get("acts", ()))
    listed = [act for act in pack.vocabulary.acts if act not in named]
    # What stands in no stage may still happen in a case: it is in the system, only not among those that must be alive.
    return (*named, *listed)


def rules_of(pack: Pack, procedure: str, day: date) -> list[Rule]:
    """The rules that refuse a decided act of this procedure on that day."""
    return [
        rule
        for rule in pack.rules
        if rule.yields_to is None
        and rule.severity != "none"
        and (rule.live or ("block" if rule.kind in BLOCKING else "record")) == "block"
        and (not rule.procedures or procedure in rule.procedures)
        and holds(pack.validity(rule), day)
    ]


def _need(system: System, rule: Rule, act: str) -> Formula:
    ask = system.abstraction
    match rule:
        case Gate():
            need = _guard(ask, rule.requires, act)
        case Value():
            need = _guard(ask, rule.check, act)
        case Order():
            need = system.memory.any_done(rule.after)
        case Limit():
            need = neg(system.memory.done(act)) if rule.per is None and rule.at_most == 1 and len(rule.on) == 1 else True
        case _:
            return True  # persons, documents and times can be had: nothing that the order of acts decides
    return need if rule.when is None else disj([neg(_guard(ask, rule.when, act)), need])


def _guard(ask: Abstraction, text: GuardText, act: str) -> Formula:
    return ask.guard(parse(text.text), act)
