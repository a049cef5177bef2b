"""The words of procedure: acts, facts, documents, roles. Read from packs/vocabulary.yaml; ids are a public contract."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from xiezhi.core.law.places import find_packs_dir, shown_name
from xiezhi.core.law.source import Node, each, read_yaml

MODES = ("decided", "happened")
ABSENCES = ("false", "empty", "unknown")
TYPES = ("bool", "text", "date", "time", "yuan", "number", "list", "map", "person", "enum")
_KEY_COLUMNS = ("zh", "type", "values", "of", "keys", "absent", "default")
_ACT_COLUMNS = ("zh", "en", "phase", "mode", "by", "party", "lasts", "data", "documents")
_LABELS = (
    "service_methods",
    "documents",
    "roles",
    "rights",
    "on_spot_collection_grounds",
    "review_items",
    "lists",
    "published_what",
    "published_form",
    "summary_fields",
)


@dataclass(frozen=True, slots=True)
class Word:
    """An id with its names in Chinese and English."""

    id: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class DataKey:
    """A key of an act's data: a fact of the case, or data of its act alone.

    `type` is one of TYPES; `values` are the allowed ids of an enum or of a list's items, with their Chinese labels (empty = free);
    `of` says what a text or list item names (person, document, right); `absent` is what a missing key means to a guard;
    `default` is the id that a missing enum stands for.
    """

    id: str
    zh: str
    type: str
    values: dict[str, str]
    of: str | None
    keys: str | None
    absent: str
    default: str | None


@dataclass(frozen=True, slots=True)
class ActKind:
    """A kind of act. `mode` is decided (may be refused) or happened (is recorded, never refused: contracts.md 4).

    `by` are the roles that usually act; `party` is true for an act of the party (nobody of the agency acts); `data` the keys that it
    usually carries; `documents` the documents that usually come with it; `lasts` is true when it has a begin and an end.
    """

    id: str
    zh: str
    en: str
    phase: str
    mode: str
    by: tuple[str, ...]
    party: bool
    data: tuple[str, ...]
    documents: tuple[str, ...]
    lasts: bool


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All words, each table by id in the order of the file. Tables of plain labels map id to Chinese."""

    procedures: dict[str, Word]
    phases: dict[str, Word]
    facts: dict[str, DataKey]
    act_data: dict[str, DataKey]
    acts: dict[str, ActKind]
    service_methods: dict[str, str]
    documents: dict[str, str]
    roles: dict[str, str]
    rights: dict[str, str]
    on_spot_collection_grounds: dict[str, str]
    review_items: dict[str, str]
    lists: dict[str, str]
    published_what: dict[str, str]
    published_form: dict[str, str]
    summary_fields: dict[str, str]

    def key(self, name: str) -> DataKey | None:
        """The fact or act-data key of this name, or None."""
        return self.facts.get(name) or self.act_data.get(name)

    def is_key(self, name: str) -> bool:
        """Whether a dotted name is a known key, or lies inside a known map (`checklist.subject`)."""
        if self.key(name) is not None:
            return True
        head, dot, _ = name.partition(".")
        outer = self.key(head)
        return bool(dot) and outer is not None and outer.type == "map"


def load_vocabulary(path: Path | None = None) -> Vocabulary:
    """The vocabulary of the packs folder, or of the file at `path`. Read once per file content. Raises PackError."""
    file = path if path is not None else find_packs_dir() / "vocabulary.yaml"
    try:
        stamp = file.stat()
    except OSError:
        return _read(file)
    return _cached(file, stamp.st_mtime_ns, stamp.st_size)


@lru_cache(maxsize=4)
def _cached(file: Path, _changed: int, _size: int) -> Vocabulary:
    return _read(file)


def _read(file: Path) -> Vocabulary:
    top = read_yaml(file, shown_name(file, file.parent)).fields(
        ("version", "procedures", "phases", "facts", "act_data", "acts", *_LABELS),
        required=("procedures", "phases", "facts", "acts"),
    )
    labels = {name: _labels(top.get(name)) for name in _LABELS}
    phases = _words(top["phases"])
    facts = _keys(top["facts"])
    act_data = _keys(top["act_data"]) if "act_data" in top else {}
    known = {**facts, **act_data}
    acts: dict[str, ActKind] = {}

    def act(entry: tuple[str, Node, Node]) -> None:
        acts[entry[0]] = _act(entry[0], entry[2], phases, known, labels)

    each(top["acts"].entries(), act)
    return Vocabulary(procedures=_words(top["procedures"]), phases=phases, facts=facts, act_data=act_data, acts=acts, **labels)


def _labels(node: Node | None) -> dict[str, str]:
    """A table of plain labels; a small vocabulary may do without it."""
    return {} if node is None else {key: value.text() for key, _, value in node.entries()}


def _words(node: Node) -> dict[str, Word]:
    words: dict[str, Word] = {}
    for name, _, value in node.entries():
        fields = value.fields(("zh", "en"), required=("zh", "en"))
        words[name] = Word(name, fields["zh"].text(), fields["en"].text())
    return words


def _keys(node: Node) -> dict[str, DataKey]:
    return {name: _key(name, value) for name, _, value in node.entries()}


def _key(name: str, node: Node) -> DataKey:
    fields = node.fields(_KEY_COLUMNS, required=("zh", "type", "absent"))
    kind = fields["type"].choice(TYPES, "a type")
    values = {key: value.text() for key, _, value in fields["values"].entries()} if "values" in fields else {}
    if kind == "enum" and not values and "of" not in fields:
        node.refuse(f"the enum '{name}' has no values", "'values: {id: label}' or 'of: ...'", "list its values")
    absent = fields["absent"].choice(ABSENCES, "what absence means")
    if (absent == "empty") != (kind in {"list", "map"}) and absent != "unknown":
        fields["absent"].refuse(
            f"found absent '{absent}' on a {kind}", "false for a bool, empty for a list or map, or unknown", "choose one of these"
        )
    return DataKey(
        id=name,
        zh=fields["zh"].text(),
        type=kind,
        values=values,
        of=fields["of"].text() if "of" in fields else None,
        keys=fields["keys"].text() if "keys" in fields else None,
        absent=absent,
        default=fields["default"].choice(values, "a value of this key") if "default" in fields else None,
    )


def _act(name: str, node: Node, phases: dict[str, Word], known: dict[str, DataKey], labels: dict[str, dict[str, str]]) -> ActKind:
    fields = node.fields(_ACT_COLUMNS, required=("zh", "en", "phase", "mode", "by"))
    return ActKind(
        id=name,
        zh=fields["zh"].text(),
        en=fields["en"].text(),
        phase=fields["phase"].choice(phases, "a phase"),
        mode=fields["mode"].choice(MODES, "a mode"),
        by=fields["by"].choices(labels["roles"], "a role of the vocabulary"),
        party="party" in fields and fields["party"].boolean(),
        data=fields["data"].choices(known, "a fact or act-data key of the vocabulary") if "data" in fields else (),
        documents=fields["documents"].choices(labels["documents"], "a document of the vocabulary") if "documents" in fields else (),
        lasts="lasts" in fields and fields["lasts"].boolean(),
    )
