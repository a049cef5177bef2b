"""查阅复制: a party asks, a leader decides by an act of the own account, and a link shows what was granted until a day.

Request and decision are acts on the record of the case; what was asked for and what was opened stand beside them as entries of custody. The
key of a link is shown once: only its digest is kept, so that nobody who reads the database can open one.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from xiezhi.apps.accounts.permissions import Forbidden, act_action, may, require, visible_agency
from xiezhi.apps.accounts.signing import own_person, require_own_hand
from xiezhi.apps.evidence import custody
from xiezhi.apps.evidence.models import AccessGrant, AccessRequest, Marker, Recording
from xiezhi.apps.evidence.receiving import NAMESPACE
from xiezhi.apps.record import queries as records
from xiezhi.apps.record import service as record
from xiezhi.core.law.clock import utc_text
from xiezhi.core.law.errors import InputError

DAYS_AT_MOST = 30
FORGOTTEN = "已依法删除"
REQUESTED, DECIDED = "access_requested", "access_decided"


@dataclass(frozen=True, slots=True)
class Offer:
    """What of a case can be shown: (key, words) of its recordings and of its documents."""

    recordings: tuple[tuple[str, str], ...]
    documents: tuple[tuple[str, str], ...]

    def names(self, keys: Collection[str]) -> list[str]:
        return [words for key, words in (*self.recordings, *self.documents) if key in keys]


def offer(case: str) -> Offer:
    """Everything of the case that is still there."""
    from django.utils.timezone import localtime

    rows = Recording.objects.filter(case=case, disposed_at=None).order_by("begin")
    files: dict[str, str] = {}
    for entry in records.history(case):
        for one in () if entry.voided else entry.body.get("files") or ():
            files.setdefault(str(one["sha256"]), str(one.get("name") or "文书"))
    shown = tuple((str(row.id), f"{row.get_kind_display()} {localtime(row.begin):%Y-%m-%d %H:%M:%S} 设备 {row.device}") for row in rows)
    return Offer(shown, tuple(files.items()))


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it is entered. `recordings`: ids, `documents`: digests, both of the case."""

    applicant: str
    capacity: str
    reason: str = ""
    recordings: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    copying: bool = False


def ask(  # noqa: PLR0917 - who, where, what, when
    user: Any, case: str, agency: str, asked: Asked, at: datetime, form_id: UUID, now: datetime
) -> AccessRequest | record.Refusal:
    """Enter a party's request: the act, and what was asked for. The same form again answers the same. Raises Forbidden, InputError."""
    require(user, act_action(REQUESTED), agency=agency)
    person = own_person(user)
    _check(asked, case)
    line = {"case": case, "act": REQUESTED, "at": utc_text(at), "by": []}
    with transaction.atomic():
        answer = record.answer_of(form_id, case=case, kind=REQUESTED) or record.perform(line, form_id, now, entered_by=person)
        if isinstance(answer, record.Refusal):
            return answer
        row, made = AccessRequest.objects.get_or_create(
            id=form_id,
            defaults={
                "case": case,
                "agency": agency,
                "applicant": asked.applicant.strip(),
                "capacity": asked.capacity.strip(),
                "reason": asked.reason.strip(),
                "recordings": list(asked.recordings),
                "documents": list(asked.documents),
                "copying": asked.copying,
                "asked_at": at,
                "entered_by": person,
            },
        )
        if made:
            custody.note("access_asked", now, case=case, agency=agency, user=user, request=str(row.id), **_scope(row))
    return row


def _check(asked: Asked, case: str) -> None:
    if not 0 < len(asked.applicant.strip()) <= 80 or not 0 < len(asked.capacity.strip()) <= 80:
        raise InputError("a request names its applicant and in what capacity", "请写明申请人和身份（各 80 字以内）", field="applicant")
    if len(asked.reason) > 500:
        raise InputError("a reason has at most 500 characters", "用途不超过 500 字", field="reason")
    there = offer(case)
    known = {key for key, _words in (*there.recordings, *there.documents)}
    if not (asked.recordings or asked.documents) or not {*asked.recordings, *asked.documents} <= known:
        raise InputError("a request names recordings or documents of this case", "请选择要查阅的音像记录或者文书", field="recordings")


def _scope(row: AccessRequest | AccessGrant) -> dict[str, Any]:
    """What it is about, by ids: entries of the log are for ever, names and words stand in the row alone."""
    return {"recordings": row.recordings, "documents": row.documents, "copying": row.copying}


def decide(user: Any, row: AccessRequest, now: datetime, *, granted: bool, answer: str = "") -> AccessRequest | record.Refusal:
    """A leader decides by an act of the own account; never whoever entered the request. Raises Forbidden, InputError."""
    require(user, act_action(DECIDED), agency=row.agency)
    person = own_person(user)
    require_own_hand(user, DECIDED, [person])
    if person == row.entered_by:
        raise Forbidden("这份申请是您登记的，要由另一位负责人审批。")
    if not granted and not answer.strip():
        raise InputError("a refusal names its reason", "不同意的，请写明理由", field="answer")
    if len(answer) > 500 or "\0" in answer:
        raise InputError("an opinion has at most 500 characters, and no NUL", "意见不超过 500 字，也不能有无法显示的字符", field="answer")
    act = uuid5(NAMESPACE, f"access/{row.id}")
    line = {"case": row.case, "act": DECIDED, "at": utc_text(now), "by": [person], "data": {"approver": person, "granted": granted}}
    with transaction.atomic():
        row = AccessRequest.objects.select_for_update().get(pk=row.pk)
        if row.decided_at is not None:
            raise InputError("the request was decided already", "这份申请已经审批过", field="")
        said = record.perform(line, act, now, entered_by=person)
        if isinstance(said, record.Refusal):
            return said
        row.decided_by, row.decided_at, row.granted, row.answer, row.decision = person, now, granted, answer.strip(), act
        row.save(update_fields=["decided_by", "decided_at", "granted", "answer", "decision"])
    return row


def open_link(user: Any, row: AccessRequest, days: int, now: datetime) -> tuple[AccessGrant, str]:
    """Make the link of a granted request; answers the key, which is never shown again. Raises Forbidden, InputError."""
    require(user, act_action(REQUESTED), agency=row.agency)
    person = own_person(user)
    if not row.granted or row.decision is None:
        raise InputError("the request was not granted", "申请还没有批准", field="")
    if not 1 <= days <= DAYS_AT_MOST:
        raise InputError(f"a link lasts 1 to {DAYS_AT_MOST} days", f"有效期应当是 1 到 {DAYS_AT_MOST} 天", field="days")
    key = secrets.token_urlsafe(32)
    with transaction.atomic():
        grant = AccessGrant.objects.create(
            request=row,
            case=row.case,
            agency=row.agency,
            act=row.decision,
            applicant=row.applicant,
            recordings=row.recordings,
            documents=row.documents,
            copying=row.copying,
            key=_digest(key),
            made_by=person,
            made_at=now,
            until=now + timedelta(days=days),
        )
        until = utc_text(grant.until)
        custody.note("access_granted", now, case=row.case, agency=row.agency, user=user, grant=str(grant.id), until=until, **_scope(grant))
    return grant, key


def revoke(user: Any, grant: AccessGrant, now: datetime) -> None:
    """End a link at once; done twice it is the same. Raises Forbidden."""
    if not may(user, act_action(REQUESTED), agency=grant.agency):
        require(user, act_action(DECIDED), agency=grant.agency)
    with transaction.atomic():
        if AccessGrant.objects.filter(pk=grant.pk, revoked_at=None).update(revoked_at=now):
            custody.note("access_revoked", now, case=grant.case, agency=grant.agency, user=user, grant=str(grant.id))


def opened(key: str, now: datetime) -> AccessGrant | None:
    """The grant of a key; None for one that is unknown, over or taken back, which nobody can tell apart from outside."""
    return AccessGrant.objects.filter(key=_digest(key), until__gt=now, revoked_at=None).first()


def shown_recordings(grant: AccessGrant) -> list[Recording]:
    """What the grant shows and is still there."""
    rows = Recording.objects.filter(pk__in=grant.recordings, case=grant.case, disposed_at=None)
    return list(rows.select_related("file").order_by("begin", "number"))


def shown_documents(grant: AccessGrant) -> list[tuple[str, str]]:
    """(digest, name) of the documents that the grant shows."""
    return [(key, name) for key, name in offer(grant.case).documents if key in grant.documents]


def of_case(case: str) -> list[AccessRequest]:
    return list(AccessRequest.objects.filter(case=case).prefetch_related("grants").order_by("-asked_at"))


def forget(case: str, deleted: Collection[tuple[str, str]], files: Collection[str], now: datetime) -> None:
    """As settings.XIEZHI_FORGETTERS asks: the words of a request or decision whose act was lawfully deleted go from its rows."""
    del files, now
    asked = AccessRequest.objects.filter(case=case, pk__in=[id_ for id_, kind in deleted if kind == REQUESTED])
    AccessGrant.objects.filter(request__in=asked).update(applicant=FORGOTTEN)
    asked.update(applicant=FORGOTTEN, capacity="", reason="")
    AccessRequest.objects.filter(case=case, decision__in=[id_ for id_, kind in deleted if kind == DECIDED]).update(answer="")
    Marker.objects.filter(recording__case=case, act__in=[id_ for id_, _kind in deleted]).delete()


def waiting(user: Any) -> list[AccessRequest]:
    """Requests that this leader may decide: of the own agency, and entered by another."""
    if not may(user, act_action(DECIDED)) or user.person_id is None:
        return []
    rows = AccessRequest.objects.filter(decided_at=None).exclude(entered_by=user.person_id)
    if (agency := visible_agency(user, act_action(DECIDED))) is not None:
        rows = rows.filter(agency=agency)
    return list(rows.order_by("asked_at")[:50])


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
