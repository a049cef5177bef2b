"""One pack folder as read, before it is put on those below it: header, numbers, definitions, rules, tables, clauses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from xiezhi.core.law.clauses import ClauseFile, Instrument, read_clauses
from xiezhi.core.law.definitions import Definition, read_definitions
from xiezhi.core.law.errors import Mistakes, PackError, Place
from xiezhi.core.law.params import ParamText, read_params
from xiezhi.core.law.places import shown_name
from xiezhi.core.law.read_rules import RuleReader
from xiezhi.core.law.read_terms import read_term
from xiezhi.core.law.rules import TermText
from xiezhi.core.law.source import Node, each, nearest, read_yaml
from xiezhi.core.law.vocabulary import Vocabulary

T = TypeVar("T")

# From the weakest to the strongest: an overlay may weaken a rule only of its own rank or below (procedure.md 2.2).
LEVELS = ("规范性文件", "规章", "地方性法规", "行政法规", "法律")
RANKS = {level: rank for rank, level in enumerate(LEVELS)} | {"部门规范性文件": 0, "国务院规范性文件": 1, "部门规章": 1}
TABLES = ("acts", "checklists", "documents", "disclosure", "retention", "av")
# What the product owes and does for each clause: no law, so no part of the edition's hash (a file, or a folder of that name).
COVERAGE = "coverage"
FILES = ("pack", "params", "terms", "definitions", "clauses", "properties", "mapping", "vocabulary", COVERAGE, *TABLES)


@dataclass(frozen=True, slots=True)
class Header:
    """What a pack.yaml says."""

    id: str
    version: str
    parent: str | None
    adopts: str | None
    level: str
    zh: str
    en: str
    instruments: dict[str, Instrument]
    place: Place


@dataclass(frozen=True, slots=True)
class Layer:
    """One pack folder as read. `rules` are the nodes of its rules, which the merge reads on those below."""

    header: Header
    folder: Path
    depth: int
    adopted: bool
    reader: RuleReader
    params: dict[str, ParamText]
    definitions: dict[str, Definition]
    rules: tuple[Node, ...]
    tables: dict[str, Node]
    clauses: ClauseFile | None


def files_of(folder: Path) -> list[Path]:
    """The YAML files of a pack folder, in a stable order: what its hash is computed over."""
    return sorted(path for path in folder.rglob("*.yaml") if path.is_file() and not _is_coverage(path.relative_to(folder)))


def _is_coverage(inside: Path) -> bool:
    return Path(inside.parts[0]).stem == COVERAGE


def read_header(folder: Path, shown_from: Path) -> Header:
    """The header of the pack in a folder. Raises PackError."""
    path = folder / "pack.yaml"
    node = read_yaml(path, shown_name(path, shown_from))
    f = node.fields(
        ("id", "version", "parent", "adopts", "level", "zh", "en", "instruments"), required=("id", "version", "level", "zh", "instruments")
    )
    pack = f["id"].text()
    if pack != folder.name:
        f["id"].refuse(f"found the id '{pack}'", f"the folder's name, '{folder.name}'", "rename one of the two")
    instruments: dict[str, Instrument] = {}
    for item in f["instruments"].items():
        instrument = _instrument(item)
        if instrument.id in instruments:
            item.refuse(f"found the instrument '{instrument.id}' a second time", "each instrument once", "remove one of the two")
        instruments[instrument.id] = instrument
    return Header(
        id=pack,
        version=f["version"].text(),
        parent=f["parent"].text() if "parent" in f else None,
        adopts=f["adopts"].text() if "adopts" in f else None,
        level=f["level"].choice(LEVELS, "a level of law"),
        zh=f["zh"].text(),
        en=f["en"].text() if "en" in f else "",
        instruments=instruments,
        place=f["id"].place,
    )


def _instrument(node: Node) -> Instrument:
    f = node.fields(("id", "zh", "en", "from", "to", "cite"), required=("id", "zh", "from"))
    start, end = f["from"].date(), f["to"].date() if "to" in f else None
    if end is not None and end < start:
        f["to"].refuse(f"found {f['to'].shown()} before 'from' ({start})", "an end that is not before its start", "correct one of the two")
    return Instrument(f["id"].text(), f["zh"].text(), start, end, f["cite"].texts() if "cite" in f else (), f["id"].place)


def read_layer(header: Header, folder: Path, shown_from: Path, vocabulary: Vocabulary, depth: int, *, adopted: bool) -> Layer:
    """Read all files of a pack folder. Raises one PackError that holds the mistakes of all files."""
    mistakes = Mistakes()

    def part(name: str, read: Callable[[Node], T], empty: T) -> T:
        path = folder / f"{name}.yaml"
        if not path.is_file():
            return empty
        try:
            return read(read_yaml(path, shown_name(path, shown_from)))
        except PackError as error:
            mistakes.add(error)
            return empty

    _refuse_strangers(folder, shown_from, mistakes)
    terms: dict[str, TermText] = part("terms", lambda node: {name: read_term(value, {}) for name, _, value in node.entries()}, {})
    layer = Layer(
        header=header,
        folder=folder,
        depth=depth,
        adopted=adopted,
        reader=RuleReader(vocabulary, terms, header.id),
        params=part("params", lambda node: read_params(node, header.id, depth), {}),
        definitions=part("definitions", lambda node: read_definitions(node, header.id), {}),
        rules=tuple(_rule_nodes(folder, shown_from, mistakes)),
        tables={name: node for name in TABLES if (node := part(name, lambda node: node, None)) is not None},
        clauses=part("clauses", read_clauses, None),
    )
    mistakes.raise_any()
    return layer


def _refuse_strangers(folder: Path, shown_from: Path, mistakes: Mistakes) -> None:
    for path in sorted(folder.glob("*.yaml")):
        if path.stem not in FILES:
            close = nearest(path.stem, FILES)
            place = Place(shown_name(path, shown_from), 1, 1)
            todo = f"did you mean '{close}.yaml'?" if close else "remove it, or move rules into rules/"
            mistakes.add(PackError(place, f"found the file '{path.name}'", "one of " + ", ".join(f"{name}.yaml" for name in FILES), todo))


def _rule_nodes(folder: Path, shown_from: Path, mistakes: Mistakes) -> list[Node]:
    nodes: list[Node] = []

    def read(path: Path) -> None:
        nodes.extend(read_yaml(path, shown_name(path, shown_from)).items())

    try:
        each(sorted((folder / "rules").glob("*.yaml")), read)
    except PackError as error:
        mistakes.add(error)
    return nodes


def merged_table(layers: list[Layer], name: str) -> dict[str, Any]:
    """One of TABLES over all layers: mappings are joined key by key, anything else of an upper layer replaces what is below."""
    result: dict[str, Any] = {}
    for layer in layers:
        if name in layer.tables:
            _join(result, {key: value.plain() for key, _, value in layer.tables[name].entries()})
    return result


def _join(below: dict[str, Any], above: dict[str, Any]) -> None:
    for key, value in above.items():
        if isinstance(value, dict) and isinstance(below.get(key), dict):
            _join(below[key], value)
        else:
            below[key] = value
