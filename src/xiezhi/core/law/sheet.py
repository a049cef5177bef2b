"""How a due date was reached, day by day, in words that a page can show (看怎么算的)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from xiezhi.core.law.clock import SHANGHAI, day_of

if TYPE_CHECKING:
    from xiezhi.core.law.calendar import Calendar
    from xiezhi.core.law.terms import Due

WEEKDAYS_ZH = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
UNITS_ZH = {"workday": "个工作日", "day": "日", "hour": "小时", "month": "个月", "year": "年"}
# A term of days longer than this is told in its turning points, like one of months.
LONGEST_LIST = 200


@dataclass(frozen=True, slots=True)
class SheetDay:
    """One step: the day, whether it counted, its number in the count (None where days are not counted one by one), and why."""

    date: date
    counted: bool
    number: int | None
    why_zh: str
    why_en: str


def write_sheet(due: Due) -> list[SheetDay]:
    """The account of a due date, in the order of counting (backward for a term before)."""
    first = day_of(due.start)
    end = day_of(due.at)
    if due.term.unit == "hour":
        return _hours(due, first)
    steps = [SheetDay(first, counted=False, number=None, why_zh="起算日，不计入", why_en="the day of the event is not counted")]
    if due.term.direction == "before":
        steps += _backward(due, first, end)
    elif due.term.unit in {"workday", "day"} and (end - first).days <= LONGEST_LIST:
        steps += _forward(due, first, end)
    else:
        steps += _turning_points(due, end)
    return steps


def _hours(due: Due, first: date) -> list[SheetDay]:
    begin, end = due.start.astimezone(SHANGHAI), due.at.astimezone(SHANGHAI)
    zh = f"自 {begin:%H:%M} 起连续计算 {due.total} 小时，含休息日，至 {end:%m-%d %H:%M} 届满"
    en = f"{due.total} hours on end from {begin:%H:%M}, rest days included, until {end:%m-%d %H:%M}"
    steps = [SheetDay(first, counted=True, number=None, why_zh=zh, why_en=en)]
    return (
        steps
        if end.date() == first
        else [*steps, SheetDay(end.date(), counted=True, number=None, why_zh="期限届满", why_en="the term ends")]
    )


def _forward(due: Due, first: date, end: date) -> list[SheetDay]:
    steps: list[SheetDay] = []
    number = 0
    day = first
    while day < end:
        day += timedelta(days=1)
        if day > due.last:
            steps.append(_rolled(due.calendar, day, day == end))
        elif any(low <= day <= high for low, high in due.excluded):
            steps.append(SheetDay(day, counted=False, number=None, why_zh="不计入期间，扣除", why_en="excluded time, not counted"))
        elif due.term.unit == "workday" and not due.calendar.is_workday(day):
            steps.append(_rest(due.calendar, day))
        else:
            number += 1
            steps.append(_counted(due, day, number))
    return steps


def _backward(due: Due, anchor: date, end: date) -> list[SheetDay]:
    if due.term.unit not in {"workday", "day"} or (anchor - end).days > LONGEST_LIST:
        return _turning_points(due, end)
    steps: list[SheetDay] = []
    number = 0
    day = anchor
    while day > end:
        day -= timedelta(days=1)
        if due.term.unit == "workday" and not due.calendar.is_workday(day):
            steps.append(_rest(due.calendar, day))
        elif number < due.total:
            number += 1
            steps.append(_counted(due, day, number))
        elif day == end:
            zh, en = (
                f"须在此日或者之前：其后足 {due.total} {UNITS_ZH[due.term.unit].lstrip('个')}",
                f"on or before this day: {due.total} clear days lie after it",
            )
            steps.append(SheetDay(day, counted=False, number=None, why_zh=zh, why_en=en))
        else:
            steps.append(_rest(due.calendar, day))
    return steps


def _turning_points(due: Due, end: date) -> list[SheetDay]:
    unit = UNITS_ZH[due.term.unit]
    steps = [
        SheetDay(
            high,
            counted=False,
            number=None,
            why_zh=f"{low} 至 {high} 不计入期间，扣除",
            why_en=f"{low} to {high}: excluded time, not counted",
        )
        for low, high in due.excluded
        if low <= due.last
    ]
    before = due.term.direction == "before"
    zh = f"{'倒推' if before else '满'} {due.total} {unit}的对应日" + ("的前一日" if before else "")
    en = f"{'the day before ' if before else ''}the day that corresponds after {due.total} {due.term.unit}{'s' if due.total != 1 else ''}"
    steps.append(SheetDay(due.last, counted=True, number=due.total, why_zh=zh, why_en=en))
    day = due.last
    step = timedelta(days=-1 if end < day else 1)
    while day != end:
        day += step
        steps.append(_rolled(due.calendar, day, day == end))
    return steps


def _counted(due: Due, day: date, number: int) -> SheetDay:
    zh, en = f"第 {number} {UNITS_ZH[due.term.unit]}", f"{due.term.unit} {number}"
    named = due.calendar.named(day)
    if due.term.unit == "workday" and named is not None and named.kind == "makeup":
        zh, en = f"{zh}（{WEEKDAYS_ZH[day.weekday()]}，调休上班{_by(named.notice)}）", f"{en} (make-up working day)"
    elif due.term.unit == "workday" and not due.calendar.published(day.year):
        zh, en = f"{zh}（{day.year} 年放假安排尚未公布，暂算）", f"{en} (provisional: no calendar of {day.year} yet)"
    if day == due.last and due.term.direction == "after":
        zh, en = f"{zh}，期限届满", f"{en}, the last day"
        if due.term.roll and due.term.unit == "day" and not due.calendar.is_workday(day):
            reason = _rest(due.calendar, day)
            zh, en = f"{zh}；遇{reason.why_zh}，顺延", f"{en}; {reason.why_en}, rolls on"
    return SheetDay(day, counted=True, number=number, why_zh=zh, why_en=en)


def _rest(calendar: Calendar, day: date) -> SheetDay:
    name = calendar.holiday_name(day)
    if name is None:
        return SheetDay(day, counted=False, number=None, why_zh=WEEKDAYS_ZH[day.weekday()], why_en=WEEKDAYS_EN[day.weekday()])
    named = calendar.named(day)
    by = _by(named.notice) if named is not None else "，暂算"
    return SheetDay(day, counted=False, number=None, why_zh=f"{name}放假{by}", why_en=f"holiday ({name})")


def _by(notice: str) -> str:
    return f"，{notice}" if notice else ""


def _rolled(calendar: Calendar, day: date, is_end: bool) -> SheetDay:
    if is_end:
        return SheetDay(day, counted=False, number=None, why_zh="移至此工作日届满", why_en="moved to this working day")
    return _rest(calendar, day)
