"""A public page as its template reads it: the same for the page itself and for the preview of a draft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from xiezhi.apps.disclosure.models import Draft, Publication, State
from xiezhi.apps.disclosure.reading import decided_day, title_of
from xiezhi.core.law.vocabulary import load_vocabulary

CHANGE_ZH = {
    "first": "首次公示。",
    "updated": "更正。",
    "performance": "更新履行情况。",
    "again": "重新公示。",
    "withdrawn": "撤回公示。",
    "expired": "公示期满，停止公示。",
}


@dataclass(frozen=True, slots=True)
class PublicPage:
    """`rows` are (label, text) of the field table; `plain` the two sentences on top; `text` the blocks of the full text."""

    number: str
    title: str
    agency: str
    plain: str
    rows: list[tuple[str, str]]
    document_title: str
    text: list[dict[str, Any]]
    gone: int
    form: str


def page_of(row: Publication) -> PublicPage:
    summary = {
        "number": row.number,
        "party": row.party,
        "party_code": row.party_code,
        "matter": row.matter,
        "facts": row.facts,
        "basis": row.basis,
        "content": row.content,
        "agency": row.agency_name,
        "decided_on": row.decided_on.isoformat() if row.decided_on else "",
        "performance": row.performance,
    }
    return _page(summary, row.title, row.text, row.form)


def preview_of(row: Draft) -> PublicPage:
    """The page that publishing the draft would make."""
    return _page(row.summary, title_of(row.summary), row.text, row.form)


def _page(summary: dict[str, str], title: str, text: list[dict[str, Any]], form: str) -> PublicPage:
    labels = labels_zh()
    shown = {**summary, "decided_on": _day_zh(decided_day(summary.get("decided_on", "")))}
    rows = [
        (labels.get(key, key), shown[key])
        for key in ("number", "party", "party_code", "matter", "facts", "basis", "content", "agency", "decided_on", "performance")
        if shown.get(key)
    ]
    return PublicPage(
        number=summary.get("number", ""),
        title=title,
        agency=summary.get("agency", ""),
        plain=plain_words(summary),
        rows=rows,
        document_title=next((block["label"] for block in text if block["kind"] == "title"), ""),
        text=[block for block in text if block["kind"] != "title"],
        gone=sum(1 for block in text for run in block["runs"] if run.get("gone")),
        form=form,
    )


def labels_zh() -> dict[str, str]:
    """The names of the public fields: the vocabulary's, and what a page shows besides."""
    return {"title": "案件名称", "party_code": "统一社会信用代码", **load_vocabulary().summary_fields}


def plain_words(summary: dict[str, str]) -> str:
    """Who, what, result, when, in plain sentences made from the recorded fields alone."""
    day = _day_zh(decided_day(summary.get("decided_on", "")))
    facts = summary.get("facts", "").rstrip("。")
    parts = [f"{facts}。" if facts else ""]
    if summary.get("content"):
        when = f"{day}，" if day else ""
        basis = f"依据{summary['basis']}，" if summary.get("basis") else ""
        parts.append(f"{when}{summary.get('agency', '')}{basis}对{summary.get('party', '当事人')}作出决定：{summary['content']}。")
    if summary.get("performance"):
        parts.append(f"履行情况：{summary['performance']}。")
    return "".join(parts)


def _day_zh(day: date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def history_of(row: Publication) -> list[dict[str, Any]]:
    """The correction history, the newest first, in words. An item of `changed` has before and after only where these may be shown."""
    labels = labels_zh()
    return [
        {
            "at": change["at"],
            "words": CHANGE_ZH.get(change["kind"], change["kind"]),
            "reason": change["reason"],
            "changed": [{**item, "field": labels.get(item["field"], item["field"])} for item in change["changed"]],
        }
        for change in reversed(row.changes)
    ]


def corrections(row: Publication) -> int:
    return sum(1 for change in row.changes if change["kind"] == "updated")


STATE_TAG = {State.PUBLIC: "ok", State.WITHDRAWN: "gone", State.EXPIRED: "line", State.WITHHELD: "line"}
