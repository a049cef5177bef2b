"""The form of a correction: what of an act was wrong, why, and who agreed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import uuid6
from django import forms

from xiezhi.apps.casework.forms.fields import MomentField, field_for, json_value, shown
from xiezhi.apps.casework.forms.line import put
from xiezhi.core.law.clock import utc_text


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
