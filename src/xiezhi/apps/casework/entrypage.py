"""One entry in words: each stated field, and beside it what later corrections made of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from xiezhi.apps.casework import words
from xiezhi.apps.casework.forms.act import values_of
from xiezhi.apps.registry import queries as registry

FIELDS = {
    "at": "发生时间",
    "until": "结束时间",
    "by": "办理人员",
    "procedure": "程序",
    "documents": "文书",
    "signed.party": "当事人签名",
    "signed.officers": "签名的执法人员数",
    "signed.witness": "见证人签名",
    "signed.served": "当场交付",
    "reason": "更正理由",
    "approver": "同意更正",
    "entered_by": "录入人",
    "recording": "音像记录",
    "explained": "说明方式",
    "text": "说明",
}
SIGNED = {"signed": "已签名", "refused": "拒绝签名", "absent": "不在场"}
SPOKEN = ("data.", "fields.data.", "fields.")


def pairs(body: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The leaves of an object by dotted path; lists are leaves."""
    for key, value in body.items():
        if isinstance(value, Mapping):
            yield from pairs(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _label(path: str, vocabulary: Any) -> tuple[str, Any] | None:
    """The words and the type of a path; None for what is no matter of people (digests, sequence, pack)."""
    for head in SPOKEN:
        if path.startswith(head):
            key = path.removeprefix(head)
            spec = vocabulary.key(key)
            if spec is not None:
                return spec.zh, spec
            return (FIELDS[key], None) if key in FIELDS else None
    return (FIELDS[path], None) if path in FIELDS else None


def _said(path: str, spec: Any, value: Any, vocabulary: Any, names: Mapping[str, str]) -> str:
    if spec is not None:
        return words.value_zh(spec, value, names, values_of(spec, vocabulary))
    if path.endswith("documents"):
        return "、".join(vocabulary.documents.get(one, one) for one in value)
    if path == "procedure":
        word = vocabulary.procedures.get(value)
        return word.zh if word else str(value)
    if path.endswith("signed.party"):
        return SIGNED.get(value, str(value))
    if path.rsplit(".", maxsplit=1)[-1] in {"at", "until"}:
        return words.moment(value)
    return words.value_zh(None, value, names)


def _ids(bodies: Iterable[Mapping[str, Any]]) -> set[str]:
    found: set[str] = set()
    for body in bodies:
        for _path, value in pairs(body):
            found.update(
                [value] if isinstance(value, str) else [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
            )
    return found


def rows_of(entry: Any, entries: Sequence[Any], vocabulary: Any) -> tuple[str, list[tuple[str, str, str]]]:
    """The heading, and (label, as written, as corrected or "") of each field that people read."""
    later = [one for one in entries if one.kind_of == "correction" and one.of == entry.id]
    names = registry.names(_ids([entry.body, *(one.body for one in later)]))
    changed: dict[str, Any] = {}
    for one in later:
        changed.update(dict(pairs(one.body.get("fields") or {})))
    rows = []
    for path, value in pairs(entry.body):
        label = _label(path, vocabulary)
        if label is None or value in (None, "", []):
            continue
        after = _said(path, label[1], changed.pop(path), vocabulary, names) if changed.get(path) is not None else ""
        rows.append((label[0], _said(path, label[1], value, vocabulary, names), after))
    for path, value in changed.items():
        if (label := _label(path, vocabulary)) is not None and value is not None:
            rows.append((label[0], "（未填写）", _said(path, label[1], value, vocabulary, names)))
    kind = vocabulary.acts.get(entry.kind)
    heading = {"correction": "更正", "attachment": "补充"}.get(entry.kind_of) or (kind.zh if kind else entry.kind)
    return heading, rows
