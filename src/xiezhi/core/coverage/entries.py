"""coverage.yaml (or the files of coverage/): what fulfils the clauses that are no rule over histories, and what is open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from xiezhi.core.law.clauses import Clause
from xiezhi.core.law.errors import Mistakes, PackError, Place
from xiezhi.core.law.places import shown_name
from xiezhi.core.law.source import Node, read_yaml

STATUS = ("fulfilled", "recorded", "open")
BINDS = ("history", "registry", "screen", "none")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a pack's author says of one clause. `recorded`: software cannot do it, `why` says so; `open`: not built, `why` says what is missing."""

    id: str
    status: str
    binds: str
    by: tuple[str, ...]
    tests: tuple[str, ...]
    why: str
    place: Place


def read_entries(folder: Path, base: Path, clauses: Mapping[str, Clause]) -> dict[str, Entry]:
    """The entries of one pack folder. Raises one PackError that holds all mistakes."""
    found: dict[str, Entry] = {}
    mistakes = Mistakes()
    for path in [folder / "coverage.yaml", *sorted((folder / "coverage").glob("*.yaml"))]:
        if not path.is_file():
            continue
        try:
            listed = read_yaml(path, shown_name(path, base)).items()
        except PackError as error:
            mistakes.add(error)
            continue
        for item in listed:
            try:
                entry = _entry(item, clauses)
                if entry.id in found:
                    item.refuse(f"found '{entry.id}' a second time, first at {found[entry.id].place}", "each clause once", "join the two")
                found[entry.id] = entry
            except PackError as error:
                mistakes.add(error)
    mistakes.raise_any()
    return found


def _entry(node: Node, clauses: Mapping[str, Clause]) -> Entry:
    f = node.fields(("id", "status", "binds", "by", "tests", "why"), required=("id", "status", "binds"))
    entry = Entry(
        id=f["id"].choice(clauses, "a clause of this pack"),
        status=f["status"].choice(STATUS, "a status"),
        binds=f["binds"].choice(BINDS, "what the clause binds"),
        by=f["by"].texts() if "by" in f else (),
        tests=f["tests"].texts() if "tests" in f else (),
        why=f["why"].text() if "why" in f else "",
        place=f["id"].place,
    )
    if entry.status != "fulfilled" and not entry.why:
        node.refuse("the key 'why' is missing", "why software cannot, or what is missing", "add 'why: ...'")
    return entry
