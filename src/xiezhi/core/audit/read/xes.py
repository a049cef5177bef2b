"""XES (IEEE 1849), plain or gzip: attributes of an event by their key, those of its trace as `case:key`, values as the text that they are.

Two readers that say the same: `scan` looks for wanted attributes in the bytes and is several times faster; it knows only the plain form that
nearly all files have, checks that it meets nothing else, and otherwise hands over to expat, which reads every form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any
from xml.parsers import expat

from xiezhi.core.audit.read.opening import LONGEST, chunks
from xiezhi.core.law.errors import InputError

Row = tuple[int, Mapping[str, Any]]
_HEAD_MAY_SAY = re.compile(rb"<\?xml[^>]*encoding=[\"'](?:utf-8|us-ascii)[\"']", re.IGNORECASE)
_SINGLE_QUOTED = re.compile(rb"=\s*'")
_ENTITY_IN_KEY = re.compile(rb"key\s*=\s*\"[^\"]*&")
_ENTITY = re.compile(rb"&(#[0-9]+|#x[0-9a-fA-F]+|lt|gt|amp|quot|apos);")
_PLAIN_KEY = re.compile(r"[^&<>\"'\s][^&<>\"']*\Z")
_NAMED = {b"lt": "<", b"gt": ">", b"amp": "&", b"quot": '"', b"apos": "'"}
_CASE = "case:"


class Unusual(Exception):  # noqa: N818  it never leaves this module: expat takes over
    """The bytes hold something beyond the plain form."""


def read_xes(path: Path, wanted: Iterable[str] | None = None) -> Iterator[Row]:
    """(line of the event, its attributes). `wanted` are the only columns that will be asked for; None reads all.

    Raises InputError naming the line: not well-formed, a DTD (never read), an encoding that expat does not know, a file cut off.
    """
    done = 0
    wanted = None if wanted is None else frozenset(wanted)
    if wanted is not None and _plain(wanted):
        try:
            for row in scan(path, wanted):
                yield row
                done += 1
        except Unusual:
            pass
        else:
            return
    yield from islice(parse(path, wanted), done, None)


def _plain(wanted: frozenset[str]) -> bool:
    return bool(wanted) and all(_PLAIN_KEY.match(name.removeprefix(_CASE)) for name in wanted)


# --- the scanner


def scan(path: Path, wanted: frozenset[str]) -> Iterator[Row]:
    """The rows by search in the bytes, or Unusual as soon as anything beyond the plain form is met: `<trace>` with `<event>`s, attributes
    as `<type key="…" value="…"/>`, nothing nested, no comments, CDATA or single quotes. What it does not look for it does not check.
    """
    look = _Look(wanted)
    held, line, begun = b"", 1, False
    for piece in chunks(path):
        held += piece
        if not begun:
            start = _head(held)
            if start is None:
                continue
            line, held, begun = line + held.count(b"\n", 0, start), held[start:], True
        end = held.rfind(b"</trace>")
        if end < 0:
            if len(held) > LONGEST:
                raise Unusual
            continue
        part, held = held[: end + 8], held[end + 8 :]
        yield from _part(part, look, line)
        line += part.count(b"\n")
    if not begun or held.strip() != b"</log>":
        raise Unusual


class _Look:
    """What is looked for: each key in quotes, the attributes of any of them, and the columns that they are of a trace and of an event."""

    def __init__(self, wanted: frozenset[str]) -> None:
        keys = sorted({name.removeprefix(_CASE) for name in wanted})
        self.quoted = [f'"{key}"'.encode() for key in keys]
        names = b"|".join(re.escape(key.encode()) for key in keys)
        # Space within a value other than blanks is normalised by XML: such a value is left to expat.
        self.found = re.compile(rb' key="(' + names + rb')" value="([^"<\n\r\t]*)"').findall
        self.of_trace = {key.encode(): _CASE + key for key in keys if _CASE + key in wanted}
        self.of_event = {key.encode(): key for key in keys if key in wanted}


def _head(held: bytes) -> int | None:
    """Where the first trace begins, None while it is not in sight. Raises Unusual."""
    start = held.find(b"<trace")
    if start < 0:
        if len(held) > LONGEST:
            raise Unusual
        return None
    head = held[:start]
    declared = head.lstrip(b"\xef\xbb\xbf")
    if b"<!DOCTYPE" in head or b"<![" in head or head.count(b"<!--") != head.count(b"-->") or b"<log" not in head:
        raise Unusual
    if declared.startswith(b"<?xml") and b"encoding" in declared[: declared.find(b"?>")] and not _HEAD_MAY_SAY.match(declared):
        raise Unusual
    return start


def _part(part: bytes, look: _Look, line: int) -> Iterator[Row]:
    """The rows of some whole traces."""
    traces = part.split(b"<trace")
    events = part.count(b"<event")
    if (
        traces[0].strip()
        or part.count(b"</event>") != events
        or part.count(b"</") != events + len(traces) - 1  # nothing else is closed, so nothing is nested
        or b"<!" in part
        or b"<?" in part
        or (b"'" in part and _SINGLE_QUOTED.search(part))
    ):
        raise Unusual
    entities = b"&" in part
    if entities and _ENTITY_IN_KEY.search(part):
        raise Unusual
    read = _unescape if entities else bytes.decode
    rows: list[Row] = []
    found = 0
    line += traces[0].count(b"\n")
    of_trace, of_event, attributes_of = look.of_trace, look.of_event, look.found
    try:
        for trace in traces[1:]:
            body = trace.rstrip()
            if not body.endswith(b"</trace>"):
                raise Unusual
            pieces = body[:-8].split(b"<event")
            attributes = attributes_of(pieces[0])
            found += len(attributes)
            own = {of_trace[key]: read(value) for key, value in attributes if key in of_trace}
            at = line + pieces[0].count(b"\n")
            for event in pieces[1:]:
                if event[:1] != b">" or not event.rstrip().endswith(b"</event>"):
                    raise Unusual
                attributes = attributes_of(event)
                found += len(attributes)
                row = own.copy()
                for key, value in attributes:
                    if key in of_event:
                        row[of_event[key]] = read(value)
                rows.append((at, row))
                at += event.count(b"\n")
            line += trace.count(b"\n")
    except UnicodeDecodeError:
        raise Unusual from None
    # Each key that stands anywhere in quotes was found where it was looked for, once; else it stands in another form.
    if sum(part.count(quoted) for quoted in look.quoted) != found:
        raise Unusual
    yield from rows


def _unescape(raw: bytes) -> str:
    if b"&" not in raw:
        return raw.decode()
    if raw.count(b"&") != len(_ENTITY.findall(raw)):
        raise Unusual
    try:
        return _ENTITY.sub(_unescaped, raw).decode()
    except (ValueError, OverflowError):
        raise Unusual from None


def _unescaped(match: re.Match[bytes]) -> bytes:
    name = match.group(1)
    if name in _NAMED:
        return _NAMED[name].encode()
    code = int(b"0" + name[1:], 0) if name[1:2] == b"x" else int(name[1:])
    if code < 32:
        raise Unusual  # expat says whether it may stand here
    return chr(code).encode()


# --- expat


def parse(path: Path, wanted: Iterable[str] | None = None) -> Iterator[Row]:
    """The rows by the parser of the standard library."""
    reader = _Expat(path, None if wanted is None else frozenset(wanted))
    for piece in chunks(path, 1024 * 1024):
        yield from reader.feed(piece, last=False)
    yield from reader.feed(b"", last=True)


class _Expat:
    """Depth 1 is the log, 2 a trace (or an event without one), 3 an event; attributes of attributes are passed over."""

    def __init__(self, path: Path, wanted: frozenset[str] | None) -> None:
        self.path = path
        self.wanted = wanted
        self.stack: list[str] = []
        self.trace: dict[str, Any] = {}
        self.event: dict[str, Any] = {}
        self.line = 0
        self.held: list[tuple[int, dict[str, Any]]] = []
        self.ready: list[Row] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.StartDoctypeDeclHandler = self.doctype

    def feed(self, piece: bytes, *, last: bool) -> list[Row]:
        try:
            self.parser.Parse(piece, last)
        except expat.ExpatError as error:
            said = expat.ErrorString(error.code)
            raise InputError(
                f"column {error.offset + 1}: not well-formed XES ({said})",
                f"第 {error.offset + 1} 列：不是格式正确的 XES（{'文件不完整' if 'no element' in said or 'unclosed' in said else said}）",
                file=str(self.path),
                line=error.lineno,
            ) from None
        except (LookupError, ValueError) as error:
            raise InputError(
                f"it cannot be decoded ({error}); save the file as UTF-8", "编码无法识别，请将文件另存为 UTF-8", file=str(self.path)
            ) from None
        ready, self.ready = self.ready, []
        return ready

    def doctype(self, *_: Any) -> None:
        raise InputError(
            "it declares a DTD, which is never read; remove the DOCTYPE line",
            "文件含有 DTD 声明，不予读取；请删去 DOCTYPE 一行",
            file=str(self.path),
            line=self.parser.CurrentLineNumber,
        )

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        stack = self.stack
        if not stack and name != "log":
            raise InputError(
                f"the first element is <{name}>, expected <log>: it is no XES",
                "最外层不是 <log>，不是 XES 文件",
                file=str(self.path),
                line=self.parser.CurrentLineNumber,
            )
        if name == "trace" and len(stack) == 1:
            self.trace, self.held = {}, []
        elif name == "event" and stack in (["log", "trace"], ["log"]):
            self.event, self.line = {}, self.parser.CurrentLineNumber
            if len(stack) == 1:
                self.trace = {}
        elif stack and "key" in attributes:
            key = attributes["key"]
            if stack[-1] == "event" and len(stack) in (2, 3) and "value" in attributes:
                if self.wanted is None or (key in self.wanted and not key.startswith(_CASE)):
                    self.event[key] = attributes["value"]
            elif stack == ["log", "trace"] and "value" in attributes:
                key = _CASE + key
                if self.wanted is None or key in self.wanted:
                    self.trace[key] = attributes["value"]
        stack.append(name)

    def end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        self.stack.pop()
        if name == "event" and self.stack in (["log", "trace"], ["log"]):
            if len(self.stack) == 1:
                self.ready.append((self.line, self.event))
            else:
                self.held.append((self.line, self.event))
        elif name == "trace" and len(self.stack) == 1:
            # What belongs to the trace may also stand behind its events.
            self.ready += [(line, {**self.trace, **event}) for line, event in self.held]
            self.held = []
