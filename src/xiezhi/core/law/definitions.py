"""Named conditions (`major`) as decision tables: each row is one ground with its own citation."""

from __future__ import annotations

from dataclasses import dataclass

from xiezhi.core.law.clauses import Span
from xiezhi.core.law.errors import Place
from xiezhi.core.law.read_terms import read_cites
from xiezhi.core.law.source import GuardText, Node


@dataclass(frozen=True, slots=True)
class Row:
    """One ground of a definition. `validity` is its instrument's, cut with its own days."""

    id: str
    when: GuardText
    cites: tuple[str, ...]
    zh: str
    en: str
    validity: Span
    pack: str
    place: Place
    replaces: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """A named condition: true when any row in force is true."""

    id: str
    zh: str
    en: str
    rows: tuple[Row, ...]
    place: Place


def read_definitions(node: Node, pack: str) -> dict[str, Definition]:
    """The definitions of one definitions.yaml."""
    return {name: _definition(name, key, value, pack) for name, key, value in node.entries()}


def _definition(name: str, key: Node, node: Node, pack: str) -> Definition:
    f = node.fields(("zh", "en", "any"), required=("zh", "any"))
    rows: dict[str, Row] = {}
    for item in f["any"].items():
        row = _row(item, pack)
        if row.id in rows:
            item.refuse(
                f"found the row '{row.id}' a second time, first at {rows[row.id].place}", "each row once", "rename or remove one of the two"
            )
        rows[row.id] = row
    if not rows:
        f["any"].refuse("found an empty list", "at least one row", "give a ground, or leave the definition out")
    return Definition(name, f["zh"].text(), f["en"].text() if "en" in f else "", tuple(rows.values()), key.place)


def _row(node: Node, pack: str) -> Row:
    f = node.fields(("id", "when", "cite", "zh", "en", "from", "to", "replaces", "reason"), required=("id", "when", "cite", "zh"))
    replaces = "replaces" in f and f["replaces"].boolean()
    if replaces and "reason" not in f:
        node.refuse("the key 'reason' is missing", "'reason' beside 'replaces'", "say why, with the article that allows it")
    return Row(
        id=f["id"].text(),
        when=f["when"].guard(),
        cites=read_cites(f["cite"]),
        zh=f["zh"].text(),
        en=f["en"].text() if "en" in f else "",
        validity=(f["from"].date() if "from" in f else None, f["to"].date() if "to" in f else None),
        pack=pack,
        place=f["id"].place,
        replaces=replaces,
        reason=f["reason"].text() if "reason" in f else None,
    )
