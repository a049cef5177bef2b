"""One step: may this act be added to the history? Live work asks it, the audit replays it (contracts.md 3, 4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from xiezhi.core.procedure.act import Act, Person
from xiezhi.core.procedure.book import Book
from xiezhi.core.procedure.finding import Finding
from xiezhi.core.procedure.fold import advance, begin, fold, in_order, probe
from xiezhi.core.procedure.judging import Judgement, merge
from xiezhi.core.procedure.kinds.person import NO_PEOPLE
from xiezhi.core.procedure.marking import Marking
from xiezhi.core.procedure.reason import Reason, needs_reason, reason_of, unknown_reason


@dataclass(frozen=True, slots=True)
class Permitted:
    """The act stands. `marking` is the case with it, `findings` what it brings (late, missing ... of happened acts)."""

    marking: Marking
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """The act may not be done now. Each reason names the rule, its citation and the way out."""

    reasons: tuple[Reason, ...]

    @property
    def message_zh(self) -> str:
        return "；".join(reason.message_zh for reason in self.reasons)


Answer: TypeAlias = Permitted | Refused


def step(book: Book, acts: Iterable[Act], people: Mapping[str, Person] | None, act: Act, now: datetime) -> Answer:
    """Whether `act` may join the history `acts`.

    It may when the refolded history has no blocking finding that the history without it lacks. An act that happened is never
    refused. `now` is the time of asking; lateness against it is no refusal, so nothing here depends on the clock.
    """
    del now  # a seam of contracts.md 4: the answer must not change with the clock
    before = in_order(acts)
    ordered = in_order([*before, act])
    place = next(i for i, one in enumerate(ordered) if one is act)
    marking = begin(book, ordered, people)
    for earlier in ordered[:place]:
        advance(marking, earlier)
    answer = step_on(marking, act)
    if isinstance(answer, Refused) or place == len(before):
        return answer
    for later in ordered[place + 1 :]:
        advance(marking, later)
    return _compare(book, before, people, act, marking)


def step_on(marking: Marking, act: Act) -> Answer:
    """The same for an act that comes last: the marking takes it in place, or stays as it was when the act is refused."""
    if act.kind in marking.book.decided:
        reasons = refusals(marking, act, probe(marking, act))
        if reasons:
            return Refused(tuple(reasons))
    return Permitted(marking, tuple(advance(marking, act)))


def refusals(marking: Marking, act: Act, judgement: Judgement) -> list[Reason]:
    """Why a decided act is refused: blocking findings, missing facts in blocking rules, warnings without a reason."""
    reasons: list[Reason] = []
    if judgement.broken:
        # An older breach makes this one no second finding, but it opens no gate: what is refused stays refused.
        findings = merge(marking, judgement.broken, act, len(marking.acts), set())
        stated = bool(act.own.get("reason"))
        for finding in findings:
            if finding.live == "block":
                reasons.append(reason_of(marking.book, finding))
            elif finding.live == "warn" and not stated:
                reasons.append(needs_reason(marking.book, finding))
    for compiled, unknown in judgement.unknown:
        asked = tuple(name for name in unknown.names if name != NO_PEOPLE)
        if compiled.live == "block" and (asked or not unknown.names):
            reasons.append(unknown_reason(marking.book, compiled.rule, asked))
    return reasons


def _compare(book: Book, before: list[Act], people: Mapping[str, Person] | None, act: Act, after: Marking) -> Answer:
    """An act with an earlier time: what the refolded history has that the history without it lacks."""
    known: set[tuple[int, str]] = set()
    if before and any(one.procedure for one in before):
        old = fold(book, before, people)
        known = {_mark(old, finding) for finding in old.findings}
    new = [finding for finding in after.findings if _mark(after, finding) not in known]
    blocking = [finding for finding in new if finding.live == "block"]
    if blocking and act.kind in book.decided:
        return Refused(tuple(reason_of(book, finding) for finding in blocking))
    return Permitted(after, tuple(new))


def _mark(marking: Marking, finding: Finding) -> tuple[int, str]:
    """A finding's identity across two folds of the same acts."""
    return (id(marking.acts[finding.act]) if finding.act is not None else 0, finding.rule)
