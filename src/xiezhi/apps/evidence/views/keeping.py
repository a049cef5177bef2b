"""设备和保管: recorders and who carries them, what may be disposed of, lists under approval; holds of a case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from xiezhi.apps.accounts.access import needs
from xiezhi.apps.accounts.permissions import may, require, visible_agency
from xiezhi.apps.casework.pages import CaseFile, of_case
from xiezhi.apps.evidence import devices, disposing, listing, retention
from xiezhi.apps.evidence.models import Carriage, Device, DeviceCheck, Disposal
from xiezhi.apps.paperwork import queries as papers
from xiezhi.apps.registry import queries as registry
from xiezhi.core.law.errors import InputError
from xiezhi.site import clock

SHOWN = 200


@needs("evidence.read")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    agency = visible_agency(user, "evidence.read")
    owned = {"agency": agency} if agency else {}
    rows = list(Device.objects.filter(**owned).order_by("retired", "number")[:SHOWN])
    numbers = [row.number for row in rows]
    carried = {one.device_id: one for one in Carriage.objects.filter(device__in=numbers, until=None)}
    checks: dict[str, DeviceCheck] = {}
    for check in DeviceCheck.objects.filter(device__in=numbers).order_by("device", "-at").distinct("device"):
        checks[check.device] = check
    lists = list(Disposal.objects.filter(**owned).prefetch_related("items__recording").order_by("-proposed_at")[:20])
    for one in lists:
        one.tried = any(item.tried_at for item in one.items.all())  # type: ignore[attr-defined]
    people = registry.people_of(agency) if agency else []
    names = registry.names(
        {one.person for one in carried.values()} | {one.proposed_by for one in lists} | {one.decided_by for one in lists if one.decided_by}
    )
    clocks = {row.number: row.readings.order_by("-read_at").first() for row in rows[:SHOWN]}
    context = {
        "devices": [(row, carried.get(row.number), names, checks.get(row.number), clocks[row.number]) for row in rows],
        "carriers": {one.device_id: names.get(one.person, one.person) for one in carried.values()},
        "people": people,
        "lists": [(one, names.get(one.proposed_by, one.proposed_by), names.get(one.decided_by, one.decided_by)) for one in lists],
        "due": retention.disposable(agency, clock.now(), 50) if agency and may(user, "evidence.dispose", agency=agency) else [],
        "may_device": bool(agency) and may(user, "evidence.device", agency=agency),
        "may_dispose": bool(agency) and may(user, "evidence.dispose", agency=agency),
    }
    return render(request, "evidence/home.html", context)


def _done(request: HttpRequest, act: Callable[[], Any], words: str, back: str = "") -> HttpResponse:
    """Do it and go back to the page (`back`, else that of all devices and lists), which says what was done or why not."""
    try:
        act()
    except InputError as error:
        messages.error(request, f"{error.message_zh}。")
    else:
        messages.success(request, words)
    return HttpResponseRedirect(back or reverse("evidence:home"))


@needs("evidence.device")
@require_POST
def device(request: HttpRequest) -> HttpResponse:
    """Enter a recorder, hand it out, take it back: `do` says which."""
    user: Any = request.user
    number, do, now = request.POST.get("number", ""), request.POST.get("do", ""), clock.now()
    if do == "add":
        return _done(request, lambda: devices.register(user, number, request.POST.get("model", ""), user.agency_id or ""), "已登记设备。")
    if do == "out":
        return _done(request, lambda: devices.hand_out(user, number, request.POST.get("person", ""), now), "已登记领用。")
    return _done(request, lambda: devices.take_back(user, number, now), "已登记交还。")


@needs("evidence.dispose")
@require_POST
def propose(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    return _done(request, lambda: retention.propose(user, user.agency_id or "", clock.now()), "已列入处置清单，等负责人审批。")


def _list(id_: UUID) -> Disposal:
    row = Disposal.objects.filter(pk=id_).first()
    if row is None:
        raise Http404("没有这份处置清单。")
    return row


def _address(row: Disposal) -> str:
    return reverse("evidence:disposal", args=[row.id])


@needs("evidence.read")
@require_safe
def disposal(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    """One list: every recording on it with time, term and basis, its decision, and what became of each."""
    row, user = _list(id), request.user
    require(user, "evidence.read", agency=row.agency)
    items = listing.items_of(row)
    names = registry.names({row.proposed_by, row.decided_by, row.done_by} - {""})
    may_approve = row.decided_at is None and may(user, "evidence.approve_disposal", agency=row.agency)
    context = {
        "row": row,
        "items": items,
        "outcome": listing.outcome(items) if row.decided_at else "",
        "tried": any(one.item.tried_at for one in items),
        "proposer": names.get(row.proposed_by, row.proposed_by),
        "decider": names.get(row.decided_by, row.decided_by),
        "doer": names.get(row.done_by, row.done_by),
        "may_approve": may_approve and getattr(user, "person_id", None) != row.proposed_by,
        "own": may_approve and getattr(user, "person_id", None) == row.proposed_by,
        "may_dispose": bool(row.granted) and row.done_at is None and may(user, "evidence.dispose", agency=row.agency),
    }
    return render(request, "evidence/disposal.html", context)


@needs("evidence.read")
@require_safe
def certificate(request: HttpRequest, id: UUID) -> HttpResponseBase:  # noqa: A002
    """The certificate of a list that was carried out, as a file."""
    row = _list(id)
    require(request.user, "evidence.read", agency=row.agency)
    if not row.certificate:
        raise Http404("这份清单还没有处置证明。")
    try:
        file = papers.open_file(row.certificate)
    except papers.NotStoredError as error:
        raise Http404(error.message_zh) from error
    answer = FileResponse(file, as_attachment=True, filename=f"音像记录处置证明-{row.id}.txt", content_type="text/plain; charset=utf-8")
    answer["Cache-Control"] = "private, no-store"
    return answer


@needs("evidence.approve_disposal")
@require_POST
def decide(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002 - the address's word
    row, granted = _list(id), request.POST.get("granted") == "yes"
    return _done(
        request,
        lambda: retention.decide(request.user, row, clock.now(), granted=granted, reason=request.POST.get("reason", "")),
        "已审批。",
        _address(row),
    )


@needs("evidence.dispose")
@require_POST
def carry_out(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    row = _list(id)
    now = clock.now()

    def act() -> None:
        done = disposing.carry_out(request.user, row, now)
        if done.done_at is None:
            raise InputError("some files are still there", "有的文件没有删成，原因写在清单里。清单没有完成，稍后再执行", field="")

    return _done(request, act, "已处置，处置证明和每一段的结果在下面。", _address(row))


@require_POST
@of_case
def hold(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """Set a hold on the case's recordings, or lift the one that is named (`lift`)."""
    reason, now = request.POST.get("reason", ""), clock.now()
    try:
        if lifted := request.POST.get("lift", ""):
            row = next((one for one in retention.holds_of(file.case) if str(one.id) == lifted), None)
            if row is None:
                raise Http404("这项保全已经解除。")
            retention.lift(request.user, row, reason, now)
        else:
            retention.hold(request.user, file.agency, reason, now, case=file.case)
    except InputError as error:
        messages.error(request, f"{error.message_zh}。")
    return HttpResponseRedirect(reverse("evidence:case", args=[file.case]))
