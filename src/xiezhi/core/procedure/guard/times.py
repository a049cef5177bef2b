"""The calls of the guard language that measure time."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Any

from xiezhi.core.law.clock import SHANGHAI, day_of
from xiezhi.core.procedure.act import Act
from xiezhi.core.procedure.guard.compile import Closure, Condition, Definitions, closure_of, words
from xiezhi.core.procedure.guard.names import Names
from xiezhi.core.procedure.guard.parse import GuardError
from xiezhi.core.procedure.guard.scene import Scene
from xiezhi.core.procedure.guard.tree import Call, Compare, Literal, Param, Tree
from xiezhi.core.procedure.guard.values import Unknown, Value, join

UNITS = ("workday", "day", "hour", "month", "year")


def elapsed(call: Call, names: Names, definitions: Definitions) -> Closure:
    """`elapsed(x, y, unit)`: exact hours, or whole days, workdays, months, years from x to y (the day of x not counted)."""
    start, end = closure_of(call.values[0], names, definitions), closure_of(call.values[1], names, definitions)
    span = span_of(call, names)
    return lambda scene: span(start(scene), end(scene))


def span_of(call: Call, names: Names) -> Callable[[Value, Value], Value]:
    """How `elapsed` measures from one value to another; what is no time is not known."""
    start_text, end_text = words(call.values[0]), words(call.values[1])
    measure = _measure(_unit(call.values[2]), names)

    def between(start: Value, end: Value) -> Value:
        a, b = instant(start, start_text), instant(end, end_text)
        if isinstance(a, Unknown):
            return join(a, b) if isinstance(b, Unknown) else a
        return b if isinstance(b, Unknown) else measure(a, b)

    return between


@lru_cache(maxsize=256)
def hours(number: int) -> timedelta:
    """So many hours. A filter asks for the same few over and over."""
    return timedelta(hours=number)


def in_hours(tree: Tree) -> bool:
    """Whether the tree measures a span in hours."""
    return isinstance(tree, Call) and tree.name == "elapsed" and isinstance(unit := tree.values[2], Literal) and unit.value == "hour"


def fades(tree: Tree | None) -> bool:
    """Whether a filter that fails for one act fails for every act before it: `elapsed(it, this, 'hour') <= n`, since acts stand in
    the order of time.
    """
    if not (isinstance(tree, Compare) and tree.op in ("<", "<=") and in_hours(tree.left) and isinstance(tree.right, (Param, Literal))):
        return False
    assert isinstance(tree.left, Call)  # noqa: S101  what measures hours is a call
    return [words(value) for value in tree.left.values[:2]] == ["it", "this"]


def hours_compared(start: Closure, end: Closure, limit: Closure, op: Callable[[Any, Any], bool], general: Condition) -> Condition:
    """`elapsed(x, y, 'hour') <= n`: between two instants the span itself stands beside n hours, since a filter asks this of every
    earlier act and fractions are slow. What is no instant, or no whole number, goes the `general` way; the answers are the same.
    """

    def compared(scene: Scene) -> bool | Unknown:
        a, b, limit_hours = start(scene), end(scene), limit(scene)
        a, b = (a.counts_from if type(a) is Act else a), (b.counts_from if type(b) is Act else b)
        if type(a) is datetime and type(b) is datetime and type(limit_hours) is int:
            return op(b - a, timedelta(hours=limit_hours))
        return general(scene)

    return compared


def past(call: Call, names: Names, definitions: Definitions) -> Closure:
    """`past(x, y, n, unit)`: whether y lies after x + n units, exact to the day (to the instant for hours)."""
    start, end, number = (closure_of(value, names, definitions) for value in call.values[:3])
    start_text, end_text, number_text = (words(value) for value in call.values[:3])
    beyond = _beyond(_unit(call.values[3]), names)

    def after(scene: Scene) -> Value:
        a, b, n = instant(start(scene), start_text), instant(end(scene), end_text), number(scene)
        unknown = [value for value in (a, b, n) if isinstance(value, Unknown)]
        if unknown:
            return Unknown(*(name for value in unknown for name in value.names))
        return beyond(a, b, int(n)) if isinstance(n, int) else Unknown(number_text)  # type: ignore[arg-type]

    return after


def _unit(tree: Tree) -> str:
    if isinstance(tree, Literal) and tree.value in UNITS:
        return str(tree.value)
    raise GuardError(tree.offset, words(tree), "one of " + ", ".join(repr(name) for name in UNITS))


def instant(value: Value, shown: str) -> date | Unknown:
    """The time that a value means: when an act counts from, a day, an instant. Anything else is not known under the name shown."""
    if type(value) is Act:
        return value.counts_from
    if isinstance(value, (date, Unknown)):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return Unknown(shown)
    return Unknown(shown)


def day(value: date) -> date:
    return day_of(value) if isinstance(value, datetime) else value


def _measure(unit: str, names: Names) -> Callable[[date, date], Value]:
    if unit == "hour":
        return _hours
    if unit == "day":
        return lambda a, b: (day(b) - day(a)).days
    if unit == "workday":
        return lambda a, b: names.workdays(day(a), day(b))
    size = 12 if unit == "year" else 1
    return lambda a, b: _months(day(a), day(b)) // size


def _hours(a: date, b: date) -> int | Fraction:
    if not (isinstance(a, datetime) and isinstance(b, datetime)):
        return (day(b) - day(a)).days * 24
    span = b - a
    whole, rest = divmod(span.seconds, 3600)
    if not rest and not span.microseconds:
        return span.days * 24 + whole
    return Fraction((span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds, 3_600_000_000)


def _months(a: date, b: date) -> int:
    """Full months from a to b; a month from the 31st is full on the last day of a shorter month."""
    whole = (b.year - a.year) * 12 + b.month - a.month
    return whole if add_months(a, whole) <= b else whole - 1


def add_months(start: date, months: int) -> date:
    """The corresponding day so many months later, or the last day of that month where it has none."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def _beyond(unit: str, names: Names) -> Callable[[date, date, int], bool]:
    if unit == "hour":
        return lambda a, b, n: _hours(a, b) > n
    if unit == "day":
        return lambda a, b, n: (day(b) - day(a)).days > n
    if unit == "workday":
        return lambda a, b, n: names.workdays(day(a), day(b)) > n
    size = 12 if unit == "year" else 1
    return lambda a, b, n: day(b) > add_months(day(a), n * size)


def of_time(call: Call, value: Closure, names: Names) -> Closure:
    """`weekday`, `workday`, `holiday`, `hour` of an act, an instant or a day."""
    shown = words(call.values[0])
    read: dict[str, Callable[[date], Any]] = {
        "weekday": lambda when: day(when).isoweekday(),
        "workday": lambda when: names.is_workday(day(when)),
        "holiday": lambda when: names.is_holiday(day(when)),
        "hour": lambda when: when.astimezone(SHANGHAI).hour if isinstance(when, datetime) else 0,
    }
    answer = read[call.name]

    def of(scene: Scene) -> Value:
        when = instant(value(scene), shown)
        return when if isinstance(when, Unknown) else answer(when)

    return of
