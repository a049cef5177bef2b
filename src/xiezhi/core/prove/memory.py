"""What a case remembers, one bit each: that an act was done, that it came after another, that it was the last of a group.

A bit is set by some acts and cleared by others; clearing wins, except where the text asks for the very act itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from xiezhi.core.prove.formula import Formula, Var, conj, disj, neg


@dataclass(slots=True)
class Bit:
    """`sets`/`clears`: act -> condition at the moment of that act (over bits before it and free atoms of it)."""

    name: str
    sets: dict[str, Formula] = field(default_factory=dict)
    clears: dict[str, Formula] = field(default_factory=dict)
    set_wins: bool = False

    def after(self, act: str) -> Formula:
        """The bit's value once `act` has been done."""
        before: Formula = Var(self.name)
        sets, clears = self.sets.get(act, False), self.clears.get(act, False)
        kept = conj([before, neg(clears)])
        return disj([sets, kept]) if self.set_wins else conj([disj([before, sets]), neg(clears)])


@dataclass(frozen=True, slots=True)
class Group:
    """Acts, each under a condition at its moment, as `last(...)` or `first(...)` writes them (`text`)."""

    acts: dict[str, Formula]
    text: str


@dataclass(slots=True)
class Memory:
    """The bits that the guards of one procedure ask for; asking makes them."""

    bits: dict[str, Bit] = field(default_factory=dict)

    def done(self, act: str) -> Formula:
        name = f"done {act}"
        if name not in self.bits:
            self.bits[name] = Bit(name, {act: True})
        return Var(name)

    def any_done(self, acts: tuple[str, ...]) -> Formula:
        return disj(self.done(act) for act in acts)

    def done_so(self, acts: tuple[str, ...], text: str, condition: Formula) -> Formula:
        """One of `acts` was done, and at that moment `condition` (written `text`) held."""
        return disj(self._so(act, text, condition) for act in acts)

    def _so(self, act: str, text: str, condition: Formula) -> Formula:
        if condition is True:
            return self.done(act)
        if condition is False:
            return False
        name = f"done {act} with {text}"
        if name not in self.bits:
            self.bits[name] = Bit(name, {act: condition})
        return Var(name)

    def since(self, starts: tuple[str, ...], answers: tuple[str, ...]) -> Formula:
        """One of `answers` was done after the last of `starts`."""
        begun = self.any_done(starts)
        name = f"since {', '.join(starts)}: {', '.join(answers)}"
        if name not in self.bits:
            self.bits[name] = Bit(name, dict.fromkeys(answers, begun), dict.fromkeys(starts, True))
        return Var(name)

    def after_last(self, act: str, text: str, condition: Formula, group: Group, begun: Formula) -> Formula:
        """`act` was done so, after the last of the group."""
        name = f"done {act} with {text} after the last {group.text}"
        if name not in self.bits:
            self.bits[name] = Bit(name, {act: conj([condition, begun])}, dict(group.acts))
        return Var(name)

    def after_first(self, act: str, text: str, condition: Formula, group: Group, begun: Formula) -> Formula:
        name = f"done {act} with {text} after the first {group.text}"
        if name not in self.bits:
            self.bits[name] = Bit(name, {act: conj([condition, begun])})
        return Var(name)

    def not_before_last(self, act: str, text: str, condition: Formula, group: Group) -> Formula:
        """`act` was done so, and no act of the group came later (it may be one itself)."""
        name = f"done {act} with {text} not before the last {group.text}"
        if name not in self.bits:
            self.bits[name] = Bit(name, {act: condition}, dict(group.acts), set_wins=True)
        return Var(name)

    def last_was(self, member: str, group: Group) -> Formula:
        """The last act of the group was `member`."""
        if member not in group.acts:
            return False
        name = f"last of {group.text} is {member}"
        if name not in self.bits:
            others = {act: condition for act, condition in group.acts.items() if act != member}
            self.bits[name] = Bit(name, {member: group.acts[member]}, others)
        return Var(name)
