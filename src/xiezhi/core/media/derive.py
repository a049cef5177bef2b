"""What is made of a recording so that it can be shown: a copy that plays at once, a poster, a small picture. The file itself is only read.

Nothing is encoded again for the copy: its packets are the original's, in another wrapping. As a program of its own (`python -m`, see
`main`) a file that breaks a decoder breaks that process alone, and not beyond its limits of time and memory.
"""

from __future__ import annotations

import json
import resource
import sys
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.error import FFmpegError

from xiezhi.core.media.boxes import Shape, shape_of

WIDEST = 640  # pixels of a poster or small picture
MEMORY = 3 << 30  # bytes of address space, the libraries included
SECONDS = 900  # of computing
_FILM = {"h264", "vp8", "vp9", "av1", "libdav1d", "hevc"}
_SOUND = {"aac", "mp3", "mp3float", "opus", "vorbis", "flac", "pcm_s16le", "pcm_u8"}
_WRAPPED = {"video/mp4", "video/webm", "video/quicktime", "audio/mpeg", "audio/mp4", "audio/x-m4a", "audio/wav", "audio/x-wav", "audio/ogg",
            "audio/webm", "audio/flac"}  # fmt: skip
_REWRAPS = {"h264", "hevc", "aac", "mp3", "mp3float"}  # what an MP4 carries and a browser plays
_NAMES = {"mpeg4": "MPEG-4 Part 2", "mjpeg": "Motion JPEG", "wmv3": "WMV", "mpeg2video": "MPEG-2", "msmpeg4v3": "MS MPEG-4", "amrnb": "AMR",
          "h263": "H.263"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Play:
    """How a browser can play a file: `as_is`, by a `copy` in another wrapping, or `not`; `why` says it in Chinese where it is not as it is.

    `broken`: no player plays it, for there is nothing in it that can be read.
    """

    how: str
    why: str = ""
    broken: bool = False


def playing(media_type: str, codecs: tuple[str, ...], *, late: bool = False) -> Play:
    """By container and codecs; `late`: the table of contents stands at the end."""
    odd = [one for one in codecs if one not in _FILM | _SOUND]
    if not codecs:
        return Play("not", "这个文件已经损坏或者没有写完，里面没有可以读出的画面和声音", broken=True)
    if odd:
        names = "、".join(dict.fromkeys(_NAMES.get(one, one.upper()) for one in odd if one))
        return Play("not", f"这个文件用的是 {names} 编码，浏览器放不了" if names else "这个文件的编码没有认出来，浏览器放不了")
    if media_type in _WRAPPED and not late:
        return Play("as_is")
    if all(one in _REWRAPS for one in codecs):
        return Play("copy", "索引在文件末尾，浏览器要先读完才能放" if late else "这种封装浏览器放不了")
    return Play("as_is") if media_type in _WRAPPED else Play("not", "这种封装浏览器放不了")


def shape(path: Path) -> Shape:
    with path.open("rb") as file:
        return shape_of(file)


def rewrap(source: Path, target: Path) -> str:
    """The same packets as an MP4 with its table of contents in front. Answers the recipe. Raises FFmpegError, ValueError."""
    count = 0
    with av.open(str(source)) as given, av.open(str(target), "w", format="mp4", options={"movflags": "+faststart"}) as out:
        streams: dict[int, Any] = {}
        for stream in given.streams:
            if stream.type in {"video", "audio"}:
                streams[stream.index] = out.add_stream_from_template(stream)
        for packet in given.demux([stream for stream in given.streams if stream.index in streams]):
            if packet.dts is None:
                continue  # the flush at the end
            packet.stream = streams[packet.stream.index]
            out.mux(packet)
            count += 1
    if not count:
        raise ValueError("no packets")
    return f"rewrap mp4 +faststart, {count} packets copied, libavformat {_version()}"


def poster(source: Path, target: Path) -> str:
    """One picture of a film, a tenth in, or the photo itself, at most 640 pixels wide, as JPEG. Raises FFmpegError, ValueError."""
    with av.open(str(source)) as given:
        stream = given.streams.video[0] if given.streams.video else None
        if stream is None:
            raise ValueError("no picture")
        place = int((given.duration or 0) * 0.1)
        if place > av.time_base:
            given.seek(place)
        frame = next(given.decode(stream), None)
        if frame is None:
            raise ValueError("no picture")
        width = min(WIDEST, frame.width) // 2 * 2 or 2
        height = max(2, round(frame.height * width / frame.width) // 2 * 2)
        target.write_bytes(_jpeg(frame.reformat(width, height, "yuvj420p")))
    return f"poster jpeg {width}x{height} at {place / av.time_base:.1f} s, libavformat {_version()}"


def _jpeg(frame: Any) -> bytes:
    codec: Any = av.CodecContext.create("mjpeg", "w")
    codec.width, codec.height, codec.pix_fmt, codec.time_base = frame.width, frame.height, "yuvj420p", Fraction(1)
    frame.pts = 0
    return b"".join(bytes(packet) for packet in [*codec.encode(frame), *codec.encode(None)])


def _version() -> str:
    return ".".join(str(part) for part in av.library_versions["libavformat"])


MAKERS = {"copy": rewrap, "poster": poster}


def main(kind: str, source: str, target: str) -> int:
    """Make one; the answer is a line of JSON: `recipe`, or `failed` in English. Exit 0 or 1; killed at the limits of time and memory."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        print(json.dumps({"recipe": MAKERS[kind](Path(source), Path(target))}))  # noqa: T201 - the answer of the program
    except (FFmpegError, ValueError, OSError, MemoryError) as error:
        print(json.dumps({"failed": str(error)[:200]}))  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
