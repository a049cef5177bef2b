"""Recordings listed by hand: a few rows, each a recording with its span and at most one gap."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms

from xiezhi.apps.casework import words
from xiezhi.apps.casework.forms.fields import MomentField, UploadField
from xiezhi.core.law.clock import utc_text

KINDS = [("", "无"), ("video", "录像"), ("audio", "录音"), ("photo", "照片")]
EXPLAINED = [("", "无说明"), ("voice", "语音说明"), ("written", "书面说明")]
ROWS, MOST = 2, 12


class RecordingForm(forms.Form):
    kind = forms.ChoiceField(label="种类", choices=KINDS, required=False)
    begin = MomentField(label="开始", required=False)
    end = MomentField(label="结束", required=False)
    device = forms.CharField(label="设备编号", required=False, max_length=60)
    stored_at = MomentField(label="存入本单位时间", required=False, help_text="不填即为现在。")
    gap_begin = MomentField(label="中断开始", required=False)
    gap_end = MomentField(label="中断结束", required=False)
    explained = forms.ChoiceField(label="中断说明", choices=EXPLAINED, required=False)
    file = UploadField(label="文件")

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        # Stated in the form, so that a second click says the same.
        self.initial.setdefault("stored_at", now)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("kind"):
            if cleaned.get("begin") or cleaned.get("file"):
                self.add_error("kind", "请选择是录像、录音还是照片。")
            return cleaned
        begin, end = cleaned.get("begin"), cleaned.get("end")
        if begin is None and "begin" not in self.errors:
            self.add_error("begin", "请填写开始时间。")
        if begin and end and end < begin:
            self.add_error("end", f"结束时间早于开始时间（{words.moment(begin)}）。")
        for name in ("begin", "end", "stored_at"):
            if (value := cleaned.get(name)) and value > self.now:
                self.add_error(name, "时间在将来，请核对日期。")
        first, last = cleaned.get("gap_begin"), cleaned.get("gap_end")
        if (first is None) != (last is None):
            self.add_error("gap_begin", "中断要有开始和结束。")
        elif first and last and (last < first or (begin and first < begin) or (end and last > end)):
            self.add_error("gap_begin", "中断不在录制时间之内，请核对。")
        return cleaned

    def value(self) -> dict[str, Any]:
        """The recording as history.md writes it; without id and digest, which the service gives."""
        cleaned = self.cleaned_data
        end = cleaned.get("end") or cleaned["begin"]
        found: dict[str, Any] = {
            "kind": cleaned["kind"],
            "from": utc_text(cleaned["begin"]),
            "to": utc_text(end),
            "stored_at": utc_text(cleaned.get("stored_at") or self.now),
        }
        if cleaned.get("device"):
            found["device"] = cleaned["device"]
        if cleaned.get("gap_begin"):
            gap = {
                "from": utc_text(cleaned["gap_begin"]),
                "to": utc_text(cleaned["gap_end"]),
                "explained": cleaned.get("explained") or None,
            }
            found["gaps"] = [gap]
        return found


@dataclass
class RecordingRows:
    """The rows of one form post, or empty ones. More rows are asked for by a button that needs no script (`rows`)."""

    data: Any
    files: Any
    now: datetime
    forms: list[RecordingForm] = field(init=False)

    def __post_init__(self) -> None:
        rows = ROWS
        if self.data is not None:
            stated = str(self.data.get("rows", ROWS))
            rows = min(int(stated), MOST) if stated.isdigit() else ROWS
            rows = min(rows + 1, MOST) if "more_recordings" in self.data else rows
        self.forms = [RecordingForm(self.data, self.files, prefix=f"rec-{i}", now=self.now) for i in range(max(rows, 1))]

    def problems(self) -> list[str]:
        found = []
        for number, form in enumerate(self.forms, 1):
            if not form.is_valid():
                first = next(iter(form.errors.values()))[0]
                found.append(f"音像记录第 {number} 行：{first}")
        return found

    def stated(self) -> list[tuple[dict[str, Any], Any]]:
        """Each stated recording with its uploaded file, if any."""
        return [(form.value(), form.cleaned_data.get("file")) for form in self.forms if form.cleaned_data.get("kind")]
