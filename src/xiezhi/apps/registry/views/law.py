"""登记 → 法规包: what law this installation holds, rule by rule, what fulfils each clause, and the flowcharts."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe

from xiezhi.apps.accounts.access import needs
from xiezhi.apps.registry import law, queries
from xiezhi.apps.registry.views.listing import asked, frame
from xiezhi.core.law.clock import day_of
from xiezhi.site.clock import now


def _page(request: HttpRequest, name: str, **found: Any) -> HttpResponse:
    return render(request, f"registry/{name}.html", frame(request, "registry:law", **found))


def _pack(key: str) -> Any:
    pack = law.pack_of(key)
    if pack is None:
        raise Http404(f"没有法规包 {key}")
    return pack


@needs("registry.read")
def index(request: HttpRequest) -> HttpResponse:
    return _page(request, "law", heads=list(queries.pack_heads().values()))


@needs("registry.read")
def show(request: HttpRequest, key: str) -> HttpResponse:
    """The rules in force, each with its articles and the level that states it."""
    pack = _pack(key)
    day = law.day_of_law(pack, day_of(now()))
    procedures = [(one, pack.vocabulary.procedures[one].zh) for one in pack.acts if one in pack.vocabulary.procedures]
    page = law.rules(pack, day, asked(request, "q"), asked(request, "after"))
    return _page(request, "law_pack", pack=pack, day=day, page=page, procedures=procedures, counts=law.counts(pack))


@needs("registry.read")
def coverage(request: HttpRequest, key: str) -> HttpResponse:
    """Each clause of the pack's own document: done, only recorded, or open with the reason."""
    pack = _pack(key)
    status = asked(request, "status")
    status = status if status in law.STATUS else ""
    page = law.clauses(pack, status, asked(request, "after"))
    rows = [(line, law.STATUS[line.status], pack.cite_zh(line.id)) for line in page.rows]
    return _page(request, "law_coverage", pack=pack, page=page, rows=rows, status=status, counts=law.counts(pack))


@needs("registry.read")
def flowchart(request: HttpRequest, key: str, procedure: str) -> HttpResponse:
    pack = _pack(key)
    if procedure not in pack.vocabulary.procedures:
        raise Http404(f"没有程序 {procedure}")
    day = law.day_of_law(pack, day_of(now()))
    picture, words = law.flowchart(pack.id, pack.hash, procedure, day)
    # Both are made by core.chart from the pack, with every word escaped there.
    found = {"picture": mark_safe(picture), "words": mark_safe(words)}  # noqa: S308
    return _page(request, "law_flowchart", pack=pack, zh=pack.vocabulary.procedures[procedure].zh, day=day, **found)
