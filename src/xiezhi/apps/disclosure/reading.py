"""The public pages of a case, read from its folded history. Pure: the same acts give the same pages, so they can be made again."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from xiezhi.apps.registry.queries import subject_of

# The fields of a publication act's `summary` that the page shows and the log proves, in the page's order.
FIELDS = ("number", "title", "party", "party_code", "matter", "facts", "basis", "content", "agency", "decided_on", "performance")
# The elements that a summary must have (xuecheng/disclosure/8-2); performance comes later.
REQUIRED = ("number", "party", "matter", "facts", "basis", "agency", "decided_on")
# One page for these: how a decision was performed belongs to the decision's page.
ONE_PAGE = frozenset({"decision", "performance", "inspection", ""})
SHOWING = frozenset({"result_published", "publication_updated"})
ENDING = frozenset({"publication_withdrawn", "publication_expired"})
PUBLIC_ACTS = SHOWING | ENDING | {"result_withheld"}


def page_id(case_id: str, what: str = "decision") -> str:
    """The page's permanent id: known before anything is published, telling nothing of the case number."""
    key = case_id if what in ONE_PAGE else f"{case_id}\0{what}"
    return base64.b32encode(hashlib.sha256(b"xiezhi page\0" + key.encode()).digest()[:10]).decode().lower()


@dataclass(slots=True)
class Page:
    """What the rows of one page become."""

    id: str
    what: str
    columns: dict[str, Any] = field(default_factory=dict)
    changes: list[dict[str, Any]] = field(default_factory=list)


def pages_of(case_id: str, acts: Sequence[Any], facts: Mapping[str, Any]) -> list[Page]:
    """The pages that the acts make, in order of their first publication. `acts` in fold order."""
    pages: dict[str, Page] = {}
    for act in acts:
        if act.kind not in PUBLIC_ACTS:
            continue
        what = str(act.data.get("what") or "decision")
        key = page_id(case_id, what)
        # A notice that was posted elsewhere (a hearing, a lottery) states no public fields: there is nothing to make a page of.
        if act.kind in SHOWING and not act.data.get("summary") and key not in pages:
            continue
        if act.kind in ENDING or act.kind == "publication_updated":
            key = key if key in pages else next(iter(pages), key)
        page = pages.setdefault(key, Page(key, what if what not in ONE_PAGE else "decision"))
        _STEPS[act.kind](page, act)
    for page in pages.values():
        page.columns["until"] = _day(facts.get("publicity.until"))
    return list(pages.values())


def _show(page: Page, act: Any) -> None:
    before = dict(page.columns)
    # What only tells of the performance leaves text, form and document as they are.
    partial = str(act.data.get("what") or "") == "performance" and bool(before)
    old = before.get("summary", {})
    summary = _stated(old, act.data.get("summary") or {}, partial=partial)
    changed = [key for key in FIELDS if old and old.get(key, "") != summary.get(key, "")]
    page.columns |= {
        "summary": summary,
        "state": "public",
        "act": str(act.id or ""),
        **_document(act, before, partial=partial, changed=bool(changed)),
        "published_at": before.get("published_at") or act.at,
        "updated_at": act.at if before.get("published_at") else None,
        "withdrawn_at": None,
        "withdrawn_reason": "",
        "grounds": [],
    }
    if before.get("published_at") is None:
        kind = "first"
    elif before.get("state") in {"withdrawn", "expired"}:
        kind = "again"
    else:
        kind = "performance" if partial else "updated"
    harmless = frozenset(str(key) for key in act.data.get("show_changed") or ())
    _tell(page, act, kind, str(act.data.get("reason") or ""), [_changed(key, old, summary, harmless) for key in changed])


def _stated(old: Mapping[str, str], given: Mapping[str, Any], *, partial: bool) -> dict[str, str]:
    """A whole summary takes the place of the old one, a part is laid over it: what a correction takes out must not stay public."""
    stated = {key: str(value) for key, value in given.items()}
    whole = not partial and set(REQUIRED) <= stated.keys()
    return stated if whole else {**old, **stated}


def _document(act: Any, before: Mapping[str, Any], *, partial: bool, changed: bool) -> dict[str, Any]:
    """Form, full text and document: a page that is brought back to its summary loses its text, a changed one its old document."""
    old = {"form": before.get("form", "summary"), "text": before.get("text", []), "pdf": before.get("pdf", "")}
    if partial:
        return {**old, "text": act.data.get("text") or old["text"], "pdf": str(act.data.get("pdf") or old["pdf"])}
    named = act.data.get("form") or ("summary" if act.kind == "result_published" else None)
    text = act.data.get("text") or ([] if named == "summary" else old["text"])
    pdf = act.data.get("pdf") or ("" if changed or text != old["text"] else old["pdf"])
    return {"form": str(named or old["form"]), "text": text, "pdf": str(pdf)}


def _changed(key: str, old: Mapping[str, str], new: Mapping[str, str], harmless: frozenset[str]) -> dict[str, str]:
    """That a field was changed; its words only where the drafter marked them harmless: a correction often takes out what harms."""
    return {"field": key, "before": old.get(key, ""), "after": new.get(key, "")} if key in harmless else {"field": key}


def _tell(page: Page, act: Any, kind: str, reason: str, changed: list[dict[str, str]]) -> None:
    """One more line of the page's history. A field changed without showing words takes back the words shown of it before."""
    hidden = {item["field"] for item in changed if "before" not in item}
    for change in page.changes:
        change["changed"] = [{"field": item["field"]} if item["field"] in hidden else item for item in change["changed"]]
    page.changes.append({"at": act.at.isoformat(), "kind": kind, "reason": reason, "changed": changed, "act": str(act.id or "")})


def _withdraw(page: Page, act: Any) -> None:
    state = "withdrawn" if act.kind == "publication_withdrawn" else "expired"
    reason = str(act.data.get("reason") or ("公示期满" if state == "expired" else ""))
    page.columns |= {"state": state, "withdrawn_at": act.at, "withdrawn_reason": reason, "withdrawn_act": str(act.id or "")}
    page.columns.setdefault("published_at", act.at)
    _tell(page, act, state, reason, [])


def _withhold(page: Page, act: Any) -> None:
    if page.columns.get("state") in {"public", "withdrawn"}:
        return  # what has been public stays told of; withholding it now means withdrawing it
    grounds = act.own.get("withheld.grounds") or (act.data.get("withheld") or {}).get("grounds") or []
    page.columns |= {"state": "withheld", "published_at": act.at, "grounds": [str(ground) for ground in grounds], "act": str(act.id or "")}


_STEPS = {
    "result_published": _show,
    "publication_updated": _show,
    "publication_withdrawn": _withdraw,
    "publication_expired": _withdraw,
    "result_withheld": _withhold,
}


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None


def decided_day(text: str) -> date | None:
    """The day of a summary's `decided_on` (2026-09-17)."""
    return _day(text)


def title_of(summary: Mapping[str, str]) -> str:
    """The page's title: the party as shown, and the summary's own title or else what its matter is about."""
    party, matter = summary.get("party", ""), summary.get("title") or subject_of(summary.get("matter", ""))
    named = matter if matter.startswith(party) else f"{party}{matter}"
    return f"{named}案" if matter and not matter.endswith("案") else named
