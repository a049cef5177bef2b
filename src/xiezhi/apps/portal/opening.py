"""Open data: every public result as one row, the same fields in CSV, JSON and the schema. What was withdrawn keeps its number alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from xiezhi.apps.disclosure import queries
from xiezhi.apps.portal.tables import csv_text

BATCH = 500
# Field -> (its name, what it holds). The first six stand in every row, the others only while the result is public.
FIELDS = {
    "id": ("公示编号", "永久不变；网页地址的最后一段"),
    "url": ("网址", "公示页的永久地址"),
    "state": ("状态", "public 公示中，withdrawn 已撤回，expired 公示期满"),
    "number": ("决定书文号", ""),
    "agency": ("决定机关", ""),
    "published_on": ("公示日期", "年-月-日"),
    "procedure": ("种类", "程序的代码，见词汇表"),
    "party": ("当事人", "公民只显示姓"),
    "party_code": ("统一社会信用代码", "公民没有"),
    "matter": ("事项", ""),
    "facts": ("主要事实", ""),
    "basis": ("依据", ""),
    "content": ("决定内容", ""),
    "decided_on": ("决定日期", "年-月-日"),
    "performance": ("履行情况", ""),
    "entry": ("日志条目指纹", "33 字节，十六进制；可以对照公示日志核验"),
    "pdf_sha256": ("文书指纹", "公示文书 PDF 的 SHA-256"),
}


def row_of(row: Any, base: str) -> dict[str, str]:
    """The public fields of a row, all text, in the order of FIELDS."""
    shown = {
        "id": row.id,
        "url": f"{base}/p/{row.id}",
        "state": str(row.state),
        "number": row.number,
        "agency": row.agency_name,
        "published_on": row.published_at.date().isoformat(),
    }
    if row.state == "public":
        shown |= {name: getattr(row, name) for name in ("procedure", "party", "party_code", "matter", "facts", "basis", "content")}
        shown |= {"decided_on": row.decided_on.isoformat() if row.decided_on else "", "performance": row.performance}
        shown |= {"entry": row.entry, "pdf_sha256": row.pdf}
    return shown


def rows(base: str, now: datetime) -> Iterator[dict[str, str]]:
    """Every result that is or was public, the newest first, read page by page."""
    after = ""
    while True:
        found = queries.published(now, after=after, limit=BATCH)
        yield from (row_of(row, base) for row in found.rows)
        if not (after := found.after):
            return


def csv_lines(base: str, now: datetime) -> Iterator[str]:
    """A table with the names of FIELDS in its head, beginning with the mark that spreadsheets look for."""
    yield csv_text([zh for zh, _note in FIELDS.values()], [])
    for row in rows(base, now):
        yield csv_text([], [[row.get(name, "") for name in FIELDS]]).split("\r\n", 1)[1]


def json_lines(base: str, now: datetime) -> Iterator[str]:
    """One JSON object a line."""
    for row in rows(base, now):
        yield json.dumps(row, ensure_ascii=False) + "\n"


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of one row."""
    always = list(FIELDS)[:6]
    properties: dict[str, Any] = {
        name: {"type": "string", "title": zh, **({"description": note} if note else {})} for name, (zh, note) in FIELDS.items()
    }
    properties["state"]["enum"] = ["public", "withdrawn", "expired"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "行政执法公示结果",
        "type": "object",
        "required": always,
        "properties": properties,
        "additionalProperties": False,
    }
