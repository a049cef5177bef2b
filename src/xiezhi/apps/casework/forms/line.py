"""From a valid form to a line of the history (history.md)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xiezhi.apps.casework.forms.act import ActForm
from xiezhi.apps.casework.forms.fields import json_value
from xiezhi.core.law.clock import utc_text


def put(tree: dict[str, Any], dotted: str, value: Any) -> None:
    """Set a value in nested objects by its dotted path."""
    *parents, last = dotted.split(".")
    for part in parents:
        tree = tree.setdefault(part, {})
    tree[last] = value


def data_of(form: ActForm) -> dict[str, Any]:
    """The act's data: what was stated, nested by the dots of the vocabulary."""
    data: dict[str, Any] = {}
    for key, spec in form.specs.items():
        value = json_value(spec, form.cleaned_data.get(f"data-{key}"))
        if value is not None:
            put(data, key, value)
    return data


def documents_of(form: ActForm) -> list[str]:
    chosen = [name for name in form.sheet.documents if form.cleaned_data.get(f"document-{name}")]
    other = form.cleaned_data.get("other_document")
    return [*chosen, other] if other and other not in chosen else chosen


def signed_of(form: ActForm, by: Sequence[str]) -> dict[str, Any]:
    """Signatures; the officers' are all of `by` unless fewer are stated."""
    if not form.sheet.signs:
        return {}
    cleaned = form.cleaned_data
    stated = cleaned.get("signed-officers")
    signed: dict[str, Any] = {}
    if cleaned.get("signed-party"):
        signed["party"] = cleaned["signed-party"]
    officers = len(by) if stated is None else stated
    if officers:
        signed["officers"] = officers
    for name in ("witness", "served"):
        if cleaned.get(f"signed-{name}"):
            signed[name] = True
    return signed


def line_of(form: ActForm, case: str, agency: str) -> dict[str, Any]:
    """The line that a valid form states; files and recordings are added by the service that stores them."""
    by = list(form.cleaned_data.get("by") or [])
    line: dict[str, Any] = {
        "case": case,
        "act": form.sheet.act,
        "at": utc_text(form.cleaned_data["at"]),
        "agency": agency,
        "by": by,
        "data": data_of(form),
        "documents": documents_of(form),
    }
    if form.cleaned_data.get("until"):
        line["until"] = utc_text(form.cleaned_data["until"])
    if signed := signed_of(form, by):
        line["signed"] = signed
    return line
