"""Facts of a case in the words of a document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from xiezhi.core.law.clock import SHANGHAI

CITIZEN = "citizen"


def day_zh(moment: datetime | date | None) -> str:
    """2026年9月7日: Arabic figures without leading zeros (GB/T 9704)."""
    if moment is None:
        return ""
    day = moment.astimezone(SHANGHAI) if isinstance(moment, datetime) else moment
    return f"{day.year}年{day.month}月{day.day}日"


def minute_zh(moment: datetime) -> str:
    local = moment.astimezone(SHANGHAI)
    return f"{day_zh(local)}{local.hour}时{local.minute:02d}分"


def yuan_zh(amount: Any) -> str:
    """A sum without needless zeros: 5000元, 12.5元. What is no number is given back as it stands."""
    try:
        value = Decimal(str(amount))
    except InvalidOperation:
        return str(amount)
    if not value.is_finite():
        return str(amount)
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + "元"


def is_sum(amount: Any) -> bool:
    """Whether this is an amount of money above nothing."""
    try:
        return Decimal(str(amount)) > 0
    except InvalidOperation:
        return False


def nested(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts by dotted path as objects in objects; what is nested already stays. Later keys win."""
    found: dict[str, Any] = {}
    for path, value in facts.items():
        *parents, last = str(path).split(".")
        place = found
        for part in parents:
            inner = place.get(part)
            place[part] = inner if isinstance(inner, dict) else {}
            place = place[part]
        if isinstance(value, Mapping):
            known = place.get(last)
            place[last] = {**(known if isinstance(known, dict) else {}), **nested(value)}
        else:
            place[last] = value
    return found


def merged(*layers: Mapping[str, Any]) -> dict[str, Any]:
    """Nested objects laid over one another, the last on top."""
    found: dict[str, Any] = {}
    for layer in layers:
        for key, value in layer.items():
            below = found.get(key)
            found[key] = merged(below, value) if isinstance(below, dict) and isinstance(value, Mapping) else value
    return found


def penalty_zh(penalty: Mapping[str, Any], kinds_zh: Mapping[str, str]) -> str:
    """警告；罚款5000元；没收违法所得 ...: the kinds with the sums that belong to them."""
    parts: list[str] = []
    confiscated = penalty.get("confiscated")
    for kind in penalty.get("kinds") or ():
        words = kinds_zh.get(str(kind), str(kind))
        if kind == "fine" and penalty.get("fine") is not None:
            words += yuan_zh(penalty["fine"])
        elif str(kind).startswith("confiscate") and confiscated is not None:
            words += yuan_zh(confiscated)
            confiscated = None
        parts.append(words)
    if "fine" not in (penalty.get("kinds") or ()) and is_sum(penalty.get("fine")):
        parts.append("罚款" + yuan_zh(penalty["fine"]))
    return "；".join(parts)


def citations_zh(cited: Any, pack: Any) -> list[str]:
    """Clause ids in the words of the law, everything else as it was written."""
    items: Iterable[Any] = cited if isinstance(cited, list | tuple) else [cited] if cited else []
    clauses = getattr(pack, "clauses", {}) if pack is not None else {}
    return [pack.cite_zh(str(item)) if str(item) in clauses else str(item) for item in items]


def sentence(text: Any) -> str:
    """The text with a full stop at its end."""
    words = str(text or "").strip()
    return words if not words or words[-1] in "。！？；" else words + "。"
