"""properties.yaml: what a pack must make impossible and leave possible, written from the clauses and not from the rules (contracts.md 5)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from xiezhi.core.law.errors import PackError, Place
from xiezhi.core.law.layers import read_header
from xiezhi.core.law.pack import Pack, find_packs_dir
from xiezhi.core.law.places import shown_name
from xiezhi.core.law.read_terms import read_cites
from xiezhi.core.law.source import GuardText, Node, read_yaml
from xiezhi.core.procedure.guard import Names, read

KINDS = ("never", "closes", "alive")


@dataclass(frozen=True, slots=True)
class Property:
    """`never`: no act of `on` is permitted where `when` holds and `demand` does not. `closes`: one of `on` can be reached from every state.
    `alive`: every decided act of the stages can be permitted, but those of `dead` (act -> why not).
    """

    id: str
    kind: str
    procedures: tuple[str, ...]
    on: tuple[str, ...]
    when: GuardText | None
    demand: GuardText | None
    dead: dict[str, str]
    cites: tuple[str, ...]
    zh: str
    en: str
    pack: str
    place: Place


def properties_of(pack: Pack, packs_dir: Path | None = None) -> list[Property]:
    """The properties of a pack and of all that stand above it. Raises PackError with the place of what is wrong."""
    base = packs_dir or find_packs_dir()
    found: list[Property] = []
    for name in folders_of(pack, base):
        folder = _folder(name, base)
        for path in (folder / "properties.yaml", *sorted((folder / "properties").glob("*.yaml"))):
            if not path.is_file():
                continue
            found.extend(_property(item, name, pack) for item in read_yaml(path, shown_name(path, base)).items())
    seen: dict[str, Property] = {}
    for one in found:
        if one.id in seen:
            raise PackError(
                one.place, f"found the property '{one.id}' a second time, first at {seen[one.id].place}", "each id once", "rename one"
            )
        seen[one.id] = one
    return found


def folders_of(pack: Pack, base: Path) -> list[str]:
    """The folders that a pack is merged from, the base first, with what is adopted."""
    listed: list[str] = []
    for name in pack.chain:
        folder = _folder(name, base)
        adopted = read_header(folder, base).adopts if (folder / "pack.yaml").is_file() else None
        listed.extend(one for one in (adopted, name) if one is not None and one not in listed)
    return listed


def _folder(name: str, base: Path) -> Path:
    """A pack's folder: beside the one asked for, or with the packs of the product (its parents)."""
    own = base / name
    return own if (own / "pack.yaml").is_file() else find_packs_dir() / name


def check_properties(properties: list[Property], names: Names) -> list[PackError]:
    """Guards of properties that cannot be read or name what does not exist."""
    mistakes: list[PackError] = []
    for text in (text for one in properties for text in (one.when, one.demand) if text is not None):
        try:
            read(text, names)
        except PackError as error:
            mistakes.extend(error.all())
    return mistakes


def _property(node: Node, pack: str, law: Pack) -> Property:
    f = node.fields(
        ("id", "kind", "procedures", "on", "when", "demand", "dead", "cite", "zh", "en"),
        required=("id", "kind", "cite", "zh", "en"),
    )
    kind = f["kind"].choice(KINDS, "a kind of property")
    acts = law.vocabulary.acts
    if kind != "alive" and "on" not in f:
        node.refuse("the key 'on' is missing", f"the acts that '{kind}' speaks of", "add 'on: [...]'")
    if kind == "never" and "demand" not in f:
        node.refuse("the key 'demand' is missing", "the guard that must hold at each of these acts", "add 'demand: ...'")
    cites = read_cites(f["cite"])
    for cite in cites:
        if cite not in law.clauses:
            f["cite"].refuse(f"found the citation '{cite}'", "a clause of this pack or its parents", "correct the id")
    dead = {key.choice(acts, "an act of the vocabulary"): value.text() for _, key, value in f["dead"].entries()} if "dead" in f else {}
    return Property(
        id=f["id"].text(),
        kind=kind,
        procedures=f["procedures"].choices(law.vocabulary.procedures, "a procedure")
        if "procedures" in f
        else tuple(law.vocabulary.procedures),
        on=f["on"].choices(acts, "an act of the vocabulary") if "on" in f else (),
        when=f["when"].guard() if "when" in f else None,
        demand=f["demand"].guard() if "demand" in f else None,
        dead=dead,
        cites=cites,
        zh=f["zh"].text(),
        en=f["en"].text(),
        pack=pack,
        place=f["id"].place,
    )
