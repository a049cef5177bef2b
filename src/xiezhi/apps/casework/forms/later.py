"""The forms of what comes after an act: an attachment that arrives later, and a correction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import uuid6
from django import forms

from xiezhi.apps.casework import words
from xiezhi.apps.casework.forms.fields import MomentField, field_for, json_value, shown
from xiezhi.apps.casework.forms.line import put
from xiezhi.apps.casework.forms.recordings import EXPLAINED, KINDS, RecordingForm
from xiezhi.core.law.clock import utc_text

GAP = "@"  # between a recording's id and the beginning of its gap
KIND_ZH = dict(KINDS)
WHAT = [("document", "文书"), ("recording", "音像记录"), ("explanation", "录制中断的书面说明")]


class AttachForm(RecordingForm):
    """A document, a recording, or the written explanation of a gap, for an act that is already on the record."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    what_kind = forms.ChoiceField(label="补什么", choices=WHAT)
    document = forms.ChoiceField(label="文书", required=False)
    recording = forms.ChoiceField(label="哪一处中断", required=False)
    text = forms.CharField(label="书面说明", required=False, max_length=20000, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(
        self, *args: Any, documents: Mapping[str, str], recordings: Sequence[tuple[str, str]], now: datetime, **kwargs: Any
    ) -> None:
        initial = {"id": uuid6.uuid7(), **kwargs.pop("initial", {})}
        super().__init__(*args, now=now, initial=initial, **kwargs)
        document: Any = self.fields["document"]
        document.choices = [("", "请选择"), *documents.items()]
        recording: Any = self.fields["recording"]
        recording.choices = [("", "请选择"), *recordings]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        what = cleaned.get("what_kind")
        if what == "document" and not cleaned.get("document"):
            self.add_error("document", "请选择是哪一种文书。")
        if what == "recording" and not cleaned.get("kind"):
            self.add_error("kind", "请选择是录像、录音还是照片。")
        if what == "explanation":
            if not cleaned.get("recording"):
                self.add_error("recording", "请选择说明的是哪一处中断。")
            if not cleaned.get("text"):
                self.add_error("text", "请写明中断的原因。")
        return cleaned

    def what(self, store: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        """The attachment's body: the fields of a history line that it adds to its act."""
        cleaned = self.cleaned_data
        file = store(cleaned["file"]) if cleaned.get("file") else None
        if cleaned["what_kind"] == "document":
            body: dict[str, Any] = {"kind": "document", "documents": [cleaned["document"]]}
            if file:
                body["files"] = [{"document": cleaned["document"], **file}]
            return body
        if cleaned["what_kind"] == "recording":
            recording = {"id": str(cleaned["id"]), **self.value()}
            if file:
                recording["sha256"] = file["sha256"]
            return {"kind": "recording", "recordings": [recording]}
        recording, _, start = cleaned["recording"].partition(GAP)
        body = {"kind": "gap_explanation", "recording": recording, "explained": "written", "text": cleaned["text"]}
        return {**body, "gap_from": start} if start else body


def gaps_of(act: Any) -> list[tuple[str, str]]:
    """The interruptions of an act's recordings as choices, each for itself; those that have an explanation already say so."""
    return [
        (f"{one.id}{GAP}{utc_text(gap.start)}", f"{KIND_ZH.get(one.kind, one.kind)} {words.span(gap.start, gap.end)}{_explained(gap)}")
        for one in act.recordings
        for gap in one.gaps
    ]


def _explained(gap: Any) -> str:
    return "（已有说明）" if gap.explained else ""


class CorrectForm(forms.Form):
    """Correct one field of an act: the new value, why, and who agreed."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="更正理由",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "更正要写明理由。"},
        help_text="原记录保留，任何人都可以对照。",
    )
    approver = forms.ChoiceField(
        label="同意更正的负责人",
        error_messages={
            "required": "更正要有负责人同意。",
            "invalid_choice": "同意更正的要是本机关负责人，并且不是写更正的人。请重新选择。",
        },
    )

    def __init__(
        self,
        *args: Any,
        act: Any,
        vocabulary: Any,
        values: Callable[[Any], dict[str, str]],
        people: Sequence[tuple[str, str]],
        heads: Sequence[tuple[str, str]],
        now: datetime,
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = {"id": uuid6.uuid7(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.act, self.now = act, now
        self.specs: dict[str, Any] = {}
        approver: Any = self.fields["approver"]
        approver.choices = [("", "请选择"), *heads]
        self.fields["at"] = MomentField(label="发生时间", required=False)
        self.initial.setdefault("at", act.at)
        for key, value in act.own.items():
            spec = vocabulary.key(key)
            if spec is None or spec.type == "map":
                continue
            self.specs[key] = spec
            self.fields[f"data-{key}"] = field_for(key, spec, people, values(spec))
            self.initial.setdefault(f"data-{key}", shown(spec, value))
        self.order_fields([*[name for name in self.fields if name not in {"reason", "approver"}], "reason", "approver"])

    def clean_at(self) -> datetime | None:
        at: datetime | None = self.cleaned_data.get("at")
        if at is not None and at > self.now:
            raise forms.ValidationError("发生时间在将来，请核对日期。")
        return at

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not self.changes():
            raise forms.ValidationError("没有改动任何一项。请改正有误的内容，其余保持不变。")
        return cleaned

    def changes(self) -> dict[str, Any]:
        """The replaced fields of the line, nested: only what differs from the record; None takes a field away."""
        found: dict[str, Any] = {}
        at = self.cleaned_data.get("at")
        if at is not None and at.replace(second=0, microsecond=0) != self.act.at.replace(second=0, microsecond=0):
            found["at"] = utc_text(at)
        for key, spec in self.specs.items():
            if f"data-{key}" in self.changed_data:
                put(found, f"data.{key}", json_value(spec, self.cleaned_data[f"data-{key}"]))
        return found


__all__ = ["EXPLAINED", "KINDS", "AttachForm", "CorrectForm"]
