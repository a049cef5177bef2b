"""From lines to whole cases. Cases that stand together stream; interleaved ones are gathered in a temporary file on disk."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from xiezhi.core.audit.read import Reading
from xiezhi.core.law.errors import InputError
from xiezhi.core.law.vocabulary import Vocabulary
from xiezhi.core.procedure.history import Act, act_from_line

Placed = tuple[Path, int, Mapping[str, Any]]


class Interleaved(Exception):  # noqa: N818  it never leaves this package
    """A case came back after another one had begun."""


def lines_of(paths: Iterable[Path], reading: Reading) -> Iterator[Placed]:
    """All lines of all files, each with its file and number."""
    for path in paths:
        for number, line in reading.lines(path):
            yield path, number, line


def acts_of(lines: Iterable[Placed], vocabulary: Vocabulary) -> list[Act]:
    """The acts of one case in file order. Raises InputError naming file and line."""
    acts = []
    for path, number, line in lines:
        try:
            acts.append(act_from_line(line, vocabulary, number))
        except InputError as error:
            error.file = str(path)
            raise
    return acts


def standing_together(paths: Iterable[Path], reading: Reading) -> Iterator[list[Placed]]:
    """The lines of one case after the other. Raises Interleaved when a case returns.

    Only a hash of each finished case is kept, so memory stays small; an unlucky collision costs time, never correctness.
    """
    finished: set[int] = set()
    for held in grouped(lines_of(paths, reading)):
        case = hash(case_of(held[0]))
        if case in finished:
            raise Interleaved
        finished.add(case)
        yield held


def grouped(lines: Iterable[Placed]) -> Iterator[list[Placed]]:
    """Neighbouring lines of one case together."""
    current: str | None = None
    held: list[Placed] = []
    for placed in lines:
        case = case_of(placed)
        if case != current:
            if held:
                yield held
            current, held = case, []
        held.append(placed)
    if held:
        yield held


def spilled(paths: list[Path], reading: Reading) -> Iterator[list[Placed]]:
    """The lines of one case after the other from interleaved input, by way of a temporary database on disk."""
    with tempfile.TemporaryDirectory(prefix="xiezhi-audit-") as folder:
        store = sqlite3.connect(Path(folder) / "lines.sqlite")
        try:
            store.execute("PRAGMA journal_mode = OFF")
            store.execute("PRAGMA synchronous = OFF")
            store.execute("CREATE TABLE line (case_id TEXT, place INTEGER, file INTEGER, number INTEGER, body TEXT)")
            files = {path: index for index, path in enumerate(paths)}
            store.executemany("INSERT INTO line VALUES (?, ?, ?, ?, ?)", _rows(paths, files, reading))
            store.execute("CREATE INDEX by_case ON line (case_id, place)")
            yield from _cases(store, paths)
        finally:
            store.close()


def case_of(placed: Placed) -> str:
    """The case that a line belongs to. Raises InputError when it names none."""
    path, number, line = placed
    case = line.get("case")
    if isinstance(case, bool) or not isinstance(case, (str, int)) or case == "":
        raise InputError("`case` is required and must be text", "缺少“case”（案件标识）", file=str(path), line=number, field="case")
    return str(case)


def _rows(paths: Iterable[Path], files: Mapping[Path, int], reading: Reading) -> Iterator[tuple[str, int, int, int, str]]:
    for place, placed in enumerate(lines_of(paths, reading)):
        path, number, line = placed
        yield case_of(placed), place, files[path], number, json.dumps(line, ensure_ascii=False, default=str)


def _cases(store: sqlite3.Connection, paths: list[Path]) -> Iterator[list[Placed]]:
    current: str | None = None
    held: list[Placed] = []
    for case, file, number, body in store.execute("SELECT case_id, file, number, body FROM line ORDER BY case_id, place"):
        if case != current:
            if held:
                yield held
            current, held = case, []
        held.append((paths[file], number, json.loads(body)))
    if held:
        yield held
