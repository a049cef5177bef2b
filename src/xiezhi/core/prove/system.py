"""One procedure under one pack as a transition system: acts, what each needs, what each leaves in memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from xiezhi.core.law.clauses import holds
from xiezhi.core.law.pack import Pack
from xiezhi.core.law.rules import Companion, Gate, Limit, Order, Rule, Value
from xiezhi.core.law.source import GuardText
from xiezhi.core.procedure.guard import parse
from xiezhi.core.procedure.guard.tree import Tree
from xiezhi.core.procedure.kinds import BLOCKING
from xiezhi.core.prove.abstract import Abstraction
from xiezhi.core.prove.formula import Formula, conj, disj, neg, variables
from xiezhi.core.prove.memory import Bit, Memory


@dataclass(slots=True)
class System:
    """`needs[act]` is what the blocking rules ask of a decided act, rule by rule; an act that happens needs nothing (it is never refused).

    What those rules ask of an act that happens stands in `found`: done against it, the act is a breach that is found.
    """

    pack: Pack
    procedure: str
    day: date
    memory: Memory
    abstraction: Abstraction
    acts: tuple[str, ...]
    decided: frozenset[str]
    needs: dict[str, dict[str, Formula]] = field(default_factory=dict)
    found: dict[str, dict[str, Formula]] = field(default_factory=dict)

    def guard(self, text: str, act: str | None = None) -> Formula:
        """A guard of a property as a formula. Its names have been checked."""
        return self.abstraction.guard(parse(text), act)

    def permitted(self, act: str) -> Formula:
        return conj(self.needs.get(act, {}).values())

    def asked(self, act: str) -> dict[str, Formula]:
        """What the rules ask of the act, whether they refuse it or find it."""
        return self.needs.get(act) or self.found.get(act) or {}

    def without(self, rules: Iterable[str]) -> System:
        """The same system with these rules gone: a mutant."""
        gone = frozenset(rules)

        def kept(of: dict[str, dict[str, Formula]]) -> dict[str, dict[str, Formula]]:
            return {act: {rule: need for rule, need in needs.items() if rule not in gone} for act, needs in of.items()}

        return replace(self, needs=kept(self.needs), found=kept(self.found))

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


def build(pack: Pack, procedure: str, day: date) -> System:
    """The system of one procedure as the law of that day has it."""
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
        for act in getattr(rule, "on", ()):
            need = _need(system, rule, act)
            if need is not True:
                holder = system.needs if act in decided else system.found
                holder.setdefault(act, {})[rule.id] = need
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
            need = _limit(system, rule, act)
        case Companion():
            need = _companion(ask, rule, act)
        case _:
            return True  # persons, recordings and times can be had: nothing that the order of acts decides
    return need if rule.when is None else disj([neg(_guard(ask, rule.when, act)), need])


def _limit(system: System, rule: Limit, act: str) -> Formula:
    """Once, or once for each value that the data key `per` may have. Larger numbers are for golden histories."""
    if rule.at_most != 1 or len(rule.on) != 1:
        return True
    if rule.per is None:
        return neg(system.memory.done(act))
    values = system.pack.vocabulary.act_data[rule.per].values if rule.per in system.pack.vocabulary.act_data else {}
    ask = system.abstraction
    return conj(ask.guard(parse(f"not (this.{rule.per} == '{one}' and any({act}; it.{rule.per} == '{one}'))"), act) for one in values or ())


def _companion(ask: Abstraction, rule: Companion, act: str) -> Formula:
    """The documents and the words that must come with the act; signatures can be had."""
    documents = (" or ".join(f"'{one}' in this.documents" for one in group) for group in rule.documents)
    fields = (f"not empty(this.{one})" for one in rule.fields)
    return conj(ask.guard(parse(text), act) for text in (*documents, *fields))


def _guard(ask: Abstraction, text: GuardText, act: str) -> Formula:
    return ask.guard(parse(text.text), act)
