"""Parquet, one act a row: only the columns that are asked for are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from xiezhi.core.audit.read.opening import open_binary
from xiezhi.core.law.errors import InputError

_ROWS = 50_000


def read_parquet(path: Path, wanted: Callable[[str], bool] | None = None) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Each row by column with its number, from 1. `wanted` says which columns will be asked for; None reads all."""
    import polars as pl

    open_binary(path).close()
    try:
        names = pl.read_parquet_schema(path)
        columns = list(names) if wanted is None else [name for name in names if wanted(name)]
        frame = pl.read_parquet(path, columns=columns)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise unsound(path, error) from None
    for start in range(0, frame.height, _ROWS):
        rows = frame.slice(start, _ROWS).iter_rows()
        for number, cells in enumerate(rows, start=start + 1):
            yield number, dict(zip(columns, cells, strict=True))


def unsound(path: Path, error: Exception) -> InputError:
    """What polars could not read, in one line."""
    said = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
    return InputError(f"it is no sound Parquet file ({said})", "不是完好的 Parquet 文件", file=str(path))
