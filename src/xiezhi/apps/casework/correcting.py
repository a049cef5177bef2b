"""What comes after an act: attachments that arrive later, and corrections that leave the original readable."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from xiezhi.apps.accounts.permissions import act_action, require
from xiezhi.apps.accounts.signing import own_person
from xiezhi.apps.casework.forms.people import HEADS
from xiezhi.apps.paperwork import service as paperwork
from xiezhi.apps.record import service as record
from xiezhi.apps.registry import queries as registry
from xiezhi.core.law.errors import InputError


def attach(user: Any, of: UUID, form: Any, now: datetime, *, agency: str, act: str) -> Any:
    """Add to the act `of` (of kind `act`) what a valid form of forms.attach states. Raises Forbidden."""
    require(user, act_action(act), agency=agency)
    own = own_person(user)
    what = {**form.what(paperwork.store), "by": [own]}
    return record.attach(of, what, form.cleaned_data["id"], now, entered_by=own)


def correct(user: Any, of: UUID, form: Any, now: datetime, *, agency: str, act: str) -> Any:
    """Correct the fields of the act `of` (of kind `act`) that a valid CorrectForm changes.

    Who may correct is who may record such an act; another person, a leader of the agency, agrees. Raises Forbidden, InputError.
    """
    require(user, "record.correct", agency=agency)
    require(user, act_action(act), agency=agency)
    own, cleaned = own_person(user), form.cleaned_data
    _check_approver(cleaned["approver"], agency)
    by, approver = [own], cleaned["approver"]
    return record.correct(of, form.changes(), cleaned["reason"], approver, cleaned["id"], now, by=by, entered_by=own)


def _check_approver(approver: str, agency: str) -> None:
    if not any(person.id == approver and HEADS & set(person.roles) for person in registry.people_of(agency)):
        raise InputError(f"{approver!r} is no leader of {agency}", "更正要由本机关负责人同意，请重新选择", field="approver")
