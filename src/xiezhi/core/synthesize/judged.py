"""What the engine says of a skeleton, asked once for each first day: where terms end depends on every holiday after it.

A variant is lawful when nothing is found in it. A breach is admitted when exactly the finding is made that was foretold; else it is set aside
and counted, since a breach with consequences of its own would not be one known breach.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from xiezhi.core.law.calendar import Calendar
from xiezhi.core.law.clock import SHANGHAI
from xiezhi.core.procedure.book import Book
from xiezhi.core.procedure.finding import Finding
from xiezhi.core.procedure.fold import fold
from xiezhi.core.procedure.history import Person, act_from_line
from xiezhi.core.procedure.judge import judge
from xiezhi.core.synthesize.breach import Breach
from xiezhi.core.synthesize.people import EXPIRED, PARTS
from xiezhi.core.synthesize.scenario import Skeleton

_KEPT = 200_000


@dataclass(frozen=True, slots=True)
class Seeded:
    """The one finding of an admitted breach. `due` is counted from the begin of the first day."""

    rule: str
    breach: str | None
    cites: tuple[str, ...]
    kind: str
    act: int | None
    due: timedelta | None

    def as_dict(self, case: str, start: date) -> dict[str, Any]:
        due = None if self.due is None else (_midnight(start) + self.due).isoformat()
        row = {"case": case, "rule": self.rule, "breach": self.breach, "cites": list(self.cites)}
        return {**row, "kind": self.kind, "act": self.act, "due": due}


@dataclass
class Judged:
    """The engine's answers so far. `as_of` lies after everything that happens."""

    book: Book
    people: Mapping[str, Person]
    as_of: datetime
    calendar: Calendar
    lawful: dict[tuple[int, date], bool] = field(default_factory=dict)
    seeded: dict[tuple[int, date], Seeded | None] = field(default_factory=dict)

    def is_lawful(self, skeleton: Skeleton, start: date) -> bool:
        key = (id(skeleton), start)
        if key not in self.lawful:
            self.lawful[key] = not self._violations(skeleton, start)
        return self.lawful[key]

    def seed(self, breach: Breach, start: date) -> Seeded | None:
        """The finding that the breach brings, when it is the one foretold and the only one; else None."""
        key = (id(breach.skeleton), start)
        if key not in self.seeded:
            if len(self.seeded) > _KEPT:
                self.seeded.clear()
            self.seeded[key] = self._admit(breach, start)
        return self.seeded[key]

    def _admit(self, breach: Breach, start: date) -> Seeded | None:
        found = self._violations(breach.skeleton, start)
        if len(found) != 1:
            return None
        [finding] = found
        if finding.act != breach.place or finding.kind not in breach.kinds or breach.rules.isdisjoint(finding.rules):
            return None
        due = None if finding.due is None else finding.due - _midnight(start)
        return Seeded(finding.rule, finding.breach, finding.cites, finding.kind, finding.act, due)

    def _violations(self, skeleton: Skeleton, start: date) -> list[Finding]:
        text = skeleton.filled("S", start, _FIRST, self.calendar)
        acts = [act_from_line(json.loads(line), self.book.vocabulary) for line in text.splitlines()]
        marking = fold(self.book, acts, self.people)
        return [finding for finding in judge(self.book, marking, self.as_of) if finding.severity == "violation"]


_FIRST = {**{part: players[0] for part, players in PARTS.items()}, EXPIRED: EXPIRED}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI)
