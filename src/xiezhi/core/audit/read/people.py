"""The people file: JSON Lines or CSV (history.md). Without it rules about certificates are not judged."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from xiezhi.core.audit.read.jsonl import decoded, open_binary, read_jsonl
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
    if name.endswith(".csv"):
        return _csv(path)
    raise InputError(
        "a people file is JSON Lines (.jsonl) or CSV (.csv)", "人员文件应当是 JSON Lines（.jsonl）或者 CSV（.csv）", file=str(path)
    )


def _csv(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    with open_binary(path) as file:
        raw = file.read()
    for number, line in enumerate(raw.splitlines(), start=1):
        decoded(path, number, line)
    reader = csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline=""))
    if "id" not in (reader.fieldnames or ()):
        raise InputError("the first line must name the columns, `id` among them", "第一行应当是列名，其中要有 id", file=str(path), line=1)
    for row in reader:
        if None in row:
            raise InputError(
                "the row has more cells than the first line has columns", "该行的单元格多于列数", file=str(path), line=reader.line_num
            )
        yield reader.line_num, {key: (value or "").strip() for key, value in row.items()}
