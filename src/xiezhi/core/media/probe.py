"""What a recording is: length, streams, creation time, holes inside, signs of truncation and editing.

Packets are read and not decoded. Nothing here proves a recording uncut: a sign has a confidence, and no sign is only the absence of signs.
"""

from __future__ import annotations

import itertools
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import av
from av.error import FFmpegError

from xiezhi.core.media.boxes import Shape, shape_of

HOLE = 1.0  # seconds between two packets, beyond their usual step, that are a hole
SHORT = 1.0  # seconds that a stream may end before what its head says
_EDITORS = (
    ("premiere", 0.95), ("final cut", 0.95), ("davinci", 0.95), ("capcut", 0.95), ("jianying", 0.95), ("剪映", 0.95), ("vegas", 0.9),
    ("handbrake", 0.9), ("imovie", 0.9), ("camtasia", 0.9), ("x264", 0.8), ("x265", 0.8), ("lavc", 0.7), ("lavf", 0.7), ("gpac", 0.6),
)  # fmt: skip
_TAGS = ("encoder", "encoding_tool", "software", "writing_application", "com.apple.quicktime.software", "handler_name", "comment")
_SEI = (b"x264 - core", b"x265 (build", b"Lavc")


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream. `length` in seconds; `form` is what neighbours of one recorder share: codec, profile, size or rate."""

    kind: str
    codec: str
    length: float
    form: str


@dataclass(frozen=True, slots=True)
class Inner:
    """A hole inside the file: seconds from the begin of its main stream; `stream` is video or audio."""

    start: float
    end: float
    stream: str


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign that the file is `truncated` or `edited`, with a confidence of 0..1."""

    kind: str
    confidence: float
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Probe:
    """`kind`: video, audio, photo or other. `length` in seconds of media. `created`: what the file says, whole seconds, often a local time
    written as UTC. `holes` are those of the main stream, `silent` those of the sound of a video.
    """

    kind: str
    length: float
    created: datetime | None
    streams: tuple[Stream, ...] = ()
    holes: tuple[Inner, ...] = ()
    silent: tuple[Inner, ...] = ()
    signs: tuple[Sign, ...] = ()
    form: str = ""


_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM")


def probe(path: Path) -> Probe:
    """Look at a file of any kind. A file that is no media is of kind `other`; a broken one says so in its signs. Raises OSError only."""
    with path.open("rb") as file:
        head = file.read(16)
        shape = shape_of(file)
    if head.startswith(_PICTURES) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return Probe("photo", 0.0, None, signs=_picture_signs(path, head))
    try:
        with av.open(str(path), metadata_errors="replace") as container:
            return _media(container, shape)
    except (FFmpegError, ValueError, IndexError):
        if not shape.container:
            return Probe("other", 0.0, None)
        why = (
            ("its table of contents is missing", "缺少索引（moov），无法播放") if shape.headless else ("it cannot be read", "文件无法读取")
        )
        return Probe("video", 0.0, None, signs=(Sign("truncated", 0.99, *why), *_shape_signs(shape)))


def _picture_signs(path: Path, head: bytes) -> tuple[Sign, ...]:
    if not head.startswith(b"\xff\xd8\xff"):
        return ()
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - 4096))
        whole = b"\xff\xd9" in file.read()
    return () if whole else (Sign("truncated", 0.8, "the picture has no end mark", "照片没有结束标记，可能没有写完"),)


def _media(container: Any, shape: Shape) -> Probe:
    streams = [stream for stream in container.streams if stream.type in ("video", "audio")]
    if not streams:
        return Probe("other", 0.0, None)
    times: dict[int, array[float]] = {stream.index: array("d") for stream in streams}
    first: dict[int, bytes] = {}
    broken = False
    for packet in _packets(container, streams):
        if packet is None:
            broken = True
            break
        stamp = packet.dts if packet.dts is not None else packet.pts
        if stamp is None or packet.size == 0:
            continue
        times[packet.stream.index].append(float(stamp * packet.stream.time_base))
        first.setdefault(packet.stream.index, bytes(packet)[:2048] if packet.stream.type == "video" else b"")
    rows = {stream.index: _Timed(stream, times[stream.index]) for stream in streams}
    main = next(
        (rows[stream.index] for stream in streams if stream.type == "video" and len(times[stream.index]) > 1), rows[streams[0].index]
    )
    kind = "video" if main.stream.type == "video" else "audio"
    sound = [row for row in rows.values() if row.stream.type == "audio" and row is not main]
    signs = [
        *_shape_signs(shape),
        *_length_signs(rows.values(), broken=broken),
        *_tool_signs(container, streams, first),
        *_edit_signs(shape),
    ]
    return Probe(
        kind=kind,
        length=main.length,
        created=_created(container, streams),
        streams=tuple(Stream(row.stream.type, _codec(row.stream), row.length, _form(row.stream)) for row in rows.values()),
        holes=main.holes(main.begin),
        silent=tuple(hole for row in sound for hole in row.holes(main.begin)),
        signs=tuple(_strongest(signs)),
        form="; ".join(_form(row.stream) for row in rows.values()),
    )


def _packets(container: Any, streams: list[Any]) -> Iterator[Any]:
    """Packets one by one; None where reading broke off."""
    packets = container.demux(streams)
    while True:
        try:
            yield next(packets)
        except StopIteration:
            return
        except (FFmpegError, ValueError):
            yield None
            return


class _Timed:
    """A stream and the times at which its packets are decoded, in seconds."""

    def __init__(self, stream: Any, times: array[float]) -> None:
        self.stream, self.times = stream, times
        # A hole lowers the average rate: the usual step is the median one (and the first thousand tell it).
        steps = [b - a for a, b in itertools.pairwise(times) if b > a]
        self.step = median(steps) if steps else 0.0
        self.begin = times[0] if times else 0.0
        self.length = times[-1] - times[0] + self.step if times else 0.0

    def holes(self, begin: float) -> tuple[Inner, ...]:
        return tuple(
            Inner(round(a + self.step - begin, 3), round(b - begin, 3), self.stream.type)
            for a, b in zip(self.times, self.times[1:], strict=False)
            if b - a - self.step > HOLE
        )

    def promised(self) -> float:
        """Seconds that the head of the file says the stream has; 0 where it does not say."""
        stream = self.stream
        return float(stream.duration * stream.time_base) if stream.duration and stream.time_base else 0.0


def _shape_signs(shape: Shape) -> list[Sign]:
    if not shape.lacking:
        return []
    return [Sign("truncated", 0.99, f"at least {shape.lacking} bytes are missing at its end", f"文件末尾至少缺少 {shape.lacking} 字节")]


def _length_signs(rows: Any, *, broken: bool) -> list[Sign]:
    signs = []
    if broken:
        signs.append(Sign("truncated", 0.8, "reading broke off in the middle", "读到中途出错，文件可能不完整"))
    for row in rows:
        lost = row.promised() - row.length
        if not row.times:
            signs.append(Sign("truncated", 0.9, f"its {row.stream.type} stream is empty", "有一路音视频没有内容"))
        elif lost > SHORT + row.step:
            signs.append(Sign("truncated", 0.9, f"{lost:.0f} s shorter than its head says", f"比文件头写明的时长短 {lost:.0f} 秒"))
    return signs


def _tool_signs(container: Any, streams: list[Any], first: dict[int, bytes]) -> list[Sign]:
    said = [str(tags.get(name, "")) for tags in (container.metadata, *(one.metadata for one in streams)) for name in _TAGS]
    for content in first.values():
        said += [mark.decode() for mark in _SEI if mark in content]
    for text in said:
        for word, confidence in _EDITORS:
            if word in text.lower():
                return [Sign("edited", confidence, f"written by {text[:40]!r}", f"由软件“{text[:40]}”写成，可能不是执法记录仪的原始文件")]
    return []


def _edit_signs(shape: Shape) -> list[Sign]:
    # One entry that skips the first frames is how encoders say their delay; two or a far begin are a cut.
    if any(sum(1 for _length, place in entries if place >= 0) > 1 for entries in shape.edits):
        return [Sign("edited", 0.85, "its edit list joins several parts", "文件带有剪辑列表，由几段拼成")]
    return []


def _strongest(signs: list[Sign]) -> list[Sign]:
    return sorted(dict.fromkeys(signs), key=lambda sign: -sign.confidence)


def _created(container: Any, streams: list[Any]) -> datetime | None:
    for tags in (container.metadata, *(one.metadata for one in streams)):
        if text := tags.get("creation_time"):
            try:
                time = datetime.fromisoformat(text)
            except ValueError:
                continue
            if time.year > 1990:  # MP4 counts from 1904: a clock never set
                return time if time.tzinfo else time.replace(tzinfo=UTC)
    return None


def _codec(stream: Any) -> str:
    context = stream.codec_context
    return str(context.name) if context is not None else ""


def _form(stream: Any) -> str:
    context = stream.codec_context
    if context is None:
        return ""
    if stream.type == "video":
        return f"{context.name} {context.profile or ''} {context.width}x{context.height}"
    return f"{context.name} {context.sample_rate} {context.layout.name}"


def odd_neighbours(forms: list[str]) -> list[int]:
    """The places of files whose form differs from that of the files of the same device around them: re-encoded, or set anew."""
    if len(forms) < 3:
        return []
    usual = max(set(forms), key=forms.count)
    if forms.count(usual) * 2 <= len(forms):
        return []
    return [place for place, form in enumerate(forms) if form and form != usual]
