"""Guards over columns: a truth value for many rows at once, three-valued as in the row-wise engine.

What is not known is only ever said where the row-wise engine might say so, too: the case then goes to it, and its words are the ones reported.
A guard without a columnar form raises NotColumnar when it is first read.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from xiezhi.core.audit.columns import SCALE, Frame, Mask, NotColumnar, Numbers, Rows, scaled
from xiezhi.core.law.calendar import Calendar
from xiezhi.core.procedure.guard import Names, Tree
from xiezhi.core.procedure.guard.names import data_key
from xiezhi.core.procedure.guard.tree import All, AnyOf, Call, Compare, Items, Literal, Not, Param, Path, Sum

Truth: TypeAlias = tuple[Mask, Mask]
"""(true, not known); what is neither is false."""
Values: TypeAlias = tuple[Any, Mask, str]
"""(values, not known, kind: number or text)."""

_ORDERINGS: dict[str, Callable[[Any, Any], Any]] = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


@dataclass(frozen=True, slots=True)
class Sight:
    """The rows judged (`this`) and, beside each, the row that a filter looks at (`it`, where there is one)."""

    frame: Frame
    names: Names
    calendar: Calendar
    this: Rows
    it: Rows | None = None

    @property
    def size(self) -> int:
        return len(self.this)

    def none(self) -> Mask:
        return np.zeros(self.size, dtype=bool)


def truth(tree: Tree, sight: Sight) -> Truth:
    """The condition for each row of the sight."""
    match tree:
        case Literal(value=bool() as value):
            return np.full(sight.size, value), sight.none()
        case All():
            return _all([truth(item, sight) for item in tree.items])
        case AnyOf():
            return _not(_all([_not(truth(item, sight)) for item in tree.items]))
        case Not():
            return _not(truth(tree.inner, sight))
        case Compare():
            return _compare(tree, sight)
        case Call(name="done" | "any"):
            return _done(tree, sight)
        case Call(name="since") if tree.condition is None and all(isinstance(value, Path) for value in tree.values):
            last = sight.frame.last_before(_kinds(tree))[sight.this]
            after = sight.frame.last_before(tuple(value.text for value in tree.values if isinstance(value, Path)))[sight.this]
            return (last >= 0) & (last < after), sight.none()
        case Path():
            return _flag(tree, sight)
    raise NotColumnar


def _all(items: list[Truth]) -> Truth:
    true = np.logical_and.reduce([one for one, _ in items])
    false = np.logical_or.reduce([~(one | unknown) for one, unknown in items])
    return true, ~(true | false)


def _not(one: Truth) -> Truth:
    true, unknown = one
    return ~(true | unknown), unknown


def _flag(path: Path, sight: Sight) -> Truth:
    """A fact that is true or false."""
    key = sight.frame.vocabulary.facts.get(path.text)
    if key is None or key.type != "bool" or key.default is not None:
        raise NotColumnar
    row = sight.frame.stands(path.text)[sight.this]
    data, _ = sight.frame.own(path.text)
    stated = row >= 0
    if data.dtype != bool:
        if stated.any():
            raise NotColumnar
        data = data.astype(bool)
    return stated & data[row], sight.none() if key.absent == "false" else ~stated


def _compare(tree: Compare, sight: Sight) -> Truth:
    if tree.op in _ORDERINGS or tree.op in ("==", "!="):
        left, right = values(tree.left, sight), values(tree.right, sight)
        if left[2] != right[2] or (left[2] == "text" and tree.op in _ORDERINGS):
            raise NotColumnar
        unknown = left[1] | right[1]
        op = _ORDERINGS.get(tree.op) or (operator.eq if tree.op == "==" else operator.ne)
        return np.asarray(op(left[0], right[0]), dtype=bool) & ~unknown, unknown
    if tree.op == "in" and isinstance(tree.right, Items) and all(isinstance(item, Literal) for item in tree.right.items):
        data, unknown, kind = values(tree.left, sight)
        allowed = [item.value for item in tree.right.items if isinstance(item, Literal)]
        if kind != "text" or not all(isinstance(value, str) for value in allowed):
            raise NotColumnar
        return np.logical_or.reduce([data == value for value in allowed]) & ~unknown, unknown
    raise NotColumnar


def _done(call: Call, sight: Sight) -> Truth:
    frame = sight.frame
    if call.condition is None:
        return frame.last_before(_kinds(call))[sight.this] >= 0, sight.none()
    if sight.it is not None:
        raise NotColumnar
    # Every pair of a row and an earlier act of these kinds: those acts of one case lie together in `held`.
    held = np.flatnonzero(frame.is_kind(_kinds(call)))
    first = np.searchsorted(held, frame.start[sight.this])
    many = np.searchsorted(held, sight.this) - first
    owner = np.repeat(np.arange(sight.size), many)
    inside = np.arange(len(owner)) - np.repeat(np.cumsum(many) - many, many)
    it = held[np.repeat(first, many) + inside]
    true, unknown = truth(call.condition, Sight(frame, sight.names, sight.calendar, sight.this[owner], it))
    found, doubt = sight.none(), sight.none()
    found[owner[true]] = True
    doubt[owner[unknown]] = True
    return found, doubt & ~found


def values(tree: Tree, sight: Sight) -> Values:
    """The value for each row of the sight."""
    match tree:
        case Literal(value=bool() | None):
            raise NotColumnar
        case Literal(value=str() as text):
            return np.full(sight.size, text, dtype=object), sight.none(), "text"
        case Literal(value=int() | Decimal() as number):
            return np.full(sight.size, scaled(number), dtype=np.int64), sight.none(), "number"
        case Param():
            return _param(tree.name, sight)
        case Sum():
            left, right = values(tree.left, sight), values(tree.right, sight)
            if left[2] != "number" or right[2] != "number":
                raise NotColumnar
            return left[0] + right[0] if tree.op == "+" else left[0] - right[0], left[1] | right[1], "number"
        case Path():
            return _path(tree, sight)
        case Call(name="last" | "first", condition=None) if tree.path:
            return _stated(tree.path, _acts(tree, sight), sight)
        case Call(name="count", condition=None):
            counts = np.cumsum(sight.frame.is_kind(_kinds(tree)))
            before = np.concatenate(([0], counts))
            return (before[sight.this] - before[sight.frame.start[sight.this]]) * SCALE, sight.none(), "number"
        case Call(name="elapsed"):
            return _elapsed(tree, sight)
    raise NotColumnar


def _param(name: str, sight: Sight) -> Values:
    days, places = np.unique(sight.frame.day[sight.this], return_inverse=True)
    found = [sight.names.param_at(name, date.fromordinal(int(day))) for day in days]
    if any(value is not None and (isinstance(value, bool) or not isinstance(value, (int, Decimal))) for value in found):
        raise NotColumnar
    data = np.array([0 if value is None else scaled(value) for value in found], dtype=np.int64)
    missing = np.array([value is None for value in found], dtype=bool)
    return data[places], missing[places], "number"


def _path(path: Path, sight: Sight) -> Values:
    root = path.parts[0]
    if root == "this":
        return _stated(path.parts[1:], sight.this, sight)
    if root == "it" and sight.it is not None:
        return _stated(path.parts[1:], sight.it, sight)
    if path.text not in sight.frame.vocabulary.facts:
        raise NotColumnar
    return _read(path.text, sight.frame.stands(path.text)[sight.this], sight)


def _stated(parts: tuple[str, ...], rows: Rows, sight: Sight) -> Values:
    """What the acts of these rows state; -1 states nothing."""
    key = data_key(parts, sight.names) if parts else None
    if key is None or key[1]:
        raise NotColumnar
    stated = sight.frame.own(key[0])[1]
    return _read(key[0], np.where((rows >= 0) & stated[rows], rows, -1), sight)


def _read(name: str, rows: Rows, sight: Sight) -> Values:
    word = sight.frame.vocabulary.key(name)
    if word is None or word.default is not None or word.absent != "unknown" or word.type not in ("number", "yuan", "text", "enum"):
        raise NotColumnar
    data, _ = sight.frame.own(name)
    missing = rows < 0
    kind = "number" if word.type in ("number", "yuan") else "text"
    if (data.dtype == object) != (kind == "text"):
        if not missing.all():
            raise NotColumnar
        data = np.full(sight.frame.count, None, dtype=object) if kind == "text" else np.zeros(sight.frame.count, dtype=np.int64)
    return data[rows], missing, kind


def _elapsed(call: Call, sight: Sight) -> Values:
    start, end = rows_of(call.values[0], sight), rows_of(call.values[1], sight)
    unit = call.values[2]
    frame = sight.frame
    if not isinstance(unit, Literal) or unit.value not in ("day", "workday") or frame.is_stated("served_on"):
        raise NotColumnar
    missing = (start < 0) | (end < 0)
    a, b = frame.day[start], frame.day[end]
    if unit.value == "workday":
        ordinals = _workdays(frame, sight.calendar)
        return (ordinals[b - ordinals_from(frame)] - ordinals[a - ordinals_from(frame)]) * SCALE, missing, "number"
    return (b - a) * SCALE, missing, "number"


def ordinals_from(frame: Frame) -> int:
    return int(frame.day.min())


def _workdays(frame: Frame, calendar: Calendar) -> Numbers:
    """How many working days lie after the first day of the log, up to each of its days."""
    first = date.fromordinal(ordinals_from(frame))
    span = int(frame.day.max()) - ordinals_from(frame)
    return np.array([calendar.workdays_between(first, date.fromordinal(first.toordinal() + number)) for number in range(span + 1)])


def rows_of(tree: Tree, sight: Sight) -> Rows:
    """The acts that an operand means; -1 where there is none."""
    match tree:
        case Path(parts=("this",)):
            return sight.this
        case Path(parts=("it",)) if sight.it is not None:
            return sight.it
        case Call(name="last" | "first", condition=None, path=()):
            return _acts(tree, sight)
    raise NotColumnar


def _acts(call: Call, sight: Sight) -> npt.NDArray[np.int64]:
    kinds = _kinds(call)
    frame = sight.frame
    return (frame.last_before(kinds) if call.name == "last" else frame.first_before(kinds))[sight.this]


def _kinds(call: Call) -> tuple[str, ...]:
    return tuple(act.text for act in call.acts)
