"""What comes after an act: attachments that arrive later, and corrections that leave the original readable."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from xiezhi.apps.accounts.permissions import act_action, require
from xiezhi.apps.paperwork import service as paperwork
from xiezhi.apps.record import service as record


def attach(user: Any, of: UUID, form: Any, now: datetime, *, agency: str, act: str) -> Any:
    """Add to the act `of` (of kind `act`) what a valid AttachForm states. Raises Forbidden."""
    require(user, act_action(act), agency=agency)
    what = {**form.what(paperwork.store), "by": [user.person_id] if user.person_id else []}
    return record.attach(of, what, form.cleaned_data["id"], now)


def correct(user: Any, of: UUID, form: Any, now: datetime, *, agency: str) -> Any:
    """Correct the fields of the act `of` that a valid CorrectForm changes. Raises Forbidden."""
    require(user, "record.correct", agency=agency)
    cleaned = form.cleaned_data
    by = [user.person_id] if user.person_id else []
    return record.correct(of, form.changes(), cleaned["reason"], cleaned["approver"], cleaned["id"], now, by=by)
