"""Opening what strangers hand in: gzip or plain, with limits that a hostile file meets before the machine does."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from xiezhi.core.law.errors import InputError

# One line of JSON Lines or CSV, one trace of XES: far above what a case can be.
LONGEST = 64 * 1024 * 1024


def open_binary(path: Path) -> IO[bytes]:
    """The file, opened, unpacked when its name ends in .gz. Raises InputError for what is missing, a folder, or not allowed."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise InputError("there is no such file", "没有这个文件", file=str(path)) from None
    except IsADirectoryError:
        raise InputError("it is a folder, expected a file", "这是文件夹，应当是文件", file=str(path)) from None
    except OSError as error:
        raise InputError(f"it cannot be read: {error.strerror}", f"无法读取：{error.strerror}", file=str(path)) from None
    return gzip.GzipFile(fileobj=file) if path.name.lower().endswith(".gz") else file  # type: ignore[return-value]


def chunks(path: Path, size: int = 4 * 1024 * 1024) -> Iterator[bytes]:
    """The bytes of the file in pieces. Raises InputError for a gzip file that is cut off or broken."""
    with open_binary(path) as file:
        read = guarded(path, file.read)
        while piece := read(size):
            yield piece


def guarded(path: Path, read: Callable[[int], bytes]) -> Callable[[int], bytes]:
    """The same reading, whose failures name the file."""

    def reading(size: int) -> bytes:
        try:
            return read(size)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            cut = isinstance(error, EOFError)
            raise InputError(
                "the gzip file is cut off; copy it again" if cut else f"it is no sound gzip file ({error})",
                "gzip 文件不完整（被截断），请重新复制" if cut else "gzip 文件已损坏",
                file=str(path),
            ) from None
        except OSError as error:
            raise InputError(f"it cannot be read: {error}", f"无法读取：{error}", file=str(path)) from None

    return reading


def lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Each line with its number, from 1. Raises InputError for a line that is longer than LONGEST."""
    with open_binary(path) as file:
        read = guarded(path, file.readline)
        number = 0
        while line := read(LONGEST):
            number += 1
            if len(line) == LONGEST and not line.endswith(b"\n"):
                raise InputError(
                    f"the line is longer than {LONGEST // 1024 // 1024} MB; a line is one act",
                    f"该行超过 {LONGEST // 1024 // 1024} MB；一行应当只是一个行为",
                    file=str(path),
                    line=number,
                )
            yield number, line
