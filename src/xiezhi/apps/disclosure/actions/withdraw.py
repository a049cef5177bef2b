"""Withdraw a publication: the page stays and says that it was withdrawn, when and on what ground (行政处罚法 48)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from xiezhi.apps.accounts import permissions
from xiezhi.apps.disclosure.errors import DisclosureError
from xiezhi.apps.disclosure.models import Publication, State
from xiezhi.apps.disclosure.screening import screen
from xiezhi.apps.paperwork import service as paperwork
from xiezhi.apps.record import service as record


def withdraw(user: Any, page_id: str, reason: str, act_id: UUID, now: datetime) -> Any:
    """Record publication_withdrawn. The reason is public. Returns Receipt or Refusal. Raises Forbidden, DisclosureError, LeakError."""
    page = Publication.objects.filter(pk=page_id).first()
    if page is None:
        raise DisclosureError("没有这条公示。")
    permissions.require(user, permissions.act_action("publication_withdrawn"), agency=page.agency)
    if done := record.answer_of(act_id, case=page.case, kind="publication_withdrawn"):
        return done
    if page.state == State.WITHDRAWN:
        raise DisclosureError("这条公示已经撤回了。")
    if not reason.strip():
        raise DisclosureError("撤回要公开说明理由（行政处罚法第四十八条第二款）。请写明理由，它会显示在公示页上。")
    screen(paperwork.source_of(page.case), reason, where="撤回的理由")
    line = {
        "case": page.case,
        "act": "publication_withdrawn",
        "at": now.isoformat(),
        "agency": page.agency,
        "by": [user.person_id],
        "data": {"reason": reason.strip(), "what": page.what},
        "documents": ["withdrawal_notice"],
    }
    return record.perform(line, act_id, now, entered_by=user.person_id or "")
