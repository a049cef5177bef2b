"""Making a document: data, words, page, store."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import segno
from django.conf import settings

from xiezhi.apps.paperwork import files
from xiezhi.apps.paperwork.drafting import CaseSource, data_of, people_zh
from xiezhi.apps.paperwork.models import Document
from xiezhi.apps.paperwork.numbering import next_number
from xiezhi.apps.paperwork.words import day_zh, yuan_zh
from xiezhi.core.law.clock import parse_time
from xiezhi.core.typeset import Paper, Typesetter, Wording, typesetter, wordings

# Documents that the party holds in hand: only these carry a code, and what the code leads to (行政处罚法 第四十八条).
CODED = {
    "decision": "扫码查看本决定的公示页，并可核验。",
    "on_spot_decision": "扫码查看本决定的公示页，并可核验。",
    "no_penalty_decision": "扫码查看本决定的公示页，并可核验。",
    "penalty_notice": "本案作出决定并公示后，扫码可以查看和核验。",
}
DRAFT = "（草稿，尚未编号）"
# What of an act's own data a plain form does not repeat as a row: it stands elsewhere on the form or is structure.
NOT_ROWS = {"case", "party", "summary", "text", "checklist"}


@dataclass(frozen=True, slots=True)
class Made:
    """A document as bytes, in the store, with its number ("" where it has none of its own)."""

    bytes: bytes
    sha256: str
    name: str
    number: str
    type: str
    paper: Paper

    @property
    def file(self) -> dict[str, Any]:
        """The entry for `files` of the act's history line."""
        return {"document": self.type, "name": self.name, "sha256": self.sha256, "size": len(self.bytes), "media_type": "application/pdf"}


def wording_of(document_type: str) -> Wording:
    """The wording of a document type, the plain form for those without one of their own."""
    return wordings().get(document_type) or wordings()["form"]


def write(document_type: str, source: CaseSource, line: Mapping[str, Any], now: datetime, *, number: str = "") -> Paper:
    """The paper, without a page. Raises IncompleteDocument naming what the law asks for and the record does not hold."""
    wording = wording_of(document_type)
    data = data_of(source, line, now)
    if number:
        data["number"] = number
    if wording.named_by_data:
        data["title"] = source.zh("documents", document_type)
        data["fields"] = _rows(source, line)
    return wording.write(data)


def compose(document_type: str, source: CaseSource, line: Mapping[str, Any], now: datetime, *, public_address: str = "") -> Made:
    """Write, number and set a document; `public_address` is where its code leads. Nothing is stored: see `keep`.

    A number already in the act's data (decision_no) is kept; a document with a series of its own takes the next one, so this runs
    inside the act's transaction. Raises TypesetError (IncompleteDocument, MissingGlyph) with words for the page.
    """
    wording = wording_of(document_type)
    given = str((line.get("data") or {}).get("decision_no") or "")
    # The words come first: a document that is refused takes no number.
    write(document_type, source, line, now, number=given)
    number = given or (next_number(source.agency_id, wording.series, _dated(line, now)) if wording.series else "")
    paper = write(document_type, source, line, now, number=number)
    if public_address and document_type in CODED:
        paper = with_code(paper, public_address)
    pdf = page(paper, now)
    return Made(pdf, hashlib.sha256(pdf).hexdigest(), files.shown_name(f"{paper.title}{number}.pdf"), number, document_type, paper)


def _dated(line: Mapping[str, Any], now: datetime) -> datetime:
    """When the act was done: its year is that of the number, however late it is entered."""
    at = line.get("at") or now
    return parse_time(at) if isinstance(at, str) else at


def keep(made: Made, source: CaseSource, now: datetime) -> None:
    """Put a composed document into the store and the list of documents; inside the transaction of its act, once that is permitted."""
    files.put(made.bytes, made.name)
    Document.objects.create(
        case=source.case_id,
        agency=source.agency_id,
        type=made.type,
        number=made.number,
        title=made.paper.title,
        sha256=made.sha256,
        name=made.name,
        size=len(made.bytes),
        made_at=now,
    )


def make(document_type: str, source: CaseSource, line: Mapping[str, Any], now: datetime, *, public_address: str = "") -> Made:
    """`compose` and `keep` at once, for an act that is on the record already."""
    made = compose(document_type, source, line, now, public_address=public_address)
    keep(made, source, now)
    return made


def preview(document_type: str, source: CaseSource, line: Mapping[str, Any], now: datetime) -> bytes:
    """The document as it would be, as PDF; where its number will stand, the page says that it is a draft."""
    given = str((line.get("data") or {}).get("decision_no") or "")
    return page(write(document_type, source, line, now, number=given or DRAFT), now)


def page(paper: Paper, now: datetime) -> bytes:
    """The paper as PDF/A."""
    return setter().set(paper.layout, paper.as_json(), created=now)


@lru_cache(maxsize=1)
def setter() -> Typesetter:
    """The typesetter with the site's own fonts before all others."""
    return typesetter(Path(settings.XIEZHI_HOME) / "fonts")


def with_code(paper: Paper, address: str) -> Paper:
    return paper.with_code(qr_svg(address), f"{CODED[paper.type]} {address}")


def qr_svg(address: str) -> str:
    """A QR code as a whole SVG file (error correction M: a fold or a stamp may cover 15 %)."""
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", scale=4, border=2)
    return out.getvalue().decode()


def _rows(source: CaseSource, line: Mapping[str, Any]) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = [{"name": "行为", "value": source.zh("acts", str(line.get("act")))}]
    for key, value in _flat(line.get("data") or {}):
        if key.split(".")[0] in NOT_ROWS or value in (None, "", [], {}):
            continue
        rows.append({"name": _key_zh(source, key), "value": _value_zh(source, key, value)})
    return rows


def _flat(data: Mapping[str, Any], before: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for key, value in data.items():
        path = f"{before}{key}"
        found += _flat(value, f"{path}.") if isinstance(value, Mapping) else [(path, value)]
    return found


def _entry(source: CaseSource, key: str) -> Any:
    return source.pack.vocabulary.key(key) if source.pack is not None else None


def _key_zh(source: CaseSource, key: str) -> str:
    return str(getattr(_entry(source, key), "zh", "") or key)


def _value_zh(source: CaseSource, key: str, value: Any) -> str:
    entry = _entry(source, key)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(_value_zh(source, key, item) for item in value)
    kind = getattr(entry, "type", "")
    if kind == "person" or getattr(entry, "of", "") == "person":
        return people_zh([str(value)])
    if kind == "yuan":
        return yuan_zh(value)
    if kind in {"date", "time"}:
        from xiezhi.core.law.clock import parse_time

        try:
            return day_zh(parse_time(str(value)))
        except ValueError:
            return str(value)
    values = getattr(entry, "values", None)
    return str(values.get(value, value)) if isinstance(values, Mapping) and isinstance(value, str) else str(value)
