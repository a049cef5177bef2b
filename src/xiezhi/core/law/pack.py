"""A pack: the law that binds one agency, merged from its own instrument and all that stand above it, with the hash of its edition."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from xiezhi.core.law.clauses import Clause, Instrument, Span, cite_zh, holds
from xiezhi.core.law.clock import day_of
from xiezhi.core.law.definitions import Definition, Row
from xiezhi.core.law.errors import PackError, Place
from xiezhi.core.law.layers import TABLES, Header, Layer, files_of, merged_table, read_header, read_layer
from xiezhi.core.law.merge import Ground, Origin, merge_definitions, merge_params
from xiezhi.core.law.merge_rules import merge_rules
from xiezhi.core.law.params import Amount, Param, ParamValue
from xiezhi.core.law.places import find_packs_dir, shown_name
from xiezhi.core.law.references import check_references, ground_of, names_of
from xiezhi.core.law.rules import Rule
from xiezhi.core.law.source import Node, nearest
from xiezhi.core.law.vocabulary import Vocabulary, load_vocabulary

__all__ = ["Pack", "find_packs_dir", "load_pack", "pack_ids"]


@dataclass(frozen=True, slots=True, eq=False)
class Pack:
    """The merged law of one pack. Two packs are the same edition exactly when their `hash` is the same.

    `chain` holds the ids of the packs it is merged from, the base first; `provenance` tells for each parameter, rule and row
    (`major.fine_citizen`) which packs state it, the base first. `tables` are the nodes that acts, checklists and so on were read from.
    """

    id: str
    version: str
    hash: str
    level: str
    zh: str
    en: str
    chain: tuple[str, ...]
    instruments: dict[str, Instrument]
    params: dict[str, Param]
    definitions: dict[str, Definition]
    rules: tuple[Rule, ...]
    acts: dict[str, Any]
    checklists: dict[str, Any]
    documents: dict[str, Any]
    disclosure: dict[str, Any]
    retention: dict[str, Any]
    av: dict[str, Any]
    vocabulary: Vocabulary
    clauses: dict[str, Clause]
    provenance: dict[str, tuple[Origin, ...]]
    names: dict[str, str]
    ground: Ground
    tables: tuple[tuple[str, Node], ...]

    def param_value(self, id: str, at: date | datetime, *, regardless: bool = False) -> ParamValue | None:  # noqa: A002 - ids are called id
        """The value of a parameter in force at that time with its citation, or None when none is in force. Raises KeyError for an unknown id."""
        return self.params[id].at(_day(at), regardless=regardless)

    def param(self, id: str, at: date | datetime, *, regardless: bool = False) -> Amount:  # noqa: A002
        """The value alone; None when none is in force or the text gives no number. Raises KeyError for an unknown id."""
        found = self.param_value(id, at, regardless=regardless)
        return None if found is None else found.value

    def rule(self, id: str) -> Rule:  # noqa: A002
        """The rule of this id, in the form of the pack nearest to the agency. Raises KeyError."""
        for rule in reversed(self.rules):
            if rule.id == id:
                return rule
        raise KeyError(id)

    def validity(self, thing: Rule | Row | str) -> Span:
        """First and last day of a rule, a definition's row or a clause id; None = open. The first citation's instrument decides."""
        if isinstance(thing, str):
            return self.ground.validity(thing)
        if isinstance(thing, Row):
            return thing.validity
        return self.ground.of(thing.cites, (thing.from_, thing.to))

    def in_force(self, thing: Rule | Row | str, at: date | datetime) -> bool:
        """Whether a rule, row or clause is in force on the day of `at` in China."""
        return holds(self.validity(thing), _day(at))

    def cite_zh(self, clause_id: str) -> str:
        """The citation in Chinese, with the article: 行政处罚法第五十八条第一款. Raises KeyError for an unknown clause."""
        clause = self.clauses[clause_id]
        return cite_zh(clause, self.names.get(clause.instrument))


def _day(at: date | datetime) -> date:
    return day_of(at) if isinstance(at, datetime) else at


def pack_ids(packs_dir: Path | None = None) -> list[str]:
    """The ids of the packs in a folder."""
    base = packs_dir or find_packs_dir()
    return sorted(path.parent.name for path in base.glob("*/pack.yaml"))


Stamp = tuple[Path, int, int]
# What was asked -> the pack, and the files it was made of as they were then; edition -> pack.
_ASKED: dict[tuple[str, str], tuple[Pack, tuple[Stamp, ...]]] = {}
_LOADED: dict[tuple[str, str], Pack] = {}
_KEEP = 32


def load_pack(id_or_path: str | Path, packs_dir: Path | None = None) -> Pack:
    """Load a pack by id or folder, with its parents and what it adopts, merged and checked.

    Raises PackError, whose `also` holds further mistakes. The same content is merged once (by hash); while no file has changed, a further
    call costs only a look at their times.
    """
    asked = (str(id_or_path), str(packs_dir or find_packs_dir()))
    held = _ASKED.get(asked)
    if held is not None and all(_stamp(path) == (path, changed, size) for path, changed, size in held[1]):
        return held[0]
    folder, base = _find(id_or_path, packs_dir)
    chain = _chain(folder, base)
    vocabulary_path = _vocabulary_path(base, chain[0][1])
    folders = [folder for _, folder, _ in chain]
    # Stamped before reading: a file written meanwhile looks changed at the next call.
    stamps = tuple(_stamp(path) for path in _watched(folders, vocabulary_path))
    digest = _hash(folders, vocabulary_path)
    key = (str(folder), digest)
    if key not in _LOADED:
        if len(_LOADED) >= _KEEP:  # editors and tests load many editions; the live ones come back at once
            _LOADED.clear()
            _ASKED.clear()
        _LOADED[key] = _merge(chain, base, load_vocabulary(vocabulary_path), digest)
    _ASKED[asked] = (_LOADED[key], stamps)
    return _LOADED[key]


def _stamp(path: Path) -> Stamp:
    try:
        stat = path.stat()
    except OSError:
        return (path, 0, -1)
    return (path, stat.st_mtime_ns, stat.st_size)


def _watched(folders: list[Path], vocabulary: Path) -> list[Path]:
    # A folder's own time changes when a file comes or goes.
    inside = [path for folder in folders for path in [folder, *(sub for sub in folder.rglob("*") if sub.is_dir()), *files_of(folder)]]
    return [*inside, vocabulary]


def _find(id_or_path: str | Path, packs_dir: Path | None) -> tuple[Path, Path]:
    text = str(id_or_path)
    if isinstance(id_or_path, Path) or "/" in text or "\\" in text or _is_folder_here(text, packs_dir):
        folder = Path(id_or_path).resolve()
        base = packs_dir or folder.parent
    else:
        base = packs_dir or find_packs_dir()
        folder = base / text
    if not (folder / "pack.yaml").is_file():
        known = pack_ids(base)
        close = nearest(text, known)
        raise PackError(
            Place(shown_name(folder / "pack.yaml", base), 1, 1),
            f"there is no pack '{text}'",
            f"one of {', '.join(known) or '(none in ' + str(base) + ')'}",
            f"did you mean '{close}'?" if close else "name one that exists, or give the path of its folder",
        )
    return folder, base


def _is_folder_here(text: str, packs_dir: Path | None) -> bool:
    """A word that is no id of a pack, but the name of a pack's folder in the working directory."""
    known = ((packs_dir or find_packs_dir()) / text / "pack.yaml").is_file()
    return not known and packs_dir is None and (Path(text) / "pack.yaml").is_file()


def _vocabulary_path(base: Path, folder: Path | None = None) -> Path:
    """The words of a pack: its own file (a pack of another field of law), else that beside the packs, else that of the house."""
    for own in ([folder / "vocabulary.yaml"] if folder is not None else []) + [base / "vocabulary.yaml"]:
        if own.is_file():
            return own
    return find_packs_dir() / "vocabulary.yaml"


def _chain(folder: Path, base: Path) -> list[tuple[Header, Path, bool]]:
    """(header, folder, adopted?) from the base law up to the pack itself."""
    chain: list[tuple[Header, Path, bool]] = []
    header = read_header(folder, base)
    seen: list[str] = []
    while True:
        if header.id in seen:
            raise PackError(
                header.place,
                f"found a circle of parents: {' > '.join([*seen, header.id])}",
                "a parent that is not below its own child",
                "correct 'parent'",
            )
        seen.append(header.id)
        chain.append((header, folder, False))
        if header.adopts is not None:
            adopted, _ = _find_named(header, header.adopts, base, "adopts")
            if header.adopts in seen:
                raise PackError(
                    header.place, f"found 'adopts: {header.adopts}' in its own line", "a pack of another line", "correct 'adopts'"
                )
            chain.append((read_header(adopted, base), adopted, True))
        if header.parent is None:
            break
        folder, _ = _find_named(header, header.parent, base, "parent")
        header = read_header(folder, base)
    chain.reverse()
    return chain


def _find_named(header: Header, name: str, base: Path, key: str) -> tuple[Path, Path]:
    for folder in (base / name, find_packs_dir() / name):
        if (folder / "pack.yaml").is_file():
            return folder, base
    close = nearest(name, pack_ids(base))
    raise PackError(
        header.place,
        f"found '{key}: {name}', which is no pack here",
        f"one of {', '.join(pack_ids(base))}",
        f"did you mean '{close}'?" if close else f"correct '{key}'",
    )


def _hash(folders: list[Path], vocabulary: Path) -> str:
    """SHA-256 over names (from the pack's folder on) and contents: the same edition has the same hash on every machine."""
    digest = hashlib.sha256()
    files = [(f"{folder.name}/{path.relative_to(folder).as_posix()}", path) for folder in folders for path in files_of(folder)]
    for name, path in sorted([*files, ("vocabulary.yaml", vocabulary)]):
        digest.update(f"{name}\n{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def _merge(chain: list[tuple[Header, Path, bool]], base: Path, vocabulary: Vocabulary, digest: str) -> Pack:
    layers: list[Layer] = [
        read_layer(header, folder, base, vocabulary, depth, adopted=adopted) for depth, (header, folder, adopted) in enumerate(chain)
    ]
    own = layers[-1].header
    ground = ground_of(layers)
    origins: dict[str, list[Origin]] = {}
    pack = Pack(
        id=own.id,
        version=own.version,
        hash=digest,
        level=own.level,
        zh=own.zh,
        en=own.en,
        chain=tuple(layer.header.id for layer in layers),
        instruments=ground.instruments,
        params=merge_params(layers, ground, origins),
        definitions=merge_definitions(layers, ground, origins),
        rules=merge_rules(layers, ground, origins),
        vocabulary=vocabulary,
        clauses=ground.clauses,
        provenance={name: tuple(listed) for name, listed in origins.items()},
        names=names_of(layers),
        ground=ground,
        tables=tuple((name, node) for layer in layers for name, node in layer.tables.items()),
        **{name: merged_table(layers, name) for name in TABLES},
    )
    check_references(pack.params, pack.definitions, pack.rules, ground, layers)
    return pack
