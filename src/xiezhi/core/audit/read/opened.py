"""One opened file as a log (audit/log.py): whole cases for the row-wise engine, columns for the columnar one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from xiezhi.core.audit.log import LogColumns
from xiezhi.core.audit.read import Reading
from xiezhi.core.law.errors import InputError
from xiezhi.core.procedure.act import Act
from xiezhi.core.procedure.facts import flatten

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
# What a line of an event log may hold; a history with persons, documents or recordings is read row by row.
_COLUMNAR = {"case", "act", "at", "data", "procedure", "agency"}
_MEMO = 1_000_000


class Opened:
    """A log over one file. Each form reads the file again."""

    def __init__(self, path: Path, reading: Reading) -> None:
        self.path = path
        self.reading = reading

    def cases(self) -> Iterator[tuple[str, list[Act]]]:
        """(case id, its acts in file order), by way of the disk where the first case comes back after another.

        Raises Interleaved when a case comes back later than that: the caller then starts again with `gather.spilled`.
        """
        from xiezhi.core.audit.gather import Interleaved, acts_of, case_of, spilled, standing_together

        done = 0
        try:
            for lines in standing_together([self.path], self.reading):
                yield case_of(lines[0]), acts_of(lines, self.reading.vocabulary)
                done += 1
        except Interleaved:
            if done:
                raise
            for lines in spilled([self.path], self.reading):
                yield case_of(lines[0]), acts_of(lines, self.reading.vocabulary)

    def columns(self) -> LogColumns | None:
        """The log as columns, or None: for histories that hold more than case, act, time and facts, and for input that is wrong in any
        way, which the row-wise reading then names with file and line.
        """
        try:
            return self.by_frame() or by_rows(self.path, self.reading)
        except InputError:
            return None

    def by_frame(self) -> LogColumns | None:
        """The columns without a line in between; None where that cannot be."""
        names = self.reading.names
        if names is None:
            return None
        import polars as pl

        from xiezhi.core.audit.read.frames import frame_columns, frame_of

        unmapped: Counter[str] = Counter()
        try:
            frame = frame_of(self.path, names)
            columns = None if frame is None else frame_columns(self.path, frame, self.reading.vocabulary, names, unmapped)
        except (InputError, pl.exceptions.PolarsError, OSError, TypeError, ValueError):
            return None
        if columns is not None:
            self.reading.counted(self.path, unmapped)
        return columns


def by_rows(path: Path, reading: Reading) -> LogColumns | None:
    """The columns of any log by way of its lines."""
    cases: dict[str, int] = {}
    acts: dict[str, int] = {}
    case, act, at, offset = [], [], [], []
    facts: dict[str, dict[int, Any]] = {}
    fixed: tuple[Any, Any] | None = None
    times: dict[Any, tuple[int, int]] = {}
    values: dict[tuple[str, Any], Any] = {}
    try:
        for place, (number, line) in enumerate(reading.lines(path)):
            if not line.keys() <= _COLUMNAR:
                return None
            stands = (line.get("procedure"), line.get("agency"))
            if fixed is None:
                fixed = stands
            elif stands != fixed:
                return None
            case.append(cases.setdefault(line["case"], len(cases)))
            act.append(acts.setdefault(line["act"], len(acts)))
            time = line["at"]
            known = times.get(time)
            if known is None:
                known = times[time] = instant(time)
            at.append(known[0])
            offset.append(known[1])
            for fact, value in line.get("data", {}).items():
                key = (fact, value)
                if key not in values:
                    if len(values) > _MEMO:
                        values.clear()
                    values[key] = flatten({fact: value}, reading.vocabulary, number)[0].get(fact)
                facts.setdefault(fact, {})[place] = values[key]
    except (KeyError, TypeError, AttributeError, ValueError):
        return None
    if fixed is None or any(kind not in reading.vocabulary.acts for kind in acts):
        return None
    count = len(case)
    arrays = {}
    for fact, held in facts.items():
        column = np.full(count, None, dtype=object)
        column[list(held)] = np.fromiter(held.values(), dtype=object, count=len(held))
        arrays[fact] = column
    return LogColumns(
        case=np.array(case, dtype=np.int32),
        case_names=list(cases),
        act=np.array(act, dtype=np.int16),
        act_names=list(acts),
        at=np.array(at, dtype=np.int64),
        offset=np.array(offset, dtype=np.int16),
        facts=arrays,
        place=np.arange(count, dtype=np.int64),
        procedure=fixed[0],
        agency=fixed[1],
    )


def instant(time: Any) -> tuple[int, int]:
    """(microseconds since the epoch, offset in minutes)."""
    if not isinstance(time, datetime):
        time = datetime.fromisoformat(time)
    ahead = time.utcoffset()
    if ahead is None:
        raise ValueError("no offset")
    return (time - _EPOCH) // _MICRO, int(ahead.total_seconds() // 60)
