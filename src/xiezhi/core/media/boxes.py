"""The outermost parts of a container file: do they fill it exactly?

A player opens an MP4 that lost its last bytes without a word, only a track is gone; the box that reaches over the end of the file tells it
(ISO 14496-12 4.2; RIFF; ISO 13818-1: packets of 188 bytes).
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass, field
from typing import BinaryIO

_MP4_FIRST = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp"}
_TS_PACKET = 188
_TS_SYNC = 0x47
_DEEP = {b"moov", b"trak", b"edts"}
_MOST = 100_000  # boxes read of one file before it is left alone


@dataclass(frozen=True, slots=True)
class Shape:
    """`container`: mp4, riff, ts or "" (unknown). `lacking`: bytes that the file should still have, at least; 0 where it is whole.
    `edits`: for each track with an edit list its entries as (duration, media time); media time -1 is an empty edit.
    """

    container: str
    lacking: int = 0
    headless: bool = False  # an MP4 without its table of contents: nothing of it can be played
    edits: tuple[tuple[tuple[int, int], ...], ...] = ()
    late: bool = False  # an MP4 whose table of contents stands at its end: a browser must fetch the end before it plays the begin


def shape_of(file: BinaryIO) -> Shape:
    """Walk the outermost parts. Reads heads only, whatever the size."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(12)
    if len(head) >= 8 and head[4:8] in _MP4_FIRST:
        return _mp4(file, size)
    if head[:4] in (b"RIFF", b"RF64") and len(head) == 12:
        return Shape("riff", max(0, struct.unpack("<I", head[4:8])[0] + 8 - size) if head[:4] == b"RIFF" else 0)
    if head[:1] == bytes([_TS_SYNC]) and _is_ts(file, size):
        rest = size % _TS_PACKET
        return Shape("ts", _TS_PACKET - rest if rest else 0)
    return Shape("")


def _is_ts(file: BinaryIO, size: int) -> bool:
    for place in range(0, min(size, 5 * _TS_PACKET), _TS_PACKET):
        file.seek(place)
        if file.read(1) != bytes([_TS_SYNC]):
            return False
    return size >= _TS_PACKET


def _mp4(file: BinaryIO, size: int) -> Shape:
    seen = _Seen()
    lacking = _walk(file, 0, size, seen)
    return Shape("mp4", lacking, not seen.kinds & {b"moov", b"moof"}, tuple(seen.edits), seen.order == [b"mdat", b"moov"])


@dataclass(slots=True)
class _Seen:
    kinds: set[bytes] = field(default_factory=set)
    edits: list[tuple[tuple[int, int], ...]] = field(default_factory=list)
    boxes: int = 0
    order: list[bytes] = field(default_factory=list)  # moov and mdat as they come


def _walk(file: BinaryIO, place: int, end: int, seen: _Seen) -> int:
    """Go through the boxes of [place, end). Answers how many bytes the last box reaches over the end."""
    while place < end and seen.boxes < _MOST:
        seen.boxes += 1
        file.seek(place)
        head = file.read(16)
        if len(head) < 8:
            return 8 - len(head)
        length, kind = struct.unpack(">I4s", head[:8])
        body = 8
        if length == 1 and len(head) == 16:
            length, body = struct.unpack(">Q", head[8:])[0], 16
        elif length == 0:
            length = end - place
        if length < body:
            return 1  # no box at all: what stands here was never written to its end
        seen.kinds.add(kind)
        if kind in {b"moov", b"mdat"} and kind not in seen.order:
            seen.order.append(kind)
        if place + length > end:
            return int(place + length - end)
        if kind in _DEEP:
            _walk(file, place + body, place + length, seen)
        elif kind == b"elst":
            seen.edits.append(_edits(file, place + body, length - body))
        place += length
    return 0


def _edits(file: BinaryIO, place: int, length: int) -> tuple[tuple[int, int], ...]:
    file.seek(place)
    data = file.read(min(length, 4096))
    if len(data) < 8:
        return ()
    wide = data[0] == 1
    form, step = (">Qq", 20) if wide else (">Ii", 12)
    count = min(struct.unpack(">I", data[4:8])[0], (len(data) - 8) // step)
    return tuple(struct.unpack_from(form, data, 8 + number * step) for number in range(count))
