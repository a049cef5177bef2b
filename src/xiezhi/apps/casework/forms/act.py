"""The form of one act. It checks that what is typed can be (dates, numbers, names); whether the act may be done is for the rules alone."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import uuid6
from django import forms

from xiezhi.apps.accounts.signing import signing_roles
from xiezhi.apps.casework import words
from xiezhi.apps.casework.forms import people as persons
from xiezhi.apps.casework.forms.fields import DocumentFileField, MomentField, field_for, shown
from xiezhi.apps.casework.forms.recordings import RecordingRows
from xiezhi.apps.casework.forms.sheet import Sheet, sheet_for
from xiezhi.apps.paperwork.service import has_wording
from xiezhi.core.law.clock import SHANGHAI, day_of

# A clock of a desk may run ahead of the server's by so much without the time being "in the future".
AHEAD = timedelta(minutes=5)
MAKE, PAPER = "make", "paper"
SOURCES = [(MAKE, "由系统生成"), (PAPER, "上传，或者只登记纸质文书")]
PARTY_SIGNED = [("", "不需要或者未涉及"), ("signed", "已签名"), ("refused", "拒绝签名"), ("absent", "不在场")]


def values_of(spec: Any, vocabulary: Any) -> dict[str, str]:
    """The closed list of values of a key: its own, or the vocabulary's list that it points at."""
    own = dict(getattr(spec, "values", None) or {})
    if own:
        return own
    lists = {"right": "rights", "document": "documents", "review_item": "review_items"}
    name = lists.get(getattr(spec, "of", None) or "")
    return dict(getattr(vocabulary, name)) if name else {}


class ActForm(forms.Form):
    """One act: time, persons, data, documents, signatures, recordings. `now` bounds the time, `acts` are the case's in their order."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    at = MomentField(label="发生时间", error_messages={"required": "请填写发生时间。"}, help_text="实际办理的时间，不是录入的时间。")

    def __init__(
        self,
        *args: Any,
        sheet: Sheet,
        vocabulary: Any,
        people: Sequence[Any],
        now: datetime,
        facts: Mapping[str, Any] | None = None,
        acts: Sequence[Any] = (),
        by: Sequence[str] = (),
        signatories: Sequence[Any] | None = None,
        own: str = "",
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = {"id": uuid6.uuid7(), "at": now.astimezone(SHANGHAI), "by": list(by), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.sheet, self.vocabulary, self.now, self.acts = sheet, vocabulary, now, acts
        self.people = list(people)
        # Who may stand in `by`; where `own` is set, that person must: the act is signed with the own account.
        self.signatories, self.own = list(people if signatories is None else signatories), own
        self.ask_reason = False
        self.specs: dict[str, Any] = {}
        if sheet.lasts:
            self.fields["until"] = MomentField(label="结束时间", required=False)
        if not sheet.by_party:
            self._add_persons()
        self._add_data(facts or {})
        self._add_documents()
        if sheet.signs:
            self._add_signatures()
        self.recordings = RecordingRows(self.data if self.is_bound else None, self.files if self.is_bound else None, now)

    def _add_persons(self) -> None:
        choices = persons.named(self.signatories, day_of(self.now), roles=self.sheet.roles)
        self.fields["by"] = forms.MultipleChoiceField(
            label="办理人员",
            choices=choices,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            error_messages={
                "invalid_choice": "这一步由您用自己的账号签署，不能签别人的名字。"
                if self.own
                else "“%(value)s”不是本机关人员，请重新选择。"
            },
        )

    def _add_data(self, facts: Mapping[str, Any]) -> None:
        choices = persons.approvers(self.people)
        for key in self.sheet.keys:
            spec = self.vocabulary.key(key)
            field = field_for(key, spec, choices, values_of(spec, self.vocabulary))
            if cite := self.sheet.cites.get(key):
                field.help_text = f"{field.help_text or ''}{cite}要求载明。"
            self.specs[key] = spec
            self.fields[f"data-{key}"] = field
            if key in self.vocabulary.facts and key in facts:
                self.initial.setdefault(f"data-{key}", shown(spec, facts[key]))
            elif (default := getattr(spec, "default", None)) is not None:
                self.initial.setdefault(f"data-{key}", default)
        if "reason" not in self.sheet.keys:
            self.specs["reason"] = self.vocabulary.key("reason")
            self.fields["data-reason"] = forms.CharField(
                label="说明理由", required=False, max_length=20000, widget=forms.Textarea(attrs={"rows": 3})
            )

    def _add_documents(self) -> None:
        """A box for each document that the rules or the vocabulary expect here, with its file; and one for any other document."""
        for name in self.sheet.documents:
            self.fields[f"document-{name}"] = forms.BooleanField(label=self.document_zh(name), required=False)
            self.fields[f"file-{name}"] = DocumentFileField(label=f"{self.document_zh(name)}文件")
            self.fields[f"source-{name}"] = self._source_field(f"{self.document_zh(name)}由谁制作", makes=has_wording(name))
        others = [(key, self.document_zh(key)) for key in self.vocabulary.documents if key not in self.sheet.documents]
        self.fields["other_document"] = forms.ChoiceField(label="其他文书", choices=[("", "无"), *others], required=False)
        self.fields["other_file"] = DocumentFileField(label="其他文书文件")
        self.fields["other_source"] = self._source_field("其他文书由谁制作", makes=False)

    @staticmethod
    def _source_field(label: str, *, makes: bool) -> forms.Field:
        """Where the document comes from. An upload goes before either answer; a form that does not say is one of paper."""
        return forms.ChoiceField(label=label, choices=SOURCES, required=False, initial=MAKE if makes else PAPER)

    def _add_signatures(self) -> None:
        self.fields["signed-party"] = forms.ChoiceField(label="当事人签名", choices=PARTY_SIGNED, required=False)
        self.fields["signed-officers"] = forms.IntegerField(
            label="签名的执法人员数", required=False, min_value=0, max_value=20, help_text="不填即为全部办理人员。"
        )
        self.fields["signed-witness"] = forms.BooleanField(label="有见证人签名", required=False)
        self.fields["signed-served"] = forms.BooleanField(label="已当场交付文书", required=False)

    def document_zh(self, name: str) -> str:
        return str(self.vocabulary.documents.get(name, name))

    def clean_at(self) -> datetime:
        at: datetime = self.cleaned_data["at"]
        if at > self.now + AHEAD:
            raise forms.ValidationError(f"发生时间 {words.moment(at, year=True)} 在将来。只能记录已经发生的事，请核对日期。")
        at = self._within_its_minute(at)
        if self.acts and at < self.acts[0].at:
            first = self.acts[0].at.astimezone(SHANGHAI)
            raise forms.ValidationError(f"发生时间早于本案第一条记录（{first:%Y-%m-%d %H:%M}），请核对日期。")
        return at

    def _within_its_minute(self, at: datetime) -> datetime:
        """The browser's field knows no seconds: what is typed to the minute comes after what the case holds of that minute.

        A second click meets its own act, whose time stands.
        """
        own = self.cleaned_data.get("id")
        minute = at.replace(second=0, microsecond=0)
        if at != minute:
            return at
        found = [act for act in self.acts if act.at.replace(second=0, microsecond=0) == minute]
        return next((act.at for act in found if act.id == str(own)), max((act.at for act in found), default=at))

    def clean_by(self) -> list[str]:
        by: list[str] = self.cleaned_data["by"]
        if self.own and self.own not in by:
            raise forms.ValidationError("这一步由您用自己的账号签署，请勾选您自己。")
        return by

    def clean_until(self) -> datetime | None:
        until: datetime | None = self.cleaned_data.get("until")
        at = self.cleaned_data.get("at")
        if until is None:
            return None
        if at is not None and until < at:
            raise forms.ValidationError("结束时间早于发生时间，请核对。")
        if until > self.now + AHEAD:
            raise forms.ValidationError(f"结束时间 {words.moment(until, year=True)} 在将来，请核对日期。")
        return until

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for name in self.sheet.documents:
            if cleaned.get(f"file-{name}"):
                cleaned[f"document-{name}"] = True
        if cleaned.get("other_file") and not cleaned.get("other_document"):
            self.add_error("other_document", "上传了文件，请选择它是哪一种文书。")
        for message in self.recordings.problems():
            self.add_error(None, message)
        return cleaned

    @property
    def uploads(self) -> list[tuple[str, Any]]:
        """The uploaded documents as (document id, file)."""
        found = [(name, self.cleaned_data.get(f"file-{name}")) for name in self.sheet.documents]
        found.append((self.cleaned_data.get("other_document") or "", self.cleaned_data.get("other_file")))
        return [(name, file) for name, file in found if name and file]

    @property
    def to_make(self) -> list[str]:
        """The ticked documents that the system makes: chosen so, and nothing uploaded in their place."""
        cleaned = self.cleaned_data
        found = [
            name
            for name in self.sheet.documents
            if cleaned.get(f"document-{name}") and cleaned.get(f"source-{name}") == MAKE and not cleaned.get(f"file-{name}")
        ]
        other = cleaned.get("other_document")
        if other and cleaned.get("other_source") == MAKE and not cleaned.get("other_file") and other not in found:
            found.append(other)
        return found

    def groups(self) -> dict[str, list[Any]]:
        """The bound fields by the part of the page on which they stand."""
        parts: dict[str, list[Any]] = {"time": [], "data": [], "signed": []}
        for name in self.fields:
            if name in {"at", "until", "by"}:
                parts["time"].append(self[name])
            elif name == "data-reason" and "reason" not in self.sheet.keys:
                if self.ask_reason or self.errors.get(name):
                    parts["data"].append(self[name])
            elif name.startswith("data-"):
                parts["data"].append(self[name])
            elif name.startswith("signed-"):
                parts["signed"].append(self[name])
        return parts

    def document_rows(self) -> list[dict[str, Any]]:
        """Each expected document: its box, where it comes from, its file, and the clause that asks for it."""
        return [
            {
                "id": name,
                "zh": self.document_zh(name),
                "box": self[f"document-{name}"],
                "source": self[f"source-{name}"],
                "file": self[f"file-{name}"],
                "why": self._why_wanted(name),
            }
            for name in self.sheet.documents
        ]

    def _why_wanted(self, name: str) -> str:
        """Which clause asks for the document, alone or as one of several; empty where none does."""
        cite = self.sheet.wanted.get(name, "")
        group = next((group for group in self.sheet.alternatives if name in group), ())
        if cite and group:
            return f"{cite}要求有其中之一：{'、'.join(map(self.document_zh, group))}。"
        return f"{cite}要求有{self.document_zh(name)}。" if cite else ""


def form_for(
    act_kind: Any,
    pack: Any,
    marking: Any,
    user: Any,
    *,
    people: Sequence[Any],
    now: datetime,
    procedure: str = "",
    data: Any = None,
    files: Any = None,
    initial: Mapping[str, Any] | None = None,
) -> ActForm:
    """The form of `act_kind` in the case that `marking` describes (None for a case's first act); `people` are the agency's.

    The officers of the last act by the same roles are ticked already; so is the user, where the act is of the user's role.
    """
    sheet = sheet_for(act_kind, pack, procedure or marking.procedure, now)
    signing = signing_roles(act_kind.id)
    own = getattr(user, "person_id", None) or ""
    able = persons.signatories(people, own, signing) if signing else list(people)
    by = usual_persons(act_kind, marking, user, able)
    return ActForm(
        data,
        files,
        sheet=sheet,
        vocabulary=pack.vocabulary,
        people=people,
        now=now,
        facts=flat_facts(marking, pack.vocabulary) if marking is not None else {},
        acts=marking.acts if marking is not None else (),
        by=by,
        signatories=able,
        own=own if signing else "",
        initial=dict(initial or {}),
    )


def flat_facts(marking: Any, vocabulary: Any) -> dict[str, Any]:
    """The facts of a case by dotted path, whichever way the marking keeps them."""
    found: dict[str, Any] = {}
    for key in vocabulary.facts:
        value: Any = marking.facts.get(key)
        if value is None and "." in key:
            value = marking.facts
            for part in key.split("."):
                value = value.get(part) if isinstance(value, Mapping) else None
        if value is not None:
            found[key] = value
    return found


def usual_persons(act_kind: Any, marking: Any, user: Any, people: Sequence[Any]) -> list[str]:
    """Who most likely acts: the user, and for officers those who acted in the case last."""
    known = {person.id for person in people}
    me = getattr(user, "person_id", None)
    chosen: list[str] = [me] if me is not None and me in known else []
    if "officer" in act_kind.by and marking is not None:
        for act in reversed(marking.acts):
            kind = act.by and len(act.by) > 1
            if kind:
                chosen = [*act.by, *[p for p in chosen if p in act.by]]
                break
    return [person for person in dict.fromkeys(chosen) if person in known]


def new_id() -> uuid.UUID:
    return uuid6.uuid7()
