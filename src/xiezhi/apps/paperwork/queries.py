"""Reads of paperwork: files by digest, documents of a case, and a document of our own as a page of the browser."""

from __future__ import annotations

import io
from typing import IO, Any

from django.http import FileResponse

from xiezhi.apps.paperwork.files import NotStoredError, media_type, open_stored, path_of, shown_name
from xiezhi.apps.paperwork.models import Document

__all__ = ["NotStoredError", "documents_of", "has_file", "media_type", "open_file", "path_of", "shown_name", "shown_pdf"]

# What a browser's PDF viewer needs of a page's own policy; scripts stay out.
VIEWER = "default-src 'none'; object-src 'self'; plugin-types application/pdf; style-src 'unsafe-inline'; frame-ancestors 'none'"


def open_file(sha256: str) -> IO[bytes]:
    """A stored file, for reading. Raises NotStoredError."""
    return open_stored(sha256)


def has_file(sha256: str) -> bool:
    try:
        return path_of(sha256).exists()
    except NotStoredError:
        return False


def documents_of(case_id: str, limit: int = 200) -> list[Document]:
    """The documents made for a case, the newest last."""
    return list(reversed(Document.objects.filter(case=case_id).order_by("-id")[:limit]))


def shown_pdf(content: IO[bytes] | bytes, name: str) -> FileResponse:
    """A document that this system itself has set, shown in the browser. Never for a file that came from outside."""
    file: Any = io.BytesIO(content) if isinstance(content, bytes) else content
    response = FileResponse(file, as_attachment=False, filename=name, content_type="application/pdf")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = VIEWER
    return response
