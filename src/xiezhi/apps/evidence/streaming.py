"""Bytes of a recording to a browser: one range at a time, never whole in memory (RFC 9110, 14.2)."""

from __future__ import annotations

import re
from typing import Protocol

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from xiezhi.apps.evidence.stores import store_at

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_SHOWN = ("video/", "audio/", "image/")


class NoRangeError(Exception):
    """The range lies outside of the file."""


def range_of(head: str, size: int) -> tuple[int, int] | None:
    """(first, last) byte of a single range; None for the whole file (no range, several, or another unit). Raises NoRangeError."""
    match = _RANGE.fullmatch(head.strip())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        if int(last) == 0:
            raise NoRangeError
        return max(0, size - int(last)), size - 1
    start, end = int(first), min(int(last) if last else size - 1, size - 1)
    if last and int(last) < start:
        return None
    if start >= size:
        raise NoRangeError
    return start, end


class Stored(Protocol):
    """What is sent: a stored file or what was made of one."""

    sha256: str
    size: int
    media_type: str
    place: str


def send(request: HttpRequest, file: Stored, name: str, *, download: bool = False) -> HttpResponseBase:
    """The file or the range that was asked for. Raises NotStoredError, UnknownStoreError, OSError before anything is sent."""
    try:
        asked = range_of(request.headers.get("Range", ""), file.size)
    except NoRangeError:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{file.size}"})
    first, last = asked or (0, file.size - 1)
    length = last - first + 1
    response: HttpResponseBase
    if request.method == "HEAD":
        response = HttpResponse(status=206 if asked else 200)
    else:
        response = StreamingHttpResponse(store_at(file.place).read(file.sha256, first, length), status=206 if asked else 200)
    shown = file.media_type if file.media_type.startswith(_SHOWN) else "application/octet-stream"
    response["Content-Type"] = shown
    response["Content-Length"] = str(length)
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; media-src 'self'; style-src 'unsafe-inline'"
    if asked:
        response["Content-Range"] = f"bytes {first}-{last}/{file.size}"
    if download or shown == "application/octet-stream":
        from django.utils.http import content_disposition_header

        response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return response


def part_of(response: HttpResponseBase, size: int, sent: int = 0) -> tuple[int, int]:
    """(first, last) byte that an answer of `send` holds, of a file of `size` bytes. `sent`: the size of the copy that was sent in its stead;
    its parts are told as the shares of the file to which they come.
    """
    match = re.match(r"bytes (\d+)-(\d+)/", response.get("Content-Range", ""))
    first, last = (int(match[1]), int(match[2])) if match else (0, max((sent or size) - 1, 0))
    return (first * size // sent, min(size - 1, (last + 1) * size // sent)) if sent else (first, last)
