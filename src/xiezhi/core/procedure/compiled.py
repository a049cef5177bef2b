"""Rules as the fold uses them: guards are closures, days are dates, acts lead straight to the rules that look at them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, TypeAlias, TypeVar

from xiezhi.core.law.rules import Duty, Rule
from xiezhi.core.procedure.act import Act
from xiezhi.core.procedure.content import reads_content
from xiezhi.core.procedure.finding import Fault
from xiezhi.core.procedure.guard import Closure, Condition, Scene, Unknown
from xiezhi.core.procedure.kinds import BLOCKING, check_of
from xiezhi.core.procedure.pairing import KeyReader, key_reader
from xiezhi.core.procedure.tools import Check, DatedNumber, DatedTerm, Tools


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """What every compiled rule has. `order` is its place in the pack; `first` and `last` are its days in force, both included."""

    rule: Rule
    order: int
    first: date
    last: date
    when: Condition | None

    def in_force(self, day: date) -> bool:
        return self.first <= day <= self.last


R = TypeVar("R", bound=Compiled)
C = TypeVar("C")
A = TypeVar("A")


@dataclass(frozen=True, slots=True, eq=False)
class OnRule(Compiled):
    """A rule that is judged at an act. `live` is its strength against a decided act."""

    check: Check
    live: str
    content: bool
    """Whether it looks at what the act itself brings (data, documents, signatures, persons, recordings)."""


Found: TypeAlias = "tuple[OnRule, bool | Unknown, Fault | Unknown]"
"""(rule, whether it applies, what is wrong): not kept, or one of the two is unknown."""


@dataclass(frozen=True, slots=True, eq=False)
class Extension:
    on: frozenset[str]
    by: Closure | None
    most: DatedNumber | None
    times: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Interruption:
    start: frozenset[str]
    end: frozenset[str]
    only: Condition | None


@dataclass(frozen=True, slots=True, eq=False)
class DutyRule(Compiled):
    """A rule that opens duties. `term` None = promptly; `data` is the key in which the opening act itself states the end."""

    law: Duty
    only: Condition | None
    answers: Condition | None
    expect: frozenset[str]
    cancel: frozenset[str]
    term: DatedTerm | None
    data: str | None
    key: KeyReader | None
    extensions: tuple[Extension, ...]
    interruptions: tuple[Interruption, ...]
    ends: dict[tuple[date, date], datetime] = field(default_factory=dict)
    """When the plain term of a duty is over, by (day of the opening act, day on which the term starts)."""


Accepted: TypeAlias = "tuple[DutyRule, bool | Unknown]"
"""(rule of a duty that an act opens, True), or what is not known about that."""


@dataclass(frozen=True, slots=True, eq=False)
class Move:
    """What an act of one kind does to the open duties of one rule. `ends` and `starts` are places in `law.interruptions`."""

    law: DutyRule
    order: int
    ends: tuple[int, ...]
    extensions: tuple[Extension, ...]
    answers: bool
    cancels: bool
    starts: tuple[int, ...]


class Together(Generic[C, A]):
    """The rules on one kind of act that are in force on the same days, asked together: `ask(scene)` is what they say of the act there.

    Their closures answer at first. Rules that are asked often are written as one function: that takes milliseconds, so that a page or a
    short history would only lose by it.
    """

    __slots__ = ("_asked", "_closures", "_write", "ask", "rules")

    def __init__(self, rules: tuple[C, ...], ways: Ways[C, A]) -> None:
        self.rules = rules
        self._closures = ways.closures(rules)
        self._write = ways.written
        self._asked = 0
        self.ask: Callable[[Scene], A] = self._slowly

    def _slowly(self, scene: Scene) -> A:
        self._asked += 1
        if self._asked > WRITTEN_AFTER:
            self.ask = self._write(self.rules)
            return self.ask(scene)
        return self._closures(scene)


WRITTEN_AFTER = 64


@dataclass(frozen=True, slots=True)
class Ways(Generic[C, A]):
    """The two ways of asking rules (or the rows of a definition) together; the answers are the same."""

    closures: Callable[[tuple[C, ...]], Callable[[Scene], A]]
    written: Callable[[tuple[C, ...]], Callable[[Scene], A]]
    known: dict[tuple[C, ...], Together[C, A]] = field(default_factory=dict)
    """Procedures share what they have in common."""

    def of(self, rules: tuple[C, ...]) -> Together[C, A]:
        found = self.known.get(rules)
        if found is None:
            found = self.known[rules] = Together(rules, self)
        return found


@dataclass(slots=True, eq=False)
class Dated(Generic[R, A]):
    """Rules by the kind of act that they look at, and of these the ones in force on a day: an act meets no rule that is not its own.

    Rules that are only shown (severity none) are left out where they would be `judged`.
    """

    ways: Ways[R, A]
    judged: bool
    rules: dict[str, list[R]] = field(default_factory=dict)
    days: dict[str, dict[date, Together[R, A] | None]] = field(default_factory=dict)

    def enter(self, kinds: Iterable[str], compiled: R) -> None:
        if self.judged and compiled.rule.severity == "none":
            return
        for kind in dict.fromkeys(kinds):
            self.rules.setdefault(kind, []).append(compiled)
            self.days.setdefault(kind, {})

    def on(self, kind: str, day: date) -> Together[R, A] | None:
        """The rules for an act of this kind on this day; None where there are none."""
        days = self.days.get(kind)
        if days is None:
            return None
        try:
            return days[day]
        except KeyError:
            if len(days) > _DAYS_KEPT:
                days.clear()
            rules = tuple(rule for rule in self.rules[kind] if rule.first <= day <= rule.last)
            found = days[day] = self.ways.of(rules) if rules else None
            return found


_DAYS_KEPT = 4096


@dataclass(slots=True, eq=False)
class Table:
    """The rules of one procedure by the kind of act that they look at. `bare` are those of `on` that can be tried before an act is written."""

    on: Dated[OnRule, Sequence[Found]]
    bare: Dated[OnRule, Sequence[Found]]
    opening: Dated[DutyRule, Sequence[Accepted]]
    recording: dict[str, list[DutyRule]] = field(default_factory=dict)
    recording_any: list[DutyRule] = field(default_factory=list)
    moving: dict[str, list[Move]] = field(default_factory=dict)
    """Duties that an act of this kind answers, extends, interrupts, resumes or cancels."""
    fixed: list[DutyRule] = field(default_factory=list)

    def add(self, compiled: Compiled) -> None:
        if isinstance(compiled, OnRule):
            on: tuple[str, ...] = compiled.rule.on  # type: ignore[attr-defined]
            self.on.enter(on, compiled)
            if not compiled.content:
                self.bare.enter(on, compiled)
        elif isinstance(compiled, DutyRule):
            self._add_duty(compiled)

    def _add_duty(self, duty: DutyRule) -> None:
        law = duty.law
        self.opening.enter(law.after, duty)
        if ANY in law.after_recording:
            self.recording_any.append(duty)
        else:
            for kind in dict.fromkeys(law.after_recording):
                self.recording.setdefault(kind, []).append(duty)
        if law.fixed is not None:
            self.fixed.append(duty)
        moving = set(duty.expect) | duty.cancel
        for extension in duty.extensions:
            moving |= extension.on
        for interruption in duty.interruptions:
            moving |= interruption.start | interruption.end
        for kind in sorted(moving):
            self.moving.setdefault(kind, []).append(_move(duty, kind))


def _move(duty: DutyRule, kind: str) -> Move:
    return Move(
        law=duty,
        order=duty.order,
        ends=tuple(which for which, one in enumerate(duty.interruptions) if kind in one.end),
        extensions=tuple(one for one in duty.extensions if kind in one.on),
        answers=kind in duty.expect,
        cancels=kind in duty.cancel,
        starts=tuple(which for which, one in enumerate(duty.interruptions) if kind in one.start),
    )


ANY = "any"
"""`after_recording: [any]`: recordings of whatever act."""


def compile_rule(rule: Rule, order: int, span: tuple[date | None, date | None], tools: Tools) -> Compiled:
    """One rule compiled. Raises PackError for a guard that cannot be read, with file, line and column."""
    first, last = span[0] or date.min, span[1] or date.max
    if isinstance(rule, Duty):
        return _duty(rule, order, (first, last), tools)
    live = rule.live or ("block" if rule.kind in BLOCKING else "record")
    return OnRule(rule, order, first, last, tools.optional(rule.when), check_of(rule, tools), live, reads_content(rule, tools))


def _duty(rule: Duty, order: int, days: tuple[date, date], tools: Tools) -> DutyRule:
    within = rule.within
    return DutyRule(
        rule=rule,
        order=order,
        first=days[0],
        last=days[1],
        when=tools.optional(rule.when),
        law=rule,
        only=tools.optional(rule.only),
        answers=tools.optional(rule.answers),
        expect=frozenset(rule.expect),
        cancel=frozenset(rule.cancel),
        term=tools.term(within) if within is not None and within.data is None else None,
        data=within.data if within is not None else None,
        key=key_reader(rule.per, tools) if rule.per else None,
        extensions=tuple(
            Extension(
                on=frozenset(extend.on),
                by=tools.value(extend.by) if extend.by is not None else None,
                most=tools.number(extend.max) if extend.max is not None else None,
                times=extend.times,
            )
            for extend in rule.extend
        ),
        interruptions=tuple(Interruption(frozenset(p.from_), frozenset(p.to), tools.optional(p.only)) for p in rule.pause),
    )


def clock_start(duty: DutyRule, opener: Act) -> Any:
    """The value of the `clock` key where the opening act states it, else None."""
    return opener.own.get(duty.law.clock) if duty.law.clock is not None else None
