"""Putting packs on each other: a parameter, a definition's row or a rule of an overlay meets the same id below it.

An overlay may set a parameter, tighten, add, or replace with a reason. Asking for less than the law below is refused unless marked
(`override_of`) and of a level that may. Two statements of one id at one level are an error that names both places.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from xiezhi.core.law.clauses import ALWAYS, Clause, Instrument, Span, cut
from xiezhi.core.law.definitions import Definition, Row
from xiezhi.core.law.errors import Mistakes, PackError, Place
from xiezhi.core.law.layers import RANKS, Layer
from xiezhi.core.law.params import Param, ParamText, ParamValue, weaker
from xiezhi.core.law.rules import Rule


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a part of a merged pack comes from: which pack, where, on which clauses, and what it says there."""

    pack: str
    place: Place
    cites: tuple[str, ...]
    says: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """What citations stand on: the instruments in effect, the clauses, and the levels of instruments."""

    instruments: dict[str, Instrument]
    clauses: dict[str, Clause]
    levels: dict[str, str]

    def validity(self, clause_id: str) -> Span:
        """The days on which a clause is in force: its instrument's cut with its own."""
        clause = self.clauses.get(clause_id)
        instrument = self.instruments.get(clause_id.rpartition("/")[0])
        span = ALWAYS if instrument is None else (instrument.valid_from, instrument.valid_to)
        return span if clause is None else cut(span, (clause.valid_from, clause.valid_to))

    def of(self, cites: tuple[str, ...], own: Span = ALWAYS) -> Span:
        """The days of what cites these clauses: the first one decides."""
        return cut(self.validity(cites[0]), own)

    def rank(self, rule: Rule, pack_level: str) -> int:
        """The rank of the law that a rule comes from."""
        return RANKS.get(self.levels.get(rule.cites[0].rpartition("/")[0], pack_level), 0)


def remnants(below: Span, above: Span) -> list[Span]:
    """The days of `below` that `above` leaves to it: before the upper one came into force, and after it ended."""
    left: list[Span] = []
    if above[0] is not None and (below[0] is None or below[0] < above[0]):
        left.append((below[0], _earlier(below[1], above[0] - timedelta(days=1))))
    if above[1] is not None and (below[1] is None or below[1] > above[1]):
        start = above[1] + timedelta(days=1)
        left.append((start if below[0] is None else max(start, below[0]), below[1]))
    return left


def _earlier(one: date | None, other: date) -> date:
    return other if one is None else min(one, other)


# --- parameters


def merge_params(layers: list[Layer], ground: Ground, origins: dict[str, list[Origin]]) -> dict[str, Param]:
    """The parameters of all layers. Raises PackError for an unmarked weakening or another unit."""
    mistakes = Mistakes()
    merged: dict[str, Param] = {}
    for layer in layers:
        for text in layer.params.values():
            try:
                merged[text.id] = _param_on(merged.get(text.id), text, ground)
            except PackError as error:
                mistakes.add(error)
                continue
            for value in text.values:
                origins.setdefault(text.id, []).append(Origin(layer.header.id, value.place, value.cites, str(value.value), text.reason))
    mistakes.raise_any()
    return merged


def _param_on(below: Param | None, text: ParamText, ground: Ground) -> Param:
    values = tuple(replace(value, span=ground.of(value.cites, value.own)) for value in text.values)
    if below is None:
        return Param(text.id, text.zh, text.unit, text.stricter, text.reading, values, text.place)
    if text.unit != below.unit:
        raise PackError(
            text.place,
            f"found the unit '{text.unit}'",
            f"'{below.unit}', as at {below.place}",
            "use the same unit, or define a parameter of another id",
        )
    for value in values:
        _refuse_weaker(below, text, value)
    return replace(below, zh=text.zh, reading=text.reading or below.reading, values=values + below.values, place=text.place)


def _refuse_weaker(below: Param, text: ParamText, value: ParamValue) -> None:
    beaten = next((old for old in below.values if _overlap(old.span, value.span) and weaker(below.stricter, old.value, value.value)), None)
    if beaten is None or (text.override_of == below.id and text.reason):
        return
    raise PackError(
        value.place,
        f"found {value.value} for '{text.id}', weaker than {beaten.value} at {beaten.place}",
        f"a value that is {'not higher' if below.stricter == 'lower' else 'not lower'}",
        f"correct it, or add 'override_of: {below.id}' and 'reason: ...' beside 'values'",
    )


def _overlap(one: Span, other: Span) -> bool:
    start, end = cut(one, other)
    return start is None or end is None or start <= end


# --- definitions


def merge_definitions(layers: list[Layer], ground: Ground, origins: dict[str, list[Origin]]) -> dict[str, Definition]:
    """The definitions of all layers; an overlay's rows come after the base's."""
    mistakes = Mistakes()
    merged: dict[str, Definition] = {}
    for layer in layers:
        for definition in layer.definitions.values():
            below = merged.get(definition.id)
            rows = [] if below is None else list(below.rows)
            for row in definition.rows:
                dated = replace(row, validity=ground.of(row.cites, row.validity))
                same = [old for old in rows if old.id == row.id]
                try:
                    _refuse_unmarked(same[0] if same else None, row)
                except PackError as error:
                    mistakes.add(error)
                rows = [kept for old in rows for kept in ([old] if old.id != row.id else _left_of(old, dated))]
                rows.append(dated)
                origins.setdefault(f"{definition.id}.{row.id}", []).append(
                    Origin(layer.header.id, row.place, row.cites, row.zh, row.reason)
                )
            merged[definition.id] = replace(definition, rows=tuple(rows), en=definition.en or (below.en if below else ""))
    mistakes.raise_any()
    return merged


def _left_of(old: Row, own: Row) -> list[Row]:
    return [replace(old, validity=span) for span in remnants(old.validity, own.validity)]


def _refuse_unmarked(below: Row | None, row: Row) -> None:
    if below is None and row.replaces:
        raise PackError(
            row.place, f"found 'replaces' on '{row.id}'", "a row of this id in a pack below", "remove 'replaces', or correct the id"
        )
    if below is not None and not row.replaces:
        raise PackError(
            row.place,
            f"found the row '{row.id}', which is also at {below.place}",
            "one row of an id",
            "rename it, or mark it 'replaces: true' with a 'reason'",
        )
