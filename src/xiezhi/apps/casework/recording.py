"""Recording acts from forms: uploads stored first, then number and history in one transaction."""

from __future__ import annotations

import contextlib
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from xiezhi.apps.accounts.permissions import act_action, require
from xiezhi.apps.casework.forms import ActForm, line_of
from xiezhi.apps.casework.forms.line import put
from xiezhi.apps.paperwork import service as paperwork
from xiezhi.apps.record import queries as records
from xiezhi.apps.record import service as record
from xiezhi.apps.registry import queries as parties
from xiezhi.apps.registry import service as registry

# Which act draws which number: the key that holds it, and its series after the agency's 代字.
NUMBERS = {
    "case_filed": ("case.number", "立"),
    "decision_made": ("decision_no", "罚决"),
    "no_penalty_decided": ("decision_no", "不罚"),
}


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


def _held(data: Any, dotted: str) -> Any:
    """The value at a dotted path of nested objects; None where there is none."""
    for part in dotted.split("."):
        data = data.get(part) if isinstance(data, dict) else None
    return data


def perform_numbered(line: dict[str, Any], act_id: UUID, now: datetime) -> Any:
    """`record.perform`, with the number that this act draws. Number and act stand or fall together: a refused act, or a second
    click that meets the first one's act, leaves no gap in the series.
    """
    key, word = NUMBERS.get(line["act"], ("", ""))
    agency = line["agency"]
    if not key or _held(line["data"], key):
        return record.perform(line, act_id, now)
    refused: record.Refusal | None = None
    with transaction.atomic():
        # The series' row is locked from here on: of two clicks the second waits, then finds the first one's act.
        number = paperwork.next_number(agency, word, now)
        earlier = record.answer_of(act_id)
        if earlier is None:
            put(line["data"], key, number)
            answer = record.perform(line, act_id, now)
            if isinstance(answer, record.Receipt):
                return answer
            refused = answer
        transaction.set_rollback(True)
    if refused is not None:
        record.log_refusal(refused, now)
        return refused
    put(line["data"], key, _number_on_record(earlier, key))
    return record.perform(line, act_id, now)  # the same answer; or, for other content under this id, an error in words


def _number_on_record(receipt: Any, key: str) -> str:
    for entry in records.history(receipt.case):
        if entry.id == receipt.act_id:
            return str(_held(entry.body.get("data", {}), key))
    raise LookupError(f"act {receipt.act_id} is not in case {receipt.case}")


def record_act(user: Any, case_id: str, agency: str, form: ActForm, now: datetime) -> Any:
    """Record the act that a valid form states in a case of `agency`. Raises Forbidden; answers Receipt or Refusal."""
    require(user, act_action(form.sheet.act), agency=agency)
    line = _complete(form, line_of(form, case_id, agency))
    return perform_numbered(line, form.cleaned_data["id"], now)


def file_case(user: Any, form: Any, now: datetime) -> Any:
    """File a case, or register the lead that may become one. Raises Forbidden; answers Receipt or Refusal."""
    agency = form.agency
    require(user, "case.file", agency=agency.id)
    require(user, act_action(form.sheet.act), agency=agency.id)
    act_id = form.cleaned_data["id"]
    line = _complete(form, line_of(form, str(act_id), agency.id))
    line["procedure"] = form.cleaned_data["procedure"]
    form.add_facts(line["data"])
    answer = perform_numbered(line, act_id, now)
    if isinstance(answer, record.Receipt) and (party := form.new_party()):
        _register(party, agency, now)
    return answer


def _register(party: dict[str, Any], agency: Any, now: datetime) -> None:
    """Put a new party into the registry. Of two clicks one finds it there already, which is as good."""
    if parties.party(party["id"]) is not None:
        return
    with contextlib.suppress(IntegrityError), transaction.atomic():
        registry.save_party(now=now, agency=agency, **party)
