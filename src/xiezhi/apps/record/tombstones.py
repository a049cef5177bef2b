"""What is left of an entry whose body was destroyed lawfully: a tombstone, an entry of its own that says what was there, why, and by whom."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from xiezhi.core.law.clock import utc_text

KIND = "entry_deleted"
# Without these it says neither what was there nor by whose leave it went, and is no tombstone.
_STATED = ("entry", "index", "case_seq", "class", "kind", "at", "recorded_at", "basis", "approver")

_STONES = """
SELECT t.of, t.id, t.case_id, t.case_seq, b.text FROM record_entry t JOIN record_entry_body b ON b.entry_id = t.id
WHERE t.class = 'system' AND t.kind = 'entry_deleted'
"""
_LEFT = """
SELECT e.id, e.case_seq, e.class, e.kind, e.of, e.at, e.recorded_at, e.agency_id, e.pack, e.case_id, e.entry FROM record_entry e WHERE e.id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Stone:
    """A tombstone: its own id and place, its `data`, and when it was written (as bodies write times)."""

    id: UUID
    of: UUID
    case: str
    case_seq: int
    at: str
    data: Mapping[str, Any]

    def contradicts(self, entry: bytes, columns: Mapping[str, Any]) -> str:
        """The first column of the deleted entry that is not as the tombstone states it; empty where all are."""
        for name, value in {**columns, "entry": entry.hex()}.items():
            if name in _STATED and self.data[name] != value:
                return name
        return "" if columns["case"] == self.case else "case"

    def told(self) -> dict[str, Any]:
        """What pages and the fold are told of the deletion."""
        named = ("basis", "approver", "reason", "voided", "unjudged")
        return {"by_entry": str(self.id), "at": self.at, **{name: self.data[name] for name in named if name in self.data}}


def stones(case_id: str | None = None) -> dict[UUID, Stone]:
    """All tombstones, or those of one case, by the entry that each is about."""
    with connection.cursor() as cursor:
        cursor.execute(_STONES + ("" if case_id is None else "AND t.case_id = %s"), [] if case_id is None else [case_id])
        found: dict[UUID, Stone] = {}
        for of, id_, case, case_seq, text in cursor.fetchall():
            with contextlib.suppress(ValueError, KeyError, TypeError):  # a damaged one is no tombstone; `verify` names it
                body = json.loads(text)
                if all(body["data"][name] not in ("", None) for name in _STATED):
                    found[of] = Stone(id_, of, case, case_seq, body["recorded_at"], body["data"])
        return found


def remains(case_id: str, ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """What stands in for the bodies of these entries, made of their rows: `deleted` says how they went, None where no tombstone does."""
    known = stones(case_id)
    with connection.cursor() as cursor:
        cursor.execute(_LEFT, [list(ids)])
        rows = cursor.fetchall()
    found: dict[UUID, dict[str, Any]] = {}
    for id_, case_seq, klass, kind, of, at, recorded_at, agency, pack, case, _entry in rows:
        body: dict[str, Any] = {"class": klass, "schema": 1, "id": str(id_), "case": case, "case_seq": case_seq, "prev": None, "kind": kind}
        body |= {"at": utc_text(at), "recorded_at": utc_text(recorded_at), "agency": agency, "pack": pack, "by": []}
        if of is not None:
            body["of"] = str(of)
        body["deleted"] = known[id_].told() if id_ in known else None
        found[id_] = body
    return found
