"""音像记录 of a case, one recording with its player, its bytes, and papers as pages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from xiezhi.apps.accounts.permissions import may, require
from xiezhi.apps.accounts.signing import own_person
from xiezhi.apps.casework.pages import INVALID, CaseFile, of_case, open_case, posted
from xiezhi.apps.evidence import custody, deriving, gaps, handing, paging, retention, reviewing, streaming, viewings, wanted
from xiezhi.apps.evidence.models import Marker, Recording
from xiezhi.apps.evidence.stores import UnknownStoreError
from xiezhi.apps.paperwork import queries as papers
from xiezhi.apps.record import queries as record
from xiezhi.site import clock

_LARGEST_PAPER = 100 << 20


@require_safe
@of_case
def case(request: HttpRequest, file: CaseFile) -> HttpResponse:
    require(request.user, "evidence.read", agency=file.agency)
    picture = record.picture(file.case, clock.now())
    if picture is None:
        raise Http404("这个案件没有记录。")
    page = reviewing.of_case(file.case, picture, clock.now())
    context = {
        "file": file,
        "page": page,
        "pack": picture.book.pack,
        "hand_in": handing.said(picture.book.pack, clock.now()),
        "holds": retention.holds_of(file.case),
        "may_upload": may(request.user, "evidence.upload", agency=file.agency),
        "may_hold": may(request.user, "evidence.hold", agency=file.agency),
    }
    return render(request, "evidence/case.html", context)


@require_safe
@of_case
def records(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """What the law wants recorded, and what is there, by stages."""
    require(request.user, "evidence.read", agency=file.agency)
    picture = record.picture(file.case, clock.now())
    if picture is None:
        raise Http404("这个案件没有记录。")
    stages = wanted.by_stage(picture)
    context = {"file": file, "stages": stages, "pack": picture.book.pack, "lacking": sum(stage.lacking for stage in stages)}
    return render(request, "evidence/records.html", context)


def _recording(request: HttpRequest, id_: UUID) -> Recording:
    row = Recording.objects.select_related("file").filter(pk=id_).first()
    if row is None:
        raise Http404("没有这段音像记录。")
    require(request.user, "evidence.read", agency=row.agency)
    return row


class MarkForm(forms.Form):
    minute = forms.RegexField(
        r"^[0-9]{1,3}([:：][0-9]{1,2}){0,2}\Z", label="第几分几秒", max_length=9, error_messages={"invalid": "请写成 分:秒，例如 12:30。"}
    )
    note = forms.CharField(label="看到了什么", max_length=200)
    act = forms.ChoiceField(label="对应哪一条记录", required=False)

    def __init__(self, *args: Any, acts: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["act"].choices = [("", "不对应"), *acts]  # type: ignore[attr-defined]

    def second(self) -> float:
        total = 0
        for part in str(self.cleaned_data["minute"]).replace("：", ":").split(":"):
            total = total * 60 + int(part)
        return float(total)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def recording(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002 - the address's word
    """The player: one recording, or two side by side (`beside`), from a second on (`at`)."""
    row, now = _recording(request, id), clock.now()
    file = open_case(row.case, request.user) if row.case else None
    marking, vocabulary = (None, None)
    if file is not None:
        book, marking = record.marking(file.case)
        vocabulary = book.pack.vocabulary
    numbers = gaps.numbers_of(record.history(file.case)) if file is not None else {}
    acts = (
        [(str(act.id), f"第 {numbers.get(str(act.id), 0)} 条 {vocabulary.acts[act.kind].zh}") for act in marking.acts]
        if marking and vocabulary
        else []
    )
    data, _files = posted(request)
    form = MarkForm(data, acts=acts)
    status = 200
    if request.method == "POST":
        require(request.user, "evidence.upload", agency=row.agency)
        status = INVALID
        if form.is_valid() and _marked(request, row, form):
            return HttpResponseRedirect(f"{reverse('evidence:recording', args=[row.id])}?at={form.second():.0f}#markers")
    others = Recording.objects.filter(case=row.case, disposed_at=None, kind__in=("video", "audio"), begin__lt=row.end, end__gt=row.begin)
    others = others.exclude(pk=row.pk).select_related("file").order_by("begin")[:20] if row.case else []  # type: ignore[assignment]
    beside = next((one for one in others if str(one.id) == request.GET.get("beside")), None)
    shown = dict(acts)
    markers = [(mark, shown.get(str(mark.act), "")) for mark in row.markers.order_by("second")]
    at = request.GET.get("at", "")
    at = at if at.replace(".", "", 1).isdecimal() else ""
    gone = row.disposed_at is not None
    context = {
        "row": row,
        "file": file,
        "form": form,
        "markers": markers,
        "others": others,
        "beside": beside,
        "at": at,
        "gone": gone,
        "play": deriving.play_of(row.file),
        "beside_play": deriving.play_of(beside.file) if beside else None,
        "copy": deriving.made_of(row.file, "copy"),
        "poster": deriving.made_of(row.file, "poster"),
        "may_mark": may(request.user, "evidence.upload", agency=row.agency),
        "events": reviewing.events_of(recording=row.id),
        "shift": (row.begin - beside.begin).total_seconds() if beside else 0,
        "offset": abs(row.offset_ms) / 1000,
        "now": now,
    }
    return render(request, "evidence/recording.html", context, status=status)


def _marked(request: HttpRequest, row: Recording, form: MarkForm) -> bool:
    second = form.second()
    length = (row.end - row.begin).total_seconds()
    if second > length:
        form.add_error("minute", f"这段录制只有 {length // 60:.0f} 分 {length % 60:.0f} 秒。")
        return False
    act = form.cleaned_data["act"]
    user: Any = request.user
    mark = Marker.objects.create(
        recording=row, second=second, note=form.cleaned_data["note"], act=UUID(act) if act else None, by=own_person(user), at=clock.now()
    )
    custody.note("marked", clock.now(), recording=row, user=request.user, second=str(second), marker=str(mark.id))
    return True


@login_required
@require_safe
def content(request: HttpRequest, id: UUID) -> HttpResponseBase:  # noqa: A002
    """The bytes, by ranges; `download` asks for the file itself."""
    row = _recording(request, id)
    if row.disposed_at is not None:
        raise Http404("这段音像记录已经依法处置。")
    download = "download" in request.GET
    copy = deriving.made_of(row.file, "copy") if "copy" in request.GET and not download else None
    try:
        response = streaming.send(request, copy or row.file, row.name, download=download)
    except (papers.NotStoredError, UnknownStoreError, OSError):
        raise Http404("文件库里读不到这段音像记录。请联系管理员核对文件库。") from None
    if request.method == "GET" and response.status_code != 416:
        if download:
            custody.note("exported", clock.now(), recording=row, user=request.user)
        else:
            viewings.seen(
                clock.now(), streaming.part_of(response, row.file.size, copy.size if copy else 0), recording=row, user=request.user
            )
    return response


@login_required
@require_safe
def poster(request: HttpRequest, id: UUID) -> HttpResponseBase:  # noqa: A002
    """One picture of the recording, small."""
    row = _recording(request, id)
    made = deriving.made_of(row.file, "poster")
    if made is None or row.disposed_at is not None:
        raise Http404("还没有预览图。")
    try:
        return streaming.send(request, made, "poster.jpg")
    except (papers.NotStoredError, UnknownStoreError, OSError):
        raise Http404("文件库里读不到预览图。") from None


@require_safe
@of_case
def paper(request: HttpRequest, file: CaseFile, sha256: str, number: int) -> HttpResponse:
    """One page of a paper of the case, as a page of ours around a picture; `png` asks for the picture alone."""
    require(request.user, "evidence.read", agency=file.agency)
    known = next((one for entry in record.history(file.case) for one in entry.body.get("files") or () if one.get("sha256") == sha256), None)
    if known is None:
        raise Http404("这个案件里没有这个文件。")
    try:
        with papers.open_file(sha256) as stored:
            data = stored.read(_LARGEST_PAPER + 1)
        if len(data) > _LARGEST_PAPER:
            raise Http404("文件太大，不能逐页显示，请下载后查看。")
        picture, count = paging.page_png(data, number)
    except papers.NotStoredError as error:
        raise Http404(error.message_zh) from None
    except paging.NoPageError:
        raise Http404("这个文件不是 PDF，或者没有这一页。请下载后查看。") from None
    if request.method == "GET":  # the page holds the text, the picture the rest: either shows it
        viewings.seen(clock.now(), (number, number), sha256=sha256, case=file.case, agency=file.agency, user=request.user)
    if "png" in request.GET:
        return HttpResponse(picture, content_type="image/png", headers={"Cache-Control": "private, no-store"})
    context = {"file": file, "known": known, "number": number, "count": count, "sha256": sha256, "text": paging.page_text(data, number)}
    return render(request, "evidence/paper.html", context)
