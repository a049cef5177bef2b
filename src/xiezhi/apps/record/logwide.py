"""Entries that are no acts: what happened to evidence (`custody`) and to the record itself (`system`), of a case or of the whole log.

The fold never reads them, so the law is not asked and no derived row is refreshed. They stand in the chain of their case, and those of no
case in a chain of their own: the row of `record_case` whose id is the empty text (contracts.md 1 and 2).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from xiezhi.core.law.clock import utc_text
from xiezhi.core.law.errors import InputError
from xiezhi.core.ledger.body import read as read_body

from .answers import Receipt
from .case import locked, place_of
from .entry import Place, Sealed, Statement, seal
from .insert import id_taken, insert_note
from .line import not_ahead, plain
from .models import Case, Entry

NOTE_CLASSES = ("custody", "system")
LOG_WIDE = ""  # the case of what belongs to no case

_KIND = re.compile(r"[a-z][a-z0-9_]*")
_KNOWN = """
SELECT e.case_id, e.case_seq, e.class, e.kind, e.entry, b.text FROM record_entry e LEFT JOIN record_entry_body b ON b.entry_id = e.id WHERE e.id = %s
"""


def note(
    entry_class: str,
    kind: str,
    data: Mapping[str, Any],
    *,
    id: UUID,  # noqa: A002 - the seam's word
    now: datetime,
    case: str = LOG_WIDE,
    at: datetime | None = None,
    by: Sequence[str] = (),
    agency: str = "",
    of: UUID | None = None,
    entered_by: str = "",
) -> Receipt:
    """Add an entry of class `custody` or `system`: to a case, or to the whole log where `case` is empty.

    `kind` is of a-z, 0-9 and _; `data` any JSON value in canonical or near-canonical form (as an act's data; nulls are left out); `at` is when it
    happened, `now` where it is not given; `by` person ids; `agency` that of the case where it is empty; `of` the entry of the same case that
    it is about. The same id again gives the same answer. Entry, body and pending leaf are written in one transaction, or in the caller's; a
    caller that writes to a case and to the whole log writes to the case first, since both rows are locked. Raises InputError.
    """
    statement = _statement(entry_class, kind, data, id=id, at=at or now, by=by, of=of, entered_by=entered_by)
    with transaction.atomic():
        row = lock_case(case, now)
        if known := _known(id):
            return _again(known, case, statement, dated=at is not None)
        not_ahead({"at": statement.at}, now)
        if of is not None:
            _check_of(of, case)
        return _write(row, statement, agency, now)


def _statement(
    entry_class: str,
    kind: str,
    data: Mapping[str, Any],
    *,
    id: UUID,  # noqa: A002
    at: datetime,
    by: Sequence[str],
    of: UUID | None,
    entered_by: str,
) -> Statement:
    if entry_class not in NOTE_CLASSES:
        raise InputError(
            f"`{entry_class}` is no class of notes; known: {', '.join(NOTE_CLASSES)}. Acts go through `perform`.",
            f"“{entry_class}”不是记载的类别",
            field="class",
        )
    if not _KIND.fullmatch(kind):
        raise InputError(f"kind {kind!r}: expected a word of a-z, 0-9 and _", f"“{kind}”不是记载的种类", field="kind")
    own: dict[str, Any] = {"data": plain(data)}
    if of is not None:
        own["of"] = str(of)
    return Statement(entry_class, kind, id, utc_text(at), list(by), own, entered_by=entered_by)


def lock_case(case_id: str, now: datetime) -> Case:
    """Nothing else is written to the case (empty: to the whole log) until the caller's transaction ends. Raises InputError."""
    row = locked(case_id)
    if row is None and case_id == LOG_WIDE:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO record_case (id, procedure, agency_id, pack_id, opened_at, next_seq) VALUES (%s, '', '', '', %s, 1) "
                "ON CONFLICT (id) DO NOTHING",
                [LOG_WIDE, now],
            )
        row = locked(case_id)
    if row is None:
        raise InputError(f"there is no case {case_id!r} on the record", f"记录中没有案件“{case_id}”", field="case")
    return row


def _check_of(of: UUID, case_id: str) -> None:
    if not Entry.objects.filter(pk=of, case_id=case_id).exists():
        raise InputError(f"no entry {of} is on the record of case {case_id!r}", "本案记录中没有这一条", field="of")


def _write(row: Case, statement: Statement, agency: str, now: datetime) -> Receipt:
    if row.id == LOG_WIDE:
        prev = bytes(row.last_entry) if row.last_entry is not None else None
        place = Place(LOG_WIDE, row.next_seq, prev, agency, "", now)  # no edition of a pack judged it
    else:
        place = place_of(row, agency or row.agency_id, now)
    sealed = seal(statement, place)
    insert_note(sealed, row)
    return _receipt(sealed)


def _receipt(sealed: Sealed) -> Receipt:
    return Receipt(sealed.id, sealed.body["case"], sealed.body["case_seq"], sealed.entry.hex())


def _known(id_: UUID) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [id_])
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


def _again(known: tuple[Any, ...], case: str, statement: Statement, *, dated: bool) -> Receipt:
    """The answer that this id was given before. Raises InputError when it was given for something else."""
    case_id, case_seq, klass, kind, entry, text = known
    same = (case_id, klass, kind) == (case, statement.klass, statement.kind)
    if same and text is not None:
        body = read_body(text)
        same = body["by"] == statement.by and all(body.get(name) == value for name, value in statement.own.items())
        same = same and (not dated or body["at"] == statement.at)
    if not same:
        raise id_taken(str(statement.id))
    return Receipt(statement.id, case_id, case_seq, bytes(entry).hex())
