"""Tables and logs as columns without a line in between: every different value is read once, codes do the rest."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from xiezhi.core.audit.log import LogColumns
from xiezhi.core.audit.mapping import Mapping as Names
from xiezhi.core.audit.read import may_be_read, read_rows, wanted_of
from xiezhi.core.audit.read.rows import LineMaker
from xiezhi.core.law.vocabulary import Vocabulary
from xiezhi.core.procedure.facts import flatten

_ROWS = 50_000
_CONSTANT = {"procedure", "agency"}


def frame_of(path: Path, names: Names) -> pl.DataFrame | None:
    """What the mapping may read of a Parquet file, a CSV file or an XES log, as a table; None for other formats."""
    name = path.name.lower()
    if name.endswith(".parquet"):
        return pl.read_parquet(path, columns=[column for column in pl.read_parquet_schema(path) if may_be_read(column, names)])
    if not name.endswith((".csv", ".xes", ".xes.gz")):
        return None
    rows = (row for _, row in read_rows(path, names))
    parts: list[pl.DataFrame] = []
    columns: list[str] | None = sorted(wanted_of(names)) if "xes" in name else None
    while chunk := list(islice(rows, _ROWS)):
        if columns is None:
            columns = [column for column in chunk[0] if may_be_read(column, names)]
        parts.append(pl.DataFrame({column: pl.Series([row.get(column) for row in chunk], dtype=pl.String) for column in columns}))
    frame = pl.concat(parts) if parts else None
    return None if frame is None else frame.select([column for column in frame.columns if frame[column].null_count() < frame.height])


def frame_columns(path: Path, frame: pl.DataFrame, vocabulary: Vocabulary, names: Names, unmapped: Counter[str]) -> LogColumns | None:
    """The log as columns, or None where a row must be looked at: more fields than case, act, time and facts, or `only`.

    Raises InputError and polars' errors for what is wrong; the caller then reads row by row, which names the row.
    """
    if names.only or "procedure" not in names.constants:
        return None
    maker = LineMaker(path, vocabulary, names, Counter())
    fields, facts = maker.shape(tuple(frame.columns))
    paths = [fact for _, fact, _ in facts]
    if set(fields) != {"case", "act", "at"} or set(names.constants) - _CONSTANT or len(set(paths)) != len(paths) or "data" in frame.columns:
        return None
    if not isinstance(frame[fields["case"]].dtype, (pl.String, pl.Int64, pl.Int32)) or frame[fields["case"]].null_count():
        return None
    labels, kinds = _codes(frame[fields["act"]])
    acts = [maker.label(1, label) for label in kinds]
    if (labels < 0).any():
        return None
    known = {act: code for code, act in enumerate(dict.fromkeys(act for act in acts if act is not None))}
    act = np.array([-1 if name is None else known[name] for name in acts], dtype=np.int16)[labels]
    kept = act >= 0
    for label, count in zip(kinds, np.bincount(labels, minlength=len(kinds)).tolist(), strict=True):
        if label in maker.unmapped:
            unmapped[label] += count
    case, cases = _codes(frame[fields["case"]].filter(pl.Series(kept)).cast(pl.String))
    times, instants = _codes(frame[fields["at"]])
    if (times[kept] < 0).any() or (case < 0).any() or "" in cases:
        return None
    read = [_instant(maker.time(1, "at", value)) for value in instants]
    at = np.array([moment for moment, _ in read], dtype=np.int64)[times]
    offset = np.array([minutes for _, minutes in read], dtype=np.int16)[times]
    held = {}
    for column, fact, key in facts:
        codes, values = _codes(frame[column])
        meant = [
            None if value == "" else flatten({fact: maker.cell(1, column, key, value)}, vocabulary, None)[0].get(fact) for value in values
        ]
        table = np.full(len(meant) + 1, None, dtype=object)  # the last one is absence, whose code is -1
        table[: len(meant)] = np.fromiter(meant, dtype=object, count=len(meant))
        held[fact] = table[codes][kept]
    return LogColumns(
        case=case,
        case_names=cases,
        act=act[kept],
        act_names=list(known),
        at=at[kept],
        offset=offset[kept],
        facts=held,
        place=np.flatnonzero(kept).astype(np.int64),
        procedure=names.constants["procedure"],
        agency=names.constants.get("agency"),
    )


def _codes(series: pl.Series) -> tuple[Any, list[Any]]:
    """(a number for each value, -1 where there is none; the values in the order in which they come)."""
    values = series.drop_nulls().unique(maintain_order=True)
    numbers = pl.Series(range(len(values)), dtype=pl.Int32)
    codes = (
        series.replace_strict(values, numbers, default=-1, return_dtype=pl.Int32)
        if len(values)
        else pl.Series([-1] * len(series), dtype=pl.Int32)
    )
    return codes.fill_null(-1).to_numpy(), values.to_list()


def _instant(time: Any) -> tuple[int, int]:
    from xiezhi.core.audit.read.opened import instant

    return instant(time)
