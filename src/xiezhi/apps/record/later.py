"""What comes after an act: attachments that arrive later, and corrections with reason and approver (contracts.md 1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from xiezhi.core.law.clock import utc_text
from xiezhi.core.law.errors import InputError
from xiezhi.core.law.vocabulary import Vocabulary, load_vocabulary
from xiezhi.core.procedure.history import Act
from xiezhi.core.procedure.reason import reason_of

from .acts import Written
from .answers import CaseChange, Receipt, Refusal
from .case import locked, place_of
from .effective import ATTACHMENT_KINDS
from .entry import Sealed, Statement, seal
from .fold import Read, blocking, read, written
from .insert import id_taken, insert
from .line import not_ahead, plain, recording, stated, time_text, typed_data
from .models import Case, Entry
from .perform import receipt_of
from .projections import project
from .refusals import log_refusal

_PARTS = ("documents", "files", "recordings", "signed", "data")
_OTHERS = ("recording", "gap_from", "gap_to", "explained", "text")
# What stands before the public is changed before the public: each of these has an act of its own that undoes it and says why.
PUBLIC_ACTS = frozenset({"result_published", "result_withheld", "publication_approved", "publication_updated", "publication_withdrawn"})
# What a correction may replace: everything that an act or attachment states, never its place in the record.
CORRECTABLE = ("at", "until", "by", "visit", "procedure", *_PARTS, *_OTHERS)


def attach(of: UUID, what: Mapping[str, Any], id: UUID, now: datetime, *, entered_by: str = "") -> Receipt:  # noqa: A002 - the seam's word
    """Attach what arrived later for an act. Never refused by the law: it happened.

    `what`: `kind` (recording, document, signature, postal_proof, gap_explanation), `by` (person ids), `at` (default now), and the parts
    that it brings: documents, files, recordings, signed, data; for a gap explanation recording (its id), gap_from (when the recording has
    several gaps), gap_to (when it is no gap that the recording states: a late start, an early end), explained (voice or written) and text; `entered_by` as in `perform`. Raises InputError, also for an `at` in the future.
    """
    kind = what.get("kind")
    if kind not in ATTACHMENT_KINDS:
        raise InputError(f"{kind!r} is no kind of attachment; known: {', '.join(ATTACHMENT_KINDS)}", f"没有“{kind}”这种附件", field="kind")
    for name in what:
        if name not in (*_PARTS, *_OTHERS, "kind", "by", "at"):
            raise InputError(f"`{name}` is no field of an attachment", f"“{name}”不是附件的字段", field=name)
    vocabulary = load_vocabulary()
    own = {"of": str(of), **stated({name: what[name] for name in _PARTS if name in what}, vocabulary)}
    own |= {name: plain(what[name]) for name in _OTHERS if what.get(name) is not None}
    _check_explanation(kind, own)
    at = time_text(what.get("at") or now, "at")
    answer = _add(Statement("attachment", kind, id, at, list(what.get("by") or []), own, entered_by=entered_by), now)
    assert isinstance(answer, Receipt)  # noqa: S101 - only corrections of decided acts are ever refused
    return answer


def correct(  # noqa: PLR0917 - the seam's
    of: UUID,
    fields: Mapping[str, Any] | None,
    reason: str,
    approver: str,
    id: UUID,  # noqa: A002 - the seam's word
    now: datetime,
    *,
    by: Sequence[str] = (),
    entered_by: str = "",
) -> Receipt | Refusal:
    """Replace stated fields of an act or attachment, or void it (`fields` None), with reason and approver; `by` is who writes it, the
    approver where nobody else is named.

    Objects are merged field by field, a null takes a field away. The original stays readable. A correction of an act that the agency
    decided is refused where the corrected history has a blocking finding that it had not before. Raises InputError; also where a writer
    approves his own correction, for a time in the future, and for acts of disclosure: those are updated or withdrawn (`uncorrectable`).
    """
    if not reason.strip() or not approver.strip():
        raise InputError("a correction names its reason and its approver", "更正应当写明理由和批准人", field="reason")
    if approver in by:
        raise InputError(
            "whoever writes a correction does not approve it", "更正不能由写更正的人自己批准，请由另一位负责人同意", field="approver"
        )
    vocabulary = load_vocabulary()
    own: dict[str, Any] = {"of": str(of), "reason": plain(reason), "approver": plain(approver)}
    if fields is None:
        own["void"] = True
    else:
        own["fields"] = _replacing(fields, vocabulary)
    kind = "voided" if fields is None else "corrected"
    return _add(Statement("correction", kind, id, utc_text(now), list(by) or [approver], own, entered_by=entered_by), now)


def uncorrectable(kind: str) -> str:
    """Why an act of this kind is never corrected or voided, with the way to take instead, in Chinese; empty where it may be."""
    return (
        "公示行为不能用更正改动或者作废。公示内容有误的，请在公示页办理更新；不应当公示的，办理撤回并写明理由"
        if kind in PUBLIC_ACTS
        else ""
    )


def _check_explanation(kind: str, own: dict[str, Any]) -> None:
    if kind != "gap_explanation":
        return
    if own.get("explained") not in ("voice", "written") or not own.get("recording"):
        raise InputError(
            "a gap explanation names the recording, and `explained`: voice or written",
            "间断说明应当写明录音录像编号和说明方式",
            field="explained",
        )
    for name in ("gap_from", "gap_to"):
        if name in own:
            own[name] = time_text(own[name], name)
    if "gap_to" in own and not own.get("gap_from", "~") < own["gap_to"]:
        raise InputError("a gap explanation with `gap_to` names an earlier `gap_from`", "间断说明应当写明间断从几时到几时", field="gap_to")


def _replacing(fields: Mapping[str, Any], vocabulary: Vocabulary) -> dict[str, Any]:
    if not fields:
        raise InputError("a correction names at least one field", "更正至少应当改一个字段", field="fields")
    result: dict[str, Any] = {}
    for name, value in fields.items():
        if name not in CORRECTABLE:
            raise InputError(f"`{name}` cannot be corrected", f"“{name}”不能更正", field=name)
        if value is None:
            result[name] = None
        elif name in ("at", "until", "gap_from", "gap_to"):
            result[name] = time_text(value, name)
        elif name == "data":
            result[name] = _with_nulls(value, typed_data(value, vocabulary))
        elif name == "recordings":
            result[name] = [recording(item) for item in value]
        else:
            result[name] = plain(value)
    return result


def _with_nulls(given: Mapping[str, Any], typed: dict[str, Any]) -> dict[str, Any]:
    """Canonical values leave nulls out; in a correction a null means: take it away."""
    for key, value in given.items():
        if value is None:
            typed[key] = None
        elif isinstance(value, Mapping) and isinstance(typed.get(key), dict):
            _with_nulls(value, typed[key])
    return typed


def _add(statement: Statement, now: datetime) -> Receipt | Refusal:
    of = statement.own["of"]
    target = Entry.objects.filter(pk=of, klass__in=("act", "attachment")).first()
    if target is None:
        raise InputError(f"no act or attachment {of} is on the record", "记录中没有这条行为或附件", field="of")
    _check_target(target, statement)
    with transaction.atomic():
        case = locked(target.case_id)
        if case is None:
            raise InputError(f"case {target.case_id} has no row", "案件不存在", field="case")
        entries = written(case.id)
        for one in entries:
            if one.body["id"] == str(statement.id):
                return _again(one, statement, now)
            if one.body["id"] == of and "deleted" in one.body:
                raise InputError(
                    f"the body of entry {of} was destroyed: nothing is added to it", "这一条的内容已经删除，不能再更正或者补充", field="of"
                )
        not_ahead({"at": statement.at}, now)
        not_ahead(statement.own.get("fields") or {}, now)
        sealed = seal(statement, place_of(case, target.agency_id, now))
        answer = _write(case, entries, sealed, target, now)
    if isinstance(answer, Refusal):
        log_refusal(answer, now)
    return answer


def _check_target(target: Entry, statement: Statement) -> None:
    """Acts of disclosure are not rewritten behind the page that shows them: no correction, and no attachment with data."""
    words = uncorrectable(target.kind)
    if words and (statement.klass == "correction" or statement.own.get("data")):
        raise InputError(f"{target.kind} is not rewritten: update or withdraw the publication", words, field="of")


def _again(one: Written, statement: Statement, now: datetime) -> Receipt:
    body = one.body
    # What is dated by the moment of its recording is dated by the first one: a second click comes later and is the same.
    same_time = body["at"] == statement.at or (body["at"] == body["recorded_at"] and statement.at == utc_text(now))
    same = (body["class"], body["kind"], body["by"]) == (statement.klass, statement.kind, statement.by) and same_time
    if not same or any(body.get(name) != value for name, value in statement.own.items()):
        raise id_taken(str(statement.id))
    return Receipt(statement.id, one.body["case"], one.body["case_seq"], one.entry.hex())


def _write(case: Case, entries: Sequence[Written], sealed: Sealed, target: Entry, now: datetime) -> Receipt | Refusal:
    before, after = read(case, entries), read(case, [*entries, Written(sealed.body, sealed.entry)])
    old, new = before.marking(), after.marking()
    had = blocking(old)
    brought = [finding for place, finding in blocking(new).items() if place not in had]
    if brought and sealed.body["class"] == "correction" and target.mode == "decided":
        return Refusal(tuple(reason_of(after.book, finding) for finding in brought), case.id, sealed.body["kind"], case.agency_id)
    insert(sealed, case)
    project(CaseChange(case, new, after.book, _changed(before, after), now, (sealed.id,)))
    return receipt_of(sealed, brought)


def _changed(before: Read, after: Read) -> list[Act]:
    old = before.projection.lines
    changed = {id_ for id_, line in after.projection.lines.items() if old.get(id_) != line}
    return [act for act in after.acts if act.id in changed]
