"""The forms of what arrives later for an act: one for each kind, with the fields of that kind and no others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import uuid6
from django import forms

from xiezhi.apps.casework import words
from xiezhi.apps.casework.forms.fields import DayField, DocumentFileField, json_value
from xiezhi.apps.casework.forms.recordings import KINDS, RecordingForm
from xiezhi.core.law.clock import utc_text

GAP = "@"  # between a recording's id and the beginning of its gap
KIND_ZH = dict(KINDS)
RECEIPTS = ("service_receipt", "postal_receipt")
NO_FILE = "没有选择文件。请选择要补充的文件；确实没有电子件的，勾选“{}”。"
PARTY_LATER = [("", "没有补签"), ("signed", "已补签"), ("refused", "拒绝签名")]
Store = Callable[[Any], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Context:
    """What the forms need of the act: the documents of the vocabulary, its interruptions as choices, its keys, the time."""

    documents: Mapping[str, str]
    gaps: Sequence[tuple[str, str]]
    keys: Mapping[str, Any]
    now: datetime


class DocumentForm(forms.Form):
    """文书、文件."""

    document = forms.ChoiceField(label="是哪一种文书", error_messages={"required": "请选择是哪一种文书。"})
    file = DocumentFileField(label="文件")
    paper = forms.BooleanField(label="只有纸质件，不上传文件", required=False)
    order: tuple[str, ...] = ("document", "file", "paper")

    def __init__(self, *args: Any, about: Context, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        document: Any = self.fields["document"]
        document.choices = [("", "请选择"), *about.documents.items()]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        _want_file(self, "paper")
        return cleaned

    def what(self, store: Store) -> dict[str, Any]:
        """The attachment's body: the fields of a history line that it adds to its act."""
        return {"kind": "document", **_document(self.cleaned_data["document"], self.cleaned_data.get("file"), store)}


class TakenForm(RecordingForm):
    """录音录像、照片."""

    elsewhere = forms.BooleanField(label="文件存在采集站或者别处，不上传", required=False)
    order = ("kind", "begin", "end", "device", "stored_at", "gap_begin", "gap_end", "explained", "file", "elsewhere")

    def __init__(self, *args: Any, about: Context, **kwargs: Any) -> None:
        super().__init__(*args, now=about.now, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not cleaned.get("kind") and not self.has_error("kind"):
            self.add_error("kind", "请选择是录像、录音还是照片。")
        _want_file(self, "elsewhere")
        return cleaned

    def what(self, store: Store) -> dict[str, Any]:
        """As DocumentForm.what; the recording takes the form's id."""
        recording = {"id": str(self.cleaned_data["id"]), **self.value()}
        if file := self.cleaned_data.get("file"):
            recording["sha256"] = store(file)["sha256"]
        return {"kind": "recording", "recordings": [recording]}


class SignatureForm(forms.Form):
    """签名."""

    party = forms.ChoiceField(label="当事人签名", choices=PARTY_LATER, required=False)
    officers = forms.IntegerField(
        label="签名的执法人员数", required=False, min_value=1, max_value=20, help_text="全部签名人数，含原先已签的。"
    )
    witness = forms.BooleanField(label="有见证人签名", required=False)
    served = forms.BooleanField(label="文书已交付", required=False)
    order = ("party", "officers", "witness", "served")

    def __init__(self, *args: Any, about: Context, **kwargs: Any) -> None:
        del about
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not self._signed(cleaned):
            raise forms.ValidationError("没有填写任何签名。请选择补了谁的签名，或者文书已经交付。")
        return cleaned

    @staticmethod
    def _signed(cleaned: dict[str, Any]) -> dict[str, Any]:
        return {name: cleaned[name] for name in ("party", "officers", "witness", "served") if cleaned.get(name)}

    def what(self, store: Store) -> dict[str, Any]:
        """As DocumentForm.what."""
        del store
        return {"kind": "signature", "signed": self._signed(self.cleaned_data)}


class DeliveryForm(DocumentForm):
    """送达回证、邮寄凭证."""

    order = ("document", "file", "paper", "postal_receipt", "served_on")

    def __init__(self, *args: Any, about: Context, **kwargs: Any) -> None:
        super().__init__(*args, about=about, **kwargs)
        document: Any = self.fields["document"]
        document.label = "是哪一种凭证"
        document.choices = [("", "请选择"), *((name, about.documents[name]) for name in RECEIPTS if name in about.documents)]
        document.error_messages["required"] = "请选择是送达回证还是邮寄凭证。"
        self.specs = {key: about.keys[key] for key in ("postal_receipt", "served_on") if key in about.keys}
        if "postal_receipt" in self.specs:
            self.fields["postal_receipt"] = forms.CharField(label="邮件号码", required=False, max_length=100)
        if "served_on" in self.specs:
            self.fields["served_on"] = DayField(label="签收（送达）日期", required=False)

    def what(self, store: Store) -> dict[str, Any]:
        """As DocumentForm.what; number and day are added to the act's data where it states none itself."""
        body = super().what(store)
        if self.cleaned_data["document"] == "postal_receipt":
            body["kind"] = "postal_proof"
        data = {key: json_value(spec, self.cleaned_data.get(key)) for key, spec in self.specs.items()}
        if stated := {key: value for key, value in data.items() if value is not None}:
            body["data"] = stated
        return body


class ExplanationForm(forms.Form):
    """录制中断的书面说明."""

    recording = forms.ChoiceField(label="哪一处中断", error_messages={"required": "请选择说明的是哪一处中断。"})
    text = forms.CharField(
        label="书面说明", max_length=20000, widget=forms.Textarea(attrs={"rows": 4}), error_messages={"required": "请写明中断的原因。"}
    )
    order = ("recording", "text")

    def __init__(self, *args: Any, about: Context, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        recording: Any = self.fields["recording"]
        recording.choices = [("", "请选择"), *about.gaps]

    def what(self, store: Store) -> dict[str, Any]:
        """As DocumentForm.what."""
        del store
        recording, _, start = self.cleaned_data["recording"].partition(GAP)
        body = {"kind": "gap_explanation", "recording": recording, "explained": "written", "text": self.cleaned_data["text"]}
        return {**body, "gap_from": start} if start else body


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of attachment: its words, what it is for, its form."""

    id: str
    zh: str
    hint: str
    form: type[Any]


KINDS_LATER = {
    one.id: one
    for one in (
        Kind("document", "文书、文件", "后到的笔录、报告、审批表和其他文书。", DocumentForm),
        Kind("recording", "录音录像、照片", "后存入的执法记录仪录像、录音和照片。", TakenForm),
        Kind("signature", "签名", "当事人、见证人或者执法人员后补的签名。", SignatureForm),
        Kind("delivery", "送达回证、邮寄凭证", "收回的送达回证，邮寄的凭证和签收日期。", DeliveryForm),
        Kind("explanation", "录制中断的说明", "录音录像中断原因的书面说明。", ExplanationForm),
    )
}


def attach_form(kind: str, about: Context, data: Any = None, files: Any = None) -> Any:
    """The form of one kind of attachment, bound where `data` is given; fields in the order in which they are asked."""
    chosen = KINDS_LATER[kind]
    form = chosen.form(data, files, about=about, initial={"id": uuid6.uuid7(), "what_kind": kind})
    form.fields["id"] = forms.UUIDField(widget=forms.HiddenInput)
    form.fields["what_kind"] = forms.ChoiceField(widget=forms.HiddenInput, choices=[(kind, chosen.zh)])
    form.order_fields(["id", "what_kind", *chosen.form.order])
    return form


def _want_file(form: forms.Form, without: str) -> None:
    """A file is wanted, unless the box says that there is none."""
    if not (form.cleaned_data.get("file") or form.cleaned_data.get(without) or form.has_error("file")):
        form.add_error("file", NO_FILE.format(form.fields[without].label))


def _document(name: str, file: Any, store: Store) -> dict[str, Any]:
    body: dict[str, Any] = {"documents": [name]}
    return {**body, "files": [{"document": name, **store(file)}]} if file else body


def gaps_of(act: Any) -> list[tuple[str, str]]:
    """The interruptions of an act's recordings as choices, each for itself; those that have an explanation already say so."""
    return [
        (f"{one.id}{GAP}{utc_text(gap.start)}", f"{KIND_ZH.get(one.kind, one.kind)} {words.span(gap.start, gap.end)}{_explained(gap)}")
        for one in act.recordings
        for gap in one.gaps
    ]


def _explained(gap: Any) -> str:
    return "（已有说明）" if gap.explained else ""
