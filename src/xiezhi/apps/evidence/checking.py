"""Fixity: stored files read again and held against their chunk digests, those not checked for longest first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import F

from xiezhi.apps.evidence.models import StoredFile
from xiezhi.apps.evidence.stores import UnknownStoreError, store_at
from xiezhi.apps.paperwork.queries import NotStoredError
from xiezhi.core.media.digest import CHUNK, damaged


def check_files(now: datetime, limit: int = 0) -> Iterator[tuple[StoredFile, str]]:
    """Each file with what is wrong with it, in words; empty where it is whole."""
    rows = StoredFile.objects.filter(gone_at=None).order_by(F("checked_at").asc(nulls_first=True), "sha256")
    for row in (rows[:limit] if limit else rows).iterator(chunk_size=200):
        wrong = _wrong(row)
        row.checked_at, row.intact = now, not wrong
        row.save(update_fields=["checked_at", "intact"])
        yield row, wrong


def _wrong(row: StoredFile) -> str:
    try:
        places = damaged(store_at(row.place).read(row.sha256), bytes(row.chunks))
    except NotStoredError:
        return "missing from the store; restore it from the copy"
    except (OSError, UnknownStoreError) as error:
        return str(error)
    if not places:
        return ""
    first = places[0] * CHUNK
    return f"{len(places)} of its chunks differ, the first at byte {first}; restore it from the copy"
