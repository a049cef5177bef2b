"""From nested `data` to dotted paths with values of the vocabulary's types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn, TypeAlias

from xiezhi.core.law.clock import parse_time
from xiezhi.core.law.errors import InputError
from xiezhi.core.law.vocabulary import DataKey, Vocabulary

_NOTHING: Mapping[str, Any] = {}
_PLAIN = frozenset({str, bool, int, list})
"""What JSON mostly holds and is no object: whether anything else is one takes longer to ask."""


def flatten(data: Mapping[str, Any], vocabulary: Vocabulary, line_no: int | None) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """(all values by dotted path, those of them that are facts of the case). A null is the same as an absent key.

    Facts must have the vocabulary's type, else InputError. Other keys belong to strangers' systems as well: there only an
    impossible date is refused, and a value of another type stays as it was given.
    """
    if not data:
        return _NOTHING, _NOTHING
    own: dict[str, Any] = {}
    facts: dict[str, Any] = {}
    _enter("", data, _words(vocabulary), line_no, own, facts)
    return own, facts or _NOTHING


def _enter(  # noqa: PLR0917  called for each object of each act: a bundle of them costs more than it holds together
    prefix: str, data: Mapping[str, Any], words: _Words, line_no: int | None, own: dict[str, Any], facts: dict[str, Any]
) -> None:
    """Objects are entered unless their path is itself a word (a map such as the checklist)."""
    for key, value in data.items():
        if value is None:
            continue
        path = prefix + key if prefix else key
        word = words.get(path)
        if word is None:
            if type(value) is dict or (type(value) not in _PLAIN and isinstance(value, Mapping)):
                _enter(path + ".", value, words, line_no, own, facts)
            else:
                own[path] = tuple(value) if isinstance(value, list) else value
            continue
        is_fact, known, read = word
        if is_fact:
            try:
                own[path] = facts[path] = value if read is None else read(known, value)
            except _Mismatch as mismatch:
                _refuse(line_no, known, value, *mismatch.expected)
        elif read is None or type(value) is dict or (type(value) not in _PLAIN and isinstance(value, Mapping)):
            own[path] = value
        else:
            try:
                own[path] = read(known, value)
            except _Mismatch as mismatch:
                # A stranger's system means something else by the key; only an impossible date is refused.
                if known.type in ("date", "time"):
                    _refuse(line_no, known, value, *mismatch.expected)
                own[path] = tuple(value) if isinstance(value, list) else value


_Reader: TypeAlias = "Callable[[DataKey, Any], Any] | None"
_Words: TypeAlias = dict[str, tuple[bool, DataKey, _Reader]]
_PREPARED: dict[int, tuple[Vocabulary, _Words]] = {}


def _words(vocabulary: Vocabulary) -> _Words:
    """(whether it is a fact, the key, its reader) by path; made once for each vocabulary."""
    known = _PREPARED.get(id(vocabulary))
    if known is None or known[0] is not vocabulary:
        if len(_PREPARED) > _KEPT:
            _PREPARED.clear()
        words: _Words = {path: (False, key, _READERS.get(key.type)) for path, key in vocabulary.act_data.items()}
        words |= {path: (True, key, _READERS.get(key.type)) for path, key in vocabulary.facts.items()}
        known = _PREPARED[id(vocabulary)] = (vocabulary, words)
    return known[1]


_KEPT = 8


class _Mismatch(Exception):  # noqa: N818  it never leaves this module
    def __init__(self, expected_en: str, expected_zh: str) -> None:
        super().__init__(expected_en)
        self.expected = (expected_en, expected_zh)


def _refuse(line_no: int | None, key: DataKey, value: Any, expected_en: str, expected_zh: str) -> NoReturn:
    raise InputError(
        f"data.{key.id}: found {value!r}, expected {expected_en}",
        f"“{key.zh}”（data.{key.id}）是 {value!r}，应当是{expected_zh}",
        line=line_no,
        field=f"data.{key.id}",
    )


def _bool(_: DataKey, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _Mismatch("true or false", " true 或者 false")
    return value


def _text(_: DataKey, value: Any) -> str:
    if type(value) is str:
        return value
    if isinstance(value, (Mapping, list, bool)):
        raise _Mismatch("text", "文字")
    return str(value)


def _number(_: DataKey, value: Any) -> int | Decimal:
    """Money and numbers: a JSON number or a decimal string. Never a binary fraction inside."""
    if isinstance(value, bool):
        raise _Mismatch("a number or a decimal string", "数字")
    if isinstance(value, int):
        return value
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise _Mismatch("a number or a decimal string", "数字") from None
    if not number.is_finite():
        raise _Mismatch("a finite number", "有限的数字")
    return int(number) if number == number.to_integral_value() else number


def _date(_: DataKey, value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value[:10]) if len(value) > 10 and parse_time(value) else date.fromisoformat(value)
    except (ValueError, TypeError):
        raise _Mismatch("a day such as 2026-03-01", "有效日期，形如 2026-03-01") from None


def _time(_: DataKey, value: Any) -> date | datetime:
    """A time with offset; a bare day is kept as a day, and reads as its end where it is a due time."""
    if isinstance(value, date):
        return value
    try:
        return parse_time(value)
    except (ValueError, TypeError):
        return _date(_, value)


def _list(key: DataKey, value: Any) -> tuple[Any, ...]:
    if isinstance(value, Mapping):
        raise _Mismatch("a list", "列表")
    items = tuple(value) if isinstance(value, (list, tuple)) else (value,)
    _known(key, items)
    return items


def _enum(key: DataKey, value: Any) -> Any:
    if type(value) is str and value in key.values:
        return value
    if isinstance(value, (list, tuple)):
        return _list(key, value)
    if not (isinstance(value, str) and value in key.values):
        _known(key, (value,))
    return value


def _known(key: DataKey, items: tuple[Any, ...]) -> None:
    if key.values and not all(isinstance(item, str) and item in key.values for item in items):
        allowed = ", ".join(key.values)
        raise _Mismatch(f"one of {allowed}", f"{allowed} 之一")


_READERS: dict[str, Callable[[DataKey, Any], Any]] = {
    "bool": _bool,
    "text": _text,
    "person": _text,
    "number": _number,
    "yuan": _number,
    "date": _date,
    "time": _time,
    "list": _list,
    "enum": _enum,
}
