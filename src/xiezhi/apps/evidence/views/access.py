"""查阅复制 of a case for those who work on it: requests, the leader's decision, links and their end."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import segno
import uuid6
from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_POST

from xiezhi.apps.accounts.permissions import act_action, may, require
from xiezhi.apps.casework.pages import CONFLICT, INVALID, CaseFile, of_case, own_origin, posted
from xiezhi.apps.evidence import access
from xiezhi.apps.evidence.models import AccessGrant, AccessRequest
from xiezhi.apps.record import service as record
from xiezhi.apps.registry import queries as registry
from xiezhi.core.law.clock import SHANGHAI
from xiezhi.core.law.errors import InputError
from xiezhi.site import clock


class AskForm(forms.Form):
    id = forms.UUIDField(widget=forms.HiddenInput)
    applicant = forms.CharField(label="申请人", max_length=80)
    capacity = forms.CharField(label="身份", max_length=80, help_text="例如当事人、委托代理人，并核对身份证明。")
    at = forms.DateTimeField(
        label="申请时间",
        input_formats=["%Y-%m-%dT%H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    reason = forms.CharField(label="用途", required=False, max_length=500)
    recordings = forms.MultipleChoiceField(label="查阅哪些音像记录", required=False, widget=forms.CheckboxSelectMultiple)
    documents = forms.MultipleChoiceField(label="查阅哪些文书", required=False, widget=forms.CheckboxSelectMultiple)
    copying = forms.BooleanField(label="同时申请复制", required=False)

    def __init__(self, *args: Any, offer: access.Offer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["recordings"].choices = offer.recordings  # type: ignore[attr-defined]
        self.fields["documents"].choices = offer.documents  # type: ignore[attr-defined]

    def asked(self) -> access.Asked:
        said = self.cleaned_data
        return access.Asked(
            said["applicant"], said["capacity"], said["reason"], tuple(said["recordings"]), tuple(said["documents"]), said["copying"]
        )


@require_http_methods(["GET", "HEAD", "POST"])
@of_case
def case(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """The requests of a case with their links, and the form to enter one."""
    user: Any = request.user
    require(user, "evidence.read", agency=file.agency)
    offer, now = access.offer(file.case), clock.now()
    data, _files = posted(request)
    start = {"id": uuid6.uuid7(), "at": now.astimezone(SHANGHAI)}
    form = AskForm(data, offer=offer, initial=start)
    status = 200
    if request.method == "POST":
        require(user, act_action(access.REQUESTED), agency=file.agency)
        status = INVALID
        if form.is_valid():
            try:
                answer = access.ask(user, file.case, file.agency, form.asked(), form.cleaned_data["at"], form.cleaned_data["id"], now)
            except InputError as error:
                form.add_error(error.field if error.field in form.fields else None, error.message_zh)
            else:
                if isinstance(answer, record.Refusal):
                    form.add_error(None, answer.message_zh)
                    status = CONFLICT
                else:
                    messages.success(request, "已登记申请，等负责人审批。")
                    return HttpResponseRedirect(reverse("evidence:access", args=[file.case]))
    return _page(request, file, form, offer, status=status)


def _page(request: HttpRequest, file: CaseFile, form: AskForm, offer: access.Offer, *, status: int = 200, link: str = "") -> HttpResponse:
    user: Any = request.user
    rows = access.of_case(file.case)
    names = registry.names({row.entered_by for row in rows} | {row.decided_by for row in rows if row.decided_by})
    now = clock.now()
    context = {
        "file": file,
        "form": form,
        "rows": [
            (row, names.get(row.entered_by, row.entered_by), names.get(row.decided_by, ""), offer.names([*row.recordings, *row.documents]))
            for row in rows
        ],
        "now": now,
        "link": link,
        "code": mark_safe(segno.make(link, error="m").svg_inline(scale=4, border=2)) if link else "",  # noqa: S308 - drawn from an address of ours
        "days": access.DAYS_AT_MOST,
        "may_ask": may(user, act_action(access.REQUESTED), agency=file.agency),
        "may_decide": may(user, act_action(access.DECIDED), agency=file.agency),
    }
    answer = render(request, "evidence/access.html", context, status=status)
    if link:
        answer["Cache-Control"] = "no-store"
    return answer


def _request(file: CaseFile, id_: UUID) -> AccessRequest:
    row = AccessRequest.objects.filter(pk=id_, case=file.case).first()
    if row is None:
        raise Http404("没有这份查阅复制申请。")
    return row


@require_POST
@of_case
def decide(request: HttpRequest, file: CaseFile, id: UUID) -> HttpResponse:  # noqa: A002 - the address's word
    row = _request(file, id)
    try:
        answer = access.decide(
            request.user, row, clock.now(), granted=request.POST.get("granted") == "yes", answer=request.POST.get("answer", "")
        )
    except InputError as error:
        messages.error(request, f"{error.message_zh}。")
    else:
        if isinstance(answer, record.Refusal):
            messages.error(request, f"{answer.message_zh}。")
        else:
            messages.success(request, "已审批，审批记入案件。")
    return HttpResponseRedirect(reverse("evidence:access", args=[file.case]))


@require_POST
@of_case
def open_link(request: HttpRequest, file: CaseFile, id: UUID) -> HttpResponse:  # noqa: A002
    """Make a link: its address stands on this one answer and nowhere else."""
    row, days = _request(file, id), request.POST.get("days", "")
    offer = access.offer(file.case)
    form = AskForm(offer=offer, initial={"id": uuid6.uuid7(), "at": clock.now().astimezone(SHANGHAI)})
    try:
        _grant, key = access.open_link(request.user, row, int(days) if days.isdecimal() and len(days) < 4 else 0, clock.now())
    except InputError as error:
        messages.error(request, f"{error.message_zh}。")
        return HttpResponseRedirect(reverse("evidence:access", args=[file.case]))
    path = reverse("evidence_shared:opened", args=[key])
    return _page(request, file, form, offer, link=(own_origin() or f"{request.scheme}://{request.get_host()}") + path)


@require_POST
@of_case
def revoke(request: HttpRequest, file: CaseFile, id: UUID) -> HttpResponse:  # noqa: A002
    grant = AccessGrant.objects.filter(pk=id, case=file.case).first()
    if grant is None:
        raise Http404("没有这个查阅链接。")
    access.revoke(request.user, grant, clock.now())
    messages.success(request, "已收回，链接立即失效。")
    return HttpResponseRedirect(reverse("evidence:access", args=[file.case]))
