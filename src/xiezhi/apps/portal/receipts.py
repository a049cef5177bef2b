"""What a browser needs to check a public result by itself: fields with their proofs, the entry's proof in the log, the log's key.

Nothing is shown here that the page does not show. Of an act that was corrected only what still stands on the page; of a withdrawn page
nothing but the withdrawal. A document's fingerprint of earlier times is shown only to who asks with that fingerprint: from it and the
newer text somebody could try out what was blacked out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from xiezhi.apps.disclosure import queries
from xiezhi.apps.disclosure.queries import Publication
from xiezhi.apps.disclosure.reading_page import corrections, labels_zh
from xiezhi.apps.portal import claims, proving
from xiezhi.apps.record import queries as record
from xiezhi.core.ledger.errors import BodyError
from xiezhi.core.ledger.fields import FieldProof

FORMAT = "xiezhi-receipt-1"
PDF = "data.pdf"
ENDING = frozenset({"withdrawn", "expired"})


def find(sha256: str, asked: str, now: datetime) -> Publication | None:
    """The page of a document by its fingerprint, else by what it calls itself: number, page id, or entry. None for none of ours."""
    if sha256 and (row := queries.by_document(sha256, now)) is not None:
        return row
    plain = asked.strip()
    if not plain:
        return None
    if plain.isascii() and plain.isalnum():
        row = queries.by_entry(plain.lower(), now) if len(plain) == 66 else queries.publication(plain.lower(), now)
        if row is not None:
            return row
    for number in (plain, *claims.numbers_in(plain)):
        if (row := queries.by_number(number, now)) is not None:
            return row
    return None


def receipt(row: Publication, sha256: str) -> dict[str, Any]:
    """The receipt of a page. `tlog_proof` of an act is null while no signed checkpoint includes it."""
    told: dict[str, Any] = {
        "format": FORMAT,
        "state": str(row.state),
        "id": row.id,
        "url": f"/p/{row.id}",
        "number": row.number,
        "agency": row.agency_name,
        "published_at": row.published_at.isoformat(),
        "corrections": corrections(row),
        "key": record.verifier_key(),
        "labels": {PDF: "公示文书的指纹（SHA-256）", **labels_zh()},
    }
    if row.state == "public":
        return told | {"shown": proving.columns(row), "pdf": row.pdf, "acts": list(_acts(row, sha256))}
    ended = {"ended_at": row.withdrawn_at.isoformat() if row.withdrawn_at else None, "reason": row.withdrawn_reason}
    return told | ended | {"shown": {}, "pdf": "", "acts": list(_ended(row, sha256))}


def _acts(row: Publication, sha256: str) -> Iterator[dict[str, Any]]:
    """The acts that the page shows, the newest first, each with the fields for which it is the newest."""
    wanted = proving.columns(row)
    for change in reversed([one for one in row.changes if one["kind"] in proving.SHOWING]):
        found = _proofs(change["act"], "kind", "at", "data.summary", PDF)
        if found is None:
            yield {"kind": change["kind"], "entry": "", "fields": [], "tlog_proof": None, "missing": True}
            continue
        entry, act, fields = found
        shown = [one for one in fields if _may_show(one, wanted, {row.pdf, sha256})]
        for one in shown:
            wanted.pop(one.path.removeprefix(proving.PREFIX), None)
        yield _told(change["kind"], act, entry, shown)


def _may_show(proof: FieldProof, wanted: dict[str, str], documents: set[str]) -> bool:
    """Only what the page shows: an earlier text of a corrected field stays unsaid, and so does an earlier document."""
    if proof.path.startswith(proving.PREFIX):
        return wanted.get(proof.path.removeprefix(proving.PREFIX)) == str(proof.value)
    return proof.path != PDF or proof.value in documents


def _ended(row: Publication, sha256: str) -> Iterator[dict[str, Any]]:
    """That the page has ended, and, to who brings it, that this document was once shown."""
    for change in reversed(row.changes):
        if change["kind"] in ENDING:
            found = _proofs(change["act"], "kind", "at", "data.reason")
        elif change["kind"] in proving.SHOWING and sha256:
            found = _proofs(change["act"], "kind", "at", PDF)
            if found is None or all((one.path, one.value) != (PDF, sha256) for one in found[2]):
                continue
        else:
            continue
        if found is not None:  # a page that ended by its date alone, or with its case's record, has no act of ending
            entry, act, fields = found
            yield _told(change["kind"], act, entry, fields)


def _told(kind: str, act: UUID, entry: str, fields: list[FieldProof]) -> dict[str, Any]:
    place = record.receipt(act)
    return {"kind": kind, "entry": entry, "fields": [one.as_dict() for one in fields], "tlog_proof": place.proof if place else None}


def _proofs(act_id: Any, *paths: str) -> tuple[str, UUID, list[FieldProof]] | None:
    """Entry, id and proofs of those of the paths that the act has; None for no such act."""
    try:
        act = UUID(str(act_id))
    except ValueError:
        return None
    asked = list(paths)
    while asked:
        try:
            found = record.fields_proof(act, asked)
        except BodyError as error:
            asked.remove(error.path)
        else:
            return (found.entry, act, list(found.fields)) if found is not None else None
    return None
