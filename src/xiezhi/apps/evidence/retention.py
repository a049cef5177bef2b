"""How long recordings are kept, holds, and the lawful end: list, approval by another person, act on the record, certificate.

Evidence is kept as long as the file of its case, counted from the case's last act; what is no evidence six months at least (the pack's
retention.yaml). Nothing under a hold or in an open case is ever disposable, whatever a list says: it is asked again when it is carried out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from xiezhi.apps.accounts.permissions import Forbidden, require
from xiezhi.apps.accounts.signing import own_person
from xiezhi.apps.casework import queries as casework
from xiezhi.apps.evidence import custody
from xiezhi.apps.evidence.models import Disposal, DisposalItem, Hold, Recording
from xiezhi.apps.evidence.receiving import NAMESPACE
from xiezhi.apps.evidence.stores import store_at
from xiezhi.apps.paperwork import service as paperwork
from xiezhi.apps.record import service as record
from xiezhi.apps.registry import queries as registry
from xiezhi.core.law.clock import day_of, utc_text
from xiezhi.core.law.errors import InputError
from xiezhi.core.law.pack import load_pack
from xiezhi.core.law.terms import add_months

LONGEST_YEARS = 30  # where the pack has no class for a procedure: its longest one, never a shorter guess
ON_A_LIST = 1000


@dataclass(frozen=True, slots=True)
class Term:
    """Until which day a recording is kept (None: not to be told yet), on what basis, and what stands against disposal now."""

    due: date | None
    basis: str
    against: str = ""

    def over(self, today: date) -> bool:
        return not self.against and self.due is not None and self.due < today


def term_of(row: Recording, now: datetime) -> Term:
    """The term of one recording as of now."""
    against = _held(row)
    file = casework.case(row.case) if row.case else None
    if row.case and file is None:
        return Term(None, "", "案件没有找到")
    if file is not None and file.open:
        return Term(None, "", against or "案件没有办结")
    pack = load_pack(file.pack if file else registry.pack_of(row.agency, now))
    kept = pack.retention.get("recording") or {}
    if file is not None and row.evidence:
        rule = pack.retention.get(file.procedure) or {}
        years = max(int(rule.get("years", LONGEST_YEARS)), int(kept.get("years", 0)))
        return Term(add_months(day_of(file.last_at), 12 * years), _basis(pack, rule or kept, f"作为证据随案卷保管 {years} 年"), against)
    months = max(int(kept.get("months", 6)), 12 * int(kept.get("years", 0)))
    return Term(add_months(day_of(row.end), months), _basis(pack, kept, f"保管 {months} 个月"), against)


def _basis(pack: Any, rule: Any, words: str) -> str:
    cites = "、".join(pack.cite_zh(clause) for clause in rule.get("cite", ()))
    return f"{words}（{cites}）"[:200] if cites else words


def _held(row: Recording) -> str:
    holds = Hold.objects.filter(lifted_at=None)
    if holds.filter(recording=row).exists() or (row.case and holds.filter(case=row.case).exists()):
        return "保全中"
    return ""


def hold(user: Any, agency: str, reason: str, now: datetime, *, case: str = "", recording: Recording | None = None) -> Hold:
    """Keep a recording, or all of a case, until the hold is lifted. Raises Forbidden, InputError."""
    require(user, "evidence.hold", agency=agency)
    if not reason.strip() or len(reason) > 500 or not (case or recording):
        raise InputError("a hold names its reason (at most 500 characters)", "请写明保全的理由（500 字以内）", field="reason")
    row = Hold.objects.create(agency=agency, case=case, recording=recording, reason=reason.strip(), set_by=own_person(user), set_at=now)
    custody.note("hold_set", now, recording=recording, case=case, agency=agency, user=user, reason=reason)
    return row


def lift(user: Any, row: Hold, why: str, now: datetime) -> None:
    """End a hold, with the reason. Raises Forbidden, InputError."""
    require(user, "evidence.hold", agency=row.agency)
    if not why.strip() or len(why) > 500:
        raise InputError("lifting a hold names its reason", "请写明解除保全的理由（500 字以内）", field="reason")
    person = own_person(user)
    if Hold.objects.filter(pk=row.pk, lifted_at=None).update(lifted_by=person, lifted_at=now, lifted_why=why.strip()):
        custody.note("hold_lifted", now, recording=row.recording, case=row.case, agency=row.agency, user=user, reason=why)


def disposable(agency: str, now: datetime, limit: int = ON_A_LIST) -> list[tuple[Recording, Term]]:
    """Recordings of an agency whose term is over, and against whose disposal nothing stands; not those on a list already."""
    rows = Recording.objects.filter(agency=agency, disposed_at=None, end__lt=now).exclude(
        disposals__disposal__done_at=None, disposals__isnull=False
    )
    found = []
    for row in rows.order_by("end").iterator(chunk_size=500):
        term = term_of(row, now)
        if term.over(day_of(now)):
            found.append((row, term))
            if len(found) >= limit:
                break
    return found


def propose(user: Any, agency: str, now: datetime) -> Disposal:
    """Put all that may be disposed of on a list. Raises Forbidden, InputError (nothing to dispose of)."""
    require(user, "evidence.dispose", agency=agency)
    found = disposable(agency, now)
    if not found:
        raise InputError("nothing is due for disposal", "现在没有保管期满可以处置的音像记录", field="")
    with transaction.atomic():
        row = Disposal.objects.create(agency=agency, proposed_by=own_person(user), proposed_at=now)
        DisposalItem.objects.bulk_create(
            DisposalItem(disposal=row, recording=one, due=term.due, basis=term.basis) for one, term in found if term.due
        )
        for one, _term in found:
            custody.note("disposal_proposed", now, recording=one, user=user, list=str(row.id))
    return row


def decide(user: Any, row: Disposal, now: datetime, *, granted: bool, reason: str = "") -> None:
    """A leader decides the list; never whoever put it up. Raises Forbidden, InputError."""
    require(user, "evidence.approve_disposal", agency=row.agency)
    person = own_person(user)
    if person == row.proposed_by:
        raise Forbidden("这份清单是您提出的，要由另一位负责人审批。")
    if not granted and not reason.strip():
        raise InputError("a refusal names its reason", "不同意的，请写明理由", field="reason")
    done = None if granted else now
    changed = Disposal.objects.filter(pk=row.pk, decided_at=None).update(
        decided_by=person, decided_at=now, granted=granted, reason=reason.strip()[:500], done_at=done
    )
    if not changed:
        raise InputError("the list was decided already", "这份清单已经审批过", field="")
    custody.note("disposal_decided", now, agency=row.agency, user=user, list=str(row.id), granted=granted)


def carry_out(user: Any, row: Disposal, now: datetime) -> Disposal:
    """Dispose of what is on an approved list: act on the record first, then the bytes. What is held or open by now stays, with the reason.
    Broken off in the middle it is done again and ends the same. Raises Forbidden, InputError.
    """
    require(user, "evidence.dispose", agency=row.agency)
    person = own_person(user)
    row.refresh_from_db()
    if not row.granted:
        raise InputError("the list is not approved", "清单没有批准，不能处置", field="")
    if row.done_at is not None:
        return row
    for item in row.items.select_related("recording__file").order_by("id"):
        if item.recording.disposed_at is None:
            _dispose(item, row, person, user, now)
    row.done_at, row.done_by = now, person
    row.certificate = str(paperwork.store(_certificate(row, now).encode(), f"音像记录处置证明-{row.id}.txt")["sha256"])
    row.save(update_fields=["done_at", "done_by", "certificate"])
    return row


def _dispose(item: DisposalItem, row: Disposal, person: str, user: Any, now: datetime) -> None:
    one = item.recording
    term = term_of(one, now)
    if not term.over(day_of(now)):
        item.kept_why = term.against or "保管期没有满"
        item.save(update_fields=["kept_why"])
        return
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
            item.kept_why = answer.message_zh[:200]
            item.save(update_fields=["kept_why"])
            return
        item.act = act
    shared = Recording.objects.filter(file=one.file, disposed_at=None).exclude(pk=one.pk).exists()
    if not shared and not store_at(one.file.place).remove(one.file_id):
        item.kept_why = "存储的锁定期没有满"
        item.save(update_fields=["kept_why", "act"])
        return
    with transaction.atomic():
        one.disposed_at = now
        one.save(update_fields=["disposed_at"])
        if not shared:
            one.file.gone_at = now
            one.file.save(update_fields=["gone_at"])
        item.kept_why = ""
        item.save(update_fields=["act", "kept_why"])
        custody.note("disposed", now, recording=one, user=user, list=str(row.id), approver=row.decided_by)


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
        lines.append(f"{one.id}  {one.name}  SHA-256 {one.file_id}  保管至 {item.due}  {item.basis}  {what}")
    return "\n".join(lines) + "\n"


def holds_of(case: str) -> list[Hold]:
    return list(Hold.objects.filter(case=case, lifted_at=None).order_by("set_at"))


def hold_of(id_: UUID) -> Hold | None:
    return Hold.objects.select_related("recording").filter(pk=id_).first()
