"""One history in every format that the audit reads."""

from __future__ import annotations

import csv
import gzip
import json
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

LISTS = ("by", "documents")


def flat(line: Mapping[str, Any]) -> dict[str, str]:
    """A line as cells: facts as `data.path`, lists separated by `;`, recordings as JSON."""
    cells = {}
    for key, value in line.items():
        if key == "data":
            cells |= dict(paths("data.", value))
        elif key == "signed":
            cells |= {f"signed.{name}": cell(inner) for name, inner in value.items()}
        elif key == "recordings":
            cells[key] = json.dumps(value)
        else:
            cells[key] = cell(value)
    return cells


def paths(prefix: str, data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in data.items():
        if isinstance(value, Mapping) and key != "checklist":
            yield from paths(f"{prefix}{key}.", value)
        else:
            yield prefix + key, json.dumps(value) if isinstance(value, Mapping) else cell(value)


def cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ";".join(map(str, value)) if isinstance(value, list) else str(value)


def columns_of(rows: list[dict[str, str]]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def as_csv(path: Path, rows: list[dict[str, str]], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, columns_of(rows))
        writer.writeheader()
        writer.writerows(rows)
    return path


def as_xlsx(path: Path, rows: list[dict[str, str]]) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    names = columns_of(rows)
    book.active.append(names)
    for row in rows:
        book.active.append([row.get(name) for name in names])
    book.save(path)
    return path


def as_parquet(path: Path, rows: list[dict[str, str]]) -> Path:
    import polars as pl

    names = columns_of(rows)
    pl.DataFrame({name: [row.get(name) for row in rows] for name in names}, schema=dict.fromkeys(names, pl.String)).write_parquet(path)
    return path


def as_xes(path: Path, rows: list[dict[str, str]]) -> Path:
    """Cases as traces; what every line needs under the names of the standard."""
    traces: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        traces.setdefault(row["case"], []).append(row)
    text = ['<?xml version="1.0" encoding="UTF-8"?>', '<log xes.version="1849.2016">']
    for case, events in traces.items():
        text += ["<trace>", f'<string key="concept:name" value={quoteattr(case)}/>']
        for event in events:
            text.append("<event>")
            for key, value in event.items():
                name = {"case": None, "act": "concept:name", "at": "time:timestamp"}.get(key, key)
                if name is not None:
                    text.append(f"<{'date' if key == 'at' else 'string'} key={quoteattr(name)} value={quoteattr(value)}/>")
            text.append("</event>")
        text.append("</trace>")
    raw = "\n".join([*text, "</log>"]).encode()
    path.write_bytes(gzip.compress(raw) if path.suffix == ".gz" else raw)
    return path


def as_ocel(path: Path, rows: list[dict[str, str]]) -> Path:
    """Objects of the type `case`; everything else are attributes of events."""
    if path.suffix == ".json":
        log = {
            "objectTypes": [{"name": "case", "attributes": []}],
            "objects": [{"id": case, "type": "case"} for case in dict.fromkeys(row["case"] for row in rows)],
            "events": [
                {
                    "id": f"e{place}",
                    "type": row["act"],
                    "time": row["at"],
                    "attributes": [{"name": key, "value": value} for key, value in row.items() if key not in ("case", "act", "at")],
                    "relationships": [{"objectId": row["case"], "qualifier": "of"}],
                }
                for place, row in enumerate(rows)
            ],
        }
        path.write_text(json.dumps(log, ensure_ascii=False), encoding="utf-8")
    elif path.suffix == ".sqlite":
        store = sqlite3.connect(path)
        store.executescript(
            "CREATE TABLE object (ocel_id TEXT, ocel_type TEXT); CREATE TABLE event_map_type (ocel_type TEXT, ocel_type_map TEXT);"
            "CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT);"
        )
        store.executemany("INSERT INTO object VALUES (?, 'case')", [(case,) for case in dict.fromkeys(row["case"] for row in rows)])
        for act in dict.fromkeys(row["act"] for row in rows):
            own = [(place, row) for place, row in enumerate(rows) if row["act"] == act]
            names = [name for name in columns_of([row for _, row in own]) if name not in ("case", "act", "at")]
            store.execute("INSERT INTO event_map_type VALUES (?, ?)", (act, act))
            store.execute(
                f'CREATE TABLE "event_{act}" (ocel_id TEXT, ocel_time TEXT, {", ".join(f"{json.dumps(name)} TEXT" for name in names)})'
            )
            for place, row in own:
                marks = ", ".join("?" * (len(names) + 2))
                store.execute(f'INSERT INTO "event_{act}" VALUES ({marks})', (f"e{place}", row["at"], *(row.get(name) for name in names)))
                store.execute("INSERT INTO event_object VALUES (?, ?, 'of')", (f"e{place}", row["case"]))
        store.commit()
        store.close()
    else:
        text = ["<log><events>"]
        for place, row in enumerate(rows):
            text.append(f'<event id="e{place}" type={quoteattr(row["act"])} time={quoteattr(row["at"])}><attributes>')
            for key, value in row.items():
                if key not in ("case", "act", "at"):
                    text.append(f"<attribute name={quoteattr(key)}>{value.replace('&', '&amp;').replace('<', '&lt;')}</attribute>")
            text.append(f'</attributes><objects><relationship object-id={quoteattr(row["case"])} qualifier="of"/></objects></event>')
        objects = "".join(f'<object id={quoteattr(case)} type="case"/>' for case in dict.fromkeys(row["case"] for row in rows))
        path.write_text("".join([*text, "</events><objects>", objects, "</objects></log>"]), encoding="utf-8")
    return path
