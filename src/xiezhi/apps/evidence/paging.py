"""Papers of a case as pictures of their pages: what came from outside is never run by a browser under our address."""

from __future__ import annotations

import io
import threading
from fractions import Fraction
from typing import Any

TEXT_AT_MOST = 20_000  # characters of a page
WIDTH = 1100  # pixels of a page: legible, and some 150 kB
_PICTURES = {"jpeg_pipe", "png_pipe", "webp_pipe", "bmp_pipe", "tiff_pipe", "image2", "gif"}
# PDFium is not safe for several threads of one process.
_ONE = threading.Lock()


class NoPageError(LookupError):
    """The paper cannot be read, or has no such page."""


def page_png(content: bytes, number: int) -> tuple[bytes, int]:
    """Page `number` (from 1) of a PDF as PNG, and how many pages there are; a picture is a paper of one page. Raises NoPageError."""
    import pypdfium2

    if not content.startswith(b"%PDF") and number == 1:
        return _picture(content), 1
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


def _picture(content: bytes) -> bytes:
    import av
    from av.error import FFmpegError

    try:
        with av.open(io.BytesIO(content), "r") as given:
            frame = next(given.decode(video=0), None)
            if frame is None or given.format.name not in _PICTURES:
                raise NoPageError("no picture")
            width = min(WIDTH, frame.width)
            height = min(3000, max(1, round(frame.height * width / frame.width)))
            pixels = frame.reformat(width, height, "rgb24").to_ndarray()
    except (FFmpegError, ValueError, IndexError) as error:
        raise NoPageError(str(error)) from error
    return _png(pixels)


def page_text(content: bytes, number: int) -> str:
    """The text of page `number` (from 1) of a PDF as it stands in the file; "" where there is none: a scan is read by nobody here."""
    import pypdfium2

    with _ONE:
        try:
            document = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError:
            return ""
        try:
            text: str = document[number - 1].get_textpage().get_text_range() if 1 <= number <= len(document) else ""
        except pypdfium2.PdfiumError:
            return ""
        finally:
            document.close()
    return text.replace("\r\n", "\n").replace("\ufffe", "").strip()[:TEXT_AT_MOST]


def _png(pixels: Any) -> bytes:
    import av

    frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
    codec: Any = av.CodecContext.create("png", "w")
    codec.width, codec.height, codec.pix_fmt, codec.time_base = frame.width, frame.height, "rgb24", Fraction(1)
    frame.pts = 0
    return b"".join(bytes(packet) for packet in [*codec.encode(frame), *codec.encode(None)])
