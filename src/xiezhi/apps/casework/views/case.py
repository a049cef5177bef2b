"""/work/cases/<id>/ : the case, its next steps, and how its deadlines were computed."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xiezhi.apps.accounts.permissions import may
from xiezhi.apps.casework import casepage, deadlines, words
from xiezhi.apps.casework.models import CaseFile
from xiezhi.apps.casework.pages import of_case
from xiezhi.apps.casework.reading import by_tightness
from xiezhi.apps.record import queries as record
from xiezhi.site import clock


def _recorded(request: HttpRequest) -> str:
    said = request.GET.get("recorded", "")
    return said if said.isdigit() and len(said) < 7 else ""


@require_safe
@of_case
def case(request: HttpRequest, file: CaseFile) -> HttpResponse:
    page = casepage.build(file, request.user, clock.now())
    word = page.vocabulary.procedures.get(file.procedure)
    spec = page.vocabulary.key("party.kind")
    zh = word.zh if word else file.procedure
    recorded = _recorded(request)
    context = {
        "page": page,
        "procedure_zh": zh,
        "procedure_short": zh.split("·")[-1],
        "party_kind": (spec.values if spec else {}).get(file.party_kind, ""),
        "recorded": recorded,
        "brought": [note for section in page.sections for node in section.nodes if node.number == recorded for note in node.notes]
        if recorded
        else [],
        "lacking": [
            node for section in page.sections for node in section.nodes if recorded and node.kind == "gap" and node.of == f"n{recorded}"
        ],
        "may_correct": may(request.user, "record.correct", agency=file.agency),
    }
    return render(request, "casework/case.html", context)


@require_safe
@of_case
def acts(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """记一笔: the acts that may be recorded now, by stage; those that may not, with the reason."""
    page = casepage.build(file, request.user, clock.now())
    stage_of = page.stage_of
    groups: dict[str, dict[str, Any]] = {}
    for step in page.may:
        stage, zh = stage_of(step.next.act)
        groups.setdefault(stage, {"zh": zh, "steps": []})["steps"].append(step)
    order = {stage.id: place for place, stage in enumerate(page.stages)}
    shown = [groups[stage] for stage in sorted(groups, key=lambda stage: order.get(stage, len(order)))]
    return render(request, "casework/acts.html", {"page": page, "groups": shown})


def _row(duty: Any, number: int, calendar: Any, *, with_sheet: bool, zh: str = "") -> dict[str, Any]:
    sheet, count = [], 0
    for step in duty.sheet() if with_sheet and duty.due is not None else ():
        count += step.counted
        sheet.append({"date": step.date, "counted": step.counted, "count": count, "why": step.zh})
    return {
        "number": number,
        "duty": duty,
        "shown": deadlines.of_duty(duty, clock.now(), calendar),
        "hands": words.role(duty.hands or "officer"),
        "opened": zh,
        "opened_at": duty.opened_at,
        "sheet": sheet,
    }


@require_safe
@of_case
def days(request: HttpRequest, file: CaseFile, number: int | None = None) -> HttpResponse:
    """看怎么算的: the day sheet of one running duty, or all running duties without their sheets."""
    book, marking = record.marking(file.case)
    running = by_tightness(marking.duties)
    if number is not None and number >= len(running):
        raise Http404("这个期限已经不在走了，可能刚刚办完。请回案件页查看。")
    chosen = list(enumerate(running)) if number is None else [(number, running[number])]
    kinds = book.pack.vocabulary.acts
    rows = []
    for place, duty in chosen:
        opener = marking.acts[duty.opened_by] if duty.opened_by is not None else None
        zh = kinds[opener.kind].zh if opener is not None and opener.kind in kinds else ""
        rows.append(_row(duty, place, book.calendar, with_sheet=number is not None, zh=zh))
    return render(request, "casework/days.html", {"file": file, "rows": rows, "number": number, "pack": book.pack})
