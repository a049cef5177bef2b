"""Papers of a case as pictures of their pages: what came from outside is never run by a browser under our address."""

from __future__ import annotations

import threading
from fractions import Fraction
from typing import Any

WIDTH = 1100  # pixels of a page: legible, and some 150 kB
# PDFium is not safe for several threads of one process.
_ONE = threading.Lock()


class NoPageError(LookupError):
    """The paper cannot be read, or has no such page."""


def page_png(content: bytes, number: int) -> tuple[bytes, int]:
    """Page `number` (from 1) of a PDF as PNG, and how many pages there are. Raises NoPageError."""
    import pypdfium2

    with _ONE:
        try:
            document = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError as error:
            raise NoPageError(str(error)) from error
        try:
            count = len(document)
            if not 1 <= number <= count:
                raise NoPageError(f"page {number} of {count}")
            page = document[number - 1]
            # A page may claim to be metres wide: the picture stays within bounds both ways.
            scale = min(WIDTH / max(page.get_width(), 1), 3000 / max(page.get_height(), 1))
            pixels = page.render(scale=scale, rev_byteorder=True).to_numpy()[:, :, :3].copy()
        finally:
            document.close()
    return _png(pixels), count


def _png(pixels: Any) -> bytes:
    import av

    frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
    codec: Any = av.CodecContext.create("png", "w")
    codec.width, codec.height, codec.pix_fmt, codec.time_base = frame.width, frame.height, "rgb24", Fraction(1)
    frame.pts = 0
    return b"".join(bytes(packet) for packet in [*codec.encode(frame), *codec.encode(None)])
