"""A due time as the lists and the case page show it: words of the site, and the group of the workbench."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xiezhi.core.law.clock import day_of
from xiezhi.site import words

NEAR_DAYS = 31


@dataclass(frozen=True, slots=True)
class Shown:
    """`tone` is late, soon, ok or line (the tag's class); `left` the tag's words; `until` the day in words."""

    tone: str
    left: str
    until: str


NONE = Shown("line", "没有法定期限", "")
PROMPTLY = Shown("soon", "及时办理", "条文没有写明天数")
PAUSED = Shown("line", "期间中止中", "恢复后继续计算")


def shown(due: datetime | None, now: datetime, calendar: Any, *, opened: datetime | None = None, provisional: bool = False) -> Shown:
    """Words for a due time. `opened` is when the term began to run: a fifth of it left is soon, however long it is."""
    if due is None:
        return NONE
    said = words.deadline(due, now, calendar, opened)
    until = f"{words.day_zh(due)}到期" if said.kind == "late" else f"{words.day_zh(due)}前"
    if provisional:
        until += "（暂算：该年工作日历未公布）"
    return Shown(said.kind, said.words, until)


def of_duty(duty: Any, now: datetime, calendar: Any) -> Shown:
    """Words for a running duty of a marking."""
    if duty.state == "paused":
        return PAUSED
    if duty.due is None:
        return PROMPTLY
    return shown(duty.due, now, calendar, opened=duty.opened_at, provisional=bool(duty.provisional))


def group(due: datetime | None, now: datetime, calendar: Any, *, waiting: bool) -> str:
    """The group of the workbench in which a row stands: waiting, late, today, soon or later."""
    if waiting:
        return "waiting"
    if due is None:
        return "later"
    if due < now:
        return "late"
    if day_of(due) == day_of(now):
        return "today"
    near = (day_of(due) - day_of(now)).days <= NEAR_DAYS
    return "soon" if near and calendar.workdays_between(day_of(now), day_of(due)) <= words.SOON_WORKDAYS else "later"
