"""Golden histories: a clean base, what is different in it, and what an audit must say. Lawyers read the YAML, not this file.

A golden is judged under the pack whose folder it lies in (`expect`), or, to show where districts differ, under each pack that
`packs` names with what that pack's audit must say. `regardless` applies the packs to days on which they are not in force.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from xiezhi.core.law.calendar import Calendar
from xiezhi.core.law.clock import SHANGHAI
from xiezhi.core.law.pack import load_pack
from xiezhi.core.procedure.book import Book, open_book
from xiezhi.core.procedure.finding import Finding
from xiezhi.core.procedure.fold import fold
from xiezhi.core.procedure.history import act_from_line, person_from_row
from xiezhi.core.procedure.judge import judge

HERE = Path(__file__).parent
AS_OF = dt.datetime(2026, 6, 1, tzinfo=SHANGHAI)
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, the same answers
_TIMES = ("at", "until", "recorded_at", "from", "to", "stored_at", "hearing_at", "due", "begin", "end")


@dataclass(frozen=True)
class Golden:
    """One history under one pack: `expect` are the violations, each with kind, the act's id (or null) and clauses that must be cited."""

    name: str
    pack: str
    base: str
    change: tuple[dict[str, Any], ...]
    expect: tuple[dict[str, Any], ...]
    regardless: bool


def _read(text: str) -> Any:
    return yaml.load(text, Loader=_Loader)


@cache
def goldens() -> list[Golden]:
    found = []
    for path in sorted((HERE / "histories").glob("*/*.yaml")):
        for item in _read(path.read_text(encoding="utf-8")):
            unknown = set(item) - {"title", "base", "change", "expect", "packs", "regardless"}
            assert not unknown, f"{path.name}: {item['title']}: unknown keys {unknown}"
            assert not ("packs" in item and "expect" in item), f"{path.name}: {item['title']}: 'expect' or 'packs', not both"
            found.extend(_judged(item, path))
    return found


def judged_packs() -> list[str]:
    """The packs under which some golden history is judged, and the base below them."""
    return sorted({"cn", *(golden.pack for golden in goldens())})


def _judged(item: dict[str, Any], path: Path) -> Iterator[Golden]:
    """One golden for each pack that judges the history."""
    own = path.parent.name
    for pack, expect in item.get("packs", {own: item.get("expect", ())}).items():
        shown = "" if pack == own else f" [{pack}]"
        yield Golden(
            f"{own}/{path.stem}: {item['title']}{shown}",
            pack,
            item["base"],
            tuple(item.get("change", ())),
            tuple(expect or ()),
            item.get("regardless", False),
        )


@lru_cache(maxsize=1)
def people() -> dict[str, Any]:
    rows = _read((HERE / "bases" / "people.yaml").read_text(encoding="utf-8"))
    return {row["id"]: person_from_row(row) for row in rows}


@lru_cache(maxsize=16)
def book_of(pack: str) -> Book:
    return open_book(load_pack(pack), Calendar.load())


@lru_cache(maxsize=64)
def _base(name: str) -> dict[str, Any]:
    return _read((HERE / "bases" / f"{name}.yaml").read_text(encoding="utf-8"))


def lines_of(golden: Golden) -> list[dict[str, Any]]:
    """The history lines after the changes: drop, set, unset, add, years."""
    base = copy.deepcopy(_base(golden.base))
    acts: list[dict[str, Any]] = base["acts"]
    procedure = base["procedure"]
    years = 0
    for change in golden.change:
        if "drop" in change:
            for name in [change["drop"]] if isinstance(change["drop"], str) else change["drop"]:
                picked = _pick(acts, name)
                acts[:] = [act for act in acts if not any(act is one for one in picked)]
        elif "add" in change:
            acts.append(copy.deepcopy(change["add"]))
        elif "years" in change:
            years = change["years"]
        else:
            for act in _pick(acts, change["in"]):
                for path, value in change.get("set", {}).items():
                    _put(act, path, copy.deepcopy(value))
                for path in change.get("unset", ()):
                    _remove(act, path)
    acts.sort(key=lambda act: str(_timed(act["at"], years)))
    lines = [_dated({"case": "G", **act}, years) for act in acts]
    lines[0]["procedure"] = procedure
    return lines


def audit_of(golden: Golden, book: Book | None = None) -> list[Finding]:
    """All findings of the golden history."""
    book = book or book_of(golden.pack)
    acts = [act_from_line(line, book.vocabulary, number) for number, line in enumerate(lines_of(golden), start=1)]
    marking = fold(book, acts, people(), regardless_of_validity=golden.regardless)
    return judge(marking.book, marking, AS_OF)


def act_of(golden: Golden, finding: Finding) -> str | None:
    return None if finding.act is None else lines_of(golden)[finding.act]["act"]


def _pick(acts: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """`decision_made`; `result_published#2` = the second; `document_served:decision` = of that document; all of them otherwise."""
    name, _, nth = name.partition("#")
    name, _, document = name.partition(":")
    found = [act for act in acts if act["act"] == name and (not document or act.get("data", {}).get("document") == document)]
    assert found, f"no act {name} in the base"
    return [found[int(nth) - 1]] if nth else found


def _put(act: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = path.split("/")
    holder: Any = act
    for key in parents:
        holder = holder[int(key)] if isinstance(holder, list) else holder.setdefault(key, {})
    holder[last] = value


def _remove(act: dict[str, Any], path: str) -> None:
    *parents, last = path.split("/")
    holder: Any = act
    for key in parents:
        holder = holder[int(key)] if isinstance(holder, list) else holder[key]
    if isinstance(holder, list):
        holder.remove(last)
    else:
        del holder[last]


def _timed(value: Any, years: int) -> str:
    moment = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(str(value))
    return moment.replace(year=moment.year + years, tzinfo=SHANGHAI).isoformat()


def _dated(value: Any, years: int, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _dated(item, years, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_dated(item, years) for item in value]
    if isinstance(value, dt.datetime) or (key in _TIMES and isinstance(value, str) and value[:4].isdigit()):
        return _timed(value, years)
    if isinstance(value, dt.date):
        return value.isoformat()
    return value
