"""One form field for one typed key of the vocabulary, and back: the JSON value that a cleaned field stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms

from xiezhi.core.law.clock import SHANGHAI, utc_text
from xiezhi.site.multipart import UNREADABLE

LONG = frozenset(
    {"reason", "opinion", "content", "conclusion", "urgent_reason", "materials", "violation.facts", "expected", "dissent", "facts"}
)
YES_NO = [("", "未填写"), ("true", "是"), ("false", "否")]
EARLIEST_YEAR, LATEST_YEAR = 1949, 2199
DATE_TEXT = "%Y-%m-%dT%H:%M"


class MomentField(forms.DateTimeField):
    """A native date-time input, read and shown in China's time. Years outside 1949-2199 are slips of the pen."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "60"}, format=DATE_TEXT)
    default_error_messages = {"invalid": "这个时间不存在。请按“年-月-日 时:分”填写，例如 2026-11-27 09:30。"}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=[DATE_TEXT, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"], **kwargs)

    def to_python(self, value: Any) -> datetime | None:
        moment = super().to_python(value)
        if moment is None:
            return None
        if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
            raise forms.ValidationError(f"年份 {moment.year} 不合理，请核对。", code="year")
        return moment

    def prepare_value(self, value: Any) -> Any:
        return value.astimezone(SHANGHAI) if isinstance(value, datetime) and value.tzinfo else value


class DayField(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    default_error_messages = {"invalid": "这个日期不存在。请按“年-月-日”填写，例如 2026-11-27。"}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d", "%Y/%m/%d"], **kwargs)

    def to_python(self, value: Any) -> date | None:
        day = super().to_python(value)
        if day is not None and not 1850 <= day.year <= LATEST_YEAR:
            raise forms.ValidationError(f"年份 {day.year} 不合理，请核对。", code="year")
        return day


class UploadInput(forms.FileInput):
    """A file input that notices when only a file's name arrived: a form sent without its files loses none of them silently."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.get(name) or data.get(name) or None


class UploadField(forms.FileField):
    """A file, or words on why it could not be taken: empty, name unreadable, or announced and not there."""

    widget = UploadInput
    default_error_messages = {
        "required": "请选择文件。",
        "missing": "没有收到文件内容，请重新选择文件。",
        "empty": "所选文件是空的（0 字节），没有保存。请检查后重新选择。",
        "unreadable": "文件名“%(name)s”的编码无法读取，没有保存这个文件。请把文件改名后重新选择。",
        "announced": "只收到文件名“%(name)s”，没有收到文件内容。请重新选择文件再提交。",
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "allow_empty_file": False, **kwargs})

    def to_python(self, data: Any) -> Any:
        if isinstance(data, str):
            raise forms.ValidationError(self.error_messages["announced"], code="announced", params={"name": data[:120]})
        if data is not None and UNREADABLE in str(getattr(data, "name", "")):
            raise forms.ValidationError(self.error_messages["unreadable"], code="unreadable", params={"name": data.name[:120]})
        return super().to_python(data)


# What a written document arrives as: fixed layout, office files, pictures of paper, plain text, a packed folder.
DOCUMENT_ENDINGS = frozenset(
    [
        "pdf",
        "ofd",
        "doc",
        "docx",
        "wps",
        "wpt",
        "rtf",
        "odt",
        "xls",
        "xlsx",
        "et",
        "csv",
        "ppt",
        "pptx",
        "dps",
        "txt",
        "jpg",
        "jpeg",
        "png",
        "bmp",
        "gif",
        "tif",
        "tiff",
        "heic",
        "webp",
        "eml",
        "msg",
        "zip",
        "rar",
        "7z",
    ]
)


class DocumentFileField(UploadField):
    """A document's file. A program, page or recording in its place is a slip and is told at once, before it stands on the record."""

    default_error_messages = {
        "not_a_document": "“%(name)s”不像文书：请上传 PDF、OFD、文字处理文件、表格或者图片。录音录像请在“录音录像、照片”里补充；"
        "属于电子数据的，请打包（zip）后上传。"
    }

    def to_python(self, data: Any) -> Any:
        file = super().to_python(data)
        if file and file.name.rpartition(".")[2].lower() not in DOCUMENT_ENDINGS:
            raise forms.ValidationError(self.error_messages["not_a_document"], code="not_a_document", params={"name": file.name[:120]})
        return file


class LinesField(forms.CharField):
    """A list written one item a line."""

    widget = forms.Textarea(attrs={"rows": 3})

    def clean(self, value: Any) -> list[str]:
        text = super().clean(value)
        return [line.strip() for line in text.splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(str(item) for item in value) if isinstance(value, list | tuple) else value


def _choices(values: Mapping[str, str]) -> list[tuple[str, str]]:
    return [("", "未填写"), *((str(key), str(zh)) for key, zh in values.items())]


def field_for(key: str, spec: Any, people: Sequence[tuple[str, str]], values: Mapping[str, str]) -> forms.Field:
    """A field for `key`, typed by `spec` (type, zh, of), with the closed list `values` where there is one; `people` are the choices
    where a person is meant. Never required: whether something may be absent is for the rules to say, not for the form.
    """
    kind = getattr(spec, "type", "text")
    common: dict[str, Any] = {"label": getattr(spec, "zh", None) or key, "required": False}
    if kind == "bool":
        return forms.ChoiceField(choices=YES_NO, **common)
    if kind == "list" and values:
        return forms.MultipleChoiceField(choices=list(values.items()), widget=forms.CheckboxSelectMultiple, **common)
    if kind == "list" and getattr(spec, "of", None) == "person":
        return forms.MultipleChoiceField(choices=list(people), widget=forms.CheckboxSelectMultiple, **common)
    if kind == "list":
        return LinesField(help_text="每行一项。", **common)
    if kind == "enum" or values:
        return forms.ChoiceField(choices=_choices(values), **common)
    if kind == "person":
        return forms.ChoiceField(choices=[("", "未填写"), *people], **common)
    if kind == "yuan":
        return forms.DecimalField(
            max_digits=15,
            decimal_places=2,
            min_value=Decimal(0),
            widget=forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"}),
            error_messages={"invalid": "金额应当是数字，单位元，例如 6000。", "min_value": "金额不能是负数。"},
            help_text="单位：元。",
            **common,
        )
    if kind == "number":
        return forms.DecimalField(
            max_digits=12,
            widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
            error_messages={"invalid": "这里应当是数字。"},
            **common,
        )
    if kind == "date":
        return DayField(**common)
    if kind == "time":
        return MomentField(**common)
    if key in LONG:
        return forms.CharField(max_length=20000, widget=forms.Textarea(attrs={"rows": 4}), **common)
    return forms.CharField(max_length=2000, **common)


def decimal_text(value: Decimal) -> str:
    """The canonical decimal string of the record: no exponent, no trailing zeros, no plus (contracts, entry format 1)."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def json_value(spec: Any, value: Any) -> Any:
    """What the record holds for a cleaned value; None where nothing was stated."""
    if value is None or value in ("", []):
        return None
    kind = getattr(spec, "type", "text")
    if kind == "bool":
        return value == "true"
    if isinstance(value, Decimal):
        whole = kind == "number" and value == value.to_integral_value()
        return int(value) if whole else decimal_text(value)
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return value


def shown(spec: Any, value: Any) -> Any:
    """The initial value of a field for what the record holds."""
    kind = getattr(spec, "type", "text")
    if kind == "bool":
        return {True: "true", False: "false"}.get(value, "")
    if kind == "time" and isinstance(value, str):
        return datetime.fromisoformat(value)
    return value
