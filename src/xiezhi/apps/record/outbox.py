"""Rows of the business transaction that the worker turns into jobs afterwards: no NOTIFY in the write path (contracts.md 4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

_TAKE = """
DELETE FROM record_outbox WHERE id IN (SELECT id FROM record_outbox ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
RETURNING id, entry_id, case_id, kind
"""


@dataclass(frozen=True, slots=True)
class Written:
    """An entry that was committed: its id, case and kind."""

    entry_id: UUID
    case_id: str
    kind: str


def drain_outbox(hand_over: Callable[[list[Written]], None], limit: int = 500) -> int:
    """Hand over up to `limit` rows in order; they leave the outbox when `hand_over` returns, and stay when it raises."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, [limit])
            rows = sorted(cursor.fetchall())
        if rows:
            hand_over([Written(entry_id, case_id, kind) for _, entry_id, case_id, kind in rows])
    return len(rows)
