"""The reviewer's form: each item of the checklist, the opinion, the outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import uuid6
from django import forms

from xiezhi.core.law.clock import utc_text

STATES = [("ok", "没有问题"), ("problem", "有问题"), ("not_applicable", "不涉及")]
OUTCOMES = [("review_passed", "同意"), ("review_returned", "退回补充"), ("review_rejected", "不同意")]


class ReviewForm(forms.Form):
    """`items` is the checklist (id, words) of the pack; `suspected` the machine's findings by item, as a hint only."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label="审核结论", choices=OUTCOMES, widget=forms.RadioSelect, error_messages={"required": "请选择审核结论。"}
    )
    opinion = forms.CharField(
        label="审核意见",
        max_length=20000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "请填写审核意见。"},
    )
    reason = forms.CharField(
        label="不同意或者退回的理由",
        required=False,
        max_length=20000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="不同意必须写明理由。",
    )

    def __init__(
        self,
        *args: Any,
        items: Sequence[tuple[str, str]],
        suspected: Mapping[str, Sequence[Any]],
        review_of: str,
        now: datetime,
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = {"id": uuid6.uuid7(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.items, self.suspected, self.review_of, self.now = list(items), suspected, review_of, now
        for key, zh in self.items:
            self.fields[f"item-{key}"] = forms.ChoiceField(
                label=zh, choices=STATES, widget=forms.RadioSelect, error_messages={"required": f"“{zh}”还没有审。"}
            )
            self.fields[f"note-{key}"] = forms.CharField(label=f"{zh}：说明", required=False, max_length=2000)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        outcome = cleaned.get("outcome")
        if outcome == "review_rejected" and not cleaned.get("reason"):
            self.add_error("reason", "不同意要写明理由。")
        problems = [key for key, _ in self.items if cleaned.get(f"item-{key}") == "problem"]
        for key in problems:
            if not cleaned.get(f"note-{key}"):
                self.add_error(f"note-{key}", "有问题的，写明是什么问题、在卷内哪里。")
        if outcome == "review_passed" and problems:
            self.add_error("outcome", f"有 {len(problems)} 项审出问题，不能同意。请改为退回补充或者不同意，或者改正该项。")
        if outcome in {"review_returned", "review_rejected"} and not problems and not cleaned.get("reason"):
            self.add_error("reason", "没有一项审出问题，请写明退回或者不同意的理由。")
        return cleaned

    def rows(self) -> list[dict[str, Any]]:
        """Each item with its fields and what the machine suspects there."""
        return [
            {"state": self[f"item-{key}"], "note": self[f"note-{key}"], "suspected": self.suspected.get(key, ()), "zh": zh}
            for key, zh in self.items
        ]

    def text(self) -> str:
        """The opinion with the noted items, in the order of the checklist."""
        cleaned = self.cleaned_data
        notes = [f"{zh}：{cleaned[f'note-{key}']}" for key, zh in self.items if cleaned.get(f"note-{key}")]
        return "\n".join([cleaned["opinion"], *notes])

    def line(self, user: Any, file: Any, now: datetime) -> dict[str, Any]:
        """The history line of the outcome."""
        cleaned = self.cleaned_data
        data: dict[str, Any] = {
            "checklist": {key: cleaned[f"item-{key}"] for key, _ in self.items},
            "opinion": self.text(),
            "review_of": self.review_of,
        }
        if cleaned.get("reason"):
            data["reason"] = cleaned["reason"]
        return {
            "case": file.case,
            "act": cleaned["outcome"],
            "at": utc_text(now),
            "agency": file.agency,
            "by": [user.person_id],
            "data": data,
            "documents": [],
        }
