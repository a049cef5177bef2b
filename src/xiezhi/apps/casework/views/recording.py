"""/desk/cases/<id>/acts/<act>/ : the form of one act, and what comes of it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from xiezhi.apps.accounts.permissions import act_action, require
from xiezhi.apps.casework import doubts, service
from xiezhi.apps.casework.approval import approval
from xiezhi.apps.casework.forms import form_for, line_of
from xiezhi.apps.casework.models import CaseFile
from xiezhi.apps.casework.pages import (
    INVALID,
    answered,
    form_context,
    landing,
    of_case,
    own_origin,
    people_for,
    posted,
    preview,
    reason_rows,
    status_of,
    wants_more_rows,
)
from xiezhi.apps.record import queries as record
from xiezhi.apps.record.service import Receipt
from xiezhi.site import clock


def kind_of(pack: Any, act: str) -> Any:
    kind = pack.vocabulary.acts.get(act)
    if kind is None:
        raise Http404("没有这种行为。请从案件页的“记一笔”里选择。")
    return kind


@require_http_methods(["GET", "HEAD", "POST"])
@of_case
def act(request: HttpRequest, file: CaseFile, act: str) -> HttpResponse:
    book, marking = record.marking(file.case)
    kind = kind_of(book.pack, act)
    require(request.user, act_action(act), agency=file.agency)
    now = clock.now()
    data, files = posted(request)
    form = form_for(kind, book.pack, marking, request.user, people=people_for(file.agency), now=now, data=data, files=files)
    context: dict[str, Any] = {"file": file, "pack": book.pack}
    status = 200
    if request.method == "POST" and not wants_more_rows(request):
        status = INVALID
        if form.is_valid() and "preview" in request.POST:
            shown: HttpResponse | None = preview(request, form, lambda: line_of(form, file.case, file.agency), now)
            if shown is not None:
                return shown
        elif form.is_valid() and (
            asked := doubts.of_act(
                doubts.Asking(request.user, form, book.pack, marking.procedure, now), line_of(form, file.case, file.agency)
            )
        ):
            context["doubts"] = asked
        elif form.is_valid():
            answer = answered(form, lambda: service.record_act(request.user, file.case, file.agency, form, now, origin=own_origin()))
            if isinstance(answer, Receipt):
                return landing(file.case, answer)
            if answer is not None:
                status = status_of(answer.reasons)
                form.ask_reason = any(reason.kind == "needs_reason" for reason in answer.reasons)
                context["refusal_reasons"] = reason_rows(answer.reasons, book.pack.vocabulary, form)
    back = reverse("casework:case", args=[file.case])
    return render(request, "casework/act.html", {**context, **form_context(form, kind.zh, back)}, status=status)


APPROVED = ("decision_approved", "decision_made")


@require_safe
@of_case
def approve(request: HttpRequest, file: CaseFile, act: str) -> HttpResponse:
    """待批: what the decision is about, on one screen, and whether it may be made now."""
    if act not in APPROVED:
        raise Http404("只有批准决定和作出决定有待批页面。请回案件页。")
    require(request.user, act_action(act), agency=file.agency)
    book, _marking = record.marking(file.case)
    context = {"file": file, "pack": book.pack, "act": act, "approval": approval(file.case, act, clock.now())}
    return render(request, "casework/approval.html", context)
