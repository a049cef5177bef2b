"""The second person's yes or no to a draft (国办发〔2018〕118号 (六): collected, passed on, reviewed, published by named people)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from xiezhi.apps.accounts import permissions
from xiezhi.apps.accounts.signing import own_person, require_own_hand
from xiezhi.apps.disclosure.errors import DisclosureError
from xiezhi.apps.disclosure.models import Draft, DraftState
from xiezhi.apps.record import service as record


def approve(user: Any, draft_id: UUID, digest: str, act_id: UUID, now: datetime) -> Any:
    """Record publication_approved for exactly the draft of this digest. Returns the record's Receipt or Refusal.

    Raises Forbidden; DisclosureError when the approver drew the draft up or the draft is not the one that was read.
    """
    with transaction.atomic():
        row = _locked(draft_id)
        permissions.require(user, permissions.act_action("publication_approved"), agency=row.agency)
        if done := record.answer_of(act_id, case=row.case, kind="publication_approved"):
            return done
        _open(row)
        if row.drafter == (user.person_id or ""):
            raise DisclosureError("拟稿的人不能核发自己拟的公示稿，请由另一人核发。")
        require_own_hand(user, "publication_approved", [own_person(user)])
        if row.digest != digest:
            raise DisclosureError("这一稿在您打开之后改过了。请重新看一遍再核发。")
        line = {
            "case": row.case,
            "act": "publication_approved",
            "at": now.isoformat(),
            "agency": row.agency,
            "by": [user.person_id],
            "data": {
                "approver": user.person_id,
                "form": row.form,
                "what": row.what,
                "summary": filled(row.summary),
                "redactions": row.redactions,
                "digest": row.digest,
            },
            "documents": ["publication_approval"],
        }
        answer = record.perform(line, act_id, now, entered_by=user.person_id or "")
        if hasattr(answer, "entry"):
            row.state, row.approver, row.approved_at = DraftState.APPROVED, user.person_id, now
            row.save(update_fields=["state", "approver", "approved_at"])
        return answer


def send_back(user: Any, draft_id: UUID, note: str) -> Draft:
    """Return a draft with a reason. Raises Forbidden, DisclosureError."""
    if not note.strip():
        raise DisclosureError("退回要写明哪里要改。")
    with transaction.atomic():
        row = _locked(draft_id)
        permissions.require(user, permissions.act_action("publication_approved"), agency=row.agency)
        _open(row)
        row.state, row.note = DraftState.RETURNED, note.strip()
        row.save(update_fields=["state", "note"])
        return row


def filled(summary: dict[str, str]) -> dict[str, str]:
    """The summary without its empty fields: the record keeps no empty text."""
    return {key: value for key, value in summary.items() if value}


def _locked(draft_id: UUID) -> Draft:
    row = Draft.objects.select_for_update().filter(pk=draft_id).first()
    if row is None:
        raise DisclosureError("没有这一稿。")
    return row


def _open(row: Draft) -> None:
    if row.state == DraftState.APPROVED:
        raise DisclosureError("这一稿已经核发过了，可以发布。")
    if row.state != DraftState.SUBMITTED:
        raise DisclosureError(f"这一稿{row.get_state_display()}，不能再核发。")
