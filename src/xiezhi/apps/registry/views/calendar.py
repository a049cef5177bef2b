"""The working-day calendar: which years are published, and the yearly notice in two steps, look then load."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from xiezhi.apps.accounts.access import account, needs
from xiezhi.apps.accounts.permissions import may
from xiezhi.apps.registry import queries, service
from xiezhi.apps.registry.forms import ConfirmForm, NoticeForm
from xiezhi.apps.registry.notice import KINDS, NoticeError, decode, differences, read
from xiezhi.apps.registry.views.listing import frame
from xiezhi.core.law.clock import day_of
from xiezhi.site.clock import now

YEARS_BACK, YEARS_AHEAD = 5, 1


def _years() -> list[dict[str, object]]:
    this = day_of(now()).year
    calendar = queries.calendar()
    loaded = {row.year: row for row in queries.calendar_years()}
    years = sorted({*range(this - YEARS_BACK, this + YEARS_AHEAD + 1), *loaded}, reverse=True)
    return [{"year": year, "published": calendar.published(year), "loaded": loaded.get(year)} for year in years]


@needs("registry.read")
def index(request: HttpRequest) -> HttpResponseBase:
    """GET: the years. POST (administrator): read an uploaded notice and show what it would change; nothing is kept yet."""
    if request.method == "POST":
        return preview(request)
    return _page(request, NoticeForm(initial={"year": day_of(now()).year + 1}))


def _page(request: HttpRequest, form: NoticeForm, status: int = 200) -> HttpResponse:
    found = {"years": _years(), "form": form, "may_load": may(request.user, "calendar.load")}
    return render(request, "registry/calendar.html", frame(request, "registry:calendar", **found), status=status)


@needs("calendar.load")
def preview(request: HttpRequest) -> HttpResponse:
    form = NoticeForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, 422)
    try:
        notice = read(decode(form.cleaned_data["file"].read()), form.cleaned_data["year"])
        service.check_with_core(notice)
    except NoticeError as error:
        form.add_error("file", error.message_zh)
        return _page(request, form, 422)
    found = {
        "notice": notice,
        "days": [(one, KINDS[one.kind]) for one in notice.days],
        "changes": differences(notice, queries.calendar()),
        "confirm": ConfirmForm(initial={"year": notice.year, "text": notice.text}),
        "again": any(row.year == notice.year for row in queries.calendar_years()),
    }
    return render(request, "registry/calendar_preview.html", frame(request, "registry:calendar", **found))


@needs("registry.read")
@require_http_methods(["GET", "HEAD", "POST"])
def load(request: HttpRequest) -> HttpResponseBase:
    """POST (administrator): load what the preview showed. Whoever opens the address itself is led to the calendar."""
    return _load(request) if request.method == "POST" else redirect("registry:calendar")


@needs("calendar.load")
def _load(request: HttpRequest) -> HttpResponse:
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        messages.error(request, "没有收到要载入的通知。请重新上传。")
        return redirect("registry:calendar")
    try:
        row = service.load_calendar_year(form.cleaned_data["text"], account(request).shown_name, now(), year=form.cleaned_data["year"])
    except NoticeError as error:
        messages.error(request, f"没有载入。{error.message_zh}")
        return redirect("registry:calendar")
    messages.success(request, f"已载入 {row.year} 年的工作日历。以后算期限按它算；已经算过的期限，在案件重新推算时更新。")
    return redirect("registry:calendar")
