"""/desk/review/ : the queue, submitting, and the reviewer's page."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from xiezhi.apps.accounts.permissions import Forbidden, act_action, require
from xiezhi.apps.casework import pages
from xiezhi.apps.casework.pages import CaseFile
from xiezhi.apps.record import queries as record
from xiezhi.apps.record.service import Receipt
from xiezhi.apps.registry import queries as registry
from xiezhi.apps.review import queries, service
from xiezhi.apps.review.checklist import items_of, suspected_by_item
from xiezhi.apps.review.forms import ReviewForm
from xiezhi.apps.review.submission import concluded, last_day, prefilled
from xiezhi.core.procedure.judge import judge
from xiezhi.site import clock


@require_safe
@login_required
def queue(request: HttpRequest) -> HttpResponse:
    require(request.user, "review.read")
    parts = queries.queue(request.user, clock.now(), registry.calendar())
    return render(request, "review/queue.html", {"parts": parts})


@require_http_methods(["GET", "HEAD", "POST"])
@pages.of_case
def submit(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """送审: materials ticked as far as the case holds them, the last day on which to submit."""
    require(request.user, act_action("review_submitted"), agency=file.agency)
    book, marking = record.marking(file.case)
    now = clock.now()
    data, files = pages.posted(request)
    kind = book.pack.vocabulary.acts["review_submitted"]
    held, initial = prefilled(marking, book.pack.vocabulary)
    form = pages.form_for(
        kind, book.pack, marking, request.user, people=pages.people_for(file.agency), now=now, data=data, files=files, initial=initial
    )
    context: dict[str, Any] = {"file": file, "pack": book.pack, "held": held, "last_day": last_day(book, marking)}
    status = 200
    if request.method == "POST" and not pages.wants_more_rows(request):
        status = pages.INVALID
        if form.is_valid() and "preview" in request.POST:
            shown: HttpResponse | None = pages.preview(request, form, lambda: pages.line_of(form, file.case, file.agency), now)
            if shown is not None:
                return shown
        elif form.is_valid() and (
            asked := pages.doubts.of_act(
                pages.doubts.Asking(request.user, form, book.pack, marking.procedure, now), pages.line_of(form, file.case, file.agency)
            )
        ):
            context["doubts"] = asked
        elif form.is_valid():
            answer = pages.answered(form, lambda: service.submit(request.user, file, form, now, origin=pages.own_origin()))
            if isinstance(answer, Receipt):
                return pages.landing(file.case, answer)
            if answer is not None:
                status = pages.status_of(answer.reasons)
                context["refusal_reasons"] = pages.reason_rows(answer.reasons, book.pack.vocabulary, form)
    back = reverse("casework:case", args=[file.case])
    return render(request, "review/submit.html", {**context, **pages.form_context(form, kind.zh, back)}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@pages.of_case
def review(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """The reviewer's page: the checklist with what the machine suspects, the case file beside it."""
    user: Any = request.user
    require(user, act_action("review_passed"), agency=file.agency)
    if user.person_id is None:
        raise Forbidden("您的账号没有对应的人员，不能出具审核意见。请联系管理员。")
    book, marking = record.marking(file.case)
    now = clock.now()
    context: dict[str, Any]
    submitted = marking.last("review_submitted")
    given = concluded(marking)
    if given is not None and not _is_second_click(request, given):
        context = {
            "file": file,
            "pack": book.pack,
            "submitted": submitted,
            "given": given,
            "given_zh": book.pack.vocabulary.acts[given.kind].zh,
            "given_by": "、".join(registry.names(given.by).values()),
            "page": pages.build(file, user, now),
        }
        return render(request, "review/review.html", context, status=pages.CONFLICT if request.method == "POST" else 200)
    items = items_of(book.pack, file.procedure)
    findings = judge(book, marking, now)
    form = ReviewForm(
        request.POST if request.method == "POST" else None,
        items=items,
        suspected=suspected_by_item(findings, items),
        review_of=str(submitted.own.get("review_of", "decision")) if submitted else "decision",
        now=now,
    )
    context = {"file": file, "pack": book.pack, "form": form, "submitted": submitted, "act_zh": "出具审核意见"}
    status = 200
    if request.method == "POST":
        status = pages.INVALID
        if form.is_valid():
            answer = pages.answered(form, lambda: service.conclude(user, file, form, now))
            if isinstance(answer, Receipt):
                return pages.landing(file.case, answer)
            if answer is not None:
                status = pages.status_of(answer.reasons)
                context["refusal_reasons"] = pages.reason_rows(answer.reasons, book.pack.vocabulary, form)
    context["page"] = pages.build(file, user, now)
    return render(request, "review/review.html", context, status=status)


def _is_second_click(request: HttpRequest, given: Any) -> bool:
    """Whether this is the form that gave the opinion, sent once more: it is answered as the first time."""
    return request.method == "POST" and request.POST.get("id", "") == str(given.id)
