"""One act with all that stands or falls with it: its number, the documents that the system makes for it, its place in history.

What is slow and needs no number (reading the case, writing the words) is done before anything is locked. A document carries its number
inside, so it is set while the series is locked: some tens of milliseconds (docs/dangerous-constructs.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from xiezhi.apps.casework.forms.line import put
from xiezhi.apps.paperwork import service as paperwork
from xiezhi.apps.record import queries as records
from xiezhi.apps.record import service as record
from xiezhi.core.law.clock import parse_time
from xiezhi.core.typeset.errors import TypesetError

# Which act draws which number: the key that holds it, and the documents whose series it may be, the usual one last.
NUMBERS = {
    "case_filed": ("case.number", ()),
    "decision_made": ("decision_no", ("on_spot_decision", "decision")),
    "no_penalty_decided": ("decision_no", ("no_penalty_decision",)),
}
FILING = "立"
# Of two clicks on one form the second waits here for the first, and then finds its act.
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


def perform(line: dict[str, Any], act_id: UUID, now: datetime, *, make: Sequence[str] = (), origin: str = "", entered_by: str = "") -> Any:
    """`record.perform` with the number that this act draws and the documents `make` (ids) that the system makes for it.

    All stand or fall together: a refused act, a document that cannot be made, or a second click leave no gap in a series and no
    paper. `line["data"]` receives the number, of the year of the act; `entered_by` as in `record.perform`. Raises TypesetError with words
    for the page, InputError as `record.perform` does.
    """
    key, word = _series(line)
    if not (key or make):
        return record.perform(line, act_id, now, entered_by=entered_by)
    if (earlier := record.answer_of(act_id)) is not None:
        return _once_more(line, act_id, now, earlier, key=key, make=make)
    source = None
    if make:
        source = paperwork.source_for(line["case"], line, now)
        if (refusal := _unwritable(line, source, now, make, key)) is not None:
            return refusal
    refused: record.Refusal | None = None
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_ONE_AT_A_TIME, [str(act_id)])
        earlier = record.answer_of(act_id)
        if earlier is None:
            if key:
                put(line["data"], key, paperwork.next_number(line["agency"], word, parse_time(line["at"])))
            made = [paperwork.compose(document, source, line, now, origin=origin) for document in make] if source else []
            answer = record.perform(_with_files(line, [one.file for one in made]), act_id, now, entered_by=entered_by)
            if isinstance(answer, record.Receipt):
                for one in made:
                    paperwork.keep(one, source, now)  # type: ignore[arg-type]  # made from the source
                return answer
            refused = answer
        transaction.set_rollback(True)
    if refused is not None:
        record.log_refusal(refused, now)
        return refused
    return _once_more(line, act_id, now, earlier, key=key, make=make)


def _series(line: dict[str, Any]) -> tuple[str, str]:
    """The key and the word of the number that this act draws; two empty texts where it draws none, or where one is stated."""
    key, documents = NUMBERS.get(line["act"], ("", ()))
    if not key or held(line["data"], key):
        return "", ""
    if not documents:
        return key, FILING
    ticked = [document for document in documents if document in line["documents"]]
    return key, paperwork.series_of((ticked or documents)[0 if ticked else -1])


def _unwritable(line: dict[str, Any], source: Any, now: datetime, make: Sequence[str], key: str) -> record.Refusal | None:
    """Try the words of the documents. Where they lack something, an act that the law forbids is told so first; else TypesetError."""
    try:
        for document in make:
            paperwork.draft(document, line["case"], line, now, source=source)
    except TypesetError:
        tried = {**line, "data": {**line["data"]}}
        if key:
            put(tried["data"], key, "〔〕")  # a number will be there
        verdict = record.check(tried, now)
        if (reasons := getattr(verdict, "reasons", None)) is None:
            raise
        refusal = record.Refusal(tuple(reasons), line["case"], line["act"], line["agency"])
        record.log_refusal(refusal, now)
        return refusal
    return None


def _once_more(line: dict[str, Any], act_id: UUID, now: datetime, earlier: Any, *, key: str, make: Sequence[str]) -> Any:
    """The answer of a second click: number and documents are those of the first; other content under this id is an error in words."""
    body = next((entry.body for entry in records.history(earlier.case) if entry.id == earlier.act_id), {})
    if key and (number := held(body.get("data", {}), key)):
        put(line["data"], key, number)
    files = [file for file in body.get("files", ()) if file.get("document") in make]
    return record.perform(_with_files(line, files), act_id, now)


def _with_files(line: dict[str, Any], files: list[dict[str, Any]]) -> dict[str, Any]:
    return {**line, "files": [*line.get("files", ()), *files]} if files else line


def held(data: Any, dotted: str) -> Any:
    """The value at a dotted path of nested objects; None where there is none."""
    for part in dotted.split("."):
        data = data.get(part) if isinstance(data, dict) else None
    return data
