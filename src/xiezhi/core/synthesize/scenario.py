"""Skeletons of lawful cases (scenarios/*.yaml). Times are `@k HH:MM`: the k-th working day after the case began; `@k` alone is that day."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

import yaml

from xiezhi.core.law.calendar import Calendar
from xiezhi.core.synthesize.people import EXPIRED, PARTS

Line: TypeAlias = dict[str, Any]
FOLDER = Path(__file__).parent / "scenarios"
_TIME = re.compile(r'"@(\d+)(?: (\d\d:\d\d))?"')
_PERSON = re.compile('"(' + "|".join(sorted((*PARTS, EXPIRED), key=len, reverse=True)) + ')"')


@dataclass(frozen=True, eq=False)
class Skeleton:
    """The acts of one case in fold order, with places for the days, the persons and the case's own id. `title` says what is in it."""

    title: str
    procedure: str
    acts: tuple[Line, ...]

    @cached_property
    def text(self) -> str:
        """The lines as JSON Lines, to be filled in by `%`: `case`, a day `dK` for each K, a player for each part."""
        lines = []
        for place, act in enumerate(self.acts):
            line = {"case": "\0case", **act}
            if place == 0:
                line["procedure"] = self.procedure
            text = json.dumps(line, ensure_ascii=False).replace("%", "%%").replace('"\\u0000case"', '"%(case)s"')
            text = _TIME.sub(lambda hit: f'"%(d{hit[1]})sT{hit[2]}:00+08:00"' if hit[2] else f'"%(d{hit[1]})s"', text)
            lines.append(_PERSON.sub(lambda hit: f'"%({hit[1]})s"', text) + "\n")
        return "".join(lines)

    @cached_property
    def days(self) -> tuple[int, ...]:
        """The working days that are named, ascending."""
        return tuple(sorted({int(number) for number in re.findall(r"%\(d(\d+)\)s", self.text)}))

    def filled(self, case: str, start: date, players: Mapping[str, str], calendar: Calendar) -> str:
        """The history of one case as JSON Lines. `start` is a working day."""
        days = {f"d{number}": str(calendar.add_workdays(start, number)) for number in self.days}
        return self.text % {"case": case, **players, **days}


@dataclass(frozen=True)
class Scenario:
    """A kind of case: its skeleton, how often it comes, and what may vary in it."""

    skeleton: Skeleton
    weight: int
    options: tuple[tuple[str, tuple[dict[str, Any], ...]], ...]


@lru_cache(maxsize=1)
def scenarios() -> tuple[Scenario, ...]:
    """All scenarios, in the order of their names."""
    return tuple(_read(path) for path in sorted(FOLDER.glob("*.yaml")))


def _read(path: Path) -> Scenario:
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    skeleton = Skeleton(path.stem, raw["procedure"], tuple(raw["acts"]))
    options = tuple((name, tuple(changes)) for name, changes in (raw.get("options") or {}).items())
    return Scenario(skeleton, int(raw.get("weight", 1)), options)


def variants(scenario: Scenario) -> list[Skeleton]:
    """The skeleton as it stands, and with each of its options."""
    plain = scenario.skeleton
    made = [plain]
    for name, changes in scenario.options:
        acts = [copy.deepcopy(act) for act in plain.acts]
        for change in changes:
            acts = changed(acts, change)
        made.append(Skeleton(f"{plain.title}+{name}", plain.procedure, in_order(acts)))
    return made


def changed(acts: list[Line], change: Mapping[str, Any]) -> list[Line]:
    """One change as the golden histories write it: `drop: act`, `add: {...}`, or `in: act` with `set` and `unset` of paths."""
    if "add" in change:
        return [*acts, copy.deepcopy(change["add"])]
    names = change.get("drop", change.get("in"))
    names = [names] if isinstance(names, str) else list(names)
    hit = [act for name in names for act in picked(acts, name)]
    if "drop" in change:
        return [act for act in acts if not any(act is one for one in hit)]
    for act in hit:
        for path, value in change.get("set", {}).items():
            put(act, path, value)
        for path in change.get("unset", ()):
            remove(act, path)
    return acts


def picked(acts: Iterable[Line], name: str) -> list[Line]:
    """`act`, `act#2` (the second) or `act:document` (of that document)."""
    name, _, nth = name.partition("#")
    kind, _, document = name.partition(":")
    found = [act for act in acts if act["act"] == kind and (not document or act.get("data", {}).get("document") == document)]
    return [found[int(nth) - 1]] if nth else found


def put(act: Line, path: str, value: Any) -> None:
    *parents, last = path.split("/")
    holder: Any = act
    for key in parents:
        holder = holder.setdefault(key, {})
    holder[last] = copy.deepcopy(value)


def remove(act: Line, path: str) -> None:
    *parents, last = path.split("/")
    holder: Any = act
    for key in parents:
        holder = holder[key]
    del holder[last]


def moment(act: Line) -> tuple[int, str]:
    """(working day, time of day) at which the act is done."""
    day, _, time = str(act["at"]).removeprefix("@").partition(" ")
    return int(day), time


def in_order(acts: Iterable[Line]) -> tuple[Line, ...]:
    return tuple(sorted(acts, key=moment))


def moved(value: Any, by: int) -> Any:
    """Every time inside, so many working days later (earlier, when negative)."""
    if isinstance(value, dict):
        return {key: moved(item, by) for key, item in value.items()}
    if isinstance(value, list):
        return [moved(item, by) for item in value]
    if isinstance(value, str) and re.fullmatch(r"@\d+( \d\d:\d\d)?", value):
        day, _, time = value[1:].partition(" ")
        return f"@{max(int(day) + by, 0)}" + (f" {time}" if time else "")
    return value


def cast(random: Random) -> dict[str, str]:
    """A player for each part."""
    return {**{part: random.choice(players) for part, players in PARTS.items()}, EXPIRED: EXPIRED}


def workdays(first: date, last: date, calendar: Calendar) -> list[date]:
    """The working days from first to last."""
    every = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [day for day in every if calendar.is_workday(day)]
