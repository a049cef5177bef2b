"""The files of a case by their digests, wherever they lie: what a bundle is filled from."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator

from django.db import transaction
from django.db.models import Max

from xiezhi.apps.evidence.models import Hold, Recording, StoredFile
from xiezhi.apps.evidence.stores import Store, store_at


class CaseFiles:
    """Documents and recordings alike; documents that evidence does not know lie in the local store."""

    def __init__(self) -> None:
        self._known: dict[str, StoredFile | None] = {}

    def has(self, sha256: str) -> bool:
        return self._store(sha256).has(sha256)

    def name(self, sha256: str) -> str:
        """An ending by its type, for a file that has no name."""
        row = self._row(sha256)
        ending = mimetypes.guess_extension(row.media_type) if row else None
        return f"{row.media_type.split('/')[0]}{ending}" if row and ending else ""

    def read(self, sha256: str) -> Iterator[bytes]:
        """Raises NotStoredError before the first block."""
        return self._store(sha256).read(sha256)

    def _store(self, sha256: str) -> Store:
        """A document of the bytes of a recording that was disposed of lies in the local store, like any other. Raises UnknownStoreError."""
        row = self._row(sha256)
        return store_at(row.place if row is not None and row.gone_at is None else "local")

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
    """Take a document out of the local store for good, after no entry names it any more. Bytes of a recording that is kept stay: it is
    disposed of by its list.
    """
    store = store_at("local")
    with transaction.atomic():
        file = StoredFile.objects.select_for_update().filter(pk=sha256).first()
        if Recording.objects.filter(file=sha256, disposed_at=None).exists() or not store.has(sha256):
            return False
        if file is not None and file.gone_at is None and file.place == store.place:
            # To evidence it went with its last recording.
            file.gone_at = Recording.objects.filter(file=file).aggregate(last=Max("disposed_at"))["last"]
            file.save(update_fields=["gone_at"])
        return store.remove(sha256)
