"""One duty of one case: who owes which act until when, and how it ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from xiezhi.core.law.calendar import Calendar
from xiezhi.core.law.clock import day_of
from xiezhi.core.law.terms import Due, Term, due
from xiezhi.core.procedure.act import Act, Recording
from xiezhi.core.procedure.compiled import DutyRule
from xiezhi.core.procedure.tools import as_end

_ENDS_KEPT = 65_536
_SHORT, _FIRST, _LAST = 40, 1990, 2050
"""A term of so many units from a year between these ends within the calendar; of any other the count says whether it does."""
OPEN, MET, LATE, CANCELLED, PAUSED, BREACHED = "open", "met", "late", "cancelled", "paused", "breached"


class Duty:
    """A duty. `opened_by` is the place of the act that opened it, `met_by` the place of the one that answered it.

    `state` is open, paused, met, late (answered after its due time) or cancelled; `judge` calls an open one breached once it is past due.
    """

    __slots__ = (
        "_due",
        "_plain_at",
        "calendar",
        "extensions",
        "fixed_due",
        "interruptions",
        "key",
        "law",
        "met_at",
        "met_by",
        "opened_by",
        "opener",
        "recording",
        "start",
        "state",
        "term",
    )

    def __init__(self, law: DutyRule, opener: Act, opened_by: int, *, start: datetime, term: Term | None, calendar: Calendar) -> None:
        self.law = law
        self.opener = opener
        self.opened_by = opened_by
        self.start = start
        self.term = term
        self.calendar = calendar
        self.key: Any = None
        self.recording: Recording | None = None
        self.fixed_due: datetime | None = as_end(opener.own.get(law.data)) if law.data is not None else None
        self.extensions: list[int] = []
        self.interruptions: list[tuple[int, datetime, datetime | None]] = []
        self.state = OPEN
        self.met_by: int | None = None
        self.met_at: datetime | None = None
        self._due: Due | None = None
        self._plain_at: datetime | None = None

    # --- what pages and reports read

    @property
    def rule(self) -> str:
        return self.law.rule.id

    @property
    def opened_at(self) -> datetime:
        return self.opener.at

    @property
    def expect(self) -> tuple[str, ...]:
        return self.law.law.expect

    @property
    def hands(self) -> str | None:
        return self.law.rule.hands

    @property
    def cites(self) -> tuple[str, ...]:
        return self.law.rule.cites

    @property
    def zh(self) -> str:
        return self.law.rule.zh

    @property
    def en(self) -> str:
        return self.law.rule.en

    @property
    def is_open(self) -> bool:
        return self.state in (OPEN, PAUSED)

    @property
    def promptly(self) -> bool:
        """The text gives no number: 及时."""
        return self.term is None and self.fixed_due is None

    @property
    def due(self) -> datetime | None:
        """The due time (a day runs to its end in China); None for a prompt duty, and while the clock stands still."""
        return None if self.state == PAUSED else self.due_at(self.start)

    @property
    def provisional(self) -> bool:
        """Whether the due time rests on a year whose calendar is not yet published."""
        found = self._found(self.start)
        return found is not None and found.provisional

    def sheet(self) -> list[Any]:
        """How the due time was computed, day by day; empty where nothing was counted."""
        found = self._found(self.start)
        return [] if found is None else list(found.sheet)

    def due_at(self, as_of: datetime) -> datetime | None:
        """The due time if a running interruption ended at `as_of`."""
        if self.fixed_due is not None:
            return self.fixed_due
        if self.term is None:
            return None
        if self._plain_at is not None:
            return self._plain_at
        if self.interruptions or self.extensions:
            found = self._found(as_of)
            return None if found is None else found.at
        at = self._plain_at = self._plain(self.term)
        return at

    def _plain(self, term: Term) -> datetime:
        """The due time of a term that nothing extends or interrupts. Cases of the same days share what was counted."""
        if term.unit == "hour":
            return due(self.start, term, self.calendar).at
        opened = self.opener.day  # the law of that day says how long the term is
        day = opened if self.start is self.opener.at else day_of(self.start)
        ends = self.law.ends
        at = ends.get((opened, day))
        if at is None:
            if len(ends) > _ENDS_KEPT:
                ends.clear()
            at = ends[opened, day] = due(self.start, term, self.calendar).at
        return at

    def _found(self, as_of: datetime) -> Due | None:
        if self.term is None or self.fixed_due is not None:
            return None
        running = self.state == PAUSED
        if running or self._due is None:
            spans = [(start, end or max(as_of, start)) for _, start, end in self.interruptions]
            found = due(self.start, self.term, self.calendar, pauses=spans, extensions=self.extensions)
            if running:
                return found
            self._due = found
        return self._due

    # --- what acts do to it

    def answer(self, at: datetime, place: int | None) -> datetime | None:
        """Close the duty; the missed due time when the answer is late, else None."""
        if self.state == PAUSED:
            self.resume(at)
        self.met_by, self.met_at = place, at
        if self._surely_before_due(at):
            self.state = MET
            return None
        bound = self.due_at(at)
        if bound is not None and at > bound:
            self.state = LATE
            return bound
        self.state = MET
        return None

    def _surely_before_due(self, at: datetime) -> bool:
        """Whether no count is needed: n days, workdays, months or years after an event are never less than n days."""
        term = self.term
        return (
            term is not None
            and self.fixed_due is None
            and not self.extensions
            and not self.interruptions
            and term.unit != "hour"
            and term.direction == "after"
            and (at - self.start).days < term.amount <= _SHORT
            and _FIRST <= self.start.year <= _LAST
        )

    def extend(self, amount: int) -> None:
        self.extensions.append(amount)
        self._due = self._plain_at = None

    def pause(self, which: int, at: datetime) -> None:
        self.interruptions.append((which, at, None))
        self.state = PAUSED
        self._due = self._plain_at = None

    def resume(self, at: datetime, which: int | None = None) -> None:
        """End the running interruptions (of that kind)."""
        if self.state != PAUSED:
            return
        self.interruptions = [
            (kind, start, at if end is None and which in (None, kind) else end) for kind, start, end in self.interruptions
        ]
        if all(end is not None for _, _, end in self.interruptions):
            self.state = OPEN
        self._due = None
