"""YAML with its places: every value of a pack knows the file, line and column where it was written.

The composed nodes are read, never the constructed objects, so `no`, `2024-01-01` and `1_000` stay what was written until a typed
reader asks for something else.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

import yaml

from xiezhi.core.law.errors import Mistakes, PackError, Place

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS = {"", "~", "null"}
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)\Z")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?\Z")


def nearest(word: str, allowed: Collection[str]) -> str | None:
    """The allowed word that looks most like this one, or None when none is near."""
    close = difflib.get_close_matches(word, sorted(allowed), n=1, cutoff=0.6)
    return close[0] if close else None


@dataclass(frozen=True, slots=True)
class GuardText:
    """A guard as written, with the place of its first character, so that a mistake inside it can be shown where it stands.

    `folded` is true for block and folded scalars, whose inner offsets do not map to columns: their place is the scalar's.
    """

    text: str
    file: str
    line: int
    column: int
    folded: bool = False

    def at(self, offset: int) -> Place:
        """The place of the character at `offset` (from 0) of the text."""
        return Place(self.file, self.line, self.column if self.folded else self.column + offset)

    @property
    def place(self) -> Place:
        return Place(self.file, self.line, self.column)


class Node:
    """A value of a YAML file with its place. The readers raise PackError with that place."""

    __slots__ = ("_raw", "file")

    def __init__(self, raw: yaml.Node, file: str) -> None:
        self._raw = raw
        self.file = file

    @property
    def place(self) -> Place:
        mark = self._raw.start_mark
        return Place(self.file, mark.line + 1, mark.column + 1)

    def refuse(self, found: str, expected: str, todo: str) -> NoReturn:
        raise PackError(self.place, found, expected, todo)

    # --- what it is

    @property
    def is_null(self) -> bool:
        return isinstance(self._raw, yaml.ScalarNode) and self._plain and self._raw.value in _NULLS

    @property
    def is_mapping(self) -> bool:
        return isinstance(self._raw, yaml.MappingNode)

    @property
    def is_list(self) -> bool:
        return isinstance(self._raw, yaml.SequenceNode)

    @property
    def _plain(self) -> bool:
        return isinstance(self._raw, yaml.ScalarNode) and not self._raw.style

    def shown(self) -> str:
        """What stands here, short enough for a message."""
        if self.is_mapping:
            return "a mapping"
        if self.is_list:
            return "a list"
        if self.is_null:
            return "nothing"
        text = str(self._raw.value)
        return f"'{text if len(text) <= 60 else text[:57] + '...'}'"

    # --- scalars

    def text(self) -> str:
        """The text as written. Nothing (null) is not a text."""
        if not isinstance(self._raw, yaml.ScalarNode) or self.is_null:
            self.refuse(f"found {self.shown()}", "a text", "write the text here")
        return str(self._raw.value)

    def integer(self) -> int:
        text = self.text()
        if not _INTEGER.match(text):
            self.refuse(f"found {self.shown()}", "a whole number", "write digits only, for example 5")
        return int(text)

    def decimal(self) -> Decimal:
        text = self.text()
        if not _DECIMAL.match(text):
            self.refuse(f"found {self.shown()}", "a number", "write digits and at most one point, for example 5000 or 0.5")
        return Decimal(text)

    def date(self) -> date:
        text = self.text()
        try:
            if len(text) != 10:
                raise ValueError(text)  # noqa: TRY301 - one refusal for both kinds of wrong date
            return date.fromisoformat(text)
        except ValueError:
            self.refuse(f"found {self.shown()}", "a date that exists, as YYYY-MM-DD", "write it like 2021-07-15")

    def boolean(self) -> bool:
        text = self.text()
        if text not in {"true", "false"} or not self._plain:
            self.refuse(f"found {self.shown()}", "true or false", "write true or false without quotes")
        return text == "true"

    def choice(self, allowed: Collection[str], what: str) -> str:
        """One of the allowed words; `what` says in the message what they are, for example 'an act of the vocabulary'."""
        text = self.text()
        if text not in allowed:
            close = nearest(text, allowed)
            listed = what if len(allowed) > 12 else f"{what} ({', '.join(allowed)})"
            self.refuse(f"found {self.shown()}", listed, f"did you mean '{close}'?" if close else "use one that exists")
        return text

    def guard(self) -> GuardText:
        """The scalar as guard text with the place of its first character."""
        text = self.text()
        style = self._raw.style if isinstance(self._raw, yaml.ScalarNode) else None
        place = self.place
        folded = style in {"|", ">"} or self._raw.start_mark.line != self._raw.end_mark.line
        quoted = 1 if style in {"'", '"'} else 0
        return GuardText(text, place.file, place.line, place.column + quoted, folded)

    # --- collections

    def items(self) -> list[Node]:
        """The items of a list."""
        if not isinstance(self._raw, yaml.SequenceNode):
            self.refuse(f"found {self.shown()}", "a list", "write [a, b] or one '- item' a line")
        return [Node(item, self.file) for item in self._raw.value]

    def one_or_more(self) -> list[Node]:
        """The items of a list, or a single scalar as a list of one."""
        return self.items() if self.is_list else [self]

    def texts(self) -> tuple[str, ...]:
        return tuple(item.text() for item in self.items())

    def choices(self, allowed: Collection[str], what: str) -> tuple[str, ...]:
        """A list of allowed words, without repetition."""
        words: list[str] = []
        for item in self.items():
            word = item.choice(allowed, what)
            if word in words:
                item.refuse(f"found {item.shown()} twice in one list", "each word once", "remove the second one")
            words.append(word)
        return tuple(words)

    def entries(self) -> list[tuple[str, Node, Node]]:
        """(key, node of the key, node of the value) of a mapping. Duplicate keys are refused, naming both places."""
        if not isinstance(self._raw, yaml.MappingNode):
            self.refuse(f"found {self.shown()}", "a mapping", "write 'key: value' lines")
        first: dict[str, Node] = {}
        listed: list[tuple[str, Node, Node]] = []
        for raw_key, raw_value in self._raw.value:
            key = Node(raw_key, self.file)
            name = key.text()
            if name in first:
                key.refuse(
                    f"found the key '{name}' a second time, first at {first[name].place}",
                    "each key once",
                    "remove or rename one of the two",
                )
            first[name] = key
            listed.append((name, key, Node(raw_value, self.file)))
        return listed

    def fields(self, allowed: Collection[str], required: Collection[str] = ()) -> dict[str, Node]:
        """The values of a mapping by key. Keys outside `allowed` are refused with the nearest allowed name; null values are left out."""
        found: dict[str, Node] = {}
        for name, key, value in self.entries():
            if name not in allowed:
                close = nearest(name, allowed)
                todo = f"did you mean '{close}'?" if close else "remove it"
                key.refuse(f"found the key '{name}'", f"one of {', '.join(allowed)}", todo)
            if not value.is_null:
                found[name] = value
        for name in required:
            if name not in found:
                self.refuse(f"the key '{name}' is missing", f"'{name}' in this mapping", f"add '{name}: ...'")
        return found

    def plain(self) -> Any:
        """The value as plain data: mappings, lists, texts; plain true, false, null and whole numbers as such. Dates stay texts."""
        if self.is_mapping:
            return {name: value.plain() for name, _, value in self.entries()}
        if self.is_list:
            return [item.plain() for item in self.items()]
        if self.is_null:
            return None
        text = str(self._raw.value)
        if not self._plain:
            return text
        if text in {"true", "false"}:
            return text == "true"
        return int(text) if _INTEGER.match(text) else text


def each(things: Iterable[Any], read: Callable[[Any], None]) -> None:
    """Read every thing, and raise what was wrong with any of them only after all have been read."""
    mistakes = Mistakes()
    for thing in things:
        try:
            read(thing)
        except PackError as error:
            mistakes.add(error)
    mistakes.raise_any()


def _refuse_aliases(raw: yaml.Node, file: str, seen: set[int]) -> None:
    # A value that is reached twice was written with an anchor: what a rule says must stand where the rule stands.
    if id(raw) in seen:
        Node(raw, file).refuse("found a value used by an anchor (&name, *name)", "every value written out", "copy the value to each place")
    seen.add(id(raw))
    if isinstance(raw, yaml.MappingNode):
        for key, value in raw.value:
            _refuse_aliases(key, file, seen)
            _refuse_aliases(value, file, seen)
    elif isinstance(raw, yaml.SequenceNode):
        for item in raw.value:
            _refuse_aliases(item, file, seen)


def read_yaml(path: Path, shown: str | None = None) -> Node:
    """The one document of a YAML file. `shown` is the file's name in messages (default: the path as given).

    Raises PackError for a file that is missing, empty, not UTF-8, not YAML, nested too deep, or that uses anchors.
    """
    file = shown if shown is not None else str(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PackError(
            Place(file, 1, 1), "the file cannot be read", "a readable file", error.strerror or "check its name and rights"
        ) from error
    return parse_yaml(content, file)


# A base is read once for all the packs that stand on it; a Node is never changed.
@lru_cache(maxsize=96)
def parse_yaml(content: bytes, file: str) -> Node:
    """As read_yaml, from bytes already read."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise PackError(Place(file, line, 1), "found bytes that are not UTF-8", "text in UTF-8", "save the file as UTF-8") from error
    try:
        raw = yaml.compose(text, Loader=_Loader)
        if raw is not None:
            _refuse_aliases(raw, file, set())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1, 1)
        raise PackError(
            place, f"found YAML that cannot be read ({error.problem})", "YAML", "check indentation, quotes and brackets here"
        ) from error
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        place = Place(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise PackError(
            place, f"found the character U+{ord(text[error.position]):04X}", "characters that YAML allows", "remove it"
        ) from error
    except RecursionError as error:
        raise PackError(Place(file, 1, 1), "found nesting that is too deep", "a few levels", "flatten it") from error
    if raw is None:
        raise PackError(Place(file, 1, 1), "the file is empty", "one YAML document", "write it or remove the file")
    return Node(raw, file)
