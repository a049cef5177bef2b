"""Between history lines and bodies: what a caller states becomes the canonical part of a body, and a body a line again."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from xiezhi.core.law.clock import parse_time, utc_text
from xiezhi.core.law.errors import InputError
from xiezhi.core.law.vocabulary import Vocabulary
from xiezhi.core.ledger.body import decimal_text

SCHEMA = 1

# Fields that a line states and a body keeps under the same name.
STATED = ("until", "procedure", "visit", "data", "documents", "signed", "recordings", "files")
_TAKEN = {"id", "case", "case_seq", "act", "at", "recorded_at", "agency", "by"}
_RECORDING_TIMES = ("from", "to", "stored_at")
CLOCK_SKEW = timedelta(minutes=5)  # a phone's clock may be ahead of the server's
_TIMES_ZH = {"at": "发生时间", "until": "结束时间"}


def stated(line: Mapping[str, Any], vocabulary: Vocabulary) -> dict[str, Any]:
    """The stated fields of a line in canonical values: NFC, UTC, decimals as text; nulls and empty fields left out.

    The line was read by `act_from_line` before. Raises InputError for a field that no history line has.
    """
    for name in line:
        if name not in _TAKEN and name not in STATED:
            raise InputError(f"`{name}` is no field of a history line", f"“{name}”不是履历行的字段", field=name)
    body: dict[str, Any] = {}
    for name in STATED:
        value = _STATERS[name](line.get(name), vocabulary)
        if value not in (None, "", [], {}):
            body[name] = value
    return body


def line_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """The history line of an act's body, attachments and corrections not yet projected in."""
    line = {name: body[name] for name in STATED if name in body}
    line.update(
        id=body["id"],
        case=body["case"],
        case_seq=body["case_seq"],
        act=body["kind"],
        at=body["at"],
        recorded_at=body["recorded_at"],
        agency=body["agency"] or None,
        by=body["by"],
    )
    return line


def time_text(value: Any, field: str) -> str:
    """A time as bodies write it. Raises InputError for what is no time with an offset."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return utc_text(value)
    try:
        return utc_text(parse_time(value))
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{field}: {value!r} is not a time with an offset, such as 2026-03-01T09:30:00+08:00",
            f"“{field}”的“{value}”不是带时区的有效时间，应当形如 2026-03-01T09:30:00+08:00",
            field=field,
        ) from error


def not_ahead(times: Mapping[str, Any], now: datetime) -> None:
    """Raise InputError for an `at` or `until` (an aware time, or its text) that lies in the future: what is recorded has been done."""
    for field, zh in _TIMES_ZH.items():
        value = times.get(field)
        at = parse_time(value) if isinstance(value, str) else value
        if at is not None and at > now + CLOCK_SKEW:
            raise InputError(
                f"`{field}` ({at.isoformat()}) lies in the future: an act is recorded when it has been done",
                f"“{zh}”晚于现在；行为发生后才能记录。请核对日期",
                field=field,
            )


def plain(value: Any) -> Any:
    """Any JSON value in canonical values; keys with dots are nested, nulls in objects are left out."""
    if isinstance(value, str):
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**53 else decimal_text(Decimal(repr(value)))
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Mapping):
        nested: dict[str, Any] = {}
        for key, inner in value.items():
            if inner is not None:
                _put(nested, str(key), plain(inner))
        return nested
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in (sorted(value) if isinstance(value, (set, frozenset)) else value)]
    raise InputError(f"{value!r} cannot stand on the record", f"“{value}”不能写入记录")


def _put(nested: dict[str, Any], key: str, value: Any) -> None:
    head, dot, rest = key.partition(".")
    if not dot:
        if isinstance(value, dict) and isinstance(nested.get(key), dict):
            nested[key].update(value)
        else:
            nested[key] = value
        return
    inner = nested.setdefault(head, {})
    if not isinstance(inner, dict):
        raise InputError(f"data: `{head}` is both a value and an object", f"“{head}”既是值又是对象", field="data")
    _put(inner, rest, value)


def typed_data(data: Mapping[str, Any] | None, vocabulary: Vocabulary) -> dict[str, Any]:
    """Data with the vocabulary's types: money as decimal text, whole numbers as integers, times in UTC."""
    return _typed("", plain(data or {}), vocabulary)


def _typed(prefix: str, data: dict[str, Any], vocabulary: Vocabulary) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in data.items():
        word = vocabulary.key(prefix + key)
        if word is not None and word.type in _TYPED:
            result[key] = _TYPED[word.type](value)
        elif isinstance(value, dict):
            result[key] = _typed(f"{prefix}{key}.", value, vocabulary)
        else:
            result[key] = value
    return result


def _yuan(value: Any) -> Any:
    try:
        return decimal_text(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else value
    except ValueError:
        return value  # a key of another system's own meaning: act_from_line let it pass


def _number(value: Any) -> Any:
    text = _yuan(value)
    return int(text) if isinstance(text, str) and text.lstrip("-").isdecimal() and len(text) < 16 else text


def _time(value: Any) -> Any:
    try:
        return utc_text(parse_time(value))
    except (TypeError, ValueError):
        return value  # a bare day


_TYPED = {"yuan": _yuan, "number": _number, "time": _time}


def _recordings(value: Any, _: Vocabulary) -> Any:
    return [recording(item) for item in value or []]


def recording(item: Mapping[str, Any]) -> dict[str, Any]:
    """A recording with its times in UTC."""
    result: dict[str, Any] = _times(plain(item))
    if gaps := result.get("gaps"):
        result["gaps"] = [_times(gap) for gap in gaps]
    return result


def _times(item: dict[str, Any]) -> dict[str, Any]:
    return {key: time_text(value, f"recordings.{key}") if key in _RECORDING_TIMES else value for key, value in item.items()}


def _list(value: Any, _: Vocabulary) -> Any:
    return plain([value] if isinstance(value, str) and value else value or [])


_STATERS = {
    "until": lambda value, _: time_text(value, "until") if value else None,
    "procedure": lambda value, _: plain(value),
    "visit": lambda value, _: plain(value),
    "data": typed_data,
    "documents": _list,
    "signed": lambda value, _: plain(value or {}),
    "recordings": _recordings,
    "files": _list,
}
