"""The mapping: which column is what, which activity label is which act, which column is which fact (docs/tutorial-audit.md)."""

from __future__ import annotations

import codecs
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from datetime import timedelta, timezone, tzinfo
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from xiezhi.core.law.source import Node, read_yaml
from xiezhi.core.law.vocabulary import Vocabulary

# The fields of a history line that a column may be, besides facts (history.md, "The file").
FIELDS = (
    "id",
    "case",
    "act",
    "at",
    "until",
    "recorded_at",
    "procedure",
    "agency",
    "visit",
    "by",
    "documents",
    "signed",
    "recordings",
    "case_seq",
)
SIGNED = ("signed.party", "signed.officers", "signed.witness", "signed.served")
# What a label may stand for besides an act: left out and counted, left out and known.
COUNT, SKIP = "count", "skip"
_KEYS = ("columns", "labels", "facts", "values", "constants", "only", "timezone", "time_format", "units", "encoding")
_UNITS = {
    "元": Decimal(1),
    "角": Decimal("0.1"),
    "分": Decimal("0.01"),
    "千元": Decimal(1000),
    "万元": Decimal(10000),
    "亿元": Decimal(10**8),
}
ELSE = "else"


@dataclass(frozen=True, slots=True)
class Mapping:
    """One mapping file as read.

    `columns` is field of the line -> column; `labels` activity label -> act id, COUNT or SKIP; `facts` column -> dotted path;
    `values` column -> {value as written -> value meant} (key ELSE: all others); `only` column -> values that are read;
    `units` column -> factor into the unit of the fact.
    """

    columns: Table[str, str] = field(default_factory=dict)
    labels: Table[str, str] = field(default_factory=dict)
    facts: Table[str, str] = field(default_factory=dict)
    values: Table[str, Table[str, str | bool]] = field(default_factory=dict)
    constants: Table[str, str] = field(default_factory=dict)
    only: Table[str, tuple[str, ...]] = field(default_factory=dict)
    timezone: tzinfo | None = None
    time_format: str | None = None
    units: Table[str, Decimal] = field(default_factory=dict)
    encoding: str | None = None

    def wanted(self) -> frozenset[str]:
        """The columns that the mapping reads."""
        return frozenset([*self.columns.values(), *self.facts, *self.only])


def load_mapping(path: Path, vocabulary: Vocabulary) -> Mapping:
    """Read a mapping file. Raises PackError with its place: an unknown key, field, act, fact, zone or encoding."""
    f = read_yaml(path, str(path)).fields(_KEYS)
    return Mapping(
        columns=_columns(f.get("columns")),
        labels={
            label: value.choice((*vocabulary.acts, COUNT, SKIP), "an act of the vocabulary, count or skip")
            for label, value in _entries(f.get("labels"))
        },
        facts={column: _path(value, vocabulary) for column, value in _entries(f.get("facts"))},
        values={column: {said: _meant(value) for said, value in _entries(node)} for column, node in _entries(f.get("values"))},
        constants=_constants(f.get("constants"), vocabulary),
        only={column: tuple(item.text() for item in node.one_or_more()) for column, node in _entries(f.get("only"))},
        timezone=_zone(f["timezone"]) if "timezone" in f else None,
        time_format=f["time_format"].text() if "time_format" in f else None,
        units={column: _unit(node) for column, node in _entries(f.get("units"))},
        encoding=_encoding(f["encoding"]) if "encoding" in f else None,
    )


def _entries(node: Node | None) -> list[tuple[str, Node]]:
    return [] if node is None else [(name, value) for name, _, value in node.entries()]


def _columns(node: Node | None) -> dict[str, str]:
    columns = {}
    for name, key, value in [] if node is None else node.entries():
        columns[key.choice((*FIELDS, *SIGNED), "a field of a history line")] = value.text()
        assert name in columns  # noqa: S101  choice returns what stands there
    return columns


def _constants(node: Node | None, vocabulary: Vocabulary) -> dict[str, str]:
    constants = {}
    for _, key, value in [] if node is None else node.entries():
        name = key.choice(("procedure", "agency"), "a constant")
        constants[name] = value.choice(vocabulary.procedures, "a procedure of the vocabulary") if name == "procedure" else value.text()
    return constants


def _path(node: Node, vocabulary: Vocabulary) -> str:
    path = node.text()
    if not vocabulary.is_key(path):
        node.choice([*vocabulary.facts, *vocabulary.act_data], "a fact or act-data key of the vocabulary")
    return path


def _meant(node: Node) -> str | bool:
    text = node.text()
    return text == "true" if text in ("true", "false") else text


def _unit(node: Node) -> Decimal:
    text = node.text()
    return _UNITS[text] if text in _UNITS else node.decimal()


def _zone(node: Node) -> tzinfo:
    """A zone by name, or a fixed offset such as +08:00."""
    text = node.text()
    if text[:1] in "+-" and len(text) == 6 and text[3] == ":" and (text[1:3] + text[4:]).isdigit():
        minutes = int(text[1:3]) * 60 + int(text[4:])
        if minutes < 24 * 60:
            return timezone(timedelta(minutes=minutes if text[0] == "+" else -minutes))
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        node.refuse(f"found {node.shown()}", "a time zone, as Asia/Shanghai or +08:00", "correct it")


def _encoding(node: Node) -> str:
    try:
        return codecs.lookup(node.text()).name
    except LookupError:
        node.refuse(f"found {node.shown()}", "an encoding, as utf-8 or gb18030", "correct it")
