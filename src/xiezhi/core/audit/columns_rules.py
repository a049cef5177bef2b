"""The rules of a procedure over columns: what each finds in all cases at once, and which cases it leaves to the row-wise engine.

A case is left (`doubt`) whenever a rule cannot be sure of it: something is not known, a duty was opened twice, is interrupted, or is still open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias

import numpy as np

from xiezhi.core.audit.columns import Frame, Mask, NotColumnar, Numbers, Rows
from xiezhi.core.audit.columns_guard import Sight, Truth, truth
from xiezhi.core.law.rules import Duty, Gate, GuardText, Lead, Limit, Order, Rule, Value
from xiezhi.core.law.terms import Term, due
from xiezhi.core.procedure.book import Book
from xiezhi.core.procedure.compiled import DutyRule, OnRule, Table
from xiezhi.core.procedure.duties import late_fault
from xiezhi.core.procedure.finding import Fault
from xiezhi.core.procedure.guard import read
from xiezhi.core.procedure.guard.scene import Scene
from xiezhi.core.procedure.kinds.sequence import lead_fault
from xiezhi.core.procedure.pairing import WHOLE_CASE
from xiezhi.core.procedure.tools import DatedTerm

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
Cause: TypeAlias = Callable[[int], Fault]
"""The fault at a row, made when it is reported."""


@dataclass(frozen=True, slots=True)
class Found:
    """One rule over the whole log: the rows at which it is broken, what is wrong there, and the rows whose cases are in doubt."""

    rule: Rule
    live: str
    rows: Rows
    cause: Cause
    doubt: Rows


class Columnar:
    """All rules of one procedure that look at acts of a log. Raises NotColumnar when one of them has no columnar form."""

    def __init__(self, book: Book, frame: Frame) -> None:
        self.book = book
        self.frame = frame
        self._ends: dict[tuple[Term, int], int] = {}
        table: Table = book.table(frame.log.procedure or "")
        if table.fixed:
            raise NotColumnar
        present = set(frame.log.act_names)
        self.on = list(dict.fromkeys(rule for kind in present for rule in table.on.rules.get(kind, ())))
        self.duties = list(dict.fromkeys(rule for kind in present for rule in table.opening.rules.get(kind, ())))
        rules = [one.rule for one in (*self.on, *self.duties)]
        names = [rule.breach or rule.id for rule in rules]
        self.apart = len(names) == len(set(names)) and not any(rule.follows for rule in rules)
        """Whether findings never merge or silence each other."""

    def found(self) -> Iterator[Found]:
        for one in self.on:
            yield self._judged(one)
        for duty in self.duties:
            yield self._owed(duty)

    # --- rules judged at an act

    def _judged(self, one: OnRule) -> Found:
        kinds: tuple[str, ...] = one.rule.on  # type: ignore[attr-defined]
        rows = self._in_force(np.flatnonzero(self.frame.is_kind(kinds)), one.first, one.last)
        sight = self._sight(rows)
        kept, unknown, cause = self._check(one, sight)
        applies = self._when(one.rule.when, sight)
        broken = applies[0] & ~kept & ~unknown
        doubt = ((applies[1] & ~kept) | (applies[0] & unknown)) & ~broken
        return Found(one.rule, one.live, rows[broken], cause, rows[doubt])

    def _check(self, one: OnRule, sight: Sight) -> tuple[Mask, Mask, Cause]:
        match one.rule:
            case Gate() as gate:
                true, unknown = truth(read(gate.requires, sight.names), sight)
                fault = Fault(gate.as_)
                return true, unknown, lambda _row: fault
            case Value() as value:
                true, unknown = truth(read(value.check, sight.names), sight)
                fault = Fault(value.as_)
                return true, unknown, lambda _row: fault
            case Order() as order:
                return self.frame.last_before(tuple(order.after))[sight.this] >= 0, sight.none(), self._by_scene(one)
            case Limit() as limit:
                return self._limit(limit, sight)
            case Lead() as lead:
                return self._lead(lead, sight)
        raise NotColumnar

    def _by_scene(self, one: OnRule) -> Cause:
        """The fault of a rule that looks at nothing but which acts came before: asked of a scene in which none did."""

        def cause(_row: int) -> Fault:
            fault = one.check(Scene(None))
            assert isinstance(fault, Fault)  # noqa: S101  the columns have said that it is broken
            return fault

        return cause

    def _limit(self, limit: Limit, sight: Sight) -> tuple[Mask, Mask, Cause]:
        if limit.per is not None or not isinstance(limit.at_most, int):
            raise NotColumnar
        counts = np.concatenate(([0], np.cumsum(self.frame.is_kind(tuple(limit.on)))))
        before = counts[sight.this] - counts[self.frame.start[sight.this]]
        # Which number it would be is said by the row-wise engine: cases over a limit are few.
        return before < limit.at_most, before >= limit.at_most, lambda _row: Fault("forbidden")

    def _lead(self, lead: Lead, sight: Sight) -> tuple[Mask, Mask, Cause]:
        if lead.anchor_act is None or lead.anchor_only is not None or self.frame.is_stated("served_on"):
            raise NotColumnar
        frame, tools = self.frame, self.book.tools
        anchor = frame.last_before((lead.anchor_act,))[sight.this]
        at = frame.at[sight.this]
        near, far = sight.none(), sight.none()
        least = tools.term(lead.at_least) if lead.at_least else None
        most = tools.term(lead.at_most) if lead.at_most else None
        for dated, side in ((least, "near"), (most, "far")):
            if dated is None:
                continue
            bounds, directions = self._bounds(dated, frame.day[sight.this], anchor)
            if side == "near":
                near = (anchor >= 0) & (directions != 0) & np.where(directions < 0, at > bounds, at <= bounds)
            else:
                far = (anchor >= 0) & (directions != 0) & np.where(directions < 0, at < bounds, at > bounds)
        number = dict(zip(sight.this.tolist(), anchor.tolist(), strict=True))

        def cause(row: int) -> Fault:
            scene = Scene(None)
            [scene.this] = frame.acts(row, row + 1)
            scene.today = scene.this.day
            fault = lead_fault(scene, frame.moment(number[row]), (least, most), tools)
            assert fault is not None  # noqa: S101  the columns have said that it is broken
            return fault

        return ~(near | far), sight.none(), cause

    def _bounds(self, dated: DatedTerm, days: Rows, anchor: Rows) -> tuple[Numbers, Numbers]:
        """(when the term that starts at the anchor is over, its direction: 1 after, -1 before, 0 no term), in microseconds."""
        frame = self.frame
        keys, places = np.unique(np.stack((days, frame.day[anchor])), axis=1, return_inverse=True)
        first = np.zeros(keys.shape[1], dtype=np.int64)
        first[places[::-1]] = anchor[::-1]
        bounds = np.zeros(keys.shape[1], dtype=np.int64)
        directions = np.zeros(keys.shape[1], dtype=np.int64)
        for number in range(keys.shape[1]):
            term = dated(date.fromordinal(int(keys[0, number])))
            if term is not None and first[number] >= 0:
                bounds[number] = self._due(int(first[number]), term)
                directions[number] = -1 if term.direction == "before" else 1
        return bounds[places], directions[places]

    def _due(self, row: int, term: Term) -> int:
        if term.unit == "hour":
            raise NotColumnar
        key = term, int(self.frame.day[row])  # rules share terms, and a term of days ends by the day on which it starts
        end = self._ends.get(key)
        if end is None:
            end = self._ends[key] = (due(self.frame.moment(row), term, self.book.calendar).at - _EPOCH) // _MICRO
        return end

    # --- duties

    def _owed(self, duty: DutyRule) -> Found:
        law: Duty = duty.law
        frame = self.frame
        clocked = law.clock is not None and frame.is_stated(law.clock)
        if clocked or duty.data is not None or duty.answers is not None or law.after_recording or law.per not in (None, WHOLE_CASE):
            raise NotColumnar
        if duty.only is not None:
            raise NotColumnar
        opening = self._in_force(np.flatnonzero(frame.is_kind(law.after)), duty.first, duty.last)
        sight = self._sight(opening)
        applies = self._when(law.when, sight)
        rows, doubt = opening[applies[0]], opening[applies[1]]
        if duty.rule.severity == "none":
            return Found(law, "record", rows[:0], lambda _row: Fault("late"), rows[:0])
        cases = frame.case[rows]
        twice = np.concatenate(([False], cases[1:] == cases[:-1])) if len(rows) else np.zeros(0, dtype=bool)
        moving = {kind for one in duty.extensions for kind in one.on} | {kind for one in duty.interruptions for kind in one.start | one.end}
        answer = frame.next_after(duty.expect)[rows]
        cancel = frame.next_after(duty.cancel)[rows]
        moved = frame.next_after(moving)[rows]
        answered = (answer >= 0) & ((cancel < 0) | (answer <= cancel))
        cancelled = (cancel >= 0) & ~answered
        ended = np.where(answered, answer, np.where(cancelled, cancel, frame.count))
        doubtful = twice | ~(answered | cancelled) | ((moved >= 0) & (moved <= ended))
        bounds = self._terms(duty, rows)
        late = answered & ~doubtful & (bounds >= 0) & (frame.at[np.where(answer >= 0, answer, 0)] > bounds)
        bound_of = dict(zip(answer[late].tolist(), bounds[late].tolist(), strict=True))
        made: dict[tuple[int, datetime], Fault] = {}

        def cause(row: int) -> Fault:
            key = bound_of[row], frame.moment(row)
            fault = made.get(key)
            if fault is None:
                fault = made[key] = late_fault(_EPOCH + timedelta(microseconds=key[0]), key[1])
            return fault

        return Found(law, "record", answer[late], cause, np.concatenate((doubt, rows[doubtful])))

    def _terms(self, duty: DutyRule, rows: Rows) -> Numbers:
        """When each duty is due, in microseconds; -1 where the text gives no number."""
        days, first, places = np.unique(self.frame.day[rows], return_index=True, return_inverse=True)
        bounds = np.full(len(days), -1, dtype=np.int64)
        for number, day in enumerate(days):
            term = duty.term(date.fromordinal(int(day))) if duty.term is not None else None
            if term is not None:
                bounds[number] = self._due(int(rows[first[number]]), term)
        return bounds[places]

    # --- small things

    def _sight(self, rows: Rows) -> Sight:
        return Sight(self.frame, self.book.tools.names, self.book.calendar, rows)

    def _when(self, when: GuardText | None, sight: Sight) -> Truth:
        return (np.ones(sight.size, dtype=bool), sight.none()) if when is None else truth(read(when, sight.names), sight)

    def _in_force(self, rows: Rows, first: date, last: date) -> Rows:
        days = self.frame.day[rows]
        return rows[(days >= first.toordinal()) & (days <= last.toordinal())]
