"""申请更正: a small form without an account, a receipt number, and the answer under that number."""

from __future__ import annotations

import uuid
from typing import Any

import uuid6
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from xiezhi.apps.disclosure import queries, service
from xiezhi.apps.disclosure.errors import DisclosureError
from xiezhi.apps.registry import queries as registry
from xiezhi.core.law.errors import InputError
from xiezhi.site import clock


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, page_id: str) -> HttpResponse:
    """The form by itself, and what it sends. A second click gives the same receipt."""
    row = queries.publication(page_id.lower(), clock.now()) if page_id.isalnum() and page_id.isascii() else None
    if row is None or row.state != "public":
        raise Http404("没有这条公示，或者它已经撤回，不能申请更正。")
    error, status = "", 200
    if request.method == "POST":
        given = {key: request.POST.get(key, "") for key in ("wrong", "evidence", "contact")}
        try:
            number = service.request_correction(row.id, given, _act_id(request), request.META.get("REMOTE_ADDR", ""), clock.now())
            return redirect(f"{reverse('portal:corrections')}?receipt={number}")
        except service.TooManyError as refused:
            error, status = refused.message_zh, 429
        except (DisclosureError, InputError) as refused:
            error, status = refused.message_zh, 422
    context = {
        "row": row,
        "agency": registry.agency(row.agency),
        "error": error,
        "given": request.POST,
        "act_id": _act_id(request),
    }
    return render(request, "portal/correction.html", context, status=status)


@never_cache
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """How far a request is, by its receipt number. Shows the agency's answer, nothing of what the applicant wrote."""
    asked = request.GET.get("receipt", "").replace("\0", "").strip()[:40]
    row = queries.correction(asked) if asked else None
    context: dict[str, Any] = {"asked": asked, "row": row}
    if row is not None:
        context |= {"page": queries.publication(row.page, clock.now()), "agency": registry.agency(row.agency)}
    return render(request, "portal/corrections.html", context, status=404 if asked and row is None else 200)


def _act_id(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("act_id", ""))
    except ValueError:
        return uuid6.uuid7()
