"""Writing the derived rows of cases, inside the transaction of the act (settings.XIEZHI_PROJECTIONS)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection, models

from xiezhi.apps.casework.models import CaseFile, DutyRow
from xiezhi.apps.casework.reading import read
from xiezhi.apps.casework.search import tokens


def _columns(model: type[models.Model]) -> list[str]:
    """The columns that a projection fills: all but a running number."""
    return [str(field.column) for field in model._meta.concrete_fields if field.column != "id"]


def _quoted(columns: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


_FILE, _DUTY = _columns(CaseFile), _columns(DutyRow)
_SET = ", ".join(f'"{name}" = excluded."{name}"' for name in _FILE if name != "case")
# One statement for any number of cases: rows come as JSON and PostgreSQL gives them the types of the table.
_WRITE = f"""
WITH files AS (
    INSERT INTO casework_casefile ({_quoted(_FILE)})
    SELECT {_quoted(_FILE)} FROM jsonb_populate_recordset(NULL::casework_casefile, %s::jsonb)
    ON CONFLICT ("case") DO UPDATE SET {_SET}
), gone AS (
    DELETE FROM casework_dutyrow WHERE "case" = ANY(%s)
)
INSERT INTO casework_dutyrow ({_quoted(_DUTY)}) SELECT {_quoted(_DUTY)} FROM jsonb_populate_recordset(NULL::casework_dutyrow, %s::jsonb)
"""


def project(*changes: Any) -> None:
    """Write the rows of the changed cases as their markings say, in one statement, whatever was there before."""
    files: list[dict[str, Any]] = []
    duties: list[dict[str, Any]] = []
    for change in changes:
        reading = read(change.marking, change.book.pack.vocabulary)
        files.append(_file(change.case, reading.columns))
        duties.extend(_duties(change, reading.duties))
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [_json(files), [row["case"] for row in files], _json(duties)])


def _json(rows: list[dict[str, Any]]) -> str:
    return json.dumps(rows, ensure_ascii=False, default=datetime.isoformat)


def _file(case: Any, columns: dict[str, Any]) -> dict[str, Any]:
    search = tokens(columns["number"] or case.id, columns["title"], columns["party"])
    return {"case": case.id, "agency": case.agency_id, "pack": case.pack_id, "search": search, **columns}


def _duties(change: Any, running: tuple[Any, ...]) -> Iterator[dict[str, Any]]:
    acts = change.marking.acts
    for duty in running:
        yield {
            "case": change.case.id,
            "agency": change.case.agency_id,
            "rule": duty.rule,
            "zh": duty.zh,
            "expect": list(duty.expect),
            "hands": duty.hands or "officer",
            "due": duty.due,
            "provisional": bool(duty.provisional),
            "paused": duty.state == "paused",
            "review_of": _object_of_review(acts, duty),
        }


def _object_of_review(acts: Any, duty: Any) -> str:
    """What the review is about whose submission opened the duty; empty for other duties."""
    if duty.opened_by is None:
        return ""
    opener = acts[duty.opened_by]
    return str(opener.data.get("review_of", "decision")) if opener.kind == "review_submitted" else ""
