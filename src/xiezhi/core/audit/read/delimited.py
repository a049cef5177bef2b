"""CSV, one act a row (history.md: names of columns as in the format, `data.penalty.fine` for facts, lists separated by `;`)."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from xiezhi.core.audit.read.opening import LONGEST, lines, open_binary
from xiezhi.core.law.errors import InputError

_BOM = "\ufeff"
_SEPARATORS = ",;\t|"


def read_csv(path: Path, encoding: str | None = None) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Each row by column with the number of its line. The separator is a comma; a semicolon, a tab or a bar where the first line has
    no comma. Raises InputError: another encoding (GBK is named), NUL, a row of another length, a column named twice.
    """
    csv.field_size_limit(min(LONGEST, sys.maxsize))
    texts = _decoded(path, encoding)
    first = next(texts, None)
    if first is None:
        return
    separator = next((mark for mark in _SEPARATORS if mark in first), ",")
    place = [1]

    def counted() -> Iterator[str]:
        yield first
        yield from texts

    reader = csv.reader(counted(), delimiter=separator, strict=True)
    try:
        names = [name.strip() for name in next(reader)]
        twice = next((name for at, name in enumerate(names) if name and name in names[:at]), None)
        if twice is not None:
            raise InputError(f"the column {twice!r} stands twice", f"列“{twice}”出现两次", file=str(path), line=1)
        for cells in reader:
            number = place[0] + 1
            place[0] = reader.line_num
            if not any(cells):
                continue
            if len(cells) != len(names):
                raise InputError(
                    f"the row has {len(cells)} cells, the first line {len(names)} columns",
                    f"该行有 {len(cells)} 个单元格，首行有 {len(names)} 列",
                    file=str(path),
                    line=number,
                )
            yield number, dict(zip(names, cells, strict=True))
    except csv.Error as error:
        raise InputError(f"not CSV: {error}", "不是有效的 CSV（引号未闭合，或者单元格过长）", file=str(path), line=place[0] + 1) from None


def _decoded(path: Path, encoding: str | None) -> Iterator[str]:
    """The lines as text; in encodings of two and four bytes a line does not end at a byte, so they are decoded first."""
    if encoding is not None and encoding.startswith(("utf-16", "utf-32")):
        with open_binary(path) as file:
            try:
                yield from io.TextIOWrapper(file, encoding=encoding, newline="")
            except UnicodeError:
                raise InputError(f"it is not {encoding.upper()}", f"不是 {encoding.upper()} 编码", file=str(path)) from None
        return
    for number, raw in lines(path):
        try:
            text = raw.decode(encoding or "utf-8")
        except UnicodeDecodeError as error:
            raise wrong_encoding(path, number, raw, error, encoding) from None
        if "\0" in text:
            raise InputError(
                "the line holds a NUL byte; it is no text file", "该行含有 NUL 字节，不是文本文件", file=str(path), line=number
            )
        yield text.removeprefix(_BOM) if number == 1 else text


def wrong_encoding(path: Path, number: int, raw: bytes, error: UnicodeDecodeError, encoding: str | None) -> InputError:
    """What to say of bytes that are not of the encoding: what they look like, and what to do."""
    if encoding is None and raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        looks: str | None = "utf-16"
    else:
        looks = None if encoding is not None else _gb(raw)
    like = (f" (it looks like {looks})", f"（看来是 {looks.upper()}）", looks) if looks else ("", "", "gb18030")
    return InputError(
        f"byte {error.start + 1} of the line is not {(encoding or 'utf-8').upper()}{like[0]}; save the file as UTF-8, or give `encoding: {like[2]}` in a mapping",
        f"该行第 {error.start + 1} 个字节不是 {(encoding or 'utf-8').upper()} 编码{like[1]}；请另存为 UTF-8，或者在对照文件中写 encoding: {like[2]}",
        file=str(path),
        line=number,
    )


def _gb(raw: bytes) -> str | None:
    try:
        raw.decode("gb18030")
    except UnicodeDecodeError:
        return None
    return "gb18030"
