"""Writing pages and owed publications of a case, inside the transaction of the act (settings.XIEZHI_PROJECTIONS)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models.expressions import RawSQL

from xiezhi.apps.disclosure import bigrams, reading, story
from xiezhi.apps.disclosure.actions.correct import receipt_number
from xiezhi.apps.disclosure.models import CorrectionRequest, OwedPublication, Publication, State
from xiezhi.apps.registry import queries as registry

FAR = datetime(9999, 1, 1, tzinfo=UTC)
OWED = frozenset({"result_published", "publication_updated", "publication_withdrawn"})
CORRECTION = frozenset({"correction_requested", "correction_answered"})
RUNNING = frozenset({"open", "paused", "breached"})
VOIDED_ZH = "公示所依据的记录已经更正或者作废，公示随之撤回。"
_COLUMNS = [column.attname for column in Publication._meta.concrete_fields if not column.primary_key]


def project(*changes: Any) -> None:
    """Bring the rows of the changed cases in line with their markings. Costs nothing for a case without a result."""
    for change in changes:
        _project(change)


def _project(change: Any) -> None:
    marking = change.marking
    _project_owed(change)
    _project_corrections(change)
    pages = reading.pages_of(change.case.id, marking.acts, marking.facts)
    voided = not change.new
    if voided or any(act.kind in reading.PUBLIC_ACTS for act in change.new):
        _end_others(change, [page.id for page in pages])
    if not pages:
        return
    agency = registry.agency(change.case.agency_id)
    rows = [_row(change, page, agency) for page in pages]
    columns = _COLUMNS
    if any(act.kind in reading.PUBLIC_ACTS for act in change.new):
        for row in rows:
            row.entry = _entry_of(row.act)
    else:
        columns = [name for name in _COLUMNS if name != "entry"]
    Publication.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=columns)


def _end_others(change: Any, standing: list[str]) -> None:
    """End the pages that no act of the record makes any more. What has once been shown is never deleted: its address may stand on paper."""
    gone = Publication.objects.filter(case=change.case.id).exclude(id__in=standing)
    gone.filter(state=State.WITHHELD).delete()
    for row in gone.filter(state=State.PUBLIC):
        row.state, row.withdrawn_at, row.withdrawn_reason = State.WITHDRAWN, change.now, VOIDED_ZH
        row.changes = [*row.changes, {"at": change.now.isoformat(), "kind": "withdrawn", "reason": VOIDED_ZH, "changed": [], "act": ""}]
        row.search = RawSQL("%s::tsvector", [bigrams.document(row.number, row.agency_name)])
        row.save(update_fields=["state", "withdrawn_at", "withdrawn_reason", "changes", "search"])


def _entry_of(act: str) -> str:
    """The entry of the act that a page shows, in hex. Read in the transaction that wrote it."""
    from xiezhi.apps.record import queries as record

    try:
        proof = record.fields_proof(UUID(act), ["kind"])
    except ValueError:
        return ""
    return proof.entry if proof else ""


def _row(change: Any, page: reading.Page, agency: Any) -> Publication:
    columns = dict(page.columns)
    summary: Mapping[str, str] = columns.pop("summary", {})
    columns.pop("withdrawn_act", None)
    agency_name = summary.get("agency") or (agency.name if agency else "")
    shown = columns["state"] != State.WITHHELD
    row = Publication(
        id=page.id,
        case=change.case.id,
        agency=change.case.agency_id,
        agency_name=agency_name,
        procedure=change.case.procedure,
        what=page.what,
        number=summary.get("number", ""),
        title=reading.title_of(summary) if shown else "",
        party=summary.get("party", ""),
        party_code=summary.get("party_code", ""),
        matter=summary.get("matter", ""),
        facts=summary.get("facts", ""),
        basis=summary.get("basis", ""),
        content=summary.get("content", ""),
        performance=summary.get("performance", ""),
        decided_on=reading.decided_day(summary.get("decided_on", "")),
        changes=page.changes,
        timeline=story.timeline(change.marking.acts) if shown else [],
        bars=story.bars(change.marking, registry.calendar()) if shown else [],
        **columns,
    )
    # What was withdrawn is still found by its number, but no longer by the party's name or the facts.
    searched = (
        [row.number, row.title, row.party, row.party_code, row.matter, row.facts, row.basis, row.content, agency_name]
        if row.state == State.PUBLIC
        else [row.number, agency_name]
    )
    row.search = RawSQL("%s::tsvector", [bigrams.document(*searched)])
    return row


def _project_owed(change: Any) -> None:
    marking = change.marking
    relevant = [duty for duty in marking.duties if OWED & set(duty.expect)]
    # No duty to publish was ever opened: there is nothing to write and nothing to clear, unless a correction took it away.
    if not relevant and change.new:
        return
    OwedPublication.objects.filter(case=change.case.id).delete()
    facts = marking.facts
    running = sorted((duty for duty in relevant if duty.state in RUNNING), key=lambda duty: (duty.due or FAR, duty.rule))
    # What several rules ask for alike is one thing to do: by the earliest limit, with all citations.
    owed: dict[str, OwedPublication] = {}
    for duty in running:
        expect = next(kind for kind in duty.expect if kind in OWED)
        if expect in owed:
            owed[expect].cites = list(dict.fromkeys([*owed[expect].cites, *duty.cites]))
            continue
        owed[expect] = OwedPublication(
            case=change.case.id,
            agency=change.case.agency_id,
            expect=expect,
            rule=duty.rule,
            zh=duty.zh,
            cites=list(duty.cites),
            due=duty.due,
            sort_due=duty.due or FAR,
            provisional=bool(duty.provisional),
            title=str(facts.get("case.title") or ""),
            number=_decision_number(marking) or str(facts.get("case.number") or ""),
            party=str(facts.get("party.name") or ""),
        )
    OwedPublication.objects.bulk_create(owed.values())


def _project_corrections(change: Any) -> None:
    """The requests of the case and their answers: an answer names its request, else it answers the oldest open one."""
    if change.new and not any(act.kind in CORRECTION for act in change.new):
        return
    rows: dict[str, CorrectionRequest] = {}
    for act in change.marking.acts:
        if act.kind == "correction_requested":
            receipt = receipt_number(act.id)
            rows[receipt] = CorrectionRequest(
                id=receipt, case=change.case.id, agency=change.case.agency_id, page=str(act.data.get("page") or ""), act=str(act.id),
                asked_at=act.at,
            )  # fmt: skip
        elif act.kind == "correction_answered":
            named = rows.get(str(act.data.get("receipt") or ""))
            if (row := named or next((one for one in rows.values() if one.answered_at is None), None)) is not None:
                row.answered_at, row.corrected = act.at, bool(act.data.get("corrected"))
                row.reply = str(act.data.get("reason") or "")
    CorrectionRequest.objects.filter(case=change.case.id).exclude(id__in=rows).delete()
    CorrectionRequest.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["case", "agency", "page", "act", "asked_at", "answered_at", "corrected", "reply"],
    )


def _decision_number(marking: Any) -> str:
    return next((str(act.data["decision_no"]) for act in reversed(marking.acts) if act.data.get("decision_no")), "")
