"""What must be done, what may be done, what may not be done yet and what would unblock it: with citations and dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from xiezhi.core.law.clock import day_of
from xiezhi.core.procedure.act import Act, Person, make_act
from xiezhi.core.procedure.book import Book
from xiezhi.core.procedure.duty import Duty
from xiezhi.core.procedure.fold import probe
from xiezhi.core.procedure.judge import standing
from xiezhi.core.procedure.judging import NOTHING, Judgement, merge
from xiezhi.core.procedure.marking import Marking
from xiezhi.core.procedure.reason import Reason, needs_reason, reason_of, unknown_reason
from xiezhi.core.procedure.stages import Outline, Stage, outline, stages_of


@dataclass(frozen=True, slots=True)
class Next:
    """One next step. `act` is the act to do (`acts` all that would answer the duty), `hands` the role that does it.

    `reasons` say why it may not be done yet (blocked) or what wants a reason (may); `duty` holds the day sheet; `state` is that of the
    duty: open, paused, breached or promptly; `done` is how often the act stands in the history already.
    """

    act: str
    zh: str
    en: str
    why_zh: str
    why: str
    cites: tuple[str, ...]
    due: datetime | None
    provisional: bool
    hands: str | None
    rule: str | None
    reasons: tuple[Reason, ...] = ()
    duty: Duty | None = None
    state: str = ""
    acts: tuple[str, ...] = ()
    done: int = 0
    stage: str | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where a case stands at a moment. `deadlines` are all running duties, the party's too, the tightest first."""

    must: tuple[Next, ...]
    may: tuple[Next, ...]
    blocked: tuple[Next, ...]
    stages: tuple[Stage, ...]
    deadlines: tuple[Next, ...]


def explain(book: Book, marking: Marking, people: Mapping[str, Person] | None, now: datetime) -> Explanation:
    """Explain a case as it stands at `now`. Acts that might come next are tried without being done; who would act, and with which
    documents, is not asked here: that is for the form, and for `step`.

    `people` is what the marking was folded with (its own are used).
    """
    del people
    outlines = outline(book, marking.procedure)
    stages, current = stages_of(marking, outlines)
    tried = _try_all(book, marking, outlines, now)
    deadlines = _deadlines(marking, tried, now)
    must = tuple(step for step in deadlines if step.duty is None or step.duty.law.rule.severity != "none")
    owed = {act for step in must for act in step.acts}
    steps = _by_nearness(list(tried.values()), outlines, current)
    return Explanation(
        must=must,
        may=tuple(step for step in steps if step.state == _MAY and step.act not in owed),
        blocked=tuple(step for step in steps if step.state == _BLOCKED),
        stages=tuple(stages),
        deadlines=deadlines,
    )


_MAY, _BLOCKED = "may", "blocked"


def _try_all(book: Book, marking: Marking, outlines: tuple[Outline, ...], now: datetime) -> dict[str, Next]:
    tried: dict[str, Next] = {}
    for stage in outlines:
        for kind in stage.acts:
            if kind not in tried:
                tried[kind] = _try(book, marking, kind, stage.id, now)
    return tried


def _try(book: Book, marking: Marking, kind: str, stage: str | None, now: datetime) -> Next:
    """One act tried. What the rules say of it in words is made once for each edition, day and answer of the rules: it says nothing of the case."""
    place = _Place(kind, stage, len(marking.scene.of(kind)), day_of(now))
    judgement = NOTHING
    act: Act | None = None
    if marking.table.bare.on(kind, place.day):
        act = thought_of(marking, kind, now)
        judgement = probe(marking, act, bare=True)
    if act is None or judgement is NOTHING:
        free: Next | None = book.kept.get(place)
        return free or book.keep(place, _next(book, place, [], []))
    key = _key(place, judgement)
    known: Next | None = book.kept.get(key) if key is not None else None
    if known is not None:
        return known
    made = _next(book, place, *reasons_of(book, marking, act, judgement))
    return made if key is None else book.keep(key, made)


class _Place(NamedTuple):
    """Where an act that is tried would stand; `done` is how often it stands in the history already."""

    kind: str
    stage: str | None
    done: int
    day: date


def _key(place: _Place, judgement: Judgement) -> tuple[Any, ...] | None:
    """All that the words of a step depend on; None where a time of the case stands in them."""
    if any(fault.due is not None or fault.at is not None for _, _, fault in judgement.broken):
        return None
    broken = tuple([(id(rule), fault) for rule, _, fault in judgement.broken])
    unknown = tuple([(compiled.order, found.names) for compiled, found in judgement.unknown])
    return place, broken, unknown


def _next(book: Book, place: _Place, blocking: Sequence[Reason], warnings: Sequence[Reason]) -> Next:
    kind, stage, done, day = place
    word = book.act(kind)
    rule = book.rule(blocking[0].rule, day) if blocking else None
    return Next(
        act=kind,
        zh=word.zh,
        en=word.en,
        why_zh=blocking[0].message_zh if blocking else "",
        why=blocking[0].message if blocking else "",
        cites=tuple(dict.fromkeys(cite for reason in blocking for cite in reason.cites)),
        due=None,
        provisional=False,
        hands=rule.hands if rule is not None and rule.hands else word.by[0] if word.by else None,
        rule=blocking[0].rule if blocking else None,
        reasons=tuple(blocking) or tuple(warnings),
        state=_BLOCKED if blocking else _MAY,
        acts=(kind,),
        done=done,
        stage=stage,
    )


def thought_of(marking: Marking, kind: str, now: datetime) -> Act:
    """An act of this kind as if it were done now, with nothing said about its content."""
    return make_act(
        None,
        marking.case,
        kind,
        now,
        None,
        now,
        marking.procedure,
        marking.agency,
        None,
        (),
        {},
        (),
        {},
        (),
        None,
        None,
        day_of(now),
        {},
        {},
    )


def reasons_of(book: Book, marking: Marking, act: Act, judgement: Judgement) -> tuple[list[Reason], list[Reason]]:
    """(why the act may not be done yet, what wants a reason). For an act that happens of itself the first is advice: it is never refused."""
    if not judgement.broken and not judgement.unknown:
        return [], []
    strength = {rule.id: live for rule, live, _ in judgement.broken}
    decided = act.kind in book.decided
    blocking: list[Reason] = []
    warnings: list[Reason] = []
    for finding in merge(marking, judgement.broken, act, len(marking.acts), set()):
        lives = {strength[rule] for rule in finding.rules}
        if "block" in lives or (not decided and finding.kind == "forbidden"):
            blocking.append(reason_of(book, finding))
        elif "warn" in lives:
            warnings.append(needs_reason(book, finding))
    stated = book.act(act.kind).data
    for compiled, unknown in judgement.unknown:
        asked = tuple(name for name in unknown.names if name not in stated)
        if compiled.live == "block" and asked:
            blocking.append(unknown_reason(book, compiled.rule, asked))
    return blocking, warnings


def _deadlines(marking: Marking, tried: Mapping[str, Next], now: datetime) -> tuple[Next, ...]:
    steps = [_owed(marking, tried, duty, state, now) for duty, state in standing(marking, now)]
    steps.sort(key=lambda step: (step.due is None, step.due or now, step.rule or ""))
    return tuple(_merged(steps))


def _owed(marking: Marking, tried: Mapping[str, Next], duty: Duty, state: str, now: datetime) -> Next:
    book = marking.book
    kind = next(iter(duty.expect), None)  # the first is the usual way; `acts` holds the others
    best = None if kind is None else tried.get(kind) or _try(book, marking, kind, None, now)
    word = book.act(best.act) if best is not None else None
    return Next(
        act=best.act if best is not None else "",
        zh=best.zh if best is not None else duty.zh,
        en=best.en if best is not None else duty.en,
        why_zh=duty.zh,
        why=duty.en,
        cites=duty.cites,
        due=duty.due_at(now) if state != "paused" else None,
        provisional=duty.provisional,
        hands=duty.hands or (word.by[0] if word is not None and word.by else None),
        rule=duty.rule,
        reasons=best.reasons if best is not None and best.state == _BLOCKED else (),
        duty=duty,
        state=state,
        acts=duty.expect,
        done=best.done if best is not None else 0,
        stage=best.stage if best is not None else None,
    )


def _merged(steps: list[Next]) -> list[Next]:
    """Duties that name the same breach and that one act opened are one step, by the tightest of them, with all citations."""
    merged: dict[tuple[str, int], Next] = {}
    for step in steps:
        assert step.duty is not None  # noqa: S101  each step here comes from a duty
        key = (step.duty.law.rule.breach or step.duty.rule, step.duty.opened_by)
        first = merged.get(key)
        merged[key] = step if first is None else replace(first, cites=tuple(dict.fromkeys((*first.cites, *step.cites))))
    return list(merged.values())


def _by_nearness(steps: list[Next], outlines: tuple[Outline, ...], current: int) -> list[Next]:
    """Acts not yet done before repetitions; then in the usual order, from where the case stands on, what was passed by at the end."""
    place = _places_inside(outlines)
    here = max((place[step.act] for step in steps if step.done and place[step.act][0] == current), default=(current, -1))
    return sorted(steps, key=lambda step: (step.done > 0, place[step.act] < here, place[step.act]))


@lru_cache(maxsize=64)
def _places_inside(outlines: tuple[Outline, ...]) -> dict[str, tuple[int, int]]:
    """(stage, place in it) of each act, the first stage that knows it."""
    return {kind: (number, inside) for number, stage in reversed(list(enumerate(outlines))) for inside, kind in enumerate(stage.acts)}
