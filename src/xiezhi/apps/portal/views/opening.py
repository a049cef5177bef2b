"""Open data: the page that says what there is and how it may be used, the dumps, the schema."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xiezhi.apps.portal import opening
from xiezhi.apps.record import queries as record
from xiezhi.site import clock


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    context = {
        "fields": [(name, *words) for name, words in opening.FIELDS.items()],
        "checkpoint": record.checkpoint(),
        "signed_at": record.checkpoint_time(),
    }
    return render(request, "portal/data.html", context)


@require_safe
def as_csv(request: HttpRequest) -> StreamingHttpResponse:
    return _file(opening.csv_lines(_base(request), clock.now()), "text/csv; charset=utf-8", "results.csv")


@require_safe
def as_json_lines(request: HttpRequest) -> StreamingHttpResponse:
    return _file(opening.json_lines(_base(request), clock.now()), "application/x-ndjson; charset=utf-8", "results.jsonl")


@require_safe
def schema(_request: HttpRequest) -> JsonResponse:
    return JsonResponse(opening.schema(), json_dumps_params={"ensure_ascii": False, "indent": 1})


def _base(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


def _file(lines: Iterator[str], kind: str, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
