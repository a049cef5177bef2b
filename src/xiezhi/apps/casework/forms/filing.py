"""The form that opens a case: one of three beginnings, the party, the power item, the first facts."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms

from xiezhi.apps.casework.forms.act import ActForm
from xiezhi.apps.casework.forms.line import put
from xiezhi.apps.casework.forms.sheet import sheet_for
from xiezhi.apps.registry.queries import subject_of
from xiezhi.core.law.clock import day_of

ADULT = 18  # 民法典第十七条: a natural person under eighteen is a minor
PARTY_KEYS = ("kind", "name", "code", "address", "legal_rep", "phone", "birth_date")
FIRST_FACTS = (
    "case.title",
    "source",
    "violation.place",
    "violation.facts",
    "violation.discovered_on",
    "violation.ended_on",
    *(f"party.{key}" for key in PARTY_KEYS),
)


@dataclass(frozen=True, slots=True)
class Beginning:
    """How a case may begin: the procedure, the first act, the words."""

    id: str
    zh: str
    hint: str
    procedure: str
    act: str


BEGINNINGS = {
    one.id: one
    for one in (
        Beginning("filed", "立案", "普通程序。已经批准立案，立案号自动编排。", "penalty", "case_filed"),
        Beginning("lead", "先登记线索", "普通程序。还没有决定是否立案，核查后再立案或者不予立案。", "penalty", "lead_registered"),
        Beginning("spot", "当场处罚", "简易程序。违法事实确凿并有法定依据，数额较小，当场作出决定。", "penalty_summary", "lead_registered"),
    )
}


def is_minor(born: date, day: date) -> bool:
    """Whether somebody born that day is under eighteen on `day`: the birthday itself counts as of age."""
    return (day.year - born.year, day.month, day.day) < (ADULT, born.month, born.day)


class FilingForm(ActForm):
    """ActForm of the first act, with the power item as a choice and the party's particulars always asked."""

    procedure = forms.CharField(widget=forms.HiddenInput)
    power = forms.ChoiceField(
        label="执法事项", error_messages={"required": "请选择执法事项。", "invalid_choice": "没有这个事项，或者它还没有启用。请重新选择。"}
    )
    party_id = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, beginning: Beginning, agency: Any, powers: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agency, self.beginning, self.powers = agency, beginning, {power.code: power for power in powers}
        self.initial["procedure"] = beginning.procedure
        power: Any = self.fields["power"]
        power.choices = [("", "请选择"), *((one.code, one.name) for one in powers)]
        for key, message in {"party.kind": "请选择当事人类别。", "party.name": "请填写当事人姓名或者名称。"}.items():
            self.fields[f"data-{key}"].required = True
            self.fields[f"data-{key}"].error_messages["required"] = message
        self.fields["data-case.title"].help_text = "不填时用事项名称。"

    def clean_procedure(self) -> str:
        return self.beginning.procedure

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        at = cleaned.get("at")
        for key, words in {"violation.discovered_on": "发现日期", "violation.ended_on": "终了日期", "party.birth_date": "出生日期"}.items():
            day = cleaned.get(f"data-{key}")
            if day and at and day > day_of(at):
                self.add_error(f"data-{key}", f"{words}晚于本次发生时间，请核对。")
        return cleaned

    def add_facts(self, data: dict[str, Any]) -> None:
        """Facts that need no typing: the matter's name, the agency's own, whether the party is a minor."""
        power = self.powers[self.cleaned_data["power"]]
        put(data, "matter.code", power.code)
        put(data, "matter.name", power.name)
        if not data.get("case", {}).get("title"):
            put(data, "case.title", f"{subject_of(power.name)}案")
        put(data, "agency.level", self.agency.level)
        put(data, "agency.sector", self.agency.sector)
        put(data, "party.id", self.own_party_id())
        party = data["party"]
        if "minor" not in party:
            if party["kind"] != "citizen":
                party["minor"] = False
            elif born := self.cleaned_data.get("data-party.birth_date"):
                party["minor"] = is_minor(born, day_of(self.cleaned_data["at"]))

    def own_party_id(self) -> str:
        """The chosen party's id; a new party's follows from the form, so that a second click names the same one."""
        return self.cleaned_data.get("party_id") or str(uuid.uuid5(self.cleaned_data["id"], "party"))

    def new_party(self) -> dict[str, Any]:
        """The fields of a party that is not in the registry yet; empty when a registered one was chosen."""
        if self.cleaned_data.get("party_id"):
            return {}
        found = {key: self.cleaned_data.get(f"data-party.{key}") for key in PARTY_KEYS}
        return {"id": uuid.UUID(self.own_party_id()), **{key: value for key, value in found.items() if value}}


def filing_form(
    beginning: Beginning, pack: Any, agency: Any, user: Any, *, people: Sequence[Any], powers: Sequence[Any], now: datetime, **kwargs: Any
) -> FilingForm:
    """The form for one beginning; `kwargs` are data, files and initial."""
    kind = pack.vocabulary.acts[beginning.act]
    sheet = sheet_for(kind, pack, beginning.procedure, now)
    own = [key for key in sheet.keys if key not in FIRST_FACTS and not key.startswith("matter.")]
    sheet.keys = [*FIRST_FACTS, *own]
    known = {person.id for person in people}
    by = [user.person_id] if user.person_id in known else []
    return FilingForm(
        kwargs.get("data"),
        kwargs.get("files"),
        beginning=beginning,
        agency=agency,
        powers=powers,
        sheet=sheet,
        vocabulary=pack.vocabulary,
        people=people,
        now=now,
        by=by,
        initial=dict(kwargs.get("initial") or {}),
    )
