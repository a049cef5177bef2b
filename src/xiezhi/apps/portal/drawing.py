"""The QR code of a page as a part of the page: no style, no script, one path."""

from __future__ import annotations

import io

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe


def qr_of(address: str, label: str = "本页二维码") -> SafeString:
    """An inline SVG with a spoken name."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=False, scale=4, border=2, omitsize=True, svgclass="qr", lineclass=None, title=None
    )
    drawn = out.getvalue().decode()
    named = drawn.replace("<svg ", str(format_html('<svg role="img" aria-label="{}" ', label)), 1)
    return mark_safe(named)  # noqa: S308 - made by segno of modules, no text of ours or others in it
