"""Reads of paperwork: files by digest, documents of a case."""

from __future__ import annotations

from typing import IO

from xiezhi.apps.paperwork.files import NotStoredError, media_type, open_stored, path_of, shown_name
from xiezhi.apps.paperwork.models import Document

__all__ = ["NotStoredError", "documents_of", "has_file", "media_type", "open_file", "shown_name"]


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
