"""Small recordings made by PyAV: as a recorder writes them (MPEG-4 part 2, no tool named), cut, damaged, encoded again."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

RATE = 10


def film(
    path: Path,
    seconds: float,
    *,
    holes=(),
    created: str = "",
    codec: str = "mpeg4",
    plain: bool = True,
    sound: bool = False,
    shade: int = 0,
) -> Path:
    """A recording of `seconds` media time at ten pictures a second; nothing is written inside `holes` (seconds)."""
    options = {"fflags": "+bitexact"} if plain else {}
    with av.open(str(path), "w", options=options) as out:
        if created:
            out.metadata["creation_time"] = created
        stream = out.add_stream(codec, rate=RATE, options={"flags": "+bitexact"} if plain else {})
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        stream.codec_context.max_b_frames = 0
        stream.codec_context.time_base = Fraction(1, RATE)
        voice = None
        if sound:
            voice = out.add_stream("aac", rate=8000, layout="mono", options={"flags": "+bitexact"} if plain else {})
        for number in range(round(seconds * RATE)):
            at = number / RATE
            if any(a <= at < b for a, b in holes):
                continue
            picture = np.full((64, 96, 3), (number + shade * 37) % 250, np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
        if voice is not None:
            for number in range(int(seconds * 8000) // 1024):
                block = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
                block.sample_rate, block.pts, block.time_base = 8000, number * 1024, Fraction(1, 8000)
                out.mux(voice.encode(block))
            out.mux(voice.encode(None))
    return path
