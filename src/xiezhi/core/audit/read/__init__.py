"""Readers of history files: each yields (line number, line) in file order. One module per format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from xiezhi.core.audit.read.jsonl import read_jsonl
from xiezhi.core.law.errors import InputError

__all__ = ["read_history"]

_READERS = {".jsonl": read_jsonl, ".ndjson": read_jsonl}
_TO_COME = (".csv", ".xlsx", ".xes", ".xes.gz", ".parquet", ".sqlite", ".json", ".xml")


def read_history(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The lines of a history file with their numbers, from 1. Raises InputError naming the file for what cannot be read."""
    name = path.name.lower()
    reader = next((reader for suffix, reader in _READERS.items() if name.endswith(suffix)), None)
    if reader is not None:
        return reader(path)
    known = any(name.endswith(suffix) for suffix in _TO_COME)
    en = "is not read yet; this edition reads JSON Lines (.jsonl)" if known else "is no history format; expected JSON Lines (.jsonl)"
    zh = "这种格式暂不支持，本版只读 JSON Lines（.jsonl）" if known else "不是案件历史的格式，应当是 JSON Lines（.jsonl）"
    raise InputError(f"a file named {path.name!r} {en}; convert it and try again", f"文件“{path.name}”：{zh}，请转换后重试", file=str(path))
