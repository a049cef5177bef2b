"""What a party sees by a link: only what was granted, without signing in. Any other link gets one plain page, whatever is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xiezhi.apps.evidence import access, custody, deriving, paging, streaming, viewings
from xiezhi.apps.evidence.models import AccessGrant
from xiezhi.apps.evidence.stores import UnknownStoreError
from xiezhi.apps.paperwork import queries as papers
from xiezhi.site import clock

_LARGEST_PAPER = 100 << 20


def _closed(request: HttpRequest) -> HttpResponseBase:
    return _private(render(request, "evidence/closed_link.html", status=404))


def _private(answer: HttpResponseBase) -> HttpResponseBase:
    answer["Cache-Control"] = "private, no-store"
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _by_key(view: Callable[..., HttpResponseBase | None]) -> Callable[..., HttpResponseBase]:
    @require_safe
    @wraps(view)
    def wrapped(request: HttpRequest, key: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        grant = access.opened(key, clock.now())
        answer = view(request, grant, key, *args, **kwargs) if grant is not None else None
        return _private(answer) if answer is not None else _closed(request)

    return wrapped


@_by_key
def opened(request: HttpRequest, grant: AccessGrant, key: str) -> HttpResponse:
    context = {
        "grant": grant,
        "key": key,
        "rows": [(row, deriving.play_of(row.file), deriving.made_of(row.file, "copy")) for row in access.shown_recordings(grant)],
        "papers": access.shown_documents(grant),
    }
    return render(request, "evidence/opened.html", context)


@_by_key
def content(request: HttpRequest, grant: AccessGrant, _key: str, id: UUID) -> HttpResponseBase | None:  # noqa: A002
    """The bytes of a granted recording; the file itself only where copying was granted."""
    row = next((one for one in access.shown_recordings(grant) if one.id == id), None)
    download = "download" in request.GET
    copy = deriving.made_of(row.file, "copy") if row is not None and "copy" in request.GET and not download else None
    if row is None or (download and not grant.copying):
        return None
    try:
        answer = streaming.send(request, copy or row.file, row.name, download=download)
    except (papers.NotStoredError, UnknownStoreError, OSError):
        return None
    if request.method == "GET" and answer.status_code != 416:
        if download:
            custody.note("exported", clock.now(), recording=row, grant=str(grant.id))
        else:
            viewings.seen(clock.now(), streaming.part_of(answer, row.file.size, copy.size if copy else 0), recording=row, grant=grant)
    return answer


@_by_key
def paper(request: HttpRequest, grant: AccessGrant, key: str, sha256: str, number: int) -> HttpResponseBase | None:
    """A page of a granted document; `png` the picture alone, `download` the file where copying was granted."""
    name = dict(access.shown_documents(grant)).get(sha256)
    download = "download" in request.GET
    if name is None or (download and not grant.copying):
        return None
    about: dict[str, Any] = {"sha256": sha256, "case": grant.case, "agency": grant.agency}
    try:
        stored = papers.open_file(sha256)
    except (papers.NotStoredError, OSError):
        return None
    if download:
        if request.method == "GET":
            custody.note("exported", clock.now(), **about, grant=str(grant.id))
        return FileResponse(stored, as_attachment=True, filename=name, content_type="application/octet-stream")
    with stored:
        data = stored.read(_LARGEST_PAPER + 1)
    try:
        picture, count = paging.page_png(data if len(data) <= _LARGEST_PAPER else b"", number)
    except paging.NoPageError:
        return render(request, "evidence/opened_paper.html", {"grant": grant, "key": key, "name": name, "sha256": sha256, "count": 0})
    if request.method == "GET":  # the page holds the text, the picture the rest: either shows it
        viewings.seen(clock.now(), (number, number), **about, grant=grant)
    if "png" in request.GET:
        return HttpResponse(picture, content_type="image/png")
    text = paging.page_text(data, number)
    context = {"grant": grant, "key": key, "name": name, "sha256": sha256, "number": number, "count": count, "text": text}
    return render(request, "evidence/opened_paper.html", context)
