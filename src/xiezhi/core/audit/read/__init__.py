"""Reading what an audit is given: histories in the format of history.md, tables and event logs, people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from xiezhi.core.audit.log import Log
from xiezhi.core.audit.mapping import FIELDS, SIGNED
from xiezhi.core.audit.mapping import Mapping as Names
from xiezhi.core.audit.read.delimited import read_csv
from xiezhi.core.audit.read.jsonl import read_jsonl
from xiezhi.core.audit.read.ocel import read_ocel
from xiezhi.core.audit.read.parquet import read_parquet
from xiezhi.core.audit.read.rows import ALSO, LineMaker, Row
from xiezhi.core.audit.read.sheets import read_xlsx
from xiezhi.core.audit.read.xes import read_xes
from xiezhi.core.law.errors import InputError
from xiezhi.core.law.vocabulary import Vocabulary

__all__ = ["FORMATS", "Reading", "open_log", "read_rows"]

FORMATS = {
    "jsonl": (".jsonl", ".ndjson", ".jsonl.gz"),
    "csv": (".csv", ".csv.gz", ".tsv"),
    "xlsx": (".xlsx",),
    "xes": (".xes", ".xes.gz"),
    "parquet": (".parquet",),
    "ocel": (".jsonocel", ".xmlocel", ".json", ".sqlite", ".db", ".xml", ".json.gz", ".xml.gz"),
}


class Reading:
    """Reads files under one vocabulary and one mapping, and counts the labels that stand for no act."""

    def __init__(self, vocabulary: Vocabulary, names: Names | None = None) -> None:
        self.vocabulary = vocabulary
        self.names = names
        self._unmapped: dict[Path, Counter[str]] = {}

    @property
    def unmapped(self) -> dict[str, int]:
        """Label -> number of events that were left out, most frequent first."""
        total: Counter[str] = Counter()
        for counted in self._unmapped.values():
            total += counted
        return dict(sorted(total.items(), key=lambda item: (-item[1], item[0])))

    def counted(self, path: Path, unmapped: Counter[str]) -> None:
        """Take over what was counted for a file that was read otherwise than by lines."""
        self._unmapped[path] = unmapped

    def lines(self, path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """The lines of a file with their numbers, from 1: lines of a text, rows of a sheet or table, lines of a log's events.

        Raises InputError naming the file for what cannot be read. A file that is read again is counted once.
        """
        unmapped = self._unmapped[path] = Counter()
        if _format(path) == "jsonl" and self.names is None:
            return read_jsonl(path)
        return LineMaker(path, self.vocabulary, self.names, unmapped).lines(read_rows(path, self.names, unmapped))


def read_rows(path: Path, names: Names | None = None, unmapped: Counter[str] | None = None) -> Iterator[Row]:
    """The rows of a file by column, before any mapping; of a log only the columns that the mapping reads."""
    kind = _format(path)
    if kind == "jsonl":
        return read_jsonl(path)
    if kind == "csv":
        return read_csv(path, names.encoding if names is not None else None)
    if kind == "xlsx":
        return read_xlsx(path)
    if kind == "parquet":
        return read_parquet(path, None if names is None else lambda column: may_be_read(column, names))
    if kind == "xes":
        return read_xes(path, None if names is None else wanted_of(names))
    return read_ocel(path, names.columns.get("case") if names is not None else None, Counter() if unmapped is None else unmapped)


def wanted_of(names: Names) -> frozenset[str]:
    """The attributes of a log that are read under a mapping: those it names, and case, act and time under their usual names."""
    return names.wanted() | {name for field, also in ALSO.items() if field not in names.columns for name in also}


def may_be_read(column: str, names: Names) -> bool:
    """Whether a table's column means anything under a mapping: named by it, or one of history.md's own names."""
    return (
        column in wanted_of(names)
        or column.startswith("data.")
        or column in ("data", *FIELDS, *SIGNED)
        or column.removeprefix("case:") in FIELDS
    )


def _format(path: Path) -> str:
    name = path.name.lower()
    found = next((kind for kind, endings in FORMATS.items() if name.endswith(endings)), None)
    if found is None:
        known = ", ".join(ending for endings in FORMATS.values() for ending in endings)
        raise InputError(
            f"a file named {path.name!r} is no history format; expected one of {known}",
            f"“{path.name}”不是案件历史的格式，应当是 {known} 之一",
            file=str(path),
        )
    return found


def open_log(path: Path, vocabulary: Vocabulary, names: Names | None = None) -> Log:
    """One file as a log: cases of acts, and columns where it has that form (audit/log.py)."""
    from xiezhi.core.audit.read.opened import Opened

    return Opened(path, Reading(vocabulary, names))
