"""Who enforces, and what: officers by certificate number, power items, agencies."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xiezhi.apps.registry import queries as registry
from xiezhi.site import clock

TAGS = {
    "valid": "ok",
    "expired": "late",
    "not_yet": "soon",
    "suspended": "stop",
    "cancelled": "stop",
    "revoked": "stop",
    "not_found": "line",
}


@require_safe
def officers(request: HttpRequest) -> HttpResponse:
    """A certificate number in, valid or not out, with the time of the look-up."""
    number = request.GET.get("no", "").replace("\0", "").strip()[:40]
    answer = registry.find_by_certificate(number, clock.now()) if number else None
    return render(
        request, "portal/officers.html", {"number": number, "answer": answer, "tag": TAGS.get(answer.state, "line") if answer else ""}
    )


@require_safe
def powers(request: HttpRequest) -> HttpResponse:
    """The active power items of an agency (xuecheng/disclosure/6-1)."""
    agencies = registry.agencies()
    chosen = next((agency for agency in agencies if agency.id == request.GET.get("agency", "")), agencies[0] if agencies else None)
    kind, kinds = request.GET.get("kind", ""), registry.power_kinds()
    items = registry.powers_of(chosen.id, kind if kind in dict(kinds) else None) if chosen else []
    return render(request, "portal/powers.html", {"agencies": agencies, "chosen": chosen, "kind": kind, "kinds": kinds, "items": items})


@require_safe
def agencies(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/agencies.html", {"agencies": registry.agencies()})


@require_safe
def agency(request: HttpRequest, agency_id: str) -> HttpResponse:
    row = registry.agency(agency_id.replace("\0", ""))
    if row is None:
        raise Http404("没有这个机关。")
    return render(
        request,
        "portal/agency.html",
        {
            "agency": row,
            "officers": registry.officers_of(row.id),
            "auxiliaries": [one for one in registry.people_of(row.id) if one.auxiliary],
            "powers": registry.powers_of(row.id),
            "now": clock.now(),
        },
    )
