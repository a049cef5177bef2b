"""The stages of a procedure as a page shows them, from the pack's acts.yaml (docs/pack-format.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from xiezhi.core.procedure.book import Book
from xiezhi.core.procedure.marking import Marking

DONE, CURRENT, AHEAD = "done", "current", "ahead"


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage. `from_` and `to` are the first and last act in it; `note` says in Chinese that the case passed it by."""

    id: str
    zh: str
    en: str
    state: str
    from_: datetime | None
    to: datetime | None
    note: str
    acts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """One stage as the pack states it. `after`: its acts count for it only once one of these was done (service of a notice is no 送达 stage)."""

    id: str
    zh: str
    en: str
    acts: tuple[str, ...]
    after: tuple[str, ...]


def outline(book: Book, procedure: str) -> tuple[Outline, ...]:
    """The stages of a procedure; the phases of the vocabulary where the pack states none."""
    known: tuple[Outline, ...] | None = book.kept.get((outline, procedure))
    return book.keep((outline, procedure), _outline(book, procedure)) if known is None else known


def _outline(book: Book, procedure: str) -> tuple[Outline, ...]:
    stated = book.pack.acts.get(procedure)
    stages = stated.get("stages") if isinstance(stated, Mapping) else None
    if stages:
        return tuple(_stated(stage) for stage in stages)
    vocabulary = book.vocabulary
    return tuple(
        Outline(phase.id, phase.zh, phase.en, tuple(act.id for act in vocabulary.acts.values() if act.phase == phase.id), ())
        for phase in vocabulary.phases.values()
        if phase.id != "standing" or procedure == "agency_year"
    )


def _stated(stage: Mapping[str, Any]) -> Outline:
    return Outline(
        id=str(stage["id"]),
        zh=str(stage.get("zh", stage["id"])),
        en=str(stage.get("en", stage["id"])),
        acts=tuple(stage.get("acts") or ()),
        after=tuple(stage.get("after") or ()),
    )


def stages_of(marking: Marking, outlines: tuple[Outline, ...]) -> tuple[list[Stage], int]:
    """The stages as the case stands, and the place of the current one. A case never goes back: later stages stay reached."""
    times: list[list[datetime]] = [[] for _ in outlines]
    current = 0
    seen: set[str] = set()
    places = _places(outlines)
    for act in marking.acts:
        place = next(
            (one for one in places.get(act.kind, ()) if not outlines[one].after or not seen.isdisjoint(outlines[one].after)), current
        )
        times[place].append(act.at)
        current = max(current, place)
        seen.add(act.kind)
    ended = "case_archived" in seen
    return [_stage(stage, place, current, times[place], ended=ended) for place, stage in enumerate(outlines)], current


@lru_cache(maxsize=64)
def _places(outlines: tuple[Outline, ...]) -> dict[str, tuple[int, ...]]:
    """The stages of each act. An act of no stage, or of one that is not open yet, belongs to the current one."""
    places: dict[str, tuple[int, ...]] = {}
    for place, stage in enumerate(outlines):
        for kind in dict.fromkeys(stage.acts):
            places[kind] = (*places.get(kind, ()), place)
    return places


def _stage(stage: Outline, place: int, current: int, times: list[datetime], *, ended: bool) -> Stage:
    state = DONE if place < current or (place == current and ended) else CURRENT if place == current else AHEAD
    note = "本案未经过此阶段" if state == DONE and not times else ""
    return Stage(stage.id, stage.zh, stage.en, state, times[0] if times else None, times[-1] if times else None, note, stage.acts)
