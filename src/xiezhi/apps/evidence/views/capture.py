"""取证上传: an officer's phone takes a photo or film, or hands over one that it has. Without script one form sends the files at once."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from xiezhi.apps.accounts.access import needs
from xiezhi.apps.accounts.permissions import require
from xiezhi.apps.accounts.signing import own_person
from xiezhi.apps.casework.pages import CaseFile, of_case
from xiezhi.apps.evidence import gaps, handing, linking, reviewing, service
from xiezhi.apps.evidence.ingesting import into_case
from xiezhi.apps.evidence.receiving import receive
from xiezhi.apps.paperwork import service as paperwork
from xiezhi.apps.record import queries as record
from xiezhi.core.law.errors import InputError
from xiezhi.site import clock

ACTS_SHOWN = 30


def device_of(person: str) -> str:
    """The number of an officer's phone in the ledger."""
    return f"PHONE-{person}"[:60]


@needs("evidence.upload")
@never_cache
@require_safe
def now(_request: HttpRequest) -> HttpResponse:
    """The server's time in milliseconds, against which a phone measures its clock."""
    return JsonResponse({"now": round(clock.now().timestamp() * 1000)})


@require_http_methods(["GET", "HEAD", "POST"])
@of_case
def capture(request: HttpRequest, file: CaseFile) -> HttpResponse:
    user: Any = request.user
    require(user, "evidence.upload", agency=file.agency)
    person = own_person(user)
    if request.method == "POST":
        return _sent(request, file, person)
    book, marking = record.marking(file.case)
    numbers = gaps.numbers_of(record.history(file.case))
    wanted = {kind: reviewing.wanted_words(book.pack.av.get(kind) or {}) for kind in {act.kind for act in marking.acts}}
    rows = [
        (str(act.id), f"第 {numbers.get(str(act.id), 0)} 条 {book.pack.vocabulary.acts[act.kind].zh}", wanted[act.kind], not act.recordings)
        for act in reversed(marking.acts)
    ]
    # First what lacks its recording, then the rest, the latest first.
    rows.sort(key=lambda row: not (row[2] and row[3]))
    context = {
        "file": file,
        "pack": book.pack,
        "acts": rows[:ACTS_SHOWN],
        "device": device_of(person),
        "hand_in": handing.said(book.pack, clock.now()),
    }
    return render(request, "evidence/capture.html", context)


def _sent(request: HttpRequest, file: CaseFile, person: str) -> HttpResponse:
    """Files of a plain form, one by one; what cannot be taken in is named."""
    moment, taken, refused, elsewhere = clock.now(), 0, [], []
    try:
        act = linking.act_of(file.case, request.POST.get("act", "")) if request.POST.get("act") else None
        sender = service.sender(device_of(person), file.case, file.agency, moment, by=person, user=request.user)
    except InputError as error:
        messages.error(request, f"{error.message_zh}。")
        return HttpResponseRedirect(reverse("evidence:capture", args=[file.case]))
    for one in request.FILES.getlist("files")[:50]:
        with tempfile.TemporaryDirectory(dir=paperwork.incoming()) as folder:
            path = Path(folder) / "file"
            with path.open("wb") as out:
                for block in one.chunks():
                    out.write(block)
            received = receive(path, sender, moment, name=one.name or "")
        if received.recording is None:
            refused.append(one.name or "")
            continue
        into_case(received.recording, sender, moment)
        if received.recording.case != file.case:
            elsewhere.append(one.name or "")
            continue
        if act is not None:
            linking.attach_to(received.recording, act, moment, user=request.user)
        taken += 1
    if taken:
        service.link_case(file.case, moment, user=request.user)
        messages.success(request, f"已存入 {taken} 个文件。")
    if elsewhere:
        messages.error(
            request, f"没有归入本案：{'、'.join(elsewhere)} 已经属于另一个案件。本案也要用的，请换一台设备拍摄，或者作为文书附在行为上。"
        )
    if refused or not (taken or elsewhere):
        messages.error(request, f"没有存入：{'、'.join(refused)} 不是录像、录音或者照片。" if refused else "请先选择文件。")
    return HttpResponseRedirect(reverse("evidence:capture", args=[file.case]))
