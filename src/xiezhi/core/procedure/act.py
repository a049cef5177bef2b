"""What a history is made of: acts, their recordings, and the people who acted (spec: history.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, make_dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Gap:
    """An interruption of a recording; `explained` is how: `voice`, `written`, or None when nobody did."""

    start: datetime
    end: datetime
    explained: str | None


@dataclass(frozen=True, slots=True)
class Recording:
    """One audio-visual record of an act; `stored_at` is its arrival in the unit's own store, None while it has not arrived."""

    id: str
    kind: str
    start: datetime
    end: datetime
    device: str | None
    captured_by: str | None
    stored_at: datetime | None
    sha256: str | None
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Act:
    """One act of a case.

    `data` is the JSON object as given; `own` the same by dotted path with values of the vocabulary's types; `facts` that part
    of `own` which belongs to the case. `day` is the day in China on which the act was done (begin).
    """

    id: str | None
    case: str
    kind: str
    at: datetime
    until: datetime | None
    recorded_at: datetime
    procedure: str | None
    agency: str | None
    visit: str | None
    by: tuple[str, ...]
    data: Mapping[str, Any]
    documents: tuple[str, ...]
    signed: Mapping[str, Any]
    recordings: tuple[Recording, ...]
    case_seq: int | None
    line_no: int | None
    day: date
    own: Mapping[str, Any] = field(repr=False)
    facts: Mapping[str, Any] = field(repr=False)

    @property
    def end(self) -> datetime:
        return self.until or self.at

    @property
    def counts_from(self) -> datetime | date:
        """From when terms run: for service the day on which it takes effect, where that is stated (civil procedure law art. 87-95:
        an announcement takes effect only after its days), else the begin of the act.
        """
        stated = self.own.get("served_on")
        return stated if isinstance(stated, date) else self.at


_Draft: Any = make_dataclass("_Draft", [part.name for part in fields(Act)], slots=True)


def make_act(*values: Any) -> Act:
    """An act from all its fields in their order. The same object as `Act(...)` makes, six times faster: a frozen class sets each field by
    way of `object.__setattr__`, and an audit makes millions of acts.
    """
    draft = _Draft(*values)
    draft.__class__ = Act
    act: Act = draft
    return act


@dataclass(frozen=True, slots=True)
class Person:
    """One person of the people file. A certificate is valid from its first to its last day, both included."""

    id: str
    name: str
    agency: str | None
    roles: frozenset[str]
    certificate_no: str | None
    certificate_status: str | None
    certificate_from: date | None
    certificate_to: date | None
    legal_qualification: bool | None
    first_reviewer_since: date | None

    def certified(self, day: date) -> bool:
        """Whether the person's enforcement certificate is valid on that day."""
        return (
            self.certificate_status == "valid"
            and (self.certificate_from is None or self.certificate_from <= day)
            and (self.certificate_to is None or day <= self.certificate_to)
        )
