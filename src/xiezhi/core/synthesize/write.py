"""Writing synthetic histories: one case after the other, the same for the same seed, however many there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from xiezhi.core.law.calendar import Calendar
from xiezhi.core.law.clock import SHANGHAI
from xiezhi.core.law.errors import InputError
from xiezhi.core.law.pack import Pack
from xiezhi.core.procedure.book import open_book
from xiezhi.core.synthesize.breach import Breach, Foretelling
from xiezhi.core.synthesize.judged import Judged, Seeded
from xiezhi.core.synthesize.people import people
from xiezhi.core.synthesize.scenario import Skeleton, cast, scenarios, variants, workdays

SHARE = 0.3
"""The share of cases in which the law is broken."""
_AFTER = timedelta(days=1500)
"""So long after the last act duties are judged."""
_TRIES = 8
_EARLIEST = date(2021, 8, 2)  # the penalty law of 2021 is in force from 15 July


@dataclass
class Summary:
    """What was written. `rules` counts the seeded breaches by rule; `aside` are the variants that this pack does not find lawful."""

    cases: int = 0
    acts: int = 0
    breaches: int = 0
    as_of: datetime | None = None
    rules: dict[str, int] = field(default_factory=dict)
    aside: list[str] = field(default_factory=list)


def synthesize(
    pack: Pack,
    cases: int,
    seed: int,
    *,
    write: Callable[[str], Any],
    tell: Callable[[dict[str, Any]], Any],
    share: float = SHARE,
    calendar: Calendar | None = None,
) -> Summary:
    """Write `cases` histories with `write` (JSON Lines) and each seeded breach with `tell`: case, rule, breach, cites, kind, act, due.

    Streams: nothing is kept of a case that was written. Raises InputError when the pack finds no scenario lawful.
    """
    calendar = calendar or Calendar.load()
    first, last = _window(pack, calendar)
    as_of = datetime.combine(last + _AFTER, time.min, SHANGHAI)
    judged = Judged(open_book(pack, calendar), people(), as_of, calendar)
    stage = _Stage(pack, judged, workdays(first, last, calendar))
    summary = Summary(as_of=as_of, aside=stage.aside)
    for number in range(1, cases + 1):
        random = Random(f"{seed}/{number}")  # noqa: S311  no secret: the same seed must give the same log
        case = f"S{seed}-{number:06d}"
        skeleton, start, seeded = stage.case(random, broken=random.random() < share)
        write(skeleton.filled(case, start, cast(random), calendar))
        summary.cases += 1
        summary.acts += len(skeleton.acts)
        if seeded is not None:
            tell(seeded.as_dict(case, start))
            summary.breaches += 1
            summary.rules[seeded.rule] = summary.rules.get(seeded.rule, 0) + 1
    return summary


class _Stage:
    """The lawful variants under one pack, and what can be broken in each of them."""

    def __init__(self, pack: Pack, judged: Judged, starts: list[date]) -> None:
        self.judged = judged
        self.starts = starts
        self.variants: list[tuple[Skeleton, int]] = []
        self.aside: list[str] = []
        foretelling = {name: Foretelling(pack, name) for name in pack.vocabulary.procedures}
        self.by_rule: dict[str, list[tuple[Skeleton, Breach]]] = {}
        for scenario in scenarios():
            for skeleton in variants(scenario):
                room = self._starts(skeleton)
                if not any(judged.is_lawful(skeleton, start) for start in room[:: max(len(room) // 8, 1)]):
                    self.aside.append(skeleton.title)
                    continue
                self.variants.append((skeleton, scenario.weight))
                for breach in foretelling[skeleton.procedure].breaches(skeleton):
                    for rule in breach.rules:
                        self.by_rule.setdefault(rule, []).append((skeleton, breach))
        if not self.variants:
            raise InputError(
                f"pack {pack.id!r} finds none of the scenarios lawful; its rules ask for what they do not hold",
                f"规则包“{pack.id}”下没有一个情景是合法的，无法生成案件",
            )
        self.rules = sorted(self.by_rule)
        self.misses = dict.fromkeys(self.rules, 0)
        self.turn = 0

    def _starts(self, skeleton: Skeleton) -> list[date]:
        """The days on which the case can begin so as to end inside the window: its k-th working day is k places further on."""
        return self.starts[: max(len(self.starts) - skeleton.days[-1], 0)]

    def case(self, random: Random, *, broken: bool) -> tuple[Skeleton, date, Seeded | None]:
        """(what is written, when it begins, the finding that it brings)."""
        if broken:
            for _ in range(_TRIES):
                found = self._broken(random)
                if found is not None:
                    return found
        titles, weights = zip(*self.variants, strict=True)
        while True:
            skeleton = random.choices(titles, weights)[0]
            start = random.choice(self._starts(skeleton))
            if self.judged.is_lawful(skeleton, start):
                return skeleton, start, None

    def _broken(self, random: Random) -> tuple[Skeleton, date, Seeded] | None:
        """A breach of the rule whose turn it is. What is never admitted loses its turn."""
        if not self.rules:
            return None
        self.turn = (self.turn + 1) % len(self.rules)
        rule = self.rules[self.turn]
        choices = self.by_rule[rule]
        for _ in range(_TRIES):
            lawful, breach = random.choice(choices)
            room = self._starts(breach.skeleton)
            if not room:
                continue
            start = random.choice(room)
            if self.judged.is_lawful(lawful, start):
                seeded = self.judged.seed(breach, start)
                if seeded is not None:
                    self.misses[rule] = -_PATIENCE
                    return breach.skeleton, start, seeded
        self.misses[rule] += 1
        if self.misses[rule] >= _PATIENCE:
            self.rules.remove(rule)
        return None


_PATIENCE = 4
"""So many turns without a breach that brings its finding alone, and the rule is not tried again."""


def _window(pack: Pack, calendar: Calendar) -> tuple[date, date]:
    """The days on which cases begin: while the pack's own instruments are in force, and every case ends, with the calendar published."""
    own = [one for one in pack.instruments.values() if one.id.startswith(f"{pack.id}/")] if len(pack.chain) > 1 else []
    published = next(year for year in range(2100, 1990, -1) if calendar.published(year))
    first = max([_EARLIEST, *(one.valid_from for one in own if one.valid_from is not None)])
    last = min([date(published, 12, 31), *(one.valid_to for one in own if one.valid_to is not None)])
    if last <= first:
        raise InputError(f"pack {pack.id!r} is in force for too short a time", f"规则包“{pack.id}”有效期太短，无法生成案件")
    return first, last
