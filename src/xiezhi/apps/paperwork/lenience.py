"""Why somebody is not punished: the provision that a no-penalty decision rests on, from what the record holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from xiezhi.core.law.clock import day_of

LAW = "《中华人民共和国行政处罚法》"


def basis(facts: Mapping[str, Any], named: list[str]) -> list[str]:
    """The provisions, in words; empty where neither the act (`named`) nor a fact gives one.

    `facts` by dotted path. 行政处罚法 第三十条 (under fourteen), 第三十一条 (not able to understand), 第三十三条第二款 (no fault),
    第三十三条第一款 (slight, put right, no harm; or the first time, little harm, put right).
    """
    if named:
        return named
    found = []
    if _under_fourteen(facts):
        found.append("第三十条")
    if facts.get("party.incapacity") == "full":
        found.append("第三十一条")
    corrected = facts.get("violation.corrected_in_time") is True
    harm = facts.get("violation.harm")
    slight = facts.get("violation.gravity") == "slight" and harm == "none"
    first = facts.get("violation.first_time") is True and harm in {"none", "slight"}
    if corrected and (slight or first):
        found.append("第三十三条第一款")
    if facts.get("violation.no_fault_proved") is True:
        found.append("第三十三条第二款")
    return [LAW + "、".join(found)] if found else []


def _under_fourteen(facts: Mapping[str, Any]) -> bool:
    """Age at the time of the violation, as far as its day and the birth date are known."""
    born, day = _day(facts.get("party.birth_date")), _day(facts.get("violation.ended_on") or facts.get("violation.started_on"))
    return born is not None and day is not None and (day.year - 14, day.month, day.day) <= (born.year, born.month, born.day)


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return day_of(value)
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None
