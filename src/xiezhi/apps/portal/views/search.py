"""Searching results: a page of a list, or all of it as CSV."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xiezhi.apps.disclosure import queries
from xiezhi.apps.disclosure.queries import Filters
from xiezhi.apps.portal.tables import csv_text
from xiezhi.apps.registry import queries as registry
from xiezhi.core.law.vocabulary import load_vocabulary
from xiezhi.site import clock

STATES = {"public": "公示中", "withdrawn": "已撤回", "expired": "公示期满"}
HEAD = ("决定书文号", "当事人", "事项", "主要事实", "依据", "决定内容", "决定机关", "决定日期", "履行情况", "公示日期", "状态", "网址")


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    asked, filters, mistakes = _asked(request)
    found = queries.published(clock.now(), asked, filters, request.GET.get("after", ""))
    context: dict[str, Any] = {
        "asked": asked,
        "filters": filters,
        "given": request.GET,
        "mistakes": mistakes,
        "found": found,
        "agencies": registry.agencies(),
        "procedures": [word for word in load_vocabulary().procedures.values() if word.id != "agency_year"],
        "states": STATES,
    }
    return render(request, "portal/search.html", context)


@require_safe
def download(request: HttpRequest) -> HttpResponse:
    """The same list as CSV, at most EXPORT rows."""
    asked, filters, _mistakes = _asked(request)
    found = queries.published(clock.now(), asked, filters, limit=queries.EXPORT)
    rows = [
        (
            row.number,
            row.party,
            row.matter,
            row.facts,
            row.basis,
            row.content,
            row.agency_name,
            row.decided_on or "",
            row.performance,
            row.published_at.date(),
            STATES.get(row.state, row.state),
            request.build_absolute_uri(f"/p/{row.id}"),
        )
        if row.state == "public"
        else (
            row.number,
            "",
            "",
            "",
            "",
            "",
            row.agency_name,
            "",
            "",
            row.published_at.date(),
            STATES.get(row.state, row.state),
            request.build_absolute_uri(f"/p/{row.id}"),
        )
        for row in found.rows
    ]
    response = HttpResponse(csv_text(HEAD, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="results.csv"'
    return response


def _asked(request: HttpRequest) -> tuple[str, Filters, list[str]]:
    mistakes: list[str] = []

    def day(name: str, words: str) -> date | None:
        text = request.GET.get(name, "").strip()
        if not text:
            return None
        try:
            value = date.fromisoformat(text)
        except ValueError:
            mistakes.append(f"{words}“{text[:20]}”不是日期，没有按它筛选。请写成 2026-09-17 这样。")
            return None
        if not date(1990, 1, 1) <= value <= date(2200, 1, 1):
            mistakes.append(f"{words}“{text[:20]}”太早或者太晚，没有按它筛选。")
            return None
        return value

    text = request.GET.get("q", "").replace("\0", "").strip()[:100]
    state = request.GET.get("state", "")
    filters = Filters(
        agency=_plain(request.GET.get("agency", "")),
        procedure=_plain(request.GET.get("procedure", "")),
        state=state if state in STATES else "",
        since=day("since", "公示日期起"),
        until=day("until", "公示日期止"),
    )
    return text, filters, mistakes


def _plain(value: str) -> str:
    return value.replace("\0", "")[:80]
