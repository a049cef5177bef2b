"""The desk's page of one request for correction: what was said, and the written answer."""

from __future__ import annotations

import uuid
from typing import Any

import uuid6
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from xiezhi.apps.accounts import permissions
from xiezhi.apps.disclosure import queries, service
from xiezhi.apps.disclosure.errors import DisclosureError
from xiezhi.apps.record import queries as record
from xiezhi.core.law.errors import InputError
from xiezhi.site import clock


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def correction(request: HttpRequest, receipt: str) -> HttpResponse:
    """Read a request and answer it with a reason."""
    row = queries.correction(receipt)
    if row is None:
        raise Http404("没有这个回执号的更正申请。")
    permissions.require(request.user, "disclosure.read", agency=row.agency)
    context: dict[str, Any] = {
        "row": row,
        "page": queries.publication(row.page, clock.now()),
        "given": request.POST,
        "act_id": uuid6.uuid7(),
    }
    status = 200
    if request.method == "POST":
        try:
            act_id = uuid.UUID(request.POST.get("act_id", ""))
        except ValueError:
            act_id = uuid6.uuid7()
        context["act_id"] = act_id
        try:
            corrected = {"yes": True, "no": False}.get(request.POST.get("corrected", ""))
            answer = service.answer_correction(
                request.user, row.id, act_id, clock.now(), corrected=corrected, reason=request.POST.get("reason", "")
            )
            if hasattr(answer, "entry"):
                messages.success(request, f"已答复。已记入第 {answer.case_seq} 条。")
                return redirect("disclosure:desk")
            context["reasons"] = answer.reasons
        except (DisclosureError, InputError) as refused:
            context["error"] = refused.message_zh
        status = 422
    entry = next((one for one in record.history(row.case) if str(one.id) == row.act), None)
    context["said"] = entry.body.get("data", {}) if entry is not None else {}
    return render(request, "disclosure/correction.html", context, status=status)
