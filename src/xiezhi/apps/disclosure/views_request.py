"""呈批: the clerk asks that a result is not published or a page withdrawn; a leader reads it and answers with the own account."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import uuid6
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiezhi.apps.accounts import permissions, signing
from xiezhi.apps.accounts.access import account
from xiezhi.apps.disclosure import queries, service
from xiezhi.apps.disclosure.errors import DisclosureError
from xiezhi.apps.disclosure.models import ApprovalRequest
from xiezhi.apps.disclosure.reading_page import page_of
from xiezhi.apps.disclosure.views import WORDS, act_id_of, source_for
from xiezhi.apps.registry import queries as registry
from xiezhi.core.law.errors import InputError
from xiezhi.site import clock


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withhold(request: HttpRequest, case_id: str) -> HttpResponse:
    source = source_for(request, case_id)
    permissions.require(request.user, permissions.act_action("result_withheld"), agency=source.agency_id)
    waits = queries.open_request(case_id, "result_withheld")
    context: dict[str, Any] = {
        "case_id": case_id,
        "title": source.facts.get("case.title") or case_id,
        "grounds": service.grounds_of(source.pack),
        "waits": waits,
        "given": request.POST if request.method == "POST" else {"ground": waits.ground, "reason": waits.reason} if waits else {},
    }
    if request.method == "POST":
        chosen = {key: request.POST.get(key, "") for key in ("ground", "reason")}
        return _put_up(
            request, context, "disclosure/withhold.html", lambda: service.ask_to_withhold(request.user, case_id, clock.now(), **chosen)
        )
    return render(request, "disclosure/withhold.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, page_id: str) -> HttpResponse:
    row = queries.publication(page_id, clock.now())
    if row is None:
        raise Http404("没有这条公示。")
    permissions.require(request.user, permissions.act_action("publication_withdrawn"), agency=row.agency)
    waits = queries.open_request(row.case, "publication_withdrawn", row.id)
    context: dict[str, Any] = {
        "row": row,
        "page": page_of(row),
        "waits": waits,
        "given": request.POST if request.method == "POST" else {"reason": waits.reason} if waits else {},
    }
    if request.method == "POST":
        reason = request.POST.get("reason", "")
        return _put_up(
            request, context, "disclosure/withdraw.html", lambda: service.ask_to_withdraw(request.user, page_id, reason, clock.now())
        )
    return render(request, "disclosure/withdraw.html", context)


@login_required
@require_safe
def show(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    """What is asked, of which case, with which ground and reason; and the leader's answer."""
    return _page(request, _request(request, request_id))


@login_required
@require_POST
def grant(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    row = _request(request, request_id)
    try:
        answer = service.grant(request.user, row.pk, act_id_of(request), clock.now())
    except (DisclosureError, InputError) as refused:
        return _page(request, row, error=refused.message_zh, status=422)
    if not hasattr(answer, "entry"):
        return _page(request, row, reasons=answer.reasons, status=422)
    messages.success(request, f"已批准{WORDS[row.act]}。已记入第 {answer.case_seq} 条。")
    return redirect("disclosure:desk")


@login_required
@require_POST
def refuse(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    row = _request(request, request_id)
    try:
        service.refuse(request.user, row.pk, request.POST.get("note", ""), clock.now())
    except DisclosureError as refused:
        return _page(request, row, error=refused.message_zh, status=422)
    messages.success(request, "已退回呈批人，案件里没有记录。")
    return redirect("disclosure:desk")


@login_required
@require_POST
def take_back(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    row = _request(request, request_id)
    try:
        service.take_back(request.user, row.pk)
    except DisclosureError as refused:
        return _page(request, row, error=refused.message_zh, status=422)
    messages.success(request, "呈批件已撤下。")
    return redirect("disclosure:desk")


def _put_up(request: HttpRequest, context: dict[str, Any], template: str, ask: Callable[[], ApprovalRequest]) -> HttpResponse:
    try:
        row = ask()
    except DisclosureError as refused:
        return render(request, template, {**context, "error": refused.message_zh}, status=422)
    messages.success(request, "已呈批。负责人用自己的账号批准后，才记入案件。")
    return redirect("disclosure:request", row.pk)


def _request(request: HttpRequest, request_id: uuid.UUID) -> ApprovalRequest:
    row = queries.request(request_id)
    if row is None:
        raise Http404("没有这份呈批件。")
    permissions.require(request.user, "disclosure.read", agency=row.agency)
    return row


def _page(request: HttpRequest, row: ApprovalRequest, *, error: str = "", reasons: Any = (), status: int = 200) -> HttpResponse:
    source = source_for(request, row.case)
    page = queries.publication(row.page, clock.now()) if row.page else None
    names = registry.names({row.drafter, row.approver})
    user = account(request)
    own = row.drafter == user.person_id
    may = permissions.may(user, permissions.act_action(row.act), agency=row.agency)
    context = {
        "row": row,
        "zh": WORDS[row.act],
        "title": source.facts.get("case.title") or row.case,
        "ground": service.grounds_of(source.pack).get(row.ground, row.ground),
        "public": page,
        "page": page_of(page) if page is not None else None,
        "drafter": names.get(row.drafter, row.drafter),
        "approver": names.get(row.approver, row.approver),
        "own": own,
        "may_answer": may and not own and signing.may_approve(user, row.act),
        "leaders": "、".join(person.name for person in registry.people_of(row.agency, "leader") if person.id != row.drafter),
        "act_id": request.POST.get("act_id") or uuid6.uuid7(),
        "error": error,
        "reasons": reasons,
    }
    return render(request, "disclosure/request.html", context, status=status)
