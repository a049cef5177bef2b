"""For programs: site map and Atom feed of the newest results."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xiezhi.apps.disclosure import queries
from xiezhi.site import clock

PLACES = ("/", "/search", "/verify", "/officers", "/powers", "/agencies", "/data", "/corrections")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    context = {"base": request.build_absolute_uri("/").rstrip("/"), "places": PLACES, "rows": queries.latest(clock.now(), 1000)}
    return render(request, "portal/sitemap.xml", context, content_type="application/xml")


@require_safe
def atom(request: HttpRequest) -> HttpResponse:
    now = clock.now()
    rows = queries.latest(now, 50)
    updated = max((row.updated_at or row.published_at for row in rows), default=now)
    context = {"base": request.build_absolute_uri("/").rstrip("/"), "rows": rows, "updated": updated}
    return render(request, "portal/feed.xml", context, content_type="application/atom+xml")
