"""What the pages on packs show: rules with their articles, who states them, what yields, what fulfils each clause. Nothing is kept but by edition."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from xiezhi.core.coverage.account import Line
    from xiezhi.core.law.pack import Pack
    from xiezhi.core.law.rules import Rule

Row = TypeVar("Row")
SIZE = 30
STATUS = {"fulfilled": "已做到", "recorded": "只能记录", "open": "未做到"}


@dataclass(frozen=True, slots=True)
class Part(Generic[Row]):
    """One page of a list in memory, by the id of the last row shown: as `site.keyset.Page`."""

    rows: Sequence[Row]
    after: str
    first: bool


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule as the page tells it. `level`: 国家, or the name of the pack that states it; `yields_to`: the stronger rule, with `reason`."""

    id: str
    zh: str
    cites: tuple[str, ...]
    level: str
    warning: bool
    yields_to: str
    reason: str


def pack_of(key: str) -> Pack | None:
    """The pack of this installation, or None when there is none that can be read."""
    from xiezhi.core.law.errors import PackError
    from xiezhi.core.law.pack import load_pack, pack_ids

    try:
        return load_pack(key) if key in pack_ids() else None
    except PackError:
        return None


def day_of_law(pack: Pack, today: date) -> date:
    from xiezhi.core.prove.day import day_for

    return day_for(pack, today)


def rules(pack: Pack, day: date, asked: str, after: str) -> Part[RuleRow]:
    """The rules in force that day whose words or articles hold what is asked for, those that yield among them."""
    listed = [row for row in _rows(pack, day) if asked in row.zh or asked in row.id or any(asked in cite for cite in row.cites)]
    return _part(listed, [row.id for row in listed], after)


def _rows(pack: Pack, day: date) -> Iterator[RuleRow]:
    from xiezhi.core.law.pack import load_pack

    names = {one: "国家" if one == pack.chain[0] else load_pack(one).zh for one in dict.fromkeys(rule.pack for rule in pack.rules)}
    words = {rule.id: rule.zh for rule in pack.rules}
    for rule in sorted((one for one in pack.rules if pack.in_force(one, day)), key=lambda one: one.id):
        yield _row(pack, rule, names[rule.pack], words)


def _row(pack: Pack, rule: Rule, level: str, words: dict[str, str]) -> RuleRow:
    cites = tuple(pack.cite_zh(cite) for cite in rule.cites)
    stronger = words.get(rule.yields_to, rule.yields_to) if rule.yields_to else ""
    return RuleRow(rule.id, rule.zh, cites, level, rule.severity != "violation", stronger, rule.reason or "")


def counts(pack: Pack) -> list[tuple[str, str, int]]:
    """(status, words, how many clauses)."""
    lines = _account(pack.id, pack.hash)
    return [(status, zh, sum(1 for line in lines if line.status == status)) for status, zh in STATUS.items()]


def clauses(pack: Pack, status: str, after: str) -> Part[Line]:
    """The clauses of the pack's own document; `status` empty = all."""
    listed = sorted((line for line in _account(pack.id, pack.hash) if status in ("", line.status)), key=lambda line: line.id)
    return _part(listed, [line.id for line in listed], after)


@lru_cache(maxsize=32)
def _account(key: str, _edition: str) -> tuple[Line, ...]:
    from xiezhi.core.coverage.account import account
    from xiezhi.core.coverage.tested import read_tested
    from xiezhi.core.law.errors import PackError
    from xiezhi.core.law.pack import find_packs_dir, load_pack

    base = find_packs_dir()
    try:
        return tuple(account(load_pack(key), base, read_tested(base)))
    except PackError:
        return ()  # `xiezhi packs coverage` says where the file is wrong


@lru_cache(maxsize=64)
def flowchart(key: str, _edition: str, procedure: str, day: date) -> tuple[str, str]:
    """(SVG sheets, the same in words as HTML). Without Graphviz the first is empty."""
    from xiezhi.apps.registry import queries
    from xiezhi.core.chart.derive import derive
    from xiezhi.core.chart.picture import GraphvizError, as_sheets
    from xiezhi.core.chart.text import as_list
    from xiezhi.core.law.pack import load_pack
    from xiezhi.core.procedure.book import open_book

    chart = derive(open_book(load_pack(key), queries.calendar()), procedure, day)
    try:
        return "".join(as_sheets(chart)), as_list(chart)
    except GraphvizError:
        return "", as_list(chart)


def _part(listed: Sequence[Row], keys: Sequence[str], after: str) -> Part[Row]:
    start = next((place for place, key in enumerate(keys) if key > after), len(keys)) if after else 0
    shown = listed[start : start + SIZE]
    more = start + SIZE < len(listed)
    return Part(shown, keys[start + SIZE - 1] if more else "", first=start == 0)
