"""Is what a page shows what the log holds? Each field is proved against its entry, each entry against the signed checkpoint."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from xiezhi.apps.disclosure.queries import FIELDS, title_of
from xiezhi.apps.record import queries as record
from xiezhi.apps.registry import queries as registry
from xiezhi.core.ledger.errors import BodyError, ProofError
from xiezhi.core.ledger.fields import FieldProof, verify_field
from xiezhi.core.ledger.proof import LogProof

PREFIX = "data.summary."
SHOWING = frozenset({"first", "updated", "performance", "again"})


@dataclass(frozen=True, slots=True)
class PageProof:
    """`state`: proved (every field and its entry hold) | waiting (recorded, not yet in a signed checkpoint) | differs | missing.

    `index` and `entry` are of the newest entry that the page shows; `wrong` names the fields that differ.
    """

    state: str
    index: int | None = None
    size: int | None = None
    entry: str = ""
    act: str = ""
    wrong: list[str] = field(default_factory=list)


def columns(row: Any) -> dict[str, str]:
    """The page's fields as they stand in a summary."""
    shown = {key: str(getattr(row, key, "") or "") for key in FIELDS}
    shown["agency"] = row.agency_name
    shown["decided_on"] = row.decided_on.isoformat() if row.decided_on else ""
    shown["title"] = ""  # made of other fields: see prove
    return {key: value for key, value in shown.items() if value}


def prove(row: Any) -> PageProof:
    """Prove a page. At most four queries for each entry that it shows (nearly always one)."""
    wanted = columns(row)
    newest: PageProof | None = None
    waiting = False
    proved: dict[str, str] = {}
    for change in reversed([one for one in row.changes if one["kind"] in SHOWING]):
        act = _uuid(change["act"])
        shown = _fields(act) if act else None
        if act is None or shown is None:
            return PageProof("missing", act=str(change["act"]))
        entry, fields = shown
        receipt = record.receipt(act)
        key = record.verifier_key()
        if receipt is None or key is None:
            waiting = True
        elif not _included(receipt.proof, entry):
            return PageProof("differs", index=receipt.index, entry=entry, act=str(act), wrong=["log"])
        if newest is None:
            newest = PageProof("proved", receipt.index if receipt else None, receipt.size if receipt else None, entry, str(act))
        wrong = [name for name, value in fields.items() if name in wanted and wanted[name] != value]

        if wrong:
            return PageProof("differs", newest.index, newest.size, newest.entry, newest.act, wrong)
        for name, value in fields.items():
            wanted.pop(name, None)
            proved.setdefault(name, value)
    if newest is None:
        return PageProof("missing")
    # Where the entry does not state the agency's name, the registry's is shown, and nothing else.
    if "agency" in wanted and wanted["agency"] == _registered_name(row.agency):
        wanted.pop("agency")
    if row.title != title_of(proved):
        wanted["title"] = row.title
    if wanted:
        return PageProof("differs", newest.index, newest.size, newest.entry, newest.act, sorted(wanted))
    return PageProof("waiting" if waiting else "proved", newest.index, newest.size, newest.entry, newest.act)


def bundle(act_id: str) -> dict[str, Any] | None:
    """What a citizen takes away to check alone: the public fields with their proofs, and the entry's proof in the log."""
    act = _uuid(act_id)
    receipt = record.receipt(act) if act else None
    if act is None or receipt is None:
        return None
    proof = _shown(act)
    if proof is None:
        return None
    return {
        "format": "xiezhi-proof-1",
        "entry": proof.entry,
        "fields": proof.as_dict()["fields"],
        "tlog_proof": receipt.proof,
        "key": record.verifier_key(),
    }


def _shown(act: UUID) -> Any:
    """The public fields of an act with their proofs, and the fingerprint of its document where it has one."""
    try:
        return record.fields_proof(act, ["data.summary", "data.pdf"])
    except BodyError:
        return record.fields_proof(act, ["data.summary"])


def document_recorded(row: Any, digest: str) -> bool:
    """Whether the log holds this fingerprint as the document of an act that the page shows."""
    key = record.verifier_key()
    for change in reversed([one for one in row.changes if one["kind"] in SHOWING]):
        act = _uuid(change["act"])
        try:
            proof = record.fields_proof(act, ["data.pdf"]) if act else None
        except BodyError:
            continue
        receipt = record.receipt(act) if act else None
        if proof is None or receipt is None or key is None:
            continue
        entry = bytes.fromhex(proof.entry)
        held = all(verify_field(one, entry) for one in proof.fields) and _included(receipt.proof, proof.entry)
        if held and any(one.value == digest for one in proof.fields):
            return True
    return False


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer to a proof that somebody brought. `fields` are (path, value) that it really proves."""

    state: str  # proved | broken
    words: str
    index: int | None = None
    fields: tuple[tuple[str, str], ...] = ()
    entry: str = ""


def check_bundle(text: str) -> Checked:
    """Check a proof file of ours against our own key; the message says which step failed."""
    key = record.verifier_key()
    if key is None:
        return Checked("broken", "公示日志还没有签名密钥，现在不能核验。")
    try:
        given = json.loads(text)
        entry = bytes.fromhex(given["entry"])
        proofs = [FieldProof.from_dict(one) for one in given["fields"]]
        log = LogProof.parse(given["tlog_proof"])
    except (ValueError, KeyError, TypeError, ProofError) as error:
        return Checked("broken", f"这不是完整的证明文件（{type(error).__name__}）。请使用公示页上“下载证明”得到的文件。")
    for one in proofs:
        if not verify_field(one, entry):
            return Checked("broken", f"字段“{one.path}”和日志条目对不上：内容被改过。")
    try:
        log.verify(entry, *record.verifier_keys())
    except ProofError:
        return Checked("broken", "这条记录不在公示日志里，或者检查点的签名不对。")
    return Checked(
        "proved",
        "证明成立：下列内容与公示日志中的记录一致，没有被改动。",
        log.index,
        tuple((one.path.removeprefix(PREFIX), str(one.value)) for one in proofs),
        entry.hex(),
    )


def _registered_name(agency_id: str) -> str:
    agency = registry.agency(agency_id)
    return agency.name if agency else ""


def _fields(act: UUID) -> tuple[str, dict[str, str]] | None:
    """The entry and the public fields that it proves (none where it states none); None where there is no such entry or no proof."""
    try:
        proof = record.fields_proof(act, ["data.summary"])
    except BodyError:
        proof = record.fields_proof(act, ["kind"])
    if proof is None:
        return None
    entry = bytes.fromhex(proof.entry)
    if not all(verify_field(one, entry) for one in proof.fields):
        return None
    return proof.entry, {one.path.removeprefix(PREFIX): str(one.value) for one in proof.fields if one.path.startswith(PREFIX)}


def _included(text: str, entry: str) -> bool:
    try:
        LogProof.parse(text).verify(bytes.fromhex(entry), *record.verifier_keys())
    except ProofError:
        return False
    return True


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
