"""Fixity: stored files read again and held against their chunk digests, those not checked for longest first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import F

from xiezhi.apps.evidence import custody
from xiezhi.apps.evidence.models import StoredFile
from xiezhi.apps.evidence.stores import UnknownStoreError, store_at
from xiezhi.apps.paperwork.queries import NotStoredError
from xiezhi.core.media.digest import CHUNK, differing, digest_of


def check_files(now: datetime, limit: int = 0) -> Iterator[tuple[StoredFile, str]]:
    """Each file with what is wrong with it, in words; empty where it is whole. Each failure is an entry of custody, a run's passes are one."""
    passed = 0
    rows = StoredFile.objects.filter(gone_at=None).order_by(F("checked_at").asc(nulls_first=True), "sha256")
    for row in (rows[:limit] if limit else rows).iterator(chunk_size=200):
        wrong = _wrong(row)
        row.checked_at, row.intact = now, not wrong
        with transaction.atomic():
            row.save(update_fields=["checked_at", "intact"])
            if wrong:
                custody.note("fixity_failed", now, sha256=row.sha256, why=wrong)
        passed += not wrong
        yield row, wrong
    if passed:
        custody.note("fixity_passed", now, files=passed)


def _wrong(row: StoredFile) -> str:
    try:
        found = digest_of(store_at(row.place).read(row.sha256))
    except NotStoredError:
        return "missing from the store; restore it from the copy"
    except (OSError, UnknownStoreError) as error:
        return str(error)
    if found.sha256 == row.sha256:  # the bytes are those that the record names: what differs is this row
        stated = {"size": row.size, "chunks": bytes(row.chunks), "root": row.root}
        wrong = [name for name, value in stated.items() if getattr(found, name) != value]
        return f"its row is wrong ({', '.join(wrong)}), its bytes are whole" if wrong else ""
    places = differing(found.chunks, bytes(row.chunks))
    if not places:
        return f"its bytes give the digest {found.sha256}; restore it from the copy"
    return f"{len(places)} of its chunks differ, the first at byte {places[0] * CHUNK}; restore it from the copy"
