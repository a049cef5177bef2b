"""Two packs side by side: what only one has, what both have differently, and who asks for more where that can be told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from xiezhi.core.law.definitions import Row
from xiezhi.core.law.errors import Place
from xiezhi.core.law.layers import TABLES
from xiezhi.core.law.pack import Pack
from xiezhi.core.law.params import Param, ParamValue
from xiezhi.core.law.rules import Rule
from xiezhi.core.law.strictness import losses

# Where a rule stands, and in which words, is no difference of law.
_ASIDE = {"place", "cited_at", "pack", "en", "fix", "fix_en"}
A, B = "a", "b"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference. `change`: added (only in b), removed (only in a), changed. `stricter`: 'a', 'b', or None where nobody can tell."""

    what: str
    id: str
    change: str
    zh: str
    parts: tuple[tuple[str, str, str], ...]
    stricter: str | None
    cites: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "what": self.what,
            "id": self.id,
            "change": self.change,
            "zh": self.zh,
            "parts": [{"key": key, "a": one, "b": other} for key, one, other in self.parts],
            "stricter": self.stricter,
            "cite_zh": list(self.cites),
        }


def differences(a: Pack, b: Pack, day_a: date, day_b: date) -> list[Difference]:
    """All differences: rules, parameters (their values on the two days), definitions by row, tables. Rules that yield are no rules here."""
    return [*_rules(a, b, day_a, day_b), *_params(a, b, day_a, day_b), *_definitions(a, b, day_a, day_b), *_tables(a, b)]


def _rules(a: Pack, b: Pack, day_a: date, day_b: date) -> Iterator[Difference]:
    mine, other = _applied(a, day_a), _applied(b, day_b)
    for id_ in dict.fromkeys((*mine, *other)):
        one, two = mine.get(id_), other.get(id_)
        if one is None and two is not None:
            yield _lone_rule(b, two, "added", B)
        if two is None and one is not None:
            yield _lone_rule(a, one, "removed", A)
        if one is None or two is None:
            continue
        parts = tuple(_parts(one, two))
        if parts:
            yield Difference("rule", id_, "changed", two.zh or one.zh, parts, _stricter(one, two), _both(a, one.cites, b, two.cites))


def _lone_rule(pack: Pack, rule: Rule, change: str, side: str) -> Difference:
    # Whatever one more rule asks for is more than nothing.
    return Difference("rule", rule.id, change, rule.zh, (), side if rule.severity != "none" else None, _cited(pack, rule.cites))


def _applied(pack: Pack, day: date) -> dict[str, Rule]:
    return {rule.id: rule for rule in pack.rules if rule.yields_to is None and pack.in_force(rule, day)}


def _parts(one: Rule, two: Rule) -> Iterator[tuple[str, str, str]]:
    if one.kind != two.kind:
        yield "kind", one.kind, two.kind
        return
    for field in fields(one):
        if field.name not in _ASIDE:
            mine, other = shown(getattr(one, field.name)), shown(getattr(two, field.name))
            if mine != other:
                yield field.name.rstrip("_"), mine, other


def _stricter(one: Rule, two: Rule) -> str | None:
    """Told only of what compares: terms, live, severity, documents, persons. A changed guard may cut both ways, so then nobody is."""
    if any(
        shown(getattr(one, name, None)) != shown(getattr(two, name, None))
        for name in ("when", "only", "requires", "check", "answers", "unless")
    ):
        return None
    lost, won = losses(one, two), losses(two, one)
    return A if lost and not won else B if won and not lost else None


def _params(a: Pack, b: Pack, day_a: date, day_b: date) -> Iterator[Difference]:
    mine, other = _numbers(a, day_a), _numbers(b, day_b)
    for id_ in sorted({*mine, *other}):
        one, two = mine.get(id_), other.get(id_)
        if one is None and two is not None:
            yield Difference("parameter", id_, "added", two[0].zh, (("value", "", _number(*two)),), None, _cited(b, two[1].cites))
        if two is None and one is not None:
            yield Difference("parameter", id_, "removed", one[0].zh, (("value", _number(*one), ""),), None, _cited(a, one[1].cites))
        if one is None or two is None or _number(*one) == _number(*two):
            continue
        stricter = _of_numbers(one[0], one[1].value, two[1].value) if one[0].unit == two[0].unit else None
        parts = (("value", _number(*one), _number(*two)),)
        yield Difference("parameter", id_, "changed", two[0].zh, parts, stricter, _both(a, one[1].cites, b, two[1].cites))


def _numbers(pack: Pack, day: date) -> dict[str, tuple[Param, ParamValue]]:
    found = ((id_, param, param.at(day)) for id_, param in pack.params.items())
    return {id_: (param, value) for id_, param, value in found if value is not None}


def _number(param: Param, value: ParamValue) -> str:
    return f"{shown(value.value)} {param.unit}"


def _of_numbers(param: Param, one: Any, two: Any) -> str | None:
    if param.stricter is None or not isinstance(one, (int, Decimal)) or not isinstance(two, (int, Decimal)) or one == two:
        return None
    return A if (one < two) == (param.stricter == "lower") else B


def _definitions(a: Pack, b: Pack, day_a: date, day_b: date) -> Iterator[Difference]:
    mine, other = _grounds(a, day_a), _grounds(b, day_b)
    for id_ in sorted({*mine, *other}):
        one, two = mine.get(id_), other.get(id_)
        if one is None and two is not None:
            yield Difference("definition", id_, "added", two.zh, (), None, _cited(b, two.cites))
        if two is None and one is not None:
            yield Difference("definition", id_, "removed", one.zh, (), None, _cited(a, one.cites))
        if one is not None and two is not None and one.when.text != two.when.text:
            parts = (("when", one.when.text, two.when.text),)
            yield Difference("definition", id_, "changed", two.zh, parts, None, _both(a, one.cites, b, two.cites))


def _grounds(pack: Pack, day: date) -> dict[str, Row]:
    return {f"{one.id}.{row.id}": row for one in pack.definitions.values() for row in one.rows if pack.in_force(row, day)}


def _tables(a: Pack, b: Pack) -> Iterator[Difference]:
    for name in TABLES:
        mine, other = getattr(a, name), getattr(b, name)
        for key in dict.fromkeys((*mine, *other)):
            one, two = mine.get(key), other.get(key)
            if one == two:
                continue
            change = "added" if key not in mine else "removed" if key not in other else "changed"
            parts = tuple(_inside(one, two)) if change == "changed" else ()
            yield Difference("table", f"{name}.{key}", change, "", parts, None, ())


def _inside(one: Any, two: Any, where: str = "") -> Iterator[tuple[str, str, str]]:
    """The smallest parts that differ. Items with an id are matched by it."""
    if isinstance(one, Mapping) and isinstance(two, Mapping):
        for key in dict.fromkeys((*one, *two)):
            if one.get(key) != two.get(key):
                yield from _inside(one.get(key), two.get(key), f"{where}.{key}" if where else str(key))
    elif _with_ids(one) and _with_ids(two):
        yield from _inside({item["id"]: item for item in one}, {item["id"]: item for item in two}, where)
    elif isinstance(one, (list, tuple)) and isinstance(two, (list, tuple)):
        yield where, shown([item for item in one if item not in two]), shown([item for item in two if item not in one])
    else:
        yield where, shown(one), shown(two)


def _with_ids(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and bool(value) and all(isinstance(item, Mapping) and "id" in item for item in value)


def shown(value: Any) -> str:
    """A part of a rule as one line; places in files are left out."""
    if value is None or value in ((), []):
        return "-"
    if isinstance(value, Place):
        return ""
    if hasattr(value, "text") and isinstance(value.text, str):
        return value.text
    if is_dataclass(value) and not isinstance(value, type):
        stated = {one.name: getattr(value, one.name) for one in fields(value)}
        return ", ".join(
            f"{name.rstrip('_')} {shown(item)}"
            for name, item in stated.items()
            if item not in (None, (), False) and not isinstance(item, Place)
        )
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {shown(item)}" for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(shown(item) for item in value)
    return str(value)


def _cited(pack: Pack, cites: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(pack.cite_zh(cite) for cite in cites)


def _both(a: Pack, mine: tuple[str, ...], b: Pack, other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*_cited(a, mine), *_cited(b, other))))
