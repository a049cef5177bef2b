"""Numbers of the law: dated, cited, layered. The value is the one in force at the day asked for, of the layer nearest to the agency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from xiezhi.core.law.clauses import Span, holds
from xiezhi.core.law.errors import Place
from xiezhi.core.law.read_terms import read_cites
from xiezhi.core.law.source import Node

Amount = int | Decimal | str | tuple[str, ...] | None
PARAM_UNITS = ("yuan", "number", "workday", "day", "hour", "month", "year", "percent", "m2", "text", "list")
STRICTER = ("lower", "higher")


@dataclass(frozen=True, slots=True)
class ParamValue:
    """One value with its days. `own` is the span that the row states, `span` that span cut with its instrument's validity."""

    value: Amount
    own: Span
    span: Span
    cites: tuple[str, ...]
    pack: str
    depth: int
    place: Place


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter; `values` stand in the order in which they are asked: nearest layer first, latest start first.

    `reading` is the reading chosen where the text is silent; `stricter` the direction in which a layer may go without an override.
    """

    id: str
    zh: str
    unit: str
    stricter: str | None
    reading: str | None
    values: tuple[ParamValue, ...]
    place: Place

    def at(self, day: date, *, regardless: bool = False) -> ParamValue | None:
        """The value in force on that day, or None when there is none.

        `regardless` of validity: the nearest layer answers, with its value of that day or else its earliest one.
        """
        if not regardless:
            return next((value for value in self.values if holds(value.span, day)), None)
        nearest = [value for value in self.values if value.depth == self.values[0].depth]
        return next((value for value in nearest if holds(value.own, day)), nearest[-1])


@dataclass(frozen=True, slots=True)
class ParamText:
    """A parameter as one pack states it, before the layers are put on each other."""

    id: str
    zh: str
    unit: str
    stricter: str | None
    reading: str | None
    values: tuple[ParamValue, ...]
    override_of: str | None
    reason: str | None
    place: Place


def read_params(node: Node, pack: str, depth: int) -> dict[str, ParamText]:
    """The parameters of one params.yaml."""
    return {name: _param(name, key, value, pack, depth) for name, key, value in node.entries()}


def _param(name: str, key: Node, node: Node, pack: str, depth: int) -> ParamText:
    f = node.fields(("zh", "en", "unit", "stricter", "values", "reading", "override_of", "reason"), required=("zh", "unit", "values"))
    unit = f["unit"].choice(PARAM_UNITS, "a unit")
    rows = [_row(item, unit, pack, depth) for item in f["values"].items()]
    if not rows:
        f["values"].refuse("found an empty list", "at least one {from, value, cite}", "give the value")
    rows.sort(key=lambda row: row.own[0] or date.min, reverse=True)
    for later, earlier in pairwise(rows):
        if later.own[0] == earlier.own[0]:
            f["values"].refuse(f"found two values from {later.own[0]}", "one value for each day", "remove or date one of the two")
    return ParamText(
        id=name,
        zh=f["zh"].text(),
        unit=unit,
        stricter=f["stricter"].choice(STRICTER, "a direction") if "stricter" in f else None,
        reading=f["reading"].text() if "reading" in f else None,
        values=tuple(rows),
        override_of=f["override_of"].text() if "override_of" in f else None,
        reason=f["reason"].text() if "reason" in f else None,
        place=key.place,
    )


def _row(node: Node, unit: str, pack: str, depth: int) -> ParamValue:
    stated = {name for name, _, _ in node.entries()}
    f = node.fields(("from", "to", "value", "cite"), required=("from", "cite"))
    if "value" not in stated:
        node.refuse(
            "the key 'value' is missing", "'value' in this mapping", "add 'value: ...', or 'value: null' where the text gives no number"
        )
    own = (f["from"].date(), f["to"].date() if "to" in f else None)
    if own[1] is not None and own[1] < own[0]:
        f["to"].refuse(f"found {f['to'].shown()} before 'from' ({own[0]})", "an end that is not before its start", "correct one of the two")
    value = _value(f["value"], unit) if "value" in f else None
    return ParamValue(value, own, own, read_cites(f["cite"]), pack, depth, node.place)


def _value(node: Node, unit: str) -> Amount:
    if unit == "text":
        return node.text()
    if unit == "list":
        return node.texts()
    number = node.decimal()
    if unit == "yuan":
        return number
    return int(number) if number == number.to_integral_value() else number


def weaker(stricter: str | None, below: Amount, above: Amount) -> bool:
    """Whether the upper layer's value asks for less than the one below it, in the declared direction."""
    if stricter is None or not isinstance(below, (int, Decimal)) or not isinstance(above, (int, Decimal)):
        return False
    return above > below if stricter == "lower" else above < below
