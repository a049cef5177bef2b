"""The people file: JSON Lines, CSV or a workbook (history.md). Without it rules about certificates are not judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from xiezhi.core.audit.read.delimited import read_csv
from xiezhi.core.audit.read.jsonl import read_jsonl
from xiezhi.core.audit.read.sheets import read_xlsx
from xiezhi.core.law.errors import InputError
from xiezhi.core.procedure.history import Person, person_from_row

_STATES = ("valid", "suspended", "cancelled", "revoked")


def read_people(path: Path) -> dict[str, Person]:
    """The people by id. Raises InputError naming file and line: an unknown format, a bad day, an unknown status, an id given twice."""
    people: dict[str, Person] = {}
    for number, row in _rows(path):
        try:
            person = person_from_row(row, number)
        except InputError as error:
            error.file = str(path)
            raise
        if person.certificate_status is not None and person.certificate_status not in _STATES:
            raise InputError(
                f"certificate_status: {person.certificate_status!r} is not one of {', '.join(_STATES)}",
                f"certificate_status：“{person.certificate_status}”不是 {'、'.join(_STATES)} 之一",
                file=str(path),
                line=number,
                field="certificate_status",
            )
        if person.id in people:
            raise InputError(f"the id {person.id!r} stands twice", f"人员“{person.id}”出现两次", file=str(path), line=number, field="id")
        people[person.id] = person
    return people


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    name = path.name.lower()
    if name.endswith((".jsonl", ".ndjson")):
        return read_jsonl(path)
    if name.endswith((".csv", ".tsv")):
        return _texts(path, read_csv(path))
    if name.endswith(".xlsx"):
        return _texts(path, read_xlsx(path))
    raise InputError(
        "a people file is JSON Lines (.jsonl), CSV (.csv) or a workbook (.xlsx)",
        "人员文件应当是 JSON Lines（.jsonl）、CSV（.csv）或者工作簿（.xlsx）",
        file=str(path),
    )


def _texts(path: Path, rows: Iterator[tuple[int, Mapping[str, Any]]]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, row in rows:
        if "id" not in row:
            raise InputError(
                "the first line must name the columns, `id` among them", "第一行应当是列名，其中要有 id", file=str(path), line=1
            )
        yield number, {key: value.strip() if isinstance(value, str) else "" if value is None else value for key, value in row.items()}
