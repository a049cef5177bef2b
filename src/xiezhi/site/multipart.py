"""Uploads whose file names Django would drop without a word: made readable in the stream, before its parser sees them.

Old Windows programs write a file name in GBK; Django skips a part whose head is not UTF-8, and the file is gone. Here the head of each
part is looked at once: a name in GB18030 is written anew in UTF-8, one that is neither gets `UNREADABLE` in it (the form's field then
refuses it in words), one of which nothing is left, or that is missing although bytes follow, becomes 未命名, one too long is cut.
The body passes as it is, in blocks, and is never held.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils.http import parse_header_parameters

UNREADABLE = "\ufffd"
UNNAMED = "未命名"
BLOCK = 1 << 16
LONGEST_HEAD = 1 << 16
LONGEST_NAME = 120  # characters; in UTF-8 and with a temporary file's own letters still below the 255 bytes of a file system
LONGEST_ENDING = 10
_NAME = re.compile(r'[;\s]name="?([^";]*)"?')
_END = b"\r\n\r\n"


class UploadNamesMiddleware:
    """Reads the body of every multipart form through `PartHeads`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.content_type == "multipart/form-data" and (boundary := _boundary(request)):
            parse = request.parse_file_upload

            def through_heads(META: Any, post_data: Any) -> Any:  # noqa: N803 - Django's names
                return parse(META, PartHeads(post_data, boundary))  # type: ignore[arg-type]  # only `read` is ever asked

            request.parse_file_upload = through_heads  # type: ignore[method-assign]
        return self.get_response(request)


def _boundary(request: HttpRequest) -> bytes:
    try:
        return (request.content_params or {}).get("boundary", "").encode("ascii")
    except UnicodeEncodeError:
        return b""


class PartHeads:
    """A readable stream: `source`, with the head of each part of a multipart body made readable."""

    def __init__(self, source: Any, boundary: bytes) -> None:
        self._source, self._mark = source, b"--" + boundary
        self._held, self._out, self._ended = b"", b"", False
        self._step = self._body

    def read(self, size: int = BLOCK) -> bytes:
        """At most `size` bytes; none at the end."""
        while not self._out and not (self._ended and not self._held):
            self._step()
        given, self._out = self._out[:size], self._out[size:]
        return given

    def _more(self) -> None:
        block = self._source.read(BLOCK)
        self._ended = not block
        self._held += block

    def _give(self, count: int) -> None:
        self._out, self._held = self._out + self._held[:count], self._held[count:]

    def _body(self) -> None:
        """Give what stands before the next mark, and the mark."""
        if (place := self._held.find(self._mark)) >= 0:
            self._give(place + len(self._mark))
            self._step = self._head
        elif self._ended:
            self._give(len(self._held))
        else:
            self._give(max(len(self._held) - len(self._mark) + 1, 0))
            self._more()

    def _head(self) -> None:
        """Give the head behind a mark; what is no head (the end of all, or too long) passes as it is."""
        end = self._held.find(_END)
        enough = end >= 0 and len(self._held) >= end + len(_END) + len(self._mark) + 2
        if not enough and not self._ended and len(self._held) < LONGEST_HEAD and not self._held.startswith(b"--"):
            self._more()
            return
        self._step = self._body
        if end < 0 or end > LONGEST_HEAD or not self._held.startswith(b"\r\n"):
            return
        head, self._held = self._held[:end], self._held[end + len(_END) :]
        empty = self._held.startswith(b"\r\n" + self._mark)
        self._out += b"\r\n".join(_line(line, empty=empty) for line in head.split(b"\r\n")) + _END


def _line(line: bytes, *, empty: bool) -> bytes:
    """One line of a part's head; unchanged unless it names a file in a way that would be lost."""
    if not line.lower().startswith(b"content-disposition:"):
        return line
    text, known = _text(line), True
    try:
        given = parse_header_parameters(text)[1]
    except ValueError:  # a charset that nobody knows
        found = _NAME.search(text)
        given, known = {"name": found[1] if found else "", "filename": UNREADABLE}, False
    name = given.get("filename")
    if name is None or (not name and empty):  # no file field, or one in which no file was chosen
        return text.encode()
    kept = file_name(name)
    if known and kept == name and text.encode() == line:
        return line
    return f'Content-Disposition: form-data; name="{given.get("name", "")}"; filename="{kept}"'.encode()


def _text(raw: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "replace")


def file_name(name: str) -> str:
    """The last part of a path without control characters and quotes, at most LONGEST_NAME characters; 未命名 where nothing is left."""
    base = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(char for char in base if unicodedata.category(char) not in {"Cc", "Cf", "Cs"}).replace('"', "_").strip()
    if len(kept) > LONGEST_NAME:
        stem, dot, ending = kept.rpartition(".")
        tail = f".{ending[:LONGEST_ENDING]}" if dot and stem else ""
        kept = (stem if tail else kept)[: LONGEST_NAME - len(tail)] + tail
    elif len(kept.rpartition(".")[2]) > LONGEST_ENDING and "." in kept:
        stem, _, ending = kept.rpartition(".")
        kept = f"{stem}.{ending[:LONGEST_ENDING]}" if stem else kept
    return UNNAMED if kept in {"", ".", ".."} else kept
