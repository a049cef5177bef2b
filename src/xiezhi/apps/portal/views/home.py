"""The front page."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xiezhi.apps.disclosure import queries
from xiezhi.site import clock


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """One search box, four doors, the latest, the withdrawn."""
    now = clock.now()
    context = {
        "latest": queries.latest(now),
        "withdrawn": queries.latest(now, 3, "withdrawn"),
        "withheld": queries.withheld_count(now - timedelta(days=365)),
    }
    return render(request, "portal/home.html", context)
