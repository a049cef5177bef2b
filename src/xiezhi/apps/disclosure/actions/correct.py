"""更正: anybody asks, without an account; the agency answers in writing (公示办法第十五条)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from xiezhi.apps.accounts import permissions
from xiezhi.apps.accounts.signing import own_person, require_own_hand
from xiezhi.apps.disclosure.errors import DisclosureError
from xiezhi.apps.disclosure.models import CorrectionRequest, CorrectionSource, State
from xiezhi.apps.disclosure.queries import publication
from xiezhi.apps.disclosure.screening import screen
from xiezhi.apps.paperwork import service as paperwork
from xiezhi.apps.record import service as record

PER_HOUR = 10
LONGEST = {"wrong": 1000, "evidence": 2000, "contact": 100}


class TooManyError(DisclosureError):
    """One address asked more often than PER_HOUR."""


def receipt_number(act_id: Any) -> str:
    """The number that the applicant keeps, made of the act's id: whoever has it sees the answer, nobody can guess it."""
    text = base64.b32encode(hashlib.sha256(b"xiezhi correction\0" + str(act_id).encode()).digest()[:10]).decode()
    return "GZ-" + "-".join(text[place : place + 4] for place in range(0, 16, 4))


def request_correction(page_id: str, given: dict[str, str], act_id: UUID, source: str, now: datetime) -> str:
    """Record correction_requested for a public page; the receipt number. The same `act_id` again gives the same number.

    `given`: wrong, evidence, contact (text); `source`: the visitor's address, kept for an hour as a keyed hash. Raises
    DisclosureError (no such page, nothing said), TooManyError, InputError.
    """
    page = publication(page_id, now)
    if page is None or page.state != State.PUBLIC:
        raise DisclosureError("没有这条公示，或者它已经撤回，不能申请更正。")
    said = {key: str(given.get(key, "")).replace("\0", "").strip() for key in LONGEST}
    if not said["wrong"]:
        raise DisclosureError("请写明哪里不准确、应当是什么。")
    if not said["contact"]:
        raise DisclosureError("请留下联系方式（电话、邮箱或者地址），机关要把书面答复送给您。联系方式不公开。")
    for key, value in said.items():
        if len(value) > LONGEST[key]:
            raise DisclosureError(f"写得太长：这一栏最多 {LONGEST[key]} 字，现在 {len(value)} 字。")
    if record.answer_of(act_id, case=page.case, kind="correction_requested"):
        return receipt_number(act_id)
    with transaction.atomic():
        _count(source, now)
        line = {
            "case": page.case,
            "act": "correction_requested",
            "at": now.isoformat(),
            "agency": page.agency,
            "by": [],
            "data": {"page": page.id, **{key: value for key, value in said.items() if value}},
            "documents": ["correction_request"],
        }
        answer = record.perform(line, act_id, now)
    if not hasattr(answer, "entry"):
        raise DisclosureError(f"没有收下：{answer.message_zh}")
    return receipt_number(act_id)


def answer_correction(user: Any, receipt: str, act_id: UUID, now: datetime, *, corrected: bool | None, reason: str) -> Any:
    """Record correction_answered, in writing. Returns Receipt or Refusal. Raises Forbidden, DisclosureError naming what is missing, LeakError."""
    row = CorrectionRequest.objects.filter(pk=receipt).first()
    if row is None:
        raise DisclosureError("没有这个回执号的更正申请。")
    permissions.require(user, permissions.act_action("correction_answered"), agency=row.agency)
    if done := record.answer_of(act_id, case=row.case, kind="correction_answered"):
        return done
    require_own_hand(user, "correction_answered", [own_person(user)])
    if row.answered_at is not None:
        raise DisclosureError("这份申请已经答复过了。")
    if corrected is None:
        raise DisclosureError("请选更正还是不更正。")
    if not reason.strip():
        raise DisclosureError("请写明核实的结果和理由，申请人凭回执号能看到。")
    screen(paperwork.source_of(row.case), reason, where="书面答复")
    line = {
        "case": row.case,
        "act": "correction_answered",
        "at": now.isoformat(),
        "agency": row.agency,
        "by": [user.person_id],
        "data": {"corrected": corrected, "reason": reason.strip(), "written": True, "receipt": receipt},
        "documents": ["correction_reply"],
    }
    return record.perform(line, act_id, now, entered_by=user.person_id or "")


def _count(source: str, now: datetime) -> None:
    """One more of this address within the hour. Raises TooManyError. Older rows are forgotten."""
    CorrectionSource.objects.filter(at__lt=now - timedelta(hours=1)).delete()
    key = hmac.new(settings.SECRET_KEY.encode(), source.encode(), hashlib.sha256).hexdigest()
    if CorrectionSource.objects.filter(source=key).count() >= PER_HOUR:
        raise TooManyError(f"这个网络地址一小时内已经提交了 {PER_HOUR} 次，请过一小时再提交，或者打电话给机关。")
    CorrectionSource.objects.create(source=key, at=now)
