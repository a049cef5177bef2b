"""How pages say dates, sums and deadlines (docs: design language 5.9). Pure: the time is passed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from xiezhi.core.law.clock import SHANGHAI, day_of

WEEKDAYS = "一二三四五六日"
# A deadline is "soon" within so many working days, or within a fifth of its term, whichever is later (5.5).
SOON_WORKDAYS = 3
SOON_SHARE = Decimal("0.2")
# Beyond so many calendar days, days are easier to grasp than working days.
FAR_DAYS = 30


class Workdays(Protocol):
    def workdays_between(self, a: date, b: date, /) -> int: ...


def as_day(value: Any) -> date | None:
    """The day in China of a date, a time or their ISO text; None for anything else."""
    if isinstance(value, datetime):
        return day_of(value) if value.tzinfo else value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        try:
            return as_day(datetime.fromisoformat(value)) if "T" in value else date.fromisoformat(value)
        except ValueError:
            return None
    return None


def as_moment(value: Any) -> datetime | None:
    """The time in China of a time or its ISO text; None for anything else."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI) if value.tzinfo else value.replace(tzinfo=SHANGHAI)
    return None


def day_zh(value: Any, *, year: bool = False) -> str:
    """11月27日（周五）; with `year` 2026年11月27日（周五）. Empty for what is no day."""
    day = as_day(value)
    if day is None:
        return ""
    head = f"{day.year}年" if year else ""
    return f"{head}{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）"


def moment_zh(value: Any, *, year: bool = False, seconds: bool = False) -> str:
    """11月3日 09:14; with `year` 2026年11月3日 09:14, with `seconds` 11月3日 09:14:05."""
    moment = as_moment(value)
    if moment is None:
        return ""
    head = f"{moment.year}年" if year else ""
    return f"{head}{moment.month}月{moment.day}日 {moment.strftime(_clock(seconds))}"


def _clock(seconds: bool) -> str:
    return "%H:%M:%S" if seconds else "%H:%M"


def span_zh(begin: Any, end: Any, *, year: bool = False, seconds: bool = False) -> str:
    """11月3日 09:14–09:52, or two full moments when the days differ; recordings are told with `seconds`."""
    first, last = as_moment(begin), as_moment(end)
    if first is None or last is None:
        return moment_zh(begin, year=year, seconds=seconds)
    if first.date() == last.date():
        return f"{moment_zh(first, year=year, seconds=seconds)}–{last.strftime(_clock(seconds))}"
    return f"{moment_zh(first, year=year, seconds=seconds)}–{moment_zh(last, year=year, seconds=seconds)}"


def money_zh(value: Any) -> str:
    """6000 元. Cents only where there are some; empty for what is no number."""
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return ""
    if not amount.is_finite():
        return ""
    text = f"{amount:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{text} 元"


@dataclass(frozen=True, slots=True)
class Deadline:
    """`kind`: late | soon | ok, the class of the tag. `words`: 已超 6 小时, 还剩 3 个工作日."""

    kind: str
    words: str


def deadline(due: datetime, now: datetime, calendar: Workdays | None = None, opened: datetime | None = None) -> Deadline:
    """Say how far off `due` is. With a calendar, days are working days; `opened` lets a fifth of the term count as soon."""
    if now > due:
        return Deadline("late", f"已超 {_past(due, now)}")
    last, today = day_of(due), day_of(now)
    days = (last - today).days
    left = calendar.workdays_between(today, last) if calendar else days
    fifth = opened is not None and (due - now) <= (due - opened) * float(SOON_SHARE)
    kind = "soon" if left <= SOON_WORKDAYS or fifth else "ok"
    if days == 0:
        at = due.astimezone(SHANGHAI)
        return Deadline(kind, "今天到期" if (at.hour, at.minute) == (23, 59) else f"今天 {at:%H:%M} 到期")
    if days == 1:
        return Deadline(kind, "明天到期")
    if calendar is None or days > FAR_DAYS:
        return Deadline(kind, f"还剩 {days} 天")
    return Deadline(kind, f"还剩 {left} 个工作日")


def _past(due: datetime, now: datetime) -> str:
    """How long past: a term that ends with a day is counted in days, one that ends at an hour by the clock."""
    if due.astimezone(SHANGHAI).strftime("%H:%M") == "23:59":
        return f"{(day_of(now) - day_of(due)).days} 天"
    over = now - due
    hours = int(over.total_seconds() // 3600)
    if hours < 1:
        return f"{max(1, int(over.total_seconds() // 60))} 分钟"
    if hours < 24:
        return f"{hours} 小时"
    return f"{over.days} 天"
