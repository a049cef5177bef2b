"""The kinds of rule, as data: one frozen type per kind (contracts.md 5). Guards stay text here; core.procedure compiles them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from xiezhi.core.law.errors import Place
from xiezhi.core.law.source import GuardText

__all__ = [
    "FINDINGS",
    "RULE_KINDS",
    "Companion",
    "Coverage",
    "Duty",
    "Extend",
    "Gate",
    "GuardText",
    "Lead",
    "Limit",
    "Order",
    "Pause",
    "Person",
    "Rule",
    "TermText",
    "Value",
]

# What a failed condition may be called in a finding (history.md, The answer).
FINDINGS = ("forbidden", "missing", "conflict", "data")


@dataclass(frozen=True, slots=True)
class TermText:
    """A term as a pack states it. `amount` is a number or "$param", resolved by Pack.param at the day of the act that opens it.

    `unit` is workday, day, hour, month or year. `roll`: an end on a holiday moves on (back, for `direction` before).
    `data`: the end itself stands in that key of the opening act's data (`due`); amount and unit then say nothing.
    """

    amount: int | str
    unit: str
    roll: bool
    direction: str
    data: str | None
    place: Place


@dataclass(frozen=True, slots=True)
class Extend:
    """An act of `on` lengthens a duty by `by` (a guard expression over `it`), at most `max`, at most `times` times."""

    on: tuple[str, ...]
    by: GuardText | None
    max: int | str | None
    times: int | None


@dataclass(frozen=True, slots=True)
class Pause:
    """Time between an act of `from_` and the next of `to` is not counted; `only` filters the opening act (`it`)."""

    from_: tuple[str, ...]
    to: tuple[str, ...]
    only: GuardText | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What every rule has. `cites` holds clause ids, the first one decides validity; `procedures` empty = all.

    `live` None = the default of the kind; `yields_to` names a stronger rule: this one is shown, never applied (`reason` says why).
    `pack` is the pack in whose file the rule stands, `from_`/`to` its own validity inside its instrument's (both days included).
    """

    kind: ClassVar[str] = ""

    id: str
    cites: tuple[str, ...]
    procedures: tuple[str, ...] = ()
    when: GuardText | None = None
    live: str | None = None
    severity: str = "violation"
    zh: str = ""
    en: str = ""
    fix: str | None = None
    fix_en: str | None = None
    hands: str | None = None
    breach: str | None = None
    follows: tuple[str, ...] = ()
    yields_to: str | None = None
    reason: str | None = None
    from_: date | None = None
    to: date | None = None
    pack: str
    place: Place
    cited_at: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate(Rule):
    """On an act, a condition that must hold: hard, never vacuous. `as_` is the kind of finding when it fails (FINDINGS)."""

    kind: ClassVar[str] = "gate"
    on: tuple[str, ...]
    requires: GuardText
    as_: str = "forbidden"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Rule):
    """`on` comes after at least one of `after`; `as_` as with a gate."""

    kind: ClassVar[str] = "order"
    on: tuple[str, ...]
    after: tuple[str, ...]
    as_: str = "forbidden"


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty(Rule):
    """Once `after` (or a recording of `after_recording`, or the `fixed` day MM-DD of the year) is there, one of `expect` is owed within a term.

    `after_recording` may be ("any",): recordings of whatever act. Without `within`: promptly (及时). `clock` is the data key whose day starts the clock where present.
    """

    kind: ClassVar[str] = "duty"
    after: tuple[str, ...] = ()
    after_recording: tuple[str, ...] = ()
    fixed: str | None = None
    expect: tuple[str, ...] = ()
    within: TermText | None = None
    clock: str | None = None
    only: GuardText | None = None
    answers: GuardText | None = None
    per: str | None = None
    extend: tuple[Extend, ...] = ()
    pause: tuple[Pause, ...] = ()
    cancel: tuple[str, ...] = ()
    lapse: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead(Rule):
    """`on` lies at least or at most a term after (or before) the anchor: an act (that `anchor_only` filters), or a time in the act's data."""

    kind: ClassVar[str] = "lead"
    on: tuple[str, ...]
    anchor_act: str | None = None
    anchor_data: str | None = None
    anchor_only: GuardText | None = None
    at_least: TermText | None = None
    at_most: TermText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit(Rule):
    """`on` happens at most so many times, per value of the data key `per` where given."""

    kind: ClassVar[str] = "limit"
    on: tuple[str, ...]
    at_most: int | str
    per: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Companion(Rule):
    """What must come with the act. Each item of `documents` is a group of alternatives; `party` the states that suffice."""

    kind: ClassVar[str] = "companion"
    on: tuple[str, ...]
    documents: tuple[tuple[str, ...], ...] = ()
    officers: int | None = None
    party: tuple[str, ...] = ()
    witness: bool = False
    fields: tuple[str, ...] = ()
    service: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage(Rule):
    """Recordings cover the act: the whole of it (as a union, within `tolerance` seconds), or any one suffices.

    `if_any`: where there is none of these media there is nothing to judge; what was begun must be whole.
    """

    kind: ClassVar[str] = "coverage"
    on: tuple[str, ...]
    media: tuple[str, ...]
    whole: bool = False
    tolerance: int = 0
    unless: GuardText | None = None
    if_any: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(Rule):
    """Who acts: how many, in which role (one of), with what certificate or qualification, apart from whom.

    `field`: the persons stand in that data key instead of `by`; `since`: first reviewers from that day on.
    """

    kind: ClassVar[str] = "person"
    on: tuple[str, ...]
    count: int | None = None
    role: tuple[str, ...] = ()
    certificate: str | None = None
    qualification: str | None = None
    since: date | None = None
    apart_from: tuple[str, ...] = ()
    field: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Value(Rule):
    """A condition on what the act states; `as_` as with a gate."""

    kind: ClassVar[str] = "value"
    on: tuple[str, ...]
    check: GuardText
    as_: str = "forbidden"


RULE_KINDS: dict[str, type[Rule]] = {cls.kind: cls for cls in (Gate, Order, Duty, Lead, Limit, Companion, Coverage, Person, Value)}
