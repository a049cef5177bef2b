"""A due time in words: how much is left, until when, and how urgent it looks (ux.md 5.4, 5.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from xiezhi.apps.casework import words
from xiezhi.core.law.clock import SHANGHAI, day_of

SOON_WORKDAYS = 3
SOON_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Deadline:
    """`tone` is late, soon, ok, paused or none; `left` the tag's words; `until` the day in words."""

    tone: str
    left: str
    until: str
    provisional: bool = False

    @property
    def mark(self) -> str:
        return {"late": "⚠", "soon": "◷", "paused": "‖"}.get(self.tone, "")


NONE = Deadline("none", "没有法定期限", "")
PROMPTLY = Deadline("soon", "及时办理", "法律没有写明天数")
PAUSED = Deadline("paused", "期间中止中", "恢复后继续计算")


def _over(due: datetime, now: datetime) -> str:
    passed = now - due
    if passed < timedelta(hours=24):
        hours = int(passed.total_seconds() // 3600)
        return f"已超 {hours} 小时" if hours else f"已超 {max(int(passed.total_seconds() // 60), 1)} 分钟"
    return f"已超 {(day_of(now) - day_of(due)).days} 天"


def _left(due: datetime, now: datetime, calendar: Any) -> str:
    remaining = due - now
    if day_of(due) == day_of(now):
        local = due.astimezone(SHANGHAI)
        return "今天到期" if (local.hour, local.minute) >= (23, 59) else f"今天 {local:%H:%M} 到期"
    if remaining < timedelta(hours=24):
        return f"还剩 {int(remaining.total_seconds() // 3600)} 小时"
    days = (day_of(due) - day_of(now)).days
    if days > 30:
        return f"还剩 {days} 天"
    workdays = calendar.workdays_between(day_of(now), day_of(due))
    return f"还剩 {workdays} 个工作日" if workdays else f"还剩 {days} 天（非工作日）"


def _is_soon(due: datetime, now: datetime, calendar: Any, opened: datetime | None) -> bool:
    near = (day_of(due) - day_of(now)).days <= 31 and calendar.workdays_between(day_of(now), day_of(due)) <= SOON_WORKDAYS
    return near or (opened is not None and due - now <= (due - opened) * SOON_SHARE)


def deadline(due: datetime | None, now: datetime, calendar: Any, *, opened: datetime | None = None, provisional: bool = False) -> Deadline:
    """Words for a due time. `opened` is when the term began to run: a fifth of it left is soon, however long it is."""
    if due is None:
        return NONE
    until = f"{words.day(due)}前" + ("（暂算，该年工作日历未公布）" if provisional else "")
    if due < now:
        return Deadline("late", _over(due, now), words.day(due) + "到期", provisional)
    tone = "soon" if _is_soon(due, now, calendar, opened) else "ok"
    return Deadline(tone, _left(due, now, calendar), until, provisional)


def of_duty(duty: Any, now: datetime, calendar: Any) -> Deadline:
    """Words for a running duty of a marking."""
    if duty.state == "paused":
        return PAUSED
    if duty.due is None:
        return PROMPTLY
    return deadline(duty.due, now, calendar, opened=duty.opened_at, provisional=bool(duty.provisional))


def group(due: datetime | None, now: datetime, calendar: Any, *, waiting: bool) -> str:
    """The group of the workbench in which a row stands: waiting, late, today, soon, later."""
    if due is not None and due < now:
        return "late"
    if waiting:
        return "waiting"
    if due is None:
        return "later"
    if day_of(due) == day_of(now):
        return "today"
    near = (day_of(due) - day_of(now)).days <= 31
    return "soon" if near and calendar.workdays_between(day_of(now), day_of(due)) <= SOON_WORKDAYS else "later"
