"""呈批: a paper of the desk by which the clerk asks for a leader's approval. It is no act; only the approval makes one (grant.py)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from xiezhi.apps.accounts import permissions
from xiezhi.apps.accounts.signing import own_person
from xiezhi.apps.disclosure.errors import DisclosureError
from xiezhi.apps.disclosure.models import ApprovalRequest, RequestState


def put_up(user: Any, asked: ApprovalRequest, now: datetime) -> ApprovalRequest:
    """Keep the request. One that was sent back is replaced by it. Raises Forbidden, DisclosureError when one already waits."""
    asked.drafter, asked.drafted_at = own_person(user), now
    same = ApprovalRequest.objects.filter(case=asked.case, act=asked.act, page=asked.page)
    try:
        with transaction.atomic():
            same.filter(state=RequestState.RETURNED).update(state=RequestState.DROPPED)
            asked.save(force_insert=True)
    except IntegrityError:  # the table keeps one open request of a kind
        raise DisclosureError("这件事已经呈批，正等负责人批示。要改理由的，请先撤下原来的呈批件。") from None
    return asked


def take_back(user: Any, request_id: UUID) -> ApprovalRequest:
    """The clerk no longer asks. Raises Forbidden, DisclosureError."""
    with transaction.atomic():
        row = locked(request_id)
        permissions.require(user, permissions.act_action(row.act), agency=row.agency)
        if row.drafter != own_person(user):
            raise DisclosureError("呈批件由呈批的人自己撤下。负责人不同意的，请退回。")
        if row.state not in (RequestState.SUBMITTED, RequestState.RETURNED):
            raise DisclosureError(f"这份呈批件{row.get_state_display()}，不能撤下。")
        row.state = RequestState.DROPPED
        row.save(update_fields=["state"])
        return row


def locked(request_id: UUID) -> ApprovalRequest:
    """The request, held until the transaction ends. Raises DisclosureError."""
    row = ApprovalRequest.objects.select_for_update().filter(pk=request_id).first()
    if row is None:
        raise DisclosureError("没有这份呈批件。")
    return row
