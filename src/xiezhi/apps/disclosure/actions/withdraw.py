"""Put up to a leader that a publication is withdrawn: the page will stay and say when and on what ground (行政处罚法 48)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from xiezhi.apps.accounts import permissions
from xiezhi.apps.disclosure.actions.request import put_up
from xiezhi.apps.disclosure.errors import DisclosureError
from xiezhi.apps.disclosure.models import ApprovalRequest, Publication, State
from xiezhi.apps.disclosure.screening import screen
from xiezhi.apps.paperwork import service as paperwork


def ask_to_withdraw(user: Any, page_id: str, reason: str, now: datetime) -> ApprovalRequest:
    """Put it up that a page is withdrawn; nothing is recorded yet. The reason will be public. Raises Forbidden, DisclosureError, LeakError."""
    page = Publication.objects.filter(pk=page_id).first()
    if page is None:
        raise DisclosureError("没有这条公示。")
    permissions.require(user, permissions.act_action("publication_withdrawn"), agency=page.agency)
    check_withdrawal(page, reason)
    asked = ApprovalRequest(
        case=page.case, agency=page.agency, act="publication_withdrawn", page=page.id, what=page.what, reason=reason.strip()
    )
    return put_up(user, asked, now)


def check_withdrawal(page: Publication, reason: str) -> None:
    """Whether this page may be withdrawn for a reason that everybody will read. Raises DisclosureError, LeakError."""
    if page.state == State.WITHDRAWN:
        raise DisclosureError("这条公示已经撤回了。")
    if not reason.strip():
        raise DisclosureError("撤回要公开说明理由（行政处罚法第四十八条第二款）。请写明理由，它会显示在公示页上。")
    screen(paperwork.source_of(page.case), reason, where="撤回的理由")
