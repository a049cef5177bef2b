"""From what is stated to an entry: the whole body, its text, seed and 33 bytes."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from xiezhi.core.law.clock import utc_text
from xiezhi.core.law.errors import InputError
from xiezhi.core.ledger.body import canonical
from xiezhi.core.ledger.errors import BodyError
from xiezhi.core.ledger.fields import SEED_LENGTH, field_tree

from .line import SCHEMA


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody puts on the record: class, kind, id, time (as bodies write it), persons, and the fields of its own."""

    klass: str
    kind: str
    id: UUID
    at: str
    by: list[str]
    own: Mapping[str, Any]
    mode: str = ""
    entered_by: str = ""  # who put it in, where that was a person with an account; `by` are those who acted


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when it goes on the record: case, number, the entry before it, agency, edition of the pack, time of recording."""

    case: str
    case_seq: int
    prev: bytes | None
    agency: str
    pack: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Sealed:
    """An entry ready to be written."""

    id: UUID
    body: dict[str, Any]
    text: str
    seed: bytes
    entry: bytes
    mode: str


def seal(statement: Statement, place: Place) -> Sealed:
    """Build the body and its entry. Raises InputError naming the field that has no canonical form."""
    body = {
        **statement.own,
        "class": statement.klass,
        "schema": SCHEMA,
        "id": str(statement.id),
        "case": place.case,
        "case_seq": place.case_seq,
        "prev": place.prev.hex() if place.prev is not None else None,
        "kind": statement.kind,
        "at": statement.at,
        "recorded_at": utc_text(place.recorded_at),
        "agency": place.agency,
        "pack": place.pack,
        "by": statement.by,
    }
    if statement.entered_by:
        body["entered_by"] = statement.entered_by
    try:
        text = canonical(body)
    except BodyError as error:
        raise InputError(str(error), error.message_zh, field=error.path) from error
    seed = secrets.token_bytes(SEED_LENGTH)
    return Sealed(statement.id, body, text, seed, field_tree(body, seed), statement.mode)
