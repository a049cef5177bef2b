"""What a store that locks is told: until when a file is kept, and that it is under a hold. A folder needs neither and does nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from xiezhi.apps.evidence.models import Hold, Recording
from xiezhi.apps.evidence.stores import store_at
from xiezhi.apps.evidence.terms import held, locked_until


def under(row: Hold) -> list[Recording]:
    """The recordings that a hold is about."""
    rows = Recording.objects.filter(disposed_at=None).select_related("file")
    return list(rows.filter(pk=row.recording_id) if row.recording_id else rows.filter(case=row.case))


def hold(rows: Iterable[Recording]) -> None:
    """Raises OSError."""
    for row in rows:
        store_at(row.file.place).hold(row.file_id, on=True)


def release(rows: Iterable[Recording]) -> None:
    """Where no other hold keeps the same file. Raises OSError."""
    for row in rows:
        if not any(held(one) for one in Recording.objects.filter(file=row.file_id, disposed_at=None)):
            store_at(row.file.place).hold(row.file_id, on=False)


def joined(row: Recording, now: datetime) -> None:
    """A recording has come to a case: it is kept as long as the file of the case, and under its holds. Raises OSError."""
    kept = store_at(row.file.place)
    kept.keep(row.file_id, locked_until(row.agency, row.case, row.end, now, evidence=row.evidence))
    if held(row):
        kept.hold(row.file_id, on=True)
