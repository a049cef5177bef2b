"""How acts move duties: they resume, extend, answer, cancel, interrupt and open them, in this order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from xiezhi.core.procedure.act import Act
from xiezhi.core.procedure.book import day_of_fixed
from xiezhi.core.procedure.compiled import DutyRule, Extension, Move, clock_start
from xiezhi.core.procedure.duty import Duty
from xiezhi.core.procedure.finding import Fault
from xiezhi.core.procedure.guard import Condition, Unknown
from xiezhi.core.procedure.judging import Broken
from xiezhi.core.procedure.marking import Marking
from xiezhi.core.procedure.pairing import WHOLE_CASE
from xiezhi.core.procedure.say import moment, moment_zh
from xiezhi.core.procedure.tools import as_end, as_instant


def move(marking: Marking, act: Act, place: int) -> Sequence[Broken]:
    """Apply one act to the duties of the case. What comes back are duties that it answers too late."""
    table = marking.table
    kind = act.kind
    moves = table.moving.get(kind, ()) if marking.open else ()
    opening = table.opening.on(kind, act.day)
    if not (moves or opening is not None or act.recordings):
        return NO_BROKEN
    late: list[Broken] = []
    scene = marking.scene
    scene.it = act
    for one in moves:
        waiting = marking.open.get(one.order)
        if waiting:
            _move(marking, one, waiting, act, place, late)
    if opening is not None:
        for law, answer in opening.ask(scene):
            if answer is True:
                _open(marking, law, act, place)
            else:
                marking.note_unknown(law.rule.id, answer)  # type: ignore[arg-type]
    if act.recordings:
        late.extend(_recordings(marking, act, place))
    scene.it = scene.opener = None
    return late


NO_BROKEN: Sequence[Broken] = ()


def open_fixed(marking: Marking, first: Act) -> None:
    """Open the duties that a day of the year brings, with the first act of the case."""
    for law in marking.table.fixed:
        if not law.in_force(first.day) or not _holds(marking, law, law.when):
            continue
        duty = Duty(law, first, 0, start=first.at, term=None, calendar=marking.book.calendar)
        duty.fixed_due = day_of_fixed(law.law.fixed or "12-31", first.day.year)
        _enter(marking, law, duty)


def _move(  # noqa: PLR0917  called for each act that finds a duty open
    marking: Marking, one: Move, waiting: list[Duty], act: Act, place: int, late: list[Broken]
) -> None:
    law = one.law
    for which in one.ends:
        for duty in waiting:
            duty.resume(act.at, which)
    for extension in one.extensions:
        _extend(marking, extension, waiting, act)
    if one.answers:
        answered = _answered(marking, law, waiting, act)
        if answered is not None:
            waiting.remove(answered)
            bound = answered.answer(act.at, place)
            if bound is not None and law.rule.severity != "none":
                late.append((law.rule, "record", late_fault(bound, act.at)))
    if one.cancels:
        for duty in waiting:
            duty.state = "cancelled"
        waiting.clear()
    for which in one.starts:
        if _holds(marking, law, law.interruptions[which].only):
            for duty in waiting:
                duty.pause(which, act.at)


def _extend(marking: Marking, extension: Extension, waiting: list[Duty], act: Act) -> None:
    scene = marking.scene
    for duty in waiting:
        bound = duty.due_at(act.at)
        spent = extension.times is not None and len(duty.extensions) >= extension.times
        if spent or (bound is not None and act.at > bound):
            continue  # an extension after the end revives nothing
        scene.opener = duty.opener
        most = extension.most(act.day) if extension.most is not None else None
        stated = extension.by(scene) if extension.by is not None else None
        amount = int(stated) if isinstance(stated, int) and not isinstance(stated, bool) else most
        if amount is not None:
            duty.extend(amount if most is None else min(amount, most))


def _answered(marking: Marking, law: DutyRule, waiting: list[Duty], act: Act) -> Duty | None:
    """The duty that the act answers: the oldest open one with the same key that the filter accepts."""
    key = law.key(act) if law.key is not None else None
    for duty in waiting:
        if law.key is not None and duty.key != key:
            continue
        if law.answers is None:
            return duty
        marking.scene.opener = duty.opener
        if _holds(marking, law, law.answers, unknown=True):
            return duty
    return None


def _open(marking: Marking, law: DutyRule, act: Act, place: int) -> None:
    """Open the duty, which the act is known to bring."""
    waiting = marking.open.get(law.order)
    if waiting and law.law.per == WHOLE_CASE:
        return
    start = act.at if law.law.clock is None else as_instant(clock_start(law, act)) or act.at
    _enter(marking, law, _duty(marking, law, act, place, start))


def _duty(marking: Marking, law: DutyRule, act: Act, place: int, start: datetime) -> Duty:
    term = law.term(act.day) if law.term is not None else None
    duty = Duty(law, act, place, start=start, term=term, calendar=marking.book.calendar)
    if law.key is not None:
        duty.key = law.key(act)
    if law.data is not None and duty.fixed_due is None:
        duty.fixed_due = as_end(marking.scene.facts.get(law.data))
    return duty


def _enter(marking: Marking, law: DutyRule, duty: Duty) -> None:
    marking.duties.append(duty)
    waiting = marking.open.get(law.order)
    if waiting is None:
        marking.open[law.order] = [duty]
    else:
        waiting.append(duty)


def _recordings(marking: Marking, act: Act, place: int) -> Iterator[Broken]:
    """The duty to store each recording: its clock runs from the recording's end and it is met when the recording is stored."""
    table = marking.table
    for law in (*table.recording.get(act.kind, ()), *table.recording_any):
        if not law.in_force(act.day) or not _holds(marking, law, law.when) or not _holds(marking, law, law.only):
            continue
        faults: list[Fault] = []
        for recording in act.recordings:
            duty = _duty(marking, law, act, place, recording.end)
            duty.recording = recording
            if recording.stored_at is None:
                _enter(marking, law, duty)
                continue
            marking.duties.append(duty)
            bound = duty.answer(recording.stored_at, place)
            if bound is not None:
                faults.append(late_fault(bound, recording.stored_at))
        if faults and law.rule.severity != "none":
            yield law.rule, "record", faults[0]


def _holds(marking: Marking, law: DutyRule, condition: Condition | None, *, unknown: bool = False) -> bool:
    """Whether a filter accepts; what is not known is noted and counts as `unknown`."""
    if condition is None:
        return True
    answer = condition(marking.scene)
    if type(answer) is Unknown:
        marking.note_unknown(law.rule.id, answer)
        return unknown
    return answer  # type: ignore[return-value]


def late_fault(bound: datetime, at: datetime) -> Fault:
    """What is wrong with an act that answers a duty after its due time."""
    return Fault(
        "late",
        f"due {moment(bound)}, done {moment(at)}",
        f"期限至{moment_zh(bound)}，实际{moment_zh(at)}",
        due=bound,
        at=at,
    )
