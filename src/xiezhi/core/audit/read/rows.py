"""From a row of a table to a line of a history: names of columns, labels, cells, times, by the mapping or by history.md's own names."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NoReturn

from xiezhi.core.audit.mapping import COUNT, ELSE, FIELDS, SIGNED, SKIP
from xiezhi.core.audit.mapping import Mapping as Names
from xiezhi.core.law.errors import InputError
from xiezhi.core.law.vocabulary import DataKey, Vocabulary

Row = tuple[int, Mapping[str, Any]]
Line = tuple[int, Mapping[str, Any]]
# Field -> column, and the columns that are facts: (column, dotted path, its key).
Shape = tuple[dict[str, str], list[tuple[str, str, DataKey | None]]]
_SHAPES = 1000
# Other names under which logs carry what every line needs, in the order in which they are looked for.
ALSO = {"case": ("case:concept:name",), "act": ("concept:name",), "at": ("time:timestamp",)}
_LISTS = ("by", "documents")
_TIMES = ("at", "until", "recorded_at")
_TRUE, _FALSE = ("true", "1", "yes", "是"), ("false", "0", "no", "否")
_WHOLE = re.compile(r"-?[0-9]+\Z")
_NO_MAPPING = Names()


class LineMaker:
    """Turns the rows of one file into lines. Labels that no act stands for are counted in `unmapped` (only with a mapping)."""

    def __init__(self, path: Path, vocabulary: Vocabulary, names: Names | None, unmapped: Counter[str]) -> None:
        self.path = path
        self.vocabulary = vocabulary
        self.mapped = names is not None
        self.names = names or _NO_MAPPING
        self.unmapped = unmapped
        # The events of a log differ in their attributes, but in few ways: columns and facts are looked up once for each.
        self._shapes: dict[tuple[Any, ...], Shape] = {}

    def lines(self, rows: Iterable[Row]) -> Iterator[Line]:
        """Each row that is an act, as a line. Raises InputError naming file and row."""
        for place, row in rows:
            line = self.line(place, row)
            if line is not None:
                yield place, line

    def line(self, place: int, row: Mapping[str, Any]) -> dict[str, Any] | None:
        """The row as a line, None where its label is no act or the mapping leaves it out."""
        seen = tuple(row)
        shape = self._shapes.get(seen)
        if shape is None:
            shape = self.shape(seen, place)
            if len(self._shapes) < _SHAPES:
                self._shapes[seen] = shape
        columns, facts = shape
        act = self._act(place, row, columns["act"])
        if act is None:
            return None
        line: dict[str, Any] = dict(self.names.constants)
        for field, column in columns.items():
            value = row[column]
            if value is None or value == "":
                continue
            if field in _TIMES:
                line[field] = self.time(place, field, value)
            elif field in _LISTS:
                line[field] = _listed(value)
            elif field in SIGNED:
                line.setdefault("signed", {})[field.partition(".")[2]] = _signed(field, value)
            elif field in ("recordings", "signed"):
                line[field] = self._json(place, field, value)
            elif field == "case_seq":
                line[field] = int(value) if _WHOLE.match(str(value)) else value
            else:
                line[field] = _text(value)
        line["act"] = act
        data = {path: self.cell(place, column, key, row[column]) for column, path, key in facts if row[column] not in (None, "")}
        given = row.get("data")
        if given:
            given = self._json(place, "data", given)
            data = {**given, **data} if isinstance(given, Mapping) else given
        if data:
            line["data"] = data
        return line

    # --- which column is what

    def shape(self, shape: tuple[Any, ...], place: int = 1) -> Shape:
        """Find the columns of a table, or of one shape of rows of a log whose events differ."""
        present = set(shape)
        columns = {}
        for field in (*FIELDS, *SIGNED):
            column = self._column(field, present)
            if column is not None:
                columns[field] = column
        for field in ("case", "act", "at"):
            if field not in columns:
                said = self.names.columns.get(field)
                self.refuse(
                    place,
                    field,
                    f"there is no column {said or field!r} for the {field}; columns here: {', '.join(map(str, shape)) or '(none)'}; name it in a mapping (columns: {{{field}: ...}})",
                    f"没有“{said or field}”这一列，无法得知“{field}”；现有的列：{'、'.join(map(str, shape)) or '（无）'}；请在对照文件的 columns 中写明",
                )
        data = [(column, path) for column, path in self.names.facts.items() if column in present]
        # history.md's own names count also beside a mapping, but never a column that the mapping gives another sense.
        taken = {*self.names.facts, *columns.values()}
        data += [(str(name), str(name)[5:]) for name in shape if str(name).startswith("data.") and name not in taken]
        return columns, [(column, path, self.vocabulary.key(path)) for column, path in data]

    def _column(self, field: str, present: set[Any]) -> str | None:
        named = self.names.columns.get(field)
        if named is not None:
            return named if named in present else None
        if field in self.names.constants:
            return None
        return next(
            (name for name in (field, *ALSO.get(field, ()), f"case:{field}") if name in present and name not in self.names.facts), None
        )

    # --- cells

    def _act(self, place: int, row: Mapping[str, Any], column_of_act: str) -> str | None:
        label = "" if row[column_of_act] is None else _text(row[column_of_act])
        for column, read in self.names.only.items():
            if column in row and _text(row[column]) not in read:
                self.unmapped[f"{label} [{column}: {_text(row[column])}]"] += 1
                return None
        return self.label(place, label)

    def label(self, place: int, label: str) -> str | None:
        """The act that an activity's label stands for; None where it stands for none, which is counted unless the mapping knows it."""
        act = self.names.labels.get(label, label if label in self.vocabulary.acts else None)
        if act == SKIP:
            return None
        if act == COUNT or (act is None and self.mapped and label):
            self.unmapped[label] += 1
            return None
        if act is None and label:
            self.refuse(
                place,
                "act",
                f"unknown act {label!r}; a mapping can say which act it is (`xiezhi mapping suggest {self.path.name}`)",
                f"词汇表中没有行为“{label}”；可以用对照文件说明它是哪个行为（xiezhi mapping suggest {self.path.name}）",
            )
        if act is None:
            self.refuse(place, "act", "`act` is required", "缺少“act”（行为）")
        return act

    def time(self, place: int, field: str, value: Any) -> datetime:
        """A cell as an instant. A time without offset is read only where the mapping gives the zone."""
        if isinstance(value, datetime):
            read = value
        elif isinstance(value, date):
            read = datetime(value.year, value.month, value.day)  # noqa: DTZ001  the zone comes from the mapping below
        else:
            text = str(value).strip()
            try:
                if self.names.time_format is not None:
                    read = datetime.strptime(text, self.names.time_format)  # noqa: DTZ007  the zone comes from the mapping below
                else:
                    read = datetime.fromisoformat(text.removesuffix(" UTC") + ("+00:00" if text.endswith(" UTC") else ""))
            except ValueError:
                self.refuse(
                    place,
                    field,
                    f"{text!r} is not a time with an offset; expected such as 2026-03-01T09:30:00+08:00, or give `time_format:` in a mapping",
                    f"“{text}”不是带时区的有效时间，应当形如 2026-03-01T09:30:00+08:00，或者在对照文件中写明 time_format",
                )
        if read.tzinfo is not None:
            return read
        if self.names.timezone is None:
            self.refuse(
                place,
                field,
                f"{value!s} has no offset from UTC; write it with one, or give `timezone: Asia/Shanghai` in a mapping",
                f"时间“{value}”没有时区；请写明，或者在对照文件中写 timezone: Asia/Shanghai",
            )
        return read.replace(tzinfo=self.names.timezone)

    def cell(self, place: int, column: str, key: DataKey | None, value: Any) -> Any:
        meant = self.names.values.get(column)
        if meant is not None:
            said = _text(value)
            value = meant.get(said, meant.get(ELSE, value))
        if column in self.names.units:
            try:
                value = Decimal(str(value)) * self.names.units[column]
            except InvalidOperation:
                self.refuse(place, column, f"{column}: {value!r} is not a number", f"“{column}”的值“{value}”不是数字")
        if key is None:
            return value
        if key.type == "bool" and not isinstance(value, bool):
            said = _text(value).lower()
            return True if said in _TRUE else False if said in _FALSE else value
        if key.type == "list" and isinstance(value, str):
            return _listed(value)
        if key.type == "map" and isinstance(value, str):
            return self._json(place, column, value)
        return _text(value) if key.type in ("text", "person", "enum") and isinstance(value, (int, float)) else value

    def _json(self, place: int, field: str, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value, parse_float=Decimal)
        except (ValueError, RecursionError):
            self.refuse(place, field, f"`{field}`: the cell must hold JSON", f"“{field}”的单元格应当是 JSON")

    def refuse(self, place: int, field: str, en: str, zh: str) -> NoReturn:
        raise InputError(en, zh, file=str(self.path), line=place, field=field)


def _text(value: Any) -> str:
    """A cell as text: a number that is whole has no point."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _listed(value: Any) -> list[str]:
    """A list in a cell is separated by `;` (history.md)."""
    if isinstance(value, (list, tuple)):
        return [_text(item) for item in value]
    return [item.strip() for item in _text(value).split(";") if item.strip()]


def _signed(field: str, value: Any) -> Any:
    text = _text(value).strip()
    if field in ("signed.witness", "signed.served"):
        return True if text.lower() in _TRUE else False if text.lower() in _FALSE else value
    if field == "signed.officers":
        return int(text) if _WHOLE.match(text) else _listed(text)
    return text
