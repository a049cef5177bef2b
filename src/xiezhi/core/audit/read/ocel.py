"""OCEL 2.0 as JSON, SQLite and XML: one event a row, once for each of its case objects.

A row holds `concept:name`, `time:timestamp`, `case:concept:name` (the object that is the case), the event's attributes by name, and
`object:TYPE` the ids of its other objects.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.parsers import expat

from xiezhi.core.audit.read.opening import chunks, open_binary
from xiezhi.core.law.errors import InputError

Row = tuple[int, Mapping[str, Any]]
Event = tuple[int, str, Any, dict[str, Any], list[str]]  # place, type, time, attributes, ids of its objects
_OBJECT = "object:"
_SAFE = re.compile(r"[^\"\0]+\Z")


def read_ocel(path: Path, case: str | None, unmapped: Counter[str]) -> Iterator[Row]:
    """`case` is the mapping's column for the case, `object:TYPE`; without one, the type `case`, or the only type there is.

    Events without an object of that type are counted in `unmapped`. Raises InputError naming file and place (number of the event).
    """
    name = path.name.lower().removesuffix(".gz")
    if name.endswith((".sqlite", ".db")):
        types, events = _sqlite(path)
    elif name.endswith((".xml", ".xmlocel")):
        types, events = _xml(path)
    else:
        types, events = _json(path)
    kind = _case_type(path, case, types)
    for place, label, at, attributes, objects in events:
        rest: dict[str, list[str]] = {}
        cases = []
        for identity in dict.fromkeys(objects):
            if types.get(identity) == kind:
                cases.append(identity)
            else:
                rest.setdefault(_OBJECT + types.get(identity, "?"), []).append(identity)
        if not cases:
            unmapped[f"{label} (no {kind})"] += 1
        for one in cases:
            yield (
                place,
                {**attributes, **rest, "concept:name": label, "time:timestamp": at, "case:concept:name": one, f"{_OBJECT}{kind}": one},
            )


def _case_type(path: Path, case: str | None, types: Mapping[str, str]) -> str:
    kinds = sorted(set(types.values()))
    if case is not None and case.startswith(_OBJECT):
        asked = case.removeprefix(_OBJECT)
        if asked in kinds or not kinds:
            return asked
        raise InputError(
            f"no object is of the type {asked!r}; types here: {', '.join(kinds)}",
            f"没有类型为“{asked}”的对象；现有：{'、'.join(kinds)}",
            file=str(path),
        )
    if "case" in kinds or not kinds:
        return "case"
    if len(kinds) == 1:
        return kinds[0]
    raise InputError(
        f"objects are of the types {', '.join(kinds)}; say in a mapping which one is the case (columns: {{case: 'object:{kinds[0]}'}})",
        f"对象的类型有 {'、'.join(kinds)}；请在对照文件中写明哪一种是案件（columns: {{case: 'object:{kinds[0]}'}}）",
        file=str(path),
    )


def _json(path: Path) -> tuple[dict[str, str], Iterable[Event]]:
    try:
        with open_binary(path) as file:
            log = json.loads(b"".join(chunks(path)) if file else b"")
        types = {str(item["id"]): str(item["type"]) for item in log["objects"]}
        return types, [
            (
                place,
                str(event["type"]),
                event["time"],
                {str(item["name"]): item["value"] for item in event.get("attributes") or ()},
                [str(item["objectId"]) for item in event.get("relationships") or ()],
            )
            for place, event in enumerate(log["events"], start=1)
        ]
    except UnicodeDecodeError:
        raise InputError("it is not UTF-8; save the file as UTF-8", "不是 UTF-8 编码，请另存为 UTF-8", file=str(path)) from None
    except json.JSONDecodeError as error:
        raise InputError(f"column {error.colno}: not JSON ({error.msg})", "不是有效的 JSON", file=str(path), line=error.lineno) from None
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise InputError(
            f"it is no OCEL 2.0 log ({error!r}): expected `objects` and `events` with id, type, time", "不是 OCEL 2.0 日志", file=str(path)
        ) from None


def _sqlite(path: Path) -> tuple[dict[str, str], Iterable[Event]]:
    open_binary(path).close()
    try:
        store = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        store.row_factory = sqlite3.Row
        types = {str(row[0]): str(row[1]) for row in store.execute("SELECT ocel_id, ocel_type FROM object")}
        tables = {str(row[0]): str(row[1]) for row in store.execute("SELECT ocel_type, ocel_type_map FROM event_map_type")}
        objects: dict[str, list[str]] = {}
        for row in store.execute("SELECT ocel_event_id, ocel_object_id FROM event_object"):
            objects.setdefault(str(row[0]), []).append(str(row[1]))
        events: list[Event] = []
        for label, table in tables.items():
            if not _SAFE.match(table):
                raise sqlite3.DatabaseError("the name of a table is impossible")
            for row in store.execute(f'SELECT * FROM "event_{table}" ORDER BY rowid'):
                given = dict(row)
                identity, at = str(given.pop("ocel_id")), given.pop("ocel_time")
                events.append((0, label, at, given, objects.get(identity, [])))
        store.close()
    except (sqlite3.Error, KeyError, UnicodeError) as error:
        raise InputError(f"it is no OCEL 2.0 database ({error})", "不是 OCEL 2.0 的 SQLite 数据库", file=str(path)) from None
    events.sort(key=lambda event: str(event[2]))
    return types, [(place, *event[1:]) for place, event in enumerate(events, start=1)]


def _xml(path: Path) -> tuple[dict[str, str], Iterable[Event]]:
    reader = _Xml(path)
    try:
        for piece in chunks(path):
            reader.parser.Parse(piece, False)
        reader.parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise InputError(
            f"not well-formed XML ({expat.ErrorString(error.code)})", "不是格式正确的 XML", file=str(path), line=error.lineno
        ) from None
    except (KeyError, LookupError, ValueError) as error:
        raise InputError(
            f"it is no OCEL 2.0 log ({error!r})", "不是 OCEL 2.0 日志", file=str(path), line=reader.parser.CurrentLineNumber
        ) from None
    return reader.types, reader.events


class _Xml:
    """<log> holds <events> of <event id type time> with <attributes> and <objects>, and <objects> of <object id type>."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.types: dict[str, str] = {}
        self.events: list[Event] = []
        self.stack: list[str] = []
        self.name, self.text = "", ""
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.said
        self.parser.StartDoctypeDeclHandler = self.doctype

    def doctype(self, *_: Any) -> None:
        raise InputError(
            "it declares a DTD, which is never read", "文件含有 DTD 声明，不予读取", file=str(self.path), line=self.parser.CurrentLineNumber
        )

    def start(self, name: str, given: dict[str, str]) -> None:
        if self.stack == ["log", "events"] and name == "event":
            self.events.append((self.parser.CurrentLineNumber, given["type"], given["time"], {}, []))
        elif self.stack == ["log", "objects"] and name == "object":
            self.types[given["id"]] = given["type"]
        elif self.stack == ["log", "events", "event", "objects"]:
            self.events[-1][4].append(given["object-id"])
        elif self.stack == ["log", "events", "event", "attributes"] and name == "attribute":
            self.name, self.text = given["name"], ""
        self.stack.append(name)

    def said(self, text: str) -> None:
        self.text += text

    def end(self, _name: str) -> None:
        if self.stack == ["log", "events", "event", "attributes", "attribute"]:
            self.events[-1][3][self.name] = self.text
        self.stack.pop()
