"""Reads of the record: histories, markings, receipts, proofs, the log's head.

history      the entries of a case, acts with their attachments and corrections projected in
notes        what stands on the record of a case, or of the whole log, and is no act: custody of evidence, system
marking      the case as the rules see it; explanation: what must, may, may not be done
receipt      an entry's place in the public log, with its offline proof; index_of: the place alone
fields_proof proofs of single fields of an entry; shown: the same with the entry's own, as a .proof.json
is_document  whether an act, attachment or correction still names a file as a document
checkpoint   the log's signed head; verifier_key: the key that checks it; verifier_keys: past keys too
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection

from xiezhi.core.law.clock import parse_time
from xiezhi.core.ledger.fields import FieldProof, prove_fields
from xiezhi.core.ledger.note import Checkpoint, VerifierKey
from xiezhi.core.ledger.proof import LogProof
from xiezhi.core.ledger.shown import Shown
from xiezhi.core.ledger.tiles import range_in_tiles
from xiezhi.core.ledger.tree import inclusion_proof
from xiezhi.core.procedure.history import Act

from . import inspection, naming, published, stamps, witnesses
from .acts import Written, acts_of
from .effective import Projection, project
from .fold import read, written
from .inspection import Inspection
from .key import verifier
from .logwide import NOTE_CLASSES
from .models import Case
from .models import Checkpoint as SignedHead
from .policy import read_policy, verifiers
from .tiles import read_ahead

if TYPE_CHECKING:
    from xiezhi.core.procedure.book import Book
    from xiezhi.core.procedure.explain import Explanation
    from xiezhi.core.procedure.marking import Marking


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry of a case. `body` is as entered; `act` the effective act (None where voided, or no act); `number` the case's own count of acts."""

    id: UUID
    case_seq: int
    kind_of: str
    kind: str
    at: datetime
    recorded_at: datetime
    by: tuple[str, ...]
    of: UUID | None
    body: dict[str, Any]
    act: Act | None
    number: int | None
    voided: bool


@dataclass(frozen=True, slots=True)
class LogReceipt:
    """An entry's place in the public log of `size` leaves: index, entry (hex) and the text of its `.tlog-proof` file."""

    act_id: UUID
    case: str
    case_seq: int
    index: int
    size: int
    entry: str
    proof: str


@dataclass(frozen=True, slots=True)
class FieldsProof:
    """Fields of an entry, each provable against `entry` (hex)."""

    act_id: UUID
    entry: str
    fields: tuple[FieldProof, ...]

    def as_dict(self) -> dict[str, Any]:
        return {"id": str(self.act_id), "entry": self.entry, "fields": [one.as_dict() for one in self.fields]}


def case(case_id: str) -> Case | None:
    return Case.objects.filter(pk=case_id).first()


def packs_of(case_ids: Iterable[str]) -> dict[str, str]:
    """The ids of the packs that judge these cases, in one query."""
    return dict(Case.objects.filter(pk__in=list(case_ids)).values_list("id", "pack_id"))


def history(case_id: str) -> list[EntryView]:
    """The entries of a case in order of entry; empty for no such case. Two queries."""
    row = case(case_id)
    if row is None:
        return []
    entries = written(case_id)
    projection = project(one.body for one in entries)
    return _views(entries, projection, acts_of(projection, row, entries))


def _views(entries: Sequence[Written], projection: Projection, acts: Iterable[Act]) -> list[EntryView]:
    effective = {act.id: act for act in acts}
    views, number = [], 0
    for body in (one.body for one in entries):
        is_act = body["class"] == "act"
        number += is_act
        views.append(
            EntryView(
                id=UUID(body["id"]),
                case_seq=body["case_seq"],
                kind_of=body["class"],
                kind=body["kind"],
                at=parse_time(body["at"]),
                recorded_at=parse_time(body["recorded_at"]),
                by=tuple(body["by"]),
                of=UUID(body["of"]) if "of" in body else None,
                body=body,
                act=effective.get(body["id"]) if is_act else None,
                number=number if is_act else None,
                voided=body["id"] in projection.voided,
            )
        )
    return views


def notes(case_id: str, *classes: str) -> list[EntryView]:
    """The custody and system entries of a case (or those of `classes` alone) in order of entry; of the whole log for the case "". One query."""
    return _views(written(case_id, classes or NOTE_CLASSES), Projection(), ())


def marking(case_id: str) -> tuple[Book, Marking]:
    """The rules of a case and its marking. Raises Case.DoesNotExist."""
    known = read(Case.objects.get(pk=case_id))
    return known.book, known.marking()


def explanation(case_id: str, now: datetime) -> Explanation:
    """What must be done, may be done, and may not be done yet, with reasons. Raises Case.DoesNotExist."""
    from xiezhi.core.procedure.explain import explain

    known = read(Case.objects.get(pk=case_id))
    return explain(known.book, known.marking(), known.people, now)


@dataclass(frozen=True, slots=True)
class CasePicture:
    """All that a case page reads, from one reading of the case. `complete`: the numbers of all its entries run on from 1. `notes`: how many of
    them are custody or system entries, which stand between the acts and are none of `entries`.
    """

    row: Case
    entries: list[EntryView]
    book: Book
    marking: Marking
    explanation: Explanation
    complete: bool
    notes: int


def picture(case_id: str, now: datetime) -> CasePicture | None:
    """History, marking and explanation at once: five queries. None for no such case."""
    row = case(case_id)
    if row is None:
        return None
    from xiezhi.core.procedure.explain import explain

    known = read(row)
    marking = known.marking()
    views = _views(known.entries, known.projection, known.acts)
    complete, notes = _complete(row)
    return CasePicture(row, views, known.book, marking, explain(known.book, marking, known.people, now), complete, notes)


def _complete(row: Case) -> tuple[bool, int]:
    """(whether there is an entry for every number that the case has given, how many of them the fold does not read)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(max(case_seq), 0), count(*) FILTER (WHERE class IN ('custody', 'system')) FROM record_entry"
            " WHERE case_id = %s",
            [row.id],
        )
        count, highest, notes = cursor.fetchone()
    return bool(count == highest), int(notes)


def is_document(sha256: str) -> bool:
    """Whether an act, attachment or correction of any case names the file as a document, not only as its recording. Reads all bodies once."""
    return naming.is_document(sha256)


def index_of(act_id: UUID) -> int | None:
    """The index of an entry in the public log; None while it is not numbered."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM record_leaf WHERE entry_id = %s", [act_id])
        row = cursor.fetchone()
    return row[0] if row else None


_RECEIPT = """
SELECT e.case_id, e.case_seq, e.entry, l.seq, c.size, c.note
FROM record_entry e JOIN record_leaf l ON l.entry_id = e.id
CROSS JOIN LATERAL (SELECT size, note FROM record_checkpoint ORDER BY size DESC LIMIT 1) c
WHERE e.id = %s
"""


def receipt(act_id: UUID) -> LogReceipt | None:
    """The entry's place in the log and its proof under the newest checkpoint; None while it is not numbered. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_RECEIPT, [act_id])
        row = cursor.fetchone()
    if row is None:
        return None
    case_id, case_seq, entry, index, size, note = row
    hashes = inclusion_proof(index, size, range_in_tiles(size, read_ahead(index, size)))
    proof = LogProof(index, tuple(hashes), note)
    return LogReceipt(act_id, case_id, case_seq, index, size, bytes(entry).hex(), proof.text())


def fields_proof(act_id: UUID, paths: Iterable[str]) -> FieldsProof | None:
    """Proofs of the fields at or below the paths; None for no such entry. Raises BodyError naming a path that is not there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT b.text, b.seed, e.entry FROM record_entry e JOIN record_entry_body b ON b.entry_id = e.id WHERE e.id = %s", [act_id]
        )
        row = cursor.fetchone()
    if row is None:
        return None
    text, seed, entry = row
    return FieldsProof(act_id, bytes(entry).hex(), tuple(prove_fields(json.loads(text), bytes(seed), paths)))


def shown(act_id: UUID, paths: Iterable[str]) -> Shown | None:
    """Fields of an entry with all that proves them, for a `.proof.json`; None where there is no body or no leaf. Raises BodyError."""
    proof, place, key = fields_proof(act_id, paths), receipt(act_id), verifier_key()
    if proof is None or place is None or key is None:
        return None
    return Shown(bytes.fromhex(proof.entry), proof.fields, LogProof.parse(place.proof), key)


def entry_at(case_id: str, case_seq: int) -> UUID | None:
    """The id of a case's entry by its number."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM record_entry WHERE case_id = %s AND case_seq = %s", [case_id, case_seq])
        row = cursor.fetchone()
    return row[0] if row else None


def checkpoint_note() -> str | None:
    """The published signed note, with the witnesses' cosignatures where they have signed this very head; None before the sequencer first ran."""
    return witnesses.checkpoint_note()


def checkpoint() -> Checkpoint | None:
    """The published head of the log, its signature checked. None before the first. Raises NoteError when it is damaged."""
    note, keys = checkpoint_note(), verifiers()
    return Checkpoint.open(note, *keys) if note is not None and keys else None


def checkpoint_time() -> datetime | None:
    """When the newest head was signed, by this server's clock: the note itself names no time. None before the first."""
    newest = SignedHead.objects.order_by("-size").first()
    return newest.at if newest is not None else None


def checkpoint_before(moment: datetime) -> tuple[str, datetime] | None:
    """The newest note that was signed before a moment, and when, by this server's clock. None where there is none."""
    found = SignedHead.objects.filter(at__lt=moment).order_by("-size").first()
    return (found.note, found.at) if found is not None else None


def last_inspection() -> Inspection | None:
    """What the worker's nightly look at the whole record found; None before the first."""
    return inspection.last()


def latest_signing() -> datetime | None:
    """The latest time at which one of the newest thousand heads was signed; later than now where the clock was set back."""
    newest = SignedHead.objects.order_by("-size").values_list("at", flat=True)[:1000]
    return max(newest, default=None)


def verifier_key() -> str | None:
    """The public key of the log as `name+hash+key`; its name is the log's origin."""
    key = verifier()
    return str(key) if key else None


def second_key() -> str | None:
    """The log's ML-DSA-44 key as one line with its newline; None where it has none."""
    return published.read_text("key.mldsa44")


def policy_text() -> str | None:
    """The log's trust policy (C2SP tlog-policy): its keys and witnesses. None before the log began."""
    policy = read_policy()
    return policy.text() if policy else None


def anchors() -> list[witnesses.Anchor]:
    """The witnesses of the log: what each cosigned last, when, and what hinders it."""
    return witnesses.anchors()


def newest_stamp() -> stamps.Stamp | None:
    """The newest time stamp of the log by an authority for time; None where there is none."""
    return stamps.newest()


def verifier_keys() -> tuple[VerifierKey, ...]:
    """Every key that ever signed for the log, the current one first, each with the tree sizes for which it speaks; none before the log began."""
    return verifiers()
