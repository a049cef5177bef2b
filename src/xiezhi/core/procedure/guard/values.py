"""Three-valued values (Kleene, Introduction to Metamathematics, § 64): true, false, and not known, with what is missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from xiezhi.core.law.clock import day_of
from xiezhi.core.procedure.act import Act

Value = Any
"""None, bool, int, Decimal, Fraction, str, date, datetime, tuple, frozenset, dict, Act or Unknown."""


class Unknown:
    """Not known. `names` are the facts that would have to be stated."""

    __slots__ = ("names",)

    def __init__(self, *names: str) -> None:
        self.names = names

    def __repr__(self) -> str:
        return f"Unknown({', '.join(self.names)})"


def join(left: Unknown | None, right: Unknown) -> Unknown:
    if left is None:
        return right
    return Unknown(*dict.fromkeys((*left.names, *right.names)))


def truth(value: Value) -> bool | Unknown:
    """A value where a condition is wanted: null and emptiness are false, an act that was found is true."""
    if value is True or value is False or type(value) is Unknown:
        return value
    return bool(value)


def _unknown_of(left: Value, right: Value) -> Unknown | None:
    unknown = left if type(left) is Unknown else None
    if type(right) is Unknown:
        unknown = join(unknown, right)
    return unknown


def _plain(value: Value) -> Value:
    return value.kind if type(value) is Act else value


def equal(left: Value, right: Value) -> bool | Unknown:
    unknown = _unknown_of(left, right)
    if unknown is not None:
        return unknown
    left, right = _plain(left), _plain(right)
    if type(left) is not type(right):
        left, right = _alike(left, right)
    if isinstance(left, bool) != isinstance(right, bool):
        return False
    return bool(left == right)


def unequal(left: Value, right: Value) -> bool | Unknown:
    same = equal(left, right)
    return same if type(same) is Unknown else not same


def member(left: Value, right: Value) -> bool | Unknown:
    """`in`: a scalar in a list; a list in a list when every item is."""
    unknown = _unknown_of(left, right)
    if unknown is not None:
        return unknown
    if right is None or left is None:
        return False
    right = right if isinstance(right, (tuple, frozenset, dict)) else (right,)
    left = _plain(left)
    if isinstance(left, (tuple, frozenset)):
        return all(item in right for item in left)
    return left in right


def intersects(left: Value, right: Value) -> bool | Unknown:
    unknown = _unknown_of(left, right)
    if unknown is not None:
        return unknown
    return not frozenset(listed(left)).isdisjoint(listed(right))


def listed(value: Value) -> tuple[Value, ...] | frozenset[Value]:
    if value is None:
        return ()
    return value if isinstance(value, (tuple, frozenset)) else (value,)


def ordered(op: Callable[[Any, Any], bool], left_text: str, right_text: str) -> Callable[[Value, Value], bool | Unknown]:
    """An ordering comparison; values without an order to each other (null, text beside a number) are not known."""

    def compare(left: Value, right: Value) -> bool | Unknown:
        unknown = _unknown_of(left, right)
        if unknown is not None:
            return unknown
        if type(left) is not type(right):
            left, right = _alike(left, right)
        try:
            return op(left, right)
        except TypeError:
            odd = [text for text, value in ((left_text, left), (right_text, right)) if not _orderable(value)]
            return Unknown(*(odd or (left_text, right_text)))

    return compare


def _orderable(value: Value) -> bool:
    return isinstance(value, (int, Decimal, date)) and not isinstance(value, bool)


def _alike(left: Value, right: Value) -> tuple[Value, Value]:
    """Bring an instant beside a day to the day, and an ISO day written as text beside a day to a day."""
    return _as_day(left, right), _as_day(right, left)


def _as_day(value: Value, beside: Value) -> Value:
    if not isinstance(beside, date):
        return value
    if isinstance(value, datetime):
        return value if isinstance(beside, datetime) else day_of(value)
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value


def add(op: str, left: Value, right: Value) -> Value:
    unknown = _unknown_of(left, right)
    if unknown is not None:
        return unknown
    try:
        return left + right if op == "+" else left - right
    except TypeError:
        return Unknown("+" if op == "+" else "-")
