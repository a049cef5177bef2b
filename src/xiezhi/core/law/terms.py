"""Terms: from an event, a number and a unit to the moment at which time is over, and the day-by-day account of how.

The day (hour) of the event is not counted; a month ends on the corresponding day, or on the month's last where there is none; an end on a
holiday rolls on where the rule says so (民事诉讼法第八十五条; 行政处罚法第八十五条 and 行政强制法第六十九条 for the units). "N days before" is read
strictly: N clear days lie between, and an end on a holiday moves further back.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from xiezhi.core.law.calendar import Calendar
from xiezhi.core.law.clock import SHANGHAI, day_of
from xiezhi.core.law.errors import InputError
from xiezhi.core.law.sheet import SheetDay, write_sheet

END_OF_DAY = time(23, 59, 59, 999999, tzinfo=SHANGHAI)
Interval = tuple[datetime, datetime]
DayInterval = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Term:
    """`amount` of `unit` (workday, day, hour, month, year). `roll`: an end on a holiday moves to a working day, in the term's direction."""

    amount: int
    unit: str
    roll: bool = False
    direction: str = "after"


@dataclass(frozen=True, slots=True)
class Due:
    """When a term is over: the last moment of its last day, or the exact moment for hours.

    `provisional`: a year on which the answer depends has no published calendar yet. `last` is the last day before any roll-over,
    `total` the term with its extensions. `sheet` is made when asked for.
    """

    at: datetime
    provisional: bool
    start: datetime
    term: Term
    total: int
    last: date
    excluded: tuple[DayInterval, ...]
    calendar: Calendar

    @property
    def sheet(self) -> list[SheetDay]:
        """Day by day: what was counted, what was not, and why, in Chinese and English."""
        return write_sheet(self)


def due(
    start: datetime,
    term: Term,
    calendar: Calendar,
    *,
    pauses: Iterable[Interval] = (),
    extensions: Sequence[int | Term] = (),
) -> Due:
    """The due moment of a term that an event at `start` (aware) opens.

    `pauses` are (from, to) times that do not count: for day units the days after the day of `from` up to the day of `to`; overlapping ones
    count once. `extensions` are amounts in the term's unit, or terms of another unit, which then run from the end reached.
    Raises InputError for a date outside the calendar and ValueError for an unknown unit.
    """
    intervals = _union(pauses)
    total = term.amount + sum(extra for extra in extensions if isinstance(extra, int))
    others = [extra for extra in extensions if isinstance(extra, Term)]
    total += sum(extra.amount for extra in others if extra.unit == term.unit)
    others = [extra for extra in others if extra.unit != term.unit]
    if term.unit == "hour":
        at = _hours(start, total, term.direction, intervals)
        return Due(at, provisional=False, start=start, term=term, total=total, last=day_of(at), excluded=(), calendar=calendar)
    days = _days(intervals)
    first = day_of(start)
    try:
        last = _end(first, total, term, calendar, days)
        for extra in others:
            last = _end(last, extra.amount, extra, calendar, days)
    except (ValueError, OverflowError) as error:
        if term.unit not in {"workday", "day", "month", "year"}:
            raise
        raise InputError(f"{first} + {total} {term.unit} is no date", f"自 {first} 起的期限超出日历范围，请核对日期", field="at") from error
    final = last
    if term.roll and term.unit != "workday":
        final = calendar.workday_from(last) if term.direction == "after" else calendar.workday_until(last)
    return Due(
        at=datetime.combine(final, END_OF_DAY),
        provisional=_provisional(first, last, final, [term, *others], calendar),
        start=start,
        term=term,
        total=total,
        last=last,
        excluded=tuple(days),
        calendar=calendar,
    )


def add_months(day: date, months: int) -> date:
    """The corresponding day so many months on (back, when negative), or the month's last day where there is none."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _end(first: date, amount: int, term: Term, calendar: Calendar, excluded: list[DayInterval]) -> date:
    if term.direction == "before":
        return _end_before(first, amount, term.unit, calendar)
    match term.unit:
        case "workday":
            return _end_workdays(first, amount, calendar, excluded)
        case "day":
            last = first + timedelta(days=amount)
        case "month":
            last = add_months(first, amount)
        case "year":
            last = add_months(first, amount * 12)
        case _:
            raise ValueError(f"unknown unit {term.unit!r}")
    for start, end in excluded:
        low = max(start, first + timedelta(days=1))
        if low <= end and low <= last:
            last += end - low + timedelta(days=1)
    return last


def _end_workdays(first: date, amount: int, calendar: Calendar, excluded: list[DayInterval]) -> date:
    last = calendar.add_workdays(first, amount)
    for start, end in excluded:
        low = max(start, first + timedelta(days=1))
        if low <= end and low <= last:
            amount += calendar.workdays_between(low - timedelta(days=1), end)
            last = calendar.add_workdays(first, amount)
    return last


def _end_before(anchor: date, amount: int, unit: str, calendar: Calendar) -> date:
    # Strict reading of "N days before": the day on which the N-th day back falls is still inside, so the last day is the one before it.
    match unit:
        case "workday":
            return calendar.add_workdays(anchor, -(amount + 1))
        case "day":
            return anchor - timedelta(days=amount + 1)
        case "month":
            return add_months(anchor, -amount) - timedelta(days=1)
        case "year":
            return add_months(anchor, -amount * 12) - timedelta(days=1)
        case _:
            raise ValueError(f"unknown unit {unit!r}")


def _hours(start: datetime, amount: int, direction: str, intervals: list[Interval]) -> datetime:
    if direction == "before":
        return start - timedelta(hours=amount)
    at = start + timedelta(hours=amount)
    for begin, end in intervals:
        low = max(begin, start)
        if low < end and low < at:
            at += end - low
    return at


def _union(pauses: Iterable[Interval]) -> list[Interval]:
    joined: list[Interval] = []
    for begin, end in sorted(pauses):
        if end < begin:
            continue
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return joined


def _days(intervals: list[Interval]) -> list[DayInterval]:
    # The day of an event is not counted: a pause takes the days after the day on which it begins, up to the day on which it ends.
    days: list[DayInterval] = []
    for begin, end in intervals:
        low, high = day_of(begin) + timedelta(days=1), day_of(end)
        if low > high:
            continue
        if days and low <= days[-1][1] + timedelta(days=1):
            days[-1] = (days[-1][0], max(days[-1][1], high))
        else:
            days.append((low, high))
    return days


def _provisional(first: date, last: date, final: date, terms: list[Term], calendar: Calendar) -> bool:
    if any(term.unit == "workday" for term in terms) and not calendar.all_published(first, last):
        return True
    return terms[0].roll and terms[0].unit != "workday" and not calendar.all_published(last, final)
