"""Everything that the case page shows, put together from the record, the engine and the registry. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.urls import reverse

from xiezhi.apps.accounts.permissions import act_action, may
from xiezhi.apps.casework import deadlines, words
from xiezhi.apps.casework.entrypage import pairs
from xiezhi.apps.casework.models import CaseFile
from xiezhi.apps.casework.offering import Offer, offer, who_may
from xiezhi.apps.casework.timeline import MISSING, Section, nodes_of, sections_of
from xiezhi.apps.evidence import queries as evidence
from xiezhi.apps.record import queries as record
from xiezhi.apps.registry import queries as registry
from xiezhi.core.procedure.judge import judge

CARDS = 3


@dataclass(frozen=True, slots=True)
class StageShown:
    """A stage of the rail with its small line. `state`: done, skipped (the case went past it), current or ahead."""

    id: str
    zh: str
    state: str
    note: str
    said: str


@dataclass(slots=True)
class Card:
    """A deadline: what is owed, how much is left, whose hands, and the number of its day sheet."""

    zh: str
    shown: deadlines.Shown
    hands: str
    number: int
    has_sheet: bool


@dataclass(slots=True)
class Step:
    """One row of the 下一步 panel. `can` is whether this user may do it; `by` who else."""

    next: Any
    zh: str
    why: str
    cites: tuple[str, ...]
    shown: deadlines.Shown | None
    hands: str
    can: bool
    reasons: tuple[Any, ...] = ()
    case: str = ""

    @property
    def url(self) -> str:
        """Where the act is recorded; made when it is shown, since a page shows a few of some ninety steps."""
        return act_address(self.case, self.next.act)


@dataclass(slots=True)
class CasePage:
    file: CaseFile
    pack: Any
    vocabulary: Any
    names: dict[str, str]
    handlers: list[tuple[str, str, str]]
    stages: list[StageShown]
    cards: list[Card]
    more_cards: int
    sections: list[Section]
    must: list[Step]
    may: list[Step]
    offered: Offer
    blocked: list[Step]
    major: list[Any]
    findings: list[Any]
    not_judged: list[Any]
    entries: int
    notes: int
    documents: int
    recordings: int
    last_entry: str
    marking: Any
    stage_of: Callable[[str], tuple[str, str]]
    chained: bool
    owed_gaps: list[Any]

    @property
    def owed(self) -> int:
        """How many things must be done: running duties, and interruptions to be explained."""
        return len(self.must) + len(self.owed_gaps)

    @property
    def gaps(self) -> int:
        """How many things may be missing in the file."""
        return sum(1 for finding in self.findings if finding.kind in MISSING)


def _can(allowed: Callable[[str], bool], act: str) -> bool:
    try:
        return allowed(act_action(act))
    except KeyError:
        return False


def _steps(found: Iterable[Any], case: str, can: Callable[[str], bool], now: datetime, calendar: Any) -> list[Step]:
    rows = []
    for one in found:
        duty = getattr(one, "duty", None)
        shown: deadlines.Shown | None = None
        if duty is not None:
            shown = deadlines.of_duty(duty, now, calendar)
        elif one.due:
            shown = deadlines.shown(one.due, now, calendar, provisional=bool(one.provisional))
        rows.append(
            Step(
                one,
                words.owed(one.act, one.zh) if duty is not None else one.zh,
                one.why_zh,
                tuple(one.cites or ()),
                shown,
                # A duty says in whose hands it lies; a free act belongs to those whose role may record it.
                words.role(one.hands or "officer") if duty is not None else who_may(one.act),
                can(one.act),
                tuple(one.reasons or ()),
                case,
            )
        )
    return rows


# Acts with a page of their own beside the form that every act has.
OWN_PAGES = {
    "review_submitted": "review:submit",
    "review_passed": "review:review",
    "review_returned": "review:review",
    "review_rejected": "review:review",
}


def act_address(case: str, act: str) -> str:
    """Where the act is recorded."""
    if act in OWN_PAGES:
        return reverse(OWN_PAGES[act], args=[case])
    if act == "decision_approved":  # a head first sees what is to be approved
        return reverse("casework:approve", args=[case, act])
    return reverse("casework:act", args=[case, act]) if act else ""


def _cards(deadlines_: Iterable[Any], now: datetime, calendar: Any) -> list[Card]:
    return [
        Card(
            words.owed(step.act, step.zh),
            deadlines.of_duty(step.duty, now, calendar),
            words.role(step.hands or "officer"),
            number,
            step.due is not None,
        )
        for number, step in enumerate(deadlines_)
    ]


def _people_named(marking: Any, entries: Iterable[Any], vocabulary: Any) -> set[str]:
    """Every person id that the page may have to name: who acted, and whoever stands in a key of the type person."""
    found: set[str] = set()
    for act in marking.acts:
        found.update(act.by)
        for key, value in act.own.items():
            spec = vocabulary.key(key)
            if key == "certificates" or (spec is not None and "person" in {spec.type, spec.of}):
                found.update([value] if isinstance(value, str) else [str(one) for one in value or ()])
    for entry in entries:
        found.update(entry.by or ())
        if isinstance(approver := entry.body.get("approver"), str):
            found.add(approver)
        found.update(one for _path, value in pairs(entry.body.get("fields") or {}) if isinstance(value, list) for one in map(str, value))
        found.update(value for _path, value in pairs(entry.body.get("fields") or {}) if isinstance(value, str))
    return found


def build(file: CaseFile, user: Any, now: datetime) -> CasePage:
    """The page of a case that the user may read."""
    picture = record.picture(file.case, now)
    if picture is None:
        raise LookupError(f"case {file.case} has a list row but no record; run `xiezhi rebuild`")
    entries, book, marking, explanation = picture.entries, picture.book, picture.marking, picture.explanation
    pack, vocabulary, calendar = book.pack, book.pack.vocabulary, book.calendar
    people = registry.people(_people_named(marking, entries, vocabulary))
    names = {key: person.name for key, person in people.items()}
    numbers = {key: person.certificate_no for key, person in people.items() if person.certificate_no}
    findings = [finding for finding in judge(book, marking, now) if not is_merely_owed(finding, marking)]
    standing = [finding for finding in findings if finding.severity != "pending"]

    @cache
    def allowed(action: str) -> bool:
        return may(user, action, agency=file.agency)

    def can(act: str) -> bool:
        return _can(allowed, act)

    cards = _cards(explanation.deadlines, now, calendar)
    free = _steps(explanation.may, file.case, can, now, calendar)
    nodes = nodes_of(entries, marking, findings, vocabulary, names=names, numbers=numbers)
    return CasePage(
        file=file,
        pack=pack,
        vocabulary=vocabulary,
        names=names,
        handlers=_handlers(file, people, now),
        stages=[
            StageShown(one.id, one.zh, "skipped" if one.state == "done" and one.from_ is None else one.state, one.note, _stage_said(one))
            for one in explanation.stages
        ],
        cards=cards[:CARDS],
        more_cards=max(len(cards) - CARDS, 0),
        sections=sections_of(nodes, explanation.stages, stage_finder(explanation.stages, vocabulary)),
        must=_steps(explanation.must, file.case, can, now, calendar),
        may=free,
        offered=offer(free, explanation.stages, {act.kind for act in marking.acts}),
        blocked=_steps(explanation.blocked, file.case, can, now, calendar),
        major=[ground.row for ground in marking.major if ground.holds],
        findings=standing,
        not_judged=list(marking.not_judged),
        entries=len(entries),
        notes=picture.notes,
        documents=sum(len(act.documents) for act in marking.acts),
        recordings=sum(len(act.recordings) for act in marking.acts),
        last_entry=str(entries[-1].id) if entries else "",
        marking=marking,
        stage_of=stage_finder(explanation.stages, vocabulary),
        chained=picture.complete and is_chained(entries),
        owed_gaps=evidence.owed_gaps(file.case, marking, pack, entries),
    )


def is_merely_owed(finding: Any, marking: Any) -> bool:
    """Whether a finding only says that something is still to be done promptly: 下一步 says so; nothing is missing yet.

    A duty that was left open when the case was closed is found at the closing, after it was opened, and stays a finding.
    """
    return finding.kind == "missing" and any(
        duty.promptly and duty.is_open and (duty.rule, duty.opened_by, duty.opened_at) == (finding.rule, finding.act, finding.at)
        for duty in marking.duties
    )


def _handlers(file: CaseFile, people: dict[str, Any], now: datetime) -> list[tuple[str, str, str]]:
    """(name, tone, certificate in words) of each handler known to the registry."""
    from xiezhi.apps.casework.forms.people import certificate
    from xiezhi.core.law.clock import day_of

    return [(people[key].name, *certificate(people[key], day_of(now))) for key in file.handlers if key in people]


def _stage_said(stage: Any) -> str:
    """The small line of a stage: its days, that the case went past it, or that it is ahead."""
    if stage.state == "done" and stage.from_ is None:
        return "本案未经过"
    if stage.state == "ahead" or stage.from_ is None:
        return stage.note or "未到"
    first, last = words.day(stage.from_), words.day(stage.to) if stage.to else ""
    short = [text.split("（")[0] for text in (first, last) if text]
    return stage.note or "–".join(dict.fromkeys(short))


def stage_finder(stages: Iterable[Any], vocabulary: Any) -> Callable[[str], tuple[str, str]]:
    """From an act to its stage (id, words) as the pack orders it; for an act of no stage, the vocabulary's phase."""
    by_act: dict[str, tuple[str, str]] = {}
    for stage in stages:
        for act in stage.acts:
            by_act.setdefault(act, (stage.id, stage.zh))

    def stage_of(act: str) -> tuple[str, str]:
        if act in by_act:
            return by_act[act]
        kind = vocabulary.acts.get(act)
        word = vocabulary.phases.get(kind.phase) if kind else None
        return (word.id, word.zh) if word else ("", "其他")

    return stage_of


def is_chained(entries: Iterable[Any]) -> bool:
    """Whether each entry but the first names a predecessor (which may be one of custody, not among them); of a deleted one that is not known.

    That their bytes are unchanged is for the log to prove (`xiezhi ledger verify`, the receipt of each entry), not for this page.
    """
    return all("deleted" in entry.body or (entry.body.get("prev") is None) == (entry.case_seq == 1) for entry in entries)
