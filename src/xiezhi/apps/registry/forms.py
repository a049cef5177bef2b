"""Forms of the registry, one per noun. Labels are the models' own; messages say what to do."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django import forms

from xiezhi.apps.registry.models import Agency, Party, PartyKind, Person, Power
from xiezhi.apps.registry.queries import pack_heads
from xiezhi.apps.registry.service import RegistryError, save_power

# The roles that a person may have in a case, in the words of the vocabulary.
PERSON_ROLES = [
    ("officer", "执法人员"),
    ("section_head", "承办机构负责人"),
    ("reviewer", "法制审核人员"),
    ("presider", "听证主持人"),
    ("leader", "机关负责人"),
    ("chief_leader", "机关正职负责人"),
    ("counsel", "法律顾问、公职律师"),
    ("disclosure_clerk", "公示员"),
    ("archivist", "档案员"),
    ("supervisor", "执法监督人员"),
]
IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9._-]{1,38}")
CREDIT_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}")
CODE_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def credit_code_good(code: str) -> bool:
    """Whether a unified social credit code has the right letters and check digit (GB 32100-2015)."""
    if not CREDIT_CODE.fullmatch(code):
        return False
    weighed = sum(CODE_LETTERS.index(letter) * pow(3, place, 31) for place, letter in enumerate(code[:17]))
    return CODE_LETTERS[(31 - weighed % 31) % 31] == code[17]


class RegistryForm(forms.ModelForm):  # type: ignore[type-arg]
    """A model form whose required fields say so in words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            chosen = isinstance(field, forms.ChoiceField)
            field.error_messages["required"] = f"请{'选' if chosen else '填'}{field.label}。"
            if isinstance(field, forms.ModelChoiceField):
                field.empty_label = "没有" if not field.required else "请选择"
            elif isinstance(field, forms.TypedChoiceField):
                offered: Any = field.choices
                field.choices = [(value, "请选择" if value == "" else words) for value, words in offered]
            field.error_messages["invalid"] = f"{field.label}写得不对，请核对。"
        if "id" in self.fields and self.instance.pk and not self.instance._state.adding:
            self.fields["id"].disabled = True

    def clean_id(self) -> str:
        value = str(self.cleaned_data["id"]).strip()
        if self.fields["id"].disabled:
            return value
        if not IDENTIFIER.fullmatch(value):
            raise forms.ValidationError("编号用小写字母、数字、点和短横，2 到 39 个字符，以字母或者数字开头。")
        if self._meta.model._default_manager.filter(pk=value).exists():
            raise forms.ValidationError(f"编号 {value} 已经有了。请换一个。")
        return value

    def validate_unique(self) -> None:
        """Asked in clean_id and by the service, with words."""


def _pack_choices() -> list[tuple[str, str]]:
    return [(head.id, f"{head.zh}（{head.id}）") for head in pack_heads().values()]


class AgencyForm(RegistryForm):
    pack = forms.ChoiceField(label="规则包", choices=_pack_choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pack: Any = self.fields["pack"]
        pack.help_text = "决定这个机关的期限和程序。"
        if self.instance.pk and not self.instance._state.adding:
            pack.disabled, pack.choices = True, [(self.instance.pack, self.instance.pack)]
            pack.help_text = "机关建立时用的。以后要换，在机关页上办“更换规则包”，写明从哪一天起。"

    class Meta:
        model = Agency
        fields: ClassVar = [
            "id",
            "name",
            "short_name",
            "parent",
            "code",
            "word",
            "pack",
            "body_type",
            "level",
            "sector",
            "phone",
            "address",
            "confirmed_on",
            "reconsideration_to",
            "court",
        ]
        widgets: ClassVar = {"confirmed_on": _day()}
        help_texts: ClassVar = {
            "id": "一经使用不能再改，例如 yunxi-cg。",
            "word": "用在文书号里，例如 云城管。",
            "reconsideration_to": "印在决定书上。不填就是本级人民政府；垂直管理的机关、本级政府自己作决定的，要填写全称。",
            "court": "印在决定书上。不填就是本区人民法院；本级政府自己作决定的，要填写全称。",
            "confirmed_on": "本级政府审核确认执法主体资格的日期（公示办法第四条第一款）。",
        }

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"]).strip().upper()
        if code and not credit_code_good(code):
            raise forms.ValidationError("统一社会信用代码是 18 位，最后一位是校验位；这个代码对不上。请核对。")
        return code


class PackForm(forms.Form):
    pack = forms.ChoiceField(
        label="规则包",
        choices=lambda: [("", "请选择"), *_pack_choices()],
        error_messages={"required": "请选规则包。", "invalid_choice": "没有这个规则包。请从列出的里面选。"},
    )
    since = forms.DateField(
        label="从哪一天起",
        widget=_day(),
        help_text="从这一天起新立的案件按它办。今天或者以后的日期。",
        error_messages={"required": "请填起用日期。", "invalid": "日期写成 2027-01-01 这样。"},
    )
    basis = forms.CharField(
        label="依据",
        max_length=200,
        help_text="例如：区政府关于施行某某办法的通知，文号。",
        error_messages={"required": "请填更换的依据。"},
    )


class PersonForm(RegistryForm):
    roles = forms.MultipleChoiceField(label="职责", choices=PERSON_ROLES, required=False, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = Person
        fields: ClassVar = [
            "id", "name", "agency", "post", "roles", "auxiliary", "certificate_no", "certificate_status",
            "certificate_from", "certificate_to", "scope", "legal_qualification", "first_reviewer_since",
        ]  # fmt: skip
        widgets: ClassVar = {"certificate_from": _day(), "certificate_to": _day(), "first_reviewer_since": _day()}
        help_texts: ClassVar = {
            "id": "一经使用不能再改。历史记录用它指认是谁办的。",
            "auxiliary": "辅助人员没有执法证，不能单独实施执法行为。",
            "certificate_to": "当天仍然有效。",
            "first_reviewer_since": "初次从事法制审核的，应当通过国家统一法律职业资格考试（行政处罚法第五十八条第二款）。",
        }

    def clean_roles(self) -> list[str]:
        """The chosen roles, and those that this form does not offer as they were."""
        offered = {role for role, _ in PERSON_ROLES}
        return [*self.cleaned_data["roles"], *(role for role in self.initial.get("roles") or [] if role not in offered)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        number, begin, end = data.get("certificate_no"), data.get("certificate_from"), data.get("certificate_to")
        if begin and end and end < begin:
            self.add_error("certificate_to", "有效期止早于有效期起。请核对这两个日期。")
        if number and data.get("auxiliary"):
            self.add_error("auxiliary", "辅助人员不能有执法证。请去掉证号，或者不勾选辅助人员。")
        if number and not data.get("certificate_status"):
            self.add_error("certificate_status", "有证号就要有证件状态。请选一项。")
        if number and not (begin and end):
            self.add_error("certificate_from", "有证号就要有有效期的起止日期。请补上。")
        if number and Person.objects.exclude(pk=self.instance.pk or data.get("id")).filter(certificate_no=number).exists():
            self.add_error("certificate_no", f"执法证号 {number} 已经登记在别人名下。请核对证号。")
        return data


class PowerForm(RegistryForm):
    class Meta:
        model = Power
        fields: ClassVar = [
            "code",
            "name",
            "kind",
            "agency",
            "unit",
            "basis",
            "procedure",
            "time_limit",
            "remedy",
            "hearing_threshold",
            "active",
        ]
        widgets: ClassVar = {name: forms.Textarea(attrs={"rows": 3}) for name in ("basis", "procedure", "hearing_threshold")}
        help_texts: ClassVar = {
            "basis": "写明法律、法规、规章的名称和条款。",
            "active": "名称、种类、依据、承办机构、程序、时限、救济渠道都填了，才能启用（公示办法第六条第一项）。",
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("active"):
            for name in Power.REQUIRED:
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, f"要启用事项，{self.fields[name].label}不能空着。")
        same = Power.objects.exclude(pk=self.instance.pk).filter(agency=data.get("agency"), code=data.get("code"))
        if data.get("agency") and data.get("code") and same.exists():
            self.add_error("code", f"{data['agency']}已经有编码是 {data['code']} 的事项。请换一个编码。")
        return data

    def store(self) -> Power:
        data = dict(self.cleaned_data)
        agency, code = data.pop("agency"), data.pop("code")
        before = (self.initial.get("agency"), self.initial.get("code"))
        if self.instance.pk and before != (agency.pk, code):
            raise RegistryError("事项的编码和机关不能改：案件按它指认事项。请新建一个，再停用这一个。")
        return save_power(agency.pk, code, **data)


class PartyForm(RegistryForm):
    class Meta:
        model = Party
        fields: ClassVar = ["kind", "name", "code", "legal_rep", "address", "region", "phone", "birth_date"]
        widgets: ClassVar = {"birth_date": _day()}
        help_texts: ClassVar = {
            "code": "公民填身份证件号码，其余填统一社会信用代码。没有的可以空着。",
            "birth_date": "公民填写，用来判断是否成年。",
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        code = str(data.get("code") or "").strip().upper()
        data["code"] = code
        if code and data.get("kind") != PartyKind.CITIZEN and not credit_code_good(code):
            self.add_error("code", "统一社会信用代码是 18 位，最后一位是校验位；这个代码对不上。请核对，或者先空着。")
        if data.get("birth_date") and data.get("kind") != PartyKind.CITIZEN:
            self.add_error("birth_date", "只有公民才有出生日期。请清空，或者改类别。")
        return data


class NoticeForm(forms.Form):
    """The yearly notice: a file, or the text carried over from the preview."""

    year = forms.IntegerField(
        label="年份",
        min_value=2004,
        max_value=2100,
        help_text="通知管哪一年。",
        error_messages={"required": "请填年份。", "invalid": "年份写四位数字，例如 2027。"},
    )
    file = forms.FileField(label="放假通知（CSV）", help_text="UTF-8 编码，列名 date,kind,name,notice；放假写 holiday，调休上班写 makeup。", error_messages={"required": "请选一个 CSV 文件。", "empty": "这个文件是空的。请核对。"})  # fmt: skip


class ConfirmForm(forms.Form):
    year = forms.IntegerField(widget=forms.HiddenInput)
    text = forms.CharField(widget=forms.HiddenInput, strip=False)
