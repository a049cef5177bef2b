"""Decision diagrams over the bits and atoms of a system: images, rings, traces. CUDD by the wheel of `dd` where it has it, else pure Python."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from xiezhi.core.prove.exclusive import exclusions
from xiezhi.core.prove.formula import Conj, Disj, Formula, Neg, Var, variables
from xiezhi.core.prove.memory import Bit
from xiezhi.core.prove.system import System

try:
    from dd import cudd as _engine

    ENGINE = "CUDD"
except ImportError:  # no wheel for this machine
    from dd import autoref as _engine

    ENGINE = "Python"

Node = Any


class Diagrams:
    """The cone of a question: its bits, the acts that move them, and each act as a relation between before and after."""

    def __init__(self, system: System, bits: list[Bit], acts: list[str], extra: Iterable[Formula] = ()) -> None:
        self.system = system
        self.acts = acts
        self.bits = {bit.name: bit for bit in bits}
        self.bdd = _engine.BDD()
        self.bdd.configure(reordering=True)
        self._made: dict[Formula, Node] = {}
        names: dict[str, None] = {}
        for bit in bits:
            names[bit.name] = None
            names[bit.name + "'"] = None
        used = [*extra, *(system.permitted(act) for act in acts), *(f for bit in bits for f in (*bit.sets.values(), *bit.clears.values()))]
        atoms = dict.fromkeys(name for formula in used for name in variables(formula) if name not in self.bits)
        self.atoms = list(atoms)
        self.facts = [name for name in self.atoms if is_fact(name)]
        self.bdd.declare(*names, *self.atoms)
        self.possible = self.node_of_all(exclusions(system.abstraction.atoms, self.atoms, system.pack, system.day))
        self._moves: dict[str, tuple[Node, list[str]]] = {}

    def node(self, formula: Formula) -> Node:
        """The diagram of a formula."""
        if isinstance(formula, bool):
            return self.bdd.true if formula else self.bdd.false
        if formula not in self._made:
            match formula:
                case Var():
                    made = self.bdd.var(formula.name)
                case Neg():
                    made = ~self.node(formula.inner)
                case Conj():
                    made = self.node_of_all(formula.items)
                case Disj():
                    made = self.bdd.false
                    for item in formula.items:
                        made |= self.node(item)
            self._made[formula] = made
        return self._made[formula]

    def node_of_all(self, items: Iterable[Formula]) -> Node:
        made = self.bdd.true
        for item in items:
            made &= self.node(item)
        return made

    @property
    def start(self) -> Node:
        """Nothing was done."""
        made = self.possible
        for name in self.bits:
            made &= ~self.bdd.var(name)
        return made

    def move(self, act: str) -> tuple[Node, list[str]]:
        """(relation between before and after, bits that the act may change)."""
        if act not in self._moves:
            changed = [bit for bit in self.bits.values() if act in bit.sets or act in bit.clears]
            made = self.node(self.system.permitted(act)) & self.possible
            for bit in changed:
                after = self.node(bit.after(act))
                made &= self.bdd.apply("equiv", self.bdd.var(bit.name + "'"), after)
            self._moves[act] = (made, [bit.name for bit in changed])
        return self._moves[act]

    def image(self, states: Node, act: str, *, rigid: bool) -> Node:
        """Where the act leads from these states. `rigid`: the facts of the case stay what they are."""
        move, changed = self.move(act)
        if not changed:
            return self.bdd.false
        moved = self.bdd.exist([*changed, *self.loose(rigid=rigid)], states & move)
        return self.bdd.let({name + "'": name for name in changed}, moved)

    def before(self, states: Node, act: str) -> Node:
        """From where the act can lead into these states (facts rigid)."""
        move, changed = self.move(act)
        if not changed:
            return self.bdd.false
        ahead = self.bdd.let({name: name + "'" for name in changed}, states)
        return self.bdd.exist([*(name + "'" for name in changed), *self.loose(rigid=True)], ahead & move)

    def loose(self, *, rigid: bool) -> list[str]:
        return [name for name in self.atoms if not is_fact(name)] if rigid else self.atoms

    def rings(self, *, rigid: bool, goal: Node | None = None) -> list[Node]:
        """The states after 0, 1, 2 ... acts, each where it is first reached; stops early once `goal` is met."""
        start = self.start if rigid else self.bdd.exist(self.atoms, self.start)
        rings, seen, front = [start], start, start
        while front != self.bdd.false:
            if goal is not None and front & goal != self.bdd.false:
                return rings
            new = self.bdd.false
            for act in self.acts:
                new |= self.image(front, act, rigid=rigid)
            front = new & ~seen
            if front != self.bdd.false:
                seen |= front
                rings.append(front)
        return rings

    def reachable(self, *, rigid: bool) -> Node:
        """All states that any acts lead to. Acts follow one another within a sweep: fewer sweeps and far smaller diagrams than rings."""
        states = self.start if rigid else self.bdd.exist(self.atoms, self.start)
        while True:
            before = states
            for act in self.acts:
                states |= self.image(states, act, rigid=rigid)
            if states == before:
                return states

    def meets(self, goal: Node) -> bool:
        """Whether some acts lead to a state of `goal`; looks after each sweep."""
        goal &= self.possible
        states = self.bdd.exist(self.atoms, self.start)
        while True:
            if states & goal != self.bdd.false:
                return True
            before = states
            for act in self.acts:
                states |= self.image(states, act, rigid=False)
            if states == before:
                return False

    def leading_to(self, ends: Node, *, until: Node) -> Node:
        """All memories from which acts lead to `ends`, the facts staying what they are. Stops once every state of `until` does."""
        can = self.bdd.exist(self.loose(rigid=True), ends & self.possible)
        wanted = self.possible & until
        while True:
            before = can
            for act in self.acts:
                can |= self.before(can, act)
                if wanted & ~can == self.bdd.false:
                    return can
            if can == before:
                return can

    def some(self, states: Node) -> dict[str, bool]:
        """One state of these, as few values as the diagram needs."""
        return dict(self.bdd.pick(states) or {})

    def cube(self, values: dict[str, bool], names: Iterable[str]) -> Node:
        made = self.bdd.true
        for name in names:
            made &= self.bdd.var(name) if values.get(name, False) else ~self.bdd.var(name)
        return made

    def needed(self, states: Node, values: dict[str, bool]) -> dict[str, bool]:
        """Of the atoms' values only those without which it would not be so: what a trace shows. The memory is given in full."""
        bits = {name: values.get(name, False) for name in (*self.bits, *(name + "'" for name in self.bits))}
        there = self.bdd.let(bits, states | ~self.possible)
        kept = {name: values[name] for name in self.atoms if name in values}
        for name in sorted(kept, key=lambda one: kept[one]):  # what is so is told before what is not
            fewer = {one: value for one, value in kept.items() if one != name}
            if self.cube(fewer, fewer) & ~there == self.bdd.false:
                kept = fewer
        return kept


def is_fact(atom: str) -> bool:
    """Whether an atom is about the case (party, penalty, agency) and not about one act, persons or time."""
    return "this" not in atom.replace("'", " ").replace(".", " ").replace(",", " ").replace("(", " ").split() and not any(
        word in atom for word in ("last(", "first(", "elapsed(", "past(", "it.", "opener.", "count(", "persons(")
    )
