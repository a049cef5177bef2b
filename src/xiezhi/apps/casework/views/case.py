"""/desk/cases/<id>/ : the case, its next steps, and how its deadlines were computed."""

from __future__ import annotations

from datetime import datetime
from functools import cache, partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xiezhi.apps.accounts.permissions import act_action, may
from xiezhi.apps.casework import casepage, deadlines, words
from xiezhi.apps.casework.models import CaseFile
from xiezhi.apps.casework.offering import choices
from xiezhi.apps.casework.pages import of_case
from xiezhi.apps.record import queries as record
from xiezhi.apps.record.service import uncorrectable
from xiezhi.site import clock


def _recorded(request: HttpRequest) -> str:
    said = request.GET.get("recorded", "")
    return said if said.isdigit() and len(said) < 7 else ""


def _rewritable(vocabulary: Any, user: Any, agency: str) -> dict[str, frozenset[str]]:
    """The kinds of act that the user may correct, and those to which the user may attach what arrives later."""
    allowed = cache(partial(may, user, agency=agency))  # some twenty actions stand for all acts
    own = frozenset(act for act in vocabulary.acts if allowed(act_action(act)))
    corrects = may(user, "record.correct", agency=agency)
    return {"attachable": own, "correctable": frozenset(act for act in own if corrects and not uncorrectable(act))}


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
        "may_bundle": may(request.user, "case.bundle", agency=file.agency),
        **_rewritable(page.vocabulary, request.user, file.agency),
    }
    return render(request, "casework/case.html", context)


@require_safe
@of_case
def acts(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """记一笔: first what usually comes next, then the present stage and those ahead, then what was passed; what may not be done, with reasons."""
    page = casepage.build(file, request.user, clock.now())
    return render(request, "casework/acts.html", {"page": page, **choices(page)})


def _row(step: Any, number: int, picture: Any, now: datetime, *, with_sheet: bool) -> dict[str, Any]:
    duty, calendar = step.duty, picture.book.calendar
    opener = picture.marking.acts[duty.opened_by] if duty.opened_by is not None else None
    kind = picture.book.pack.vocabulary.acts.get(opener.kind) if opener is not None else None
    sheet = duty.sheet() if with_sheet and step.due is not None else ()
    return {
        "number": number,
        "zh": step.zh,
        "why": step.why_zh,
        "cites": step.cites,
        "due": step.due,
        "shown": deadlines.of_duty(duty, now, calendar),
        "hands": words.role(step.hands or "officer"),
        "opened": kind.zh if kind else "",
        "opened_at": duty.start,
        "sheet": sheet,
    }


@require_safe
@of_case
def days(request: HttpRequest, file: CaseFile, number: int | None = None) -> HttpResponse:
    """看怎么算的: the day sheet of one running duty, or all running duties without their sheets."""
    now = clock.now()
    picture = record.picture(file.case, now)
    running = list(enumerate(picture.explanation.deadlines)) if picture is not None else []
    if picture is None or (number is not None and number >= len(running)):
        raise Http404("这个期限已经不在走了，可能刚刚办完。请回案件页查看。")
    chosen = running if number is None else [running[number]]
    rows = [_row(step, place, picture, now, with_sheet=number is not None) for place, step in chosen]
    return render(request, "casework/days.html", {"file": file, "rows": rows, "number": number, "pack": picture.book.pack})
