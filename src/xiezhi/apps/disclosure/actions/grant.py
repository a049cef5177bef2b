"""The leader's yes or no to what the clerk put up. The yes is the act: recorded with the leader, who is signed in, as its approver."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from xiezhi.apps.accounts import permissions
from xiezhi.apps.accounts.signing import require_own_approval
from xiezhi.apps.disclosure.actions.request import locked
from xiezhi.apps.disclosure.actions.withdraw import check_withdrawal
from xiezhi.apps.disclosure.errors import DisclosureError
from xiezhi.apps.disclosure.models import ApprovalRequest, Publication, RequestState
from xiezhi.apps.record import service as record

DOCUMENTS = {"result_withheld": "withholding_approval", "publication_withdrawn": "withdrawal_notice"}


def grant(user: Any, request_id: UUID, act_id: UUID, now: datetime) -> Any:
    """Approve, and thereby record the act. Returns the record's Receipt or Refusal (then the request still waits).

    Raises Forbidden (no leader in the registry; the own request), DisclosureError, LeakError.
    """
    with transaction.atomic():
        row = locked(request_id)
        permissions.require(user, permissions.act_action(row.act), agency=row.agency)
        own = require_own_approval(user, row.act, row.drafter)
        if done := record.answer_of(act_id, case=row.case, kind=row.act):
            return done
        _waits(row)
        line = {
            "case": row.case,
            "act": row.act,
            "at": now.isoformat(),
            "agency": row.agency,
            "by": [row.drafter],
            "data": _data(row, own),
            "documents": [DOCUMENTS[row.act]],
        }
        answer = record.perform(line, act_id, now, entered_by=own)
        if hasattr(answer, "entry"):
            row.state, row.approver, row.decided_at = RequestState.GRANTED, own, now
            row.save(update_fields=["state", "approver", "decided_at"])
        return answer


def refuse(user: Any, request_id: UUID, note: str, now: datetime) -> ApprovalRequest:
    """Send it back with a reason; nothing is recorded. Raises Forbidden, DisclosureError."""
    if not note.strip():
        raise DisclosureError("退回要写明理由，呈批的人照着改。")
    with transaction.atomic():
        row = locked(request_id)
        permissions.require(user, permissions.act_action(row.act), agency=row.agency)
        own = require_own_approval(user, row.act, row.drafter)
        _waits(row)
        row.state, row.note, row.approver, row.decided_at = RequestState.RETURNED, note.strip(), own, now
        row.save(update_fields=["state", "note", "approver", "decided_at"])
        return row


def _waits(row: ApprovalRequest) -> None:
    if row.state != RequestState.SUBMITTED:
        raise DisclosureError(f"这份呈批件{row.get_state_display()}，不用再批。")


def _data(row: ApprovalRequest, own: str) -> dict[str, Any]:
    if row.act == "result_withheld":
        return {"withheld": {"grounds": [row.ground]}, "approver": own, "reason": row.reason}
    check_withdrawal(Publication.objects.get(pk=row.page), row.reason)
    return {"reason": row.reason, "what": row.what, "approver": own}
