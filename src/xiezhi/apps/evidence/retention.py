"""Holds, and what may be disposed of: the list, and its approval by another person. How it is carried out: `disposing`.

Nothing under a hold or in an open case is ever disposable, whatever a list says: it is asked again when it is carried out.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from xiezhi.apps.accounts.permissions import Forbidden, require
from xiezhi.apps.accounts.signing import own_person
from xiezhi.apps.evidence import custody, locks
from xiezhi.apps.evidence.models import Disposal, DisposalItem, Hold, Recording
from xiezhi.apps.evidence.terms import Term, term_of
from xiezhi.apps.record import service as record
from xiezhi.core.law.clock import day_of
from xiezhi.core.law.errors import InputError

ON_A_LIST = 1000


def hold(user: Any, agency: str, reason: str, now: datetime, *, case: str = "", recording: Recording | None = None) -> Hold:
    """Keep a recording, or all of a case, until the hold is lifted. Raises Forbidden, InputError."""
    require(user, "evidence.hold", agency=agency)
    if not writable(reason) or len(reason) > 500 or not (case or recording):
        raise InputError("a hold names its reason (at most 500 characters)", "请写明保全的理由（500 字以内）", field="reason")
    person = own_person(user)
    with transaction.atomic():
        # The case's row first, as a disposal does: whichever comes second sees what the first did.
        record.lock_case(case or (recording.case if recording else ""), now)
        if recording is not None and not Recording.objects.filter(pk=recording.pk, disposed_at=None).exists():
            raise InputError("the recording is disposed of already", "这段音像记录已经依法处置，不能再保全", field="recording")
        row = Hold.objects.create(agency=agency, case=case, recording=recording, reason=reason.strip(), set_by=person, set_at=now)
        custody.note("hold_set", now, recording=recording, case=case, agency=agency, user=user, hold=str(row.id))
        locks.hold(locks.under(row))
    return row


def lift(user: Any, row: Hold, why: str, now: datetime) -> None:
    """End a hold, with the reason. Raises Forbidden, InputError."""
    require(user, "evidence.hold", agency=row.agency)
    if not writable(why) or len(why) > 500:
        raise InputError("lifting a hold names its reason", "请写明解除保全的理由（500 字以内）", field="reason")
    person = own_person(user)
    with transaction.atomic():
        if Hold.objects.filter(pk=row.pk, lifted_at=None).update(lifted_by=person, lifted_at=now, lifted_why=why.strip()):
            custody.note("hold_lifted", now, recording=row.recording, case=row.case, agency=row.agency, user=user, hold=str(row.id))
            locks.release(locks.under(row))


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
        # Cases in one order and what has none last: each event locks the row of its case.
        for one, _term in sorted(found, key=lambda pair: (not pair[0].case, pair[0].case)):
            custody.note("disposal_proposed", now, recording=one, user=user, list=str(row.id))
    return row


def decide(user: Any, row: Disposal, now: datetime, *, granted: bool, reason: str = "") -> None:
    """A leader decides the list; never whoever put it up. Raises Forbidden, InputError."""
    require(user, "evidence.approve_disposal", agency=row.agency)
    person = own_person(user)
    if person == row.proposed_by:
        raise Forbidden("这份清单是您提出的，要由另一位负责人审批。")
    if "\0" in reason or (not granted and not reason.strip()):
        raise InputError("a refusal names its reason", "不同意的，请写明理由", field="reason")
    done = None if granted else now
    with transaction.atomic():
        changed = Disposal.objects.filter(pk=row.pk, decided_at=None).update(
            decided_by=person, decided_at=now, granted=granted, reason=reason.strip()[:500], done_at=done
        )
        if not changed:
            raise InputError("the list was decided already", "这份清单已经审批过", field="")
        custody.note("disposal_decided", now, agency=row.agency, user=user, list=str(row.id), granted=granted)


def writable(text: str) -> bool:
    """Words, and none that a database cannot hold."""
    return bool(text.strip()) and "\0" not in text


def holds_of(case: str) -> list[Hold]:
    return list(Hold.objects.filter(case=case, lifted_at=None).order_by("set_at"))


def hold_of(id_: UUID) -> Hold | None:
    return Hold.objects.select_related("recording").filter(pk=id_).first()
