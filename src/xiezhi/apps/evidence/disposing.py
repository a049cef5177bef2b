"""The lawful end of a recording: asked of the law again, bytes removed, and the act on the record only with that.

The act and the removal stand or fall together: the act is written in a transaction that is committed after the store has let go of the
bytes. A store that does not let go (its lock still runs, it does not answer) leaves no act; the item says why, and the list stays open and
is carried out again. A crash between removal and commit is made good by the next run, which finds the bytes gone and writes the act.
Case and recording are locked before the law is asked: what is held or opened again meanwhile waits, or is seen. Bytes that a document of
a case is made of as well stay where they are.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid5

from django.db import transaction

from xiezhi.apps.accounts.permissions import require
from xiezhi.apps.accounts.signing import own_person
from xiezhi.apps.evidence import custody
from xiezhi.apps.evidence.models import Custody, Derivative, Disposal, DisposalItem, Recording, StoredFile
from xiezhi.apps.evidence.receiving import NAMESPACE
from xiezhi.apps.evidence.stores import UnknownStoreError, store_at
from xiezhi.apps.evidence.terms import term_of
from xiezhi.apps.paperwork import service as paperwork
from xiezhi.apps.record import queries as records
from xiezhi.apps.record import service as record
from xiezhi.core.law.clock import day_of, utc_text
from xiezhi.core.law.errors import InputError


class _NotGoneError(Exception):
    """The store keeps the bytes still; in words."""


class _KeptError(Exception):
    """It is not due, or something stands against its disposal; in words."""


class _RefusedError(Exception):
    """The law refuses the act."""

    def __init__(self, refusal: record.Refusal) -> None:
        super().__init__(refusal.message_zh)
        self.refusal = refusal


def carry_out(user: Any, row: Disposal, now: datetime) -> Disposal:
    """Dispose of what is on an approved list. What is held or open by now stays, with the reason; where the store did not let go, the list
    stays open and tells so. Done again it ends the same. Raises Forbidden, InputError.
    """
    require(user, "evidence.dispose", agency=row.agency)
    person = own_person(user)
    row.refresh_from_db()
    if not row.granted:
        raise InputError("the list is not approved", "清单没有批准，不能处置", field="")
    if row.done_at is not None:
        return row
    failed = False
    for item in row.items.select_related("recording__file").order_by("id"):
        if item.recording.disposed_at is None:
            _dispose(item, row, person, user, now)
            failed = failed or bool(item.failed)
    if failed:
        return row
    row.done_at, row.done_by = now, person
    row.certificate = str(paperwork.store(_certificate(row, now).encode(), f"音像记录处置证明-{row.id}.txt")["sha256"])
    row.save(update_fields=["done_at", "done_by", "certificate"])
    return row


def _dispose(item: DisposalItem, row: Disposal, person: str, user: Any, now: datetime) -> None:
    one = item.recording
    item.tried_at, item.failed, item.kept_why = now, "", ""
    try:
        with transaction.atomic():
            _gone(item, row, person, user, now)
    except _KeptError as error:
        item.kept_why = str(error)
    except _RefusedError as error:
        record.log_refusal(error.refusal, now)
        item.kept_why, item.act = str(error)[:200], None
    except _NotGoneError as error:
        item.failed, item.act = str(error)[:200], None
        custody.note("disposal_failed", now, recording=one, user=user, list=str(row.id), why=item.failed)
    item.save(update_fields=["tried_at", "failed", "kept_why", "act"])


def _gone(item: DisposalItem, row: Disposal, person: str, user: Any, now: datetime) -> None:
    """In one transaction: the locks and the question whether it may go, the act, custody, the rows, and last the bytes.

    Raises _KeptError, _RefusedError, _NotGoneError; then nothing of it is kept.
    """
    one = _locked(item.recording, now)
    if one.disposed_at is not None:  # another run was quicker
        return
    term = term_of(one, now)
    if not term.over(day_of(now)):
        raise _KeptError(term.against or "保管期没有满")
    if one.case:
        act = uuid5(NAMESPACE, f"disposed/{row.id}/{one.id}")
        line = {
            "case": one.case,
            "act": "recording_disposed",
            "at": utc_text(now),
            "by": [person],
            "data": {"recording": str(one.id), "approver": row.decided_by},
            "documents": ["disposal_approval"],
        }
        answer = record.answer_of(act) or record.perform(line, act, now, entered_by=person)
        if isinstance(answer, record.Refusal):
            raise _RefusedError(answer)
        item.act = act
    file = StoredFile.objects.select_for_update().get(pk=one.file_id)
    shared = Recording.objects.filter(file=file, disposed_at=None).exclude(pk=one.pk).exists()
    document = _is_document(file.place, file.sha256)
    one.disposed_at = now
    one.save(update_fields=["disposed_at"])
    detail: dict[str, Any] = {"list": str(row.id), "approver": row.decided_by}
    custody.note("disposed", now, recording=one, user=user, **(detail | {"document": True} if document else detail))
    if shared:
        return
    made = list(Derivative.objects.filter(source=file, gone_at=None))
    Derivative.objects.filter(source=file).update(gone_at=now, text="")
    if not document:
        file.gone_at = now
        file.save(update_fields=["gone_at"])
        _remove(file.place, file.sha256)
    for derived in made:
        if derived.sha256 and not _needed(derived):
            _remove(derived.place, derived.sha256)


def _locked(row: Recording, now: datetime) -> Recording:
    """The recording as it stands, under locks: first of its case (or of the log, where it has none), as holds and acts take them, then its own."""
    try:
        record.lock_case(row.case, now)
    except InputError as error:
        raise _KeptError(error.message_zh[:200]) from None
    found = Recording.objects.select_for_update().get(pk=row.pk)
    if found.case != row.case:
        raise _KeptError("刚刚归入案件，请重新列入清单")
    return found


def _is_document(place: str, sha256: str) -> bool:
    """Whether the bytes are a document's too. Documents lie in the local folder only, there by the same digest."""
    return place == "local" and records.is_document(sha256)


def _needed(derived: Derivative) -> bool:
    return Derivative.objects.filter(sha256=derived.sha256, gone_at=None).exists() or _is_document(derived.place, derived.sha256)


def _remove(place: str, sha256: str) -> None:
    try:
        if not store_at(place).remove(sha256):
            raise _NotGoneError("存储的锁定期没有满，或者还有保全，文件没有删除")
    except UnknownStoreError:
        raise _NotGoneError("文件所在的存储没有在设置里，文件没有删除") from None
    except OSError as error:
        raise _NotGoneError(f"存储没有应答，文件没有删除：{error}") from error


def _certificate(row: Disposal, now: datetime) -> str:
    lines = [
        "音像记录处置证明",
        f"机关：{row.agency}    清单：{row.id}",
        f"提出：{row.proposed_by}    批准：{row.decided_by}    处置：{row.done_by}    时间：{utc_text(now)}",
        "",
    ]
    for item in row.items.select_related("recording").order_by("id"):
        one = item.recording
        what = f"未处置：{item.kept_why}" if item.kept_why else "已处置"
        if Custody.objects.filter(recording=one.id, what="disposed", detail__document=True).exists():
            what += "，同一内容的文件在案卷里仍作为文书保存"
        lines.append(f"{one.id}  {one.name}  SHA-256 {one.file_id}  保管至 {item.due}  {item.basis}  {what}")
    return "\n".join(lines) + "\n"
