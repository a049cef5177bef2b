"""Values of a history in the words that people read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from xiezhi.core.law.clock import SHANGHAI, parse_time

WEEKDAYS = "一二三四五六日"
SIGNED = {"signed": "当事人已签名", "refused": "当事人拒绝签名", "absent": "当事人不在场"}
ROLES = {
    "officer": "承办人",
    "reviewer": "法制审核人员",
    "head": "机关负责人",
    "disclosure_clerk": "公示人员",
    "archivist": "档案人员",
    "supervisor": "监督机关",
    "administrator": "管理员",
    "party": "当事人",
}


def role(hands: str) -> str:
    return ROLES.get(hands, hands)


def day(value: date | datetime) -> str:
    """11月27日（周五）, in China."""
    if isinstance(value, datetime):
        value = value.astimezone(SHANGHAI).date()
    return f"{value.month}月{value.day}日（周{WEEKDAYS[value.weekday()]}）"


def moment(value: datetime) -> str:
    """11月3日 09:14, in China."""
    local = value.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def span(begin: datetime, end: datetime | None) -> str:
    """When an act was done: a moment, or begin and end with the day said once."""
    if end is None:
        return moment(begin)
    first, last = begin.astimezone(SHANGHAI), end.astimezone(SHANGHAI)
    return f"{moment(begin)}–{last:%H:%M}" if first.date() == last.date() else f"{moment(begin)} 至 {moment(end)}"


def duration(seconds: float) -> str:
    """3 分 12 秒; whole seconds."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "小时"), (minutes, "分"), (rest, "秒")]
    return " ".join(f"{amount} {unit}" for amount, unit in parts if amount) or "0 秒"


def yuan(value: Any) -> str:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    text = f"{amount:,f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} 元"


def _when(value: Any) -> str:
    text = str(value)
    try:
        if "T" in text:
            return moment(parse_time(text))
        return day(date.fromisoformat(text))
    except ValueError:
        return text


def value_zh(spec: Any, value: Any, names: Mapping[str, str]) -> str:
    """One value of act data or of a fact in words; `names` gives persons by id."""
    if isinstance(value, list | tuple):
        return "、".join(value_zh(spec, item, names) for item in value)
    if isinstance(value, bool):
        return "是" if value else "否"
    kind = getattr(spec, "type", None)
    if kind == "yuan":
        return yuan(value)
    if kind in {"date", "time"}:
        return _when(value)
    text = str(value)
    values = getattr(spec, "values", None) or {}
    if isinstance(values, Mapping) and text in values:
        return str(values[text])
    return names.get(text, text)
