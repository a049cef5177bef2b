"""The statements that put entries on the record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, connection

from xiezhi.core.law.errors import InputError

from .entry import Sealed
from .models import Case

_ENTRY = "id, case_id, case_seq, class, kind, of, at, recorded_at, agency_id, pack, mode, entry"

# One statement, so one round trip: entry, body, pending leaf, outbox row, and the case row that goes on.
_INSERT = f"""
WITH e AS (INSERT INTO record_entry ({_ENTRY}) VALUES ({", ".join(["%s"] * 12)})),
     b AS (INSERT INTO record_entry_body (entry_id, seed, text) VALUES (%s, %s, %s)),
     p AS (INSERT INTO record_pending (entry_id) VALUES (%s)),
     o AS (INSERT INTO record_outbox (entry_id, case_id, kind) VALUES (%s, %s, %s))
UPDATE record_case SET next_seq = %s, last_entry = %s WHERE id = %s
"""

# As above for what is no act: nothing is to be done about it afterwards, so it has no outbox row.
_INSERT_NOTE = f"""
WITH e AS (INSERT INTO record_entry ({_ENTRY}) VALUES ({", ".join(["%s"] * 12)})),
     b AS (INSERT INTO record_entry_body (entry_id, seed, text) VALUES (%s, %s, %s)),
     p AS (INSERT INTO record_pending (entry_id) VALUES (%s))
UPDATE record_case SET next_seq = %s, last_entry = %s WHERE id = %s
"""


def entry_row(sealed: Sealed) -> list[Any]:
    """The columns of `record_entry`: nothing personal among them."""
    body = sealed.body
    return [
        sealed.id,
        body["case"],
        body["case_seq"],
        body["class"],
        body["kind"],
        body.get("of"),
        body["at"],
        body["recorded_at"],
        body["agency"],
        body["pack"],
        sealed.mode,
        sealed.entry,
    ]


def insert(sealed: Sealed, case: Case) -> None:
    """Write one entry while the case row is locked. Raises InputError when the id was used for another entry."""
    _execute(_INSERT, sealed, case, (sealed.id, case.id, sealed.body["kind"]))


def insert_note(sealed: Sealed, case: Case) -> None:
    """As `insert`, without an outbox row: for entries that are no acts."""
    _execute(_INSERT_NOTE, sealed, case, ())


def _execute(statement: str, sealed: Sealed, case: Case, outbox: tuple[Any, ...]) -> None:
    next_seq = sealed.body["case_seq"] + 1
    parameters = [
        *entry_row(sealed),
        *(sealed.id, sealed.seed, sealed.text),
        sealed.id,
        *outbox,
        *(next_seq, sealed.entry, case.id),
    ]
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
    except IntegrityError as error:
        if not _is_of_id(error):
            raise
        raise id_taken(str(sealed.id)) from error
    case.next_seq, case.last_entry = next_seq, sealed.entry


def _is_of_id(error: IntegrityError) -> bool:
    return "record_entry_pkey" in str(error) or "record_entry_body_pkey" in str(error)


def id_taken(id_: str) -> InputError:
    return InputError(
        f"the id {id_} was used for another entry; make a new one for a new act",
        "这个编号已用于另一条记录；新的行为请使用新的编号",
        field="id",
    )


def copy_cases(cases: Iterable[Case]) -> None:
    """COPY new case rows."""
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY record_case (id, procedure, agency_id, pack_id, opened_at, next_seq, last_entry) FROM STDIN") as copy,
    ):
        for case in cases:
            copy.write_row((case.id, case.procedure, case.agency_id, case.pack_id, case.opened_at, case.next_seq, case.last_entry))


def copy_entries(batch: list[Sealed]) -> None:
    """COPY entries, bodies, pending leaves and outbox rows, in order. Raises InputError when an id was used before."""
    try:
        with connection.cursor() as cursor:
            with cursor.copy(f"COPY record_entry ({_ENTRY}) FROM STDIN") as copy:
                for sealed in batch:
                    copy.write_row(entry_row(sealed))
            with cursor.copy("COPY record_entry_body (entry_id, seed, text) FROM STDIN") as copy:
                for sealed in batch:
                    copy.write_row((sealed.id, sealed.seed, sealed.text))
            with cursor.copy("COPY record_pending (entry_id) FROM STDIN") as copy:
                for sealed in batch:
                    copy.write_row((sealed.id,))
            with cursor.copy("COPY record_outbox (entry_id, case_id, kind) FROM STDIN") as copy:
                for sealed in batch:
                    copy.write_row((sealed.id, sealed.body["case"], sealed.body["kind"]))
    except IntegrityError as error:
        if not _is_of_id(error):
            raise
        raise InputError(f"an act's id was used before: {error}", "有行为的编号已被使用", field="id") from error
