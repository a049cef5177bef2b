"""说明录制中断: one interruption, explained in writing or by naming where it is spoken."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import uuid6
from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from xiezhi.apps.accounts.permissions import act_action, require
from xiezhi.apps.casework.pages import INVALID, CaseFile, landing, of_case, posted
from xiezhi.apps.evidence import gaps
from xiezhi.apps.record import queries as record
from xiezhi.core.law.errors import InputError
from xiezhi.site import clock


class ExplainForm(forms.Form):
    id = forms.UUIDField(widget=forms.HiddenInput)
    how = forms.ChoiceField(
        label="怎样说明",
        choices=[("written", "书面说明"), ("voice", "恢复录制时已经语音说明")],
        widget=forms.RadioSelect,
        initial="written",
    )
    text = forms.CharField(
        label="中断的原因", required=False, max_length=20000, widget=forms.Textarea(attrs={"rows": 4}), help_text="语音说明的可以不填。"
    )
    recording = forms.ChoiceField(label="语音说明在哪一段", required=False)
    second = forms.CharField(label="从第几分几秒开始说明", required=False, max_length=8, help_text="例如 00:05")

    def __init__(self, *args: Any, recordings: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["recording"].choices = [("", "请选择"), *recordings]  # type: ignore[attr-defined]

    def clean_second(self) -> float:
        text = str(self.cleaned_data["second"]).replace("：", ":").strip()
        parts = text.split(":") if text else ["0"]
        if len(parts) > 3 or not all(part.isdecimal() for part in parts):
            raise forms.ValidationError("请写成 分:秒，例如 00:05。")
        total = 0
        for part in parts:
            total = total * 60 + int(part)
        return float(total)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("how") == "voice" and not cleaned.get("recording"):
            self.add_error("recording", "请选择在哪一段里作了语音说明。")
        if cleaned.get("how") == "written" and not str(cleaned.get("text") or "").strip():
            self.add_error("text", "请写明中断的原因。")
        return cleaned


@require_http_methods(["GET", "HEAD", "POST"])
@of_case
def explain(request: HttpRequest, file: CaseFile, act: UUID, start: int) -> HttpResponse:
    user: Any = request.user
    book, marking = record.marking(file.case)
    found = gaps.owed(file.case, marking, book.pack, record.history(file.case))
    gap = next((one for one in found if one.act == str(act) and int(one.start.timestamp()) == start), None)
    if gap is None:
        raise Http404("这一处中断已经有说明，或者已经由别的设备录到。请回案件页查看。")
    shown = next(one for one in marking.acts if one.id == str(act))
    require(user, act_action(shown.kind), agency=file.agency)
    kinds = {"video": "录像", "audio": "录音"}
    choices = [
        (one.id, f"{kinds[one.kind]} {one.device or ''} {_clock(one.start)}–{_clock(one.end)}")
        for one in shown.recordings
        if one.kind in kinds
    ]
    data, _files = posted(request)
    form = ExplainForm(data, recordings=choices, initial={"id": uuid6.uuid7(), "recording": gap.recording})
    status = 200
    if request.method == "POST":
        status = INVALID
        if form.is_valid():
            cleaned = form.cleaned_data
            voice = cleaned["recording"] if cleaned["how"] == "voice" else ""
            try:
                answer = gaps.explain(
                    user,
                    gap,
                    shown.kind,
                    cleaned["id"],
                    clock.now(),
                    agency=file.agency,
                    text=cleaned["text"],
                    voice=voice,
                    second=cleaned["second"],
                )
            except InputError as error:
                form.add_error(None, error.message_zh)
            else:
                return landing(file.case, answer)
    return render(request, "evidence/explain.html", {"file": file, "gap": gap, "form": form, "pack": book.pack}, status=status)


def _clock(value: Any) -> str:
    from django.utils.timezone import localtime

    return f"{localtime(value):%H:%M:%S}"
