"""Recording acts from forms: uploads stored first, then number, documents and history in one transaction."""

from __future__ import annotations

import contextlib
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from xiezhi.apps.accounts.permissions import act_action, require
from xiezhi.apps.accounts.signing import own_person, require_own_hand
from xiezhi.apps.casework.forms import ActForm, line_of
from xiezhi.apps.casework.performing import perform
from xiezhi.apps.paperwork import service as paperwork
from xiezhi.apps.record import service as record
from xiezhi.apps.registry import queries as parties
from xiezhi.apps.registry import service as registry


def _stored_files(form: ActForm) -> list[dict[str, Any]]:
    """Store the uploaded documents; the history names them by digest."""
    return [{"document": document, **paperwork.store(file)} for document, file in form.uploads]


def _stored_recordings(form: ActForm, act_id: UUID, by: list[str]) -> list[dict[str, Any]]:
    found = []
    for number, (recording, file) in enumerate(form.recordings.stated(), 1):
        entry = {"id": f"{act_id}-{number}", **recording}
        if by:
            entry["captured_by"] = by[0]
        if file:
            entry["sha256"] = paperwork.store(file)["sha256"]
        found.append(entry)
    return found


def _complete(form: ActForm, line: dict[str, Any]) -> dict[str, Any]:
    if files := _stored_files(form):
        line["files"] = files
    if recordings := _stored_recordings(form, form.cleaned_data["id"], line["by"]):
        line["recordings"] = recordings
    return line


def record_act(user: Any, case_id: str, agency: str, form: ActForm, now: datetime, *, origin: str = "") -> Any:
    """Record the act that a valid form states in a case of `agency`; `origin` is the site's address for codes on documents.

    Raises Forbidden, TypesetError; answers Receipt or Refusal.
    """
    require(user, act_action(form.sheet.act), agency=agency)
    entered_by = own_person(user)
    require_own_hand(user, form.sheet.act, form.cleaned_data.get("by") or [])
    line = _complete(form, line_of(form, case_id, agency))
    return perform(line, form.cleaned_data["id"], now, make=form.to_make, origin=origin, entered_by=entered_by)


def first_line(form: Any) -> dict[str, Any]:
    """The line of a case's first act, without files; the case takes the id of its form."""
    line = line_of(form, str(form.cleaned_data["id"]), form.agency.id)
    line["procedure"] = form.cleaned_data["procedure"]
    form.add_facts(line["data"])
    return line


def file_case(user: Any, form: Any, now: datetime, *, origin: str = "") -> Any:
    """File a case, or register the lead that may become one. Raises Forbidden, TypesetError; answers Receipt or Refusal."""
    agency = form.agency
    require(user, "case.file", agency=agency.id)
    require(user, act_action(form.sheet.act), agency=agency.id)
    entered_by = own_person(user)
    line = _complete(form, first_line(form))
    answer = perform(line, form.cleaned_data["id"], now, make=form.to_make, origin=origin, entered_by=entered_by)
    if isinstance(answer, record.Receipt) and (party := form.new_party()):
        _register(party, agency, now)
    return answer


def _register(party: dict[str, Any], agency: Any, now: datetime) -> None:
    """Put a new party into the registry. Of two clicks one finds it there already, which is as good."""
    if parties.party(party["id"]) is not None:
        return
    with contextlib.suppress(IntegrityError), transaction.atomic():
        registry.save_party(now=now, agency=agency, **party)
