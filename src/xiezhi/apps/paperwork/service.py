"""The front door of paperwork: numbers, documents, the store.

- `next_number(agency_id, word, now)`: the next number of a series, inside the act's transaction
- `make(document_type, case_id, act_line, now)`: a document of a case, as PDF/A, numbered and stored
- `draft(document_type, case_id, act_line, now)`: its words alone, nothing numbered, nothing stored (preview)
- `store(file)`: any file into the store, by digest
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from xiezhi.apps.paperwork import files, making
from xiezhi.apps.paperwork.drafting import CaseSource
from xiezhi.apps.paperwork.making import Made, page, qr_svg, write
from xiezhi.apps.paperwork.numbering import next_number
from xiezhi.apps.paperwork.words import citations_zh, day_zh, penalty_zh
from xiezhi.core.typeset import Paper

__all__ = [
    "CaseSource",
    "Made",
    "day_zh",
    "draft",
    "line_of",
    "make",
    "next_number",
    "page",
    "qr_svg",
    "source_of",
    "store",
    "words_of",
    "write",
]


def source_of(case_id: str) -> CaseSource:
    """What the record knows of a case. Raises LookupError for an unknown one."""
    from xiezhi.apps.record import queries as record

    book, marking = record.marking(case_id)
    return CaseSource(case_id, str(marking.agency), marking.acts, marking.facts, book.pack)


def make(document_type: str, case_id: str, act_line: Mapping[str, Any], now: datetime) -> Made:
    """Make the document of an act that is about to be recorded. Raises TypesetError with words for the page.

    Its `.file` belongs into the line's `files`, its `.number` into the data where the act has a number of its own.
    """
    from xiezhi.apps.disclosure import queries as disclosure

    return making.make(document_type, source_of(case_id), act_line, now, public_address=disclosure.public_address(case_id))


def draft(document_type: str, case_id: str, act_line: Mapping[str, Any], now: datetime) -> Paper:
    """The words of a document, for a preview or a publication. Raises IncompleteDocument."""
    return making.write(document_type, source_of(case_id), act_line, now)


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


def store(file: Any, name: str = "") -> dict[str, Any]:
    """Put bytes, an upload or a binary file into the store. Returns sha256, size, name and media_type."""
    return files.put(file, name)
