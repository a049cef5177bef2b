"""JSON Lines, UTF-8, one act a line (history.md, "The file"). A byte order mark, CRLF and empty lines do no harm."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

from xiezhi.core.audit.read.opening import lines
from xiezhi.core.law.errors import InputError

_BOM = b"\xef\xbb\xbf"


def read_jsonl(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Each non-empty line as an object with its number. Raises InputError naming file and line."""
    for number, raw in lines(path):
        text = decoded(path, number, raw.removeprefix(_BOM) if number == 1 else raw).strip()
        if text:
            yield number, _object(path, number, text)


def read_part(path: Path, begin: int, end: int) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The lines between two places at which lines begin, numbered from the first of them. For workers that share one plain file."""
    with path.open("rb") as file:
        file.seek(begin)
        number = 0
        while begin < end and (raw := file.readline()):
            begin += len(raw)
            number += 1
            text = decoded(path, number, raw.removeprefix(_BOM) if begin == len(raw) else raw).strip()
            if text:
                yield number, _object(path, number, text)


def decoded(path: Path, number: int, raw: bytes) -> str:
    """The line as text. Raises InputError when it is not UTF-8."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            f"byte {error.start + 1} of the line is not UTF-8; save the file as UTF-8 and try again",
            f"该行第 {error.start + 1} 个字节不是 UTF-8 编码，请另存为 UTF-8 后重试",
            file=str(path),
            line=number,
        ) from None


def _object(path: Path, number: int, text: str) -> Mapping[str, Any]:
    try:
        line = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise InputError(
            f"column {error.colno}: not JSON ({error.msg}); each line must be one JSON object",
            f"第 {error.colno} 列：不是有效的 JSON；每行应当是一个 JSON 对象",
            file=str(path),
            line=number,
        ) from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"not JSON: {error}", "不是有效的 JSON（重复的键、NaN 或者嵌套过深）", file=str(path), line=number) from None
    if not isinstance(line, dict):
        raise InputError(
            f"a line must be a JSON object, found a {type(line).__name__}", "每行应当是一个 JSON 对象", file=str(path), line=number
        )
    return line


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for place, key in enumerate(keys) if key in keys[:place])
        raise ValueError(f"the key {twice!r} stands twice")
    return found


_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_once)
