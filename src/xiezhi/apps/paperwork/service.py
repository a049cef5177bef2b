"""The front door of paperwork: numbers, documents, the store.

- `next_number(agency_id, word, at)`: the next number of a series, inside the act's transaction
- `make(document_type, case_id, act_line, now)`: a document of a case, as PDF/A, numbered and stored
- `source_for`, `compose`, `keep`: the same in three steps, so that what is slow is done before a number is drawn, and what is
  refused leaves no file; all but the first inside the act's transaction
- `preview(document_type, case_id, act_line, now)`: the page as it would be, with the word 草稿 for its number
- `has_wording(document_type)`, `series_of(document_type)`: whether its words are its own; the word of its numbers
- `draft(document_type, case_id, act_line, now)`: its words alone, nothing numbered, nothing stored (preview)
- `forget(case, deleted, files, now)`: the rows of documents that no entry names any more go, when bodies are destroyed lawfully
- `store(file)`: any file into the store, by digest; `adopt(path)`: a complete one of `incoming()`, without copying
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from xiezhi.apps.paperwork import files, making
from xiezhi.apps.paperwork.drafting import CaseSource
from xiezhi.apps.paperwork.making import Made, keep, page, qr_svg, wording_of, write
from xiezhi.apps.paperwork.numbering import next_number
from xiezhi.apps.paperwork.words import citations_zh, day_zh, penalty_zh
from xiezhi.core.typeset import Paper, wordings

__all__ = [
    "CaseSource",
    "Made",
    "adopt",
    "compose",
    "day_zh",
    "draft",
    "forget",
    "has_wording",
    "incoming",
    "keep",
    "line_of",
    "make",
    "next_number",
    "page",
    "preview",
    "qr_svg",
    "series_of",
    "source_for",
    "source_of",
    "store",
    "words_of",
    "write",
]


def forget(case_id: str, deleted: Collection[tuple[str, str]], files: Collection[str], now: datetime) -> None:
    """As settings.XIEZHI_FORGETTERS asks: `files` are the digests that no entry names any more."""
    from xiezhi.apps.paperwork.models import Document

    del deleted, now
    Document.objects.filter(case=case_id, sha256__in=files).delete()


def source_of(case_id: str) -> CaseSource:
    """What the record knows of a case. Raises LookupError for an unknown one."""
    from xiezhi.apps.record import queries as record

    book, marking = record.marking(case_id)
    return CaseSource(case_id, str(marking.agency), marking.acts, marking.facts, book.pack)


def source_for(case_id: str, act_line: Mapping[str, Any], now: datetime) -> CaseSource:
    """As `source_of`; for the first act of a case there is no history yet, and what is known stands in the act itself."""
    from xiezhi.apps.record import queries as record
    from xiezhi.apps.registry import queries as registry
    from xiezhi.core.law.pack import load_pack

    if record.case(case_id) is not None:
        return source_of(case_id)
    agency = str(act_line["agency"])
    return CaseSource(case_id, agency, (), {}, load_pack(registry.pack_of(agency, now)))


def has_wording(document_type: str) -> bool:
    """Whether this document has a wording of its own; all others are made by the plain form."""
    return document_type in wordings() and document_type != "form"


def series_of(document_type: str) -> str:
    """The word of the document's numbers (罚决); empty where it has none of its own."""
    return wording_of(document_type).series


def make(document_type: str, case_id: str, act_line: Mapping[str, Any], now: datetime, *, origin: str = "") -> Made:
    """Make the document of an act, inside its transaction. Raises TypesetError with words for the page.

    Its `.file` belongs into the line's `files`, its `.number` into the data where the act has a number of its own. `origin` is
    this installation's own address, for the code where no public address is set.
    """
    return making.make(document_type, source_of(case_id), act_line, now, public_address=_address(case_id, origin))


def compose(document_type: str, source: CaseSource, act_line: Mapping[str, Any], now: datetime, *, origin: str = "") -> Made:
    """Write, number and set a document from a source at hand; `keep(made, source, now)` stores it. Raises TypesetError."""
    return making.compose(document_type, source, act_line, now, public_address=_address(source.case_id, origin))


def _address(case_id: str, origin: str) -> str:
    """Where the code on a document leads: the public address of the settings, else the installation's own."""
    from xiezhi.apps.disclosure import queries as disclosure

    if address := disclosure.public_address(case_id):
        return address
    return f"{origin.rstrip('/')}/p/{disclosure.page_id(case_id)}" if origin else ""


def draft(document_type: str, case_id: str, act_line: Mapping[str, Any], now: datetime, *, source: CaseSource | None = None) -> Paper:
    """The words of a document, for a preview or a publication. Raises IncompleteDocument."""
    return making.write(document_type, source or source_of(case_id), act_line, now)


def preview(document_type: str, case_id: str, act_line: Mapping[str, Any], now: datetime) -> bytes:
    """The document as PDF, before the act: nothing numbered, nothing stored. Raises TypesetError."""
    return making.preview(document_type, source_for(case_id, act_line, now), act_line, now)


def line_of(act: Any) -> dict[str, Any]:
    """The history line of an act that is on the record, as far as its document needs it."""
    return {"case": act.case, "act": act.kind, "at": act.at.isoformat(), "by": list(act.by), "data": dict(act.data)}


def words_of(source: CaseSource, decision: Any) -> dict[str, str]:
    """`basis` and `content` of a decision in words, for a summary."""
    facts = source.facts
    penalty = {"kinds": facts.get("penalty.kinds"), "fine": facts.get("penalty.fine"), "confiscated": facts.get("penalty.confiscated")}
    content = str(facts.get("penalty.text") or "") or penalty_zh(penalty, source.values_zh("penalty.kinds"))
    if decision is not None and decision.kind == "no_penalty_decided":
        content = "不予行政处罚"
    return {"basis": "、".join(citations_zh(facts.get("law_basis"), source.pack)), "content": content}


def store(file: Any, name: str = "", *, digest: Any = None) -> dict[str, Any]:
    """Put bytes, an upload or a binary file into the store. Returns sha256, size, name and media_type."""
    return files.put(file, name, digest)


def incoming() -> Path:
    """The folder for files that are not complete yet; `adopt` takes them over."""
    return files.incoming()


def adopt(path: Path, name: str = "", *, digest: Any = None) -> dict[str, Any]:
    """Put a complete file of `incoming()` into the store without copying it. As `store`."""
    return files.adopt(path, name, digest)
