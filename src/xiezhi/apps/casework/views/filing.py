"""/desk/cases/new : a case begins."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from xiezhi.apps.accounts.permissions import Forbidden, require
from xiezhi.apps.casework import doubts, service
from xiezhi.apps.casework.forms.filing import BEGINNINGS, PARTY_KEYS, filing_form
from xiezhi.apps.casework.pages import (
    INVALID,
    answered,
    form_context,
    landing,
    own_origin,
    people_for,
    posted,
    preview,
    reason_rows,
    status_of,
    wants_more_rows,
)
from xiezhi.apps.casework.recording import first_line
from xiezhi.apps.record.service import Receipt
from xiezhi.apps.registry import queries as registry
from xiezhi.core.law.pack import load_pack
from xiezhi.site import clock


def _party_initial(party: Any) -> dict[str, Any]:
    """The form's values for a party that is already registered."""
    if party is None:
        return {}
    found: dict[str, Any] = {f"data-party.{key}": getattr(party, key) for key in PARTY_KEYS}
    return {**{key: value for key, value in found.items() if value}, "party_id": str(party.id)}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    if user.agency_id is None:
        raise Forbidden("您的账号没有所属机关，不能立案。请联系管理员设定机关。")
    require(user, "case.file", agency=user.agency_id)
    now = clock.now()
    agency = user.agency
    pack = load_pack(registry.pack_of(agency.id, now))
    beginning = BEGINNINGS.get(request.GET.get("start", ""), BEGINNINGS["filed"])
    party = registry.party(request.GET.get("party", ""), citizens_of=agency.id)
    party_q = request.GET.get("pq", "").strip()[:100]
    data, files = posted(request)
    form = filing_form(
        beginning,
        pack,
        agency,
        user,
        people=people_for(agency.id),
        powers=registry.powers_of(agency.id, "penalty"),
        now=now,
        data=data,
        files=files,
        initial=_party_initial(party),
    )
    context: dict[str, Any] = {"pack": pack}
    status = 200
    if request.method == "POST" and not wants_more_rows(request):
        status = INVALID
        if form.is_valid() and "preview" in request.POST:
            shown: HttpResponse | None = preview(request, form, lambda: first_line(form), now)
            if shown is not None:
                return shown
        elif form.is_valid() and (asked := doubts.of_filing(doubts.Asking(user, form, pack, beginning.procedure, now), first_line(form))):
            context["doubts"] = asked
        elif form.is_valid():
            answer = answered(form, lambda: service.file_case(user, form, now, origin=own_origin()))
            if isinstance(answer, Receipt):
                return landing(answer.case, answer)
            if answer is not None:
                status = status_of(answer.reasons)
                form.ask_reason = any(reason.kind == "needs_reason" for reason in answer.reasons)
                context["refusal_reasons"] = reason_rows(answer.reasons, pack.vocabulary, form)
    context |= {
        "beginnings": BEGINNINGS.values(),
        "beginning": beginning,
        "party": party,
        "party_q": party_q,
        "parties": registry.find_parties(party_q, citizens_of=agency.id) if party_q else [],
    }
    zh = pack.vocabulary.acts[beginning.act].zh
    return render(
        request, "casework/new.html", {**context, **form_context(form, zh, reverse("casework:workbench"), "返回工作台")}, status=status
    )
