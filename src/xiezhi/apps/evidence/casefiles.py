"""The files of a case by their digests, wherever they lie: what a bundle is filled from."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator

from xiezhi.apps.evidence.models import Hold, StoredFile
from xiezhi.apps.evidence.stores import store_at


class CaseFiles:
    """Documents and recordings alike; documents that evidence does not know lie in the local store."""

    def __init__(self) -> None:
        self._known: dict[str, StoredFile | None] = {}

    def has(self, sha256: str) -> bool:
        row = self._row(sha256)
        return (row is None or row.gone_at is None) and store_at(row.place if row else "local").has(sha256)

    def name(self, sha256: str) -> str:
        """An ending by its type, for a file that has no name."""
        row = self._row(sha256)
        ending = mimetypes.guess_extension(row.media_type) if row else None
        return f"{row.media_type.split('/')[0]}{ending}" if row and ending else ""

    def read(self, sha256: str) -> Iterator[bytes]:
        """Raises NotStoredError before the first block."""
        row = self._row(sha256)
        return store_at(row.place if row else "local").read(sha256)

    def _row(self, sha256: str) -> StoredFile | None:
        if sha256 not in self._known:
            self._known[sha256] = StoredFile.objects.filter(pk=sha256).first()
        return self._known[sha256]


def held(case: str) -> str:
    """Why a case or a recording of it is on hold; empty where nothing is."""
    found = Hold.objects.filter(lifted_at=None)
    row = found.filter(case=case).first() or found.filter(recording__case=case).first()
    return row.reason if row is not None else ""


def remove_document(sha256: str) -> bool:
    """Take a document out of the local store for good, after no entry names it any more. Evidence's own files are disposed of by its lists."""
    store = store_at("local")
    if StoredFile.objects.filter(pk=sha256).exists() or not store.has(sha256):
        return False
    return store.remove(sha256)
