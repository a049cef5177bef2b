"""All findings of a case at a moment: those that acts brought, and the duties that are overdue, due, or left undone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from xiezhi.core.procedure.book import Book, day_of_fixed
from xiezhi.core.procedure.duty import Duty
from xiezhi.core.procedure.finding import SEVERITIES, Fault, Finding
from xiezhi.core.procedure.judging import Broken, merge
from xiezhi.core.procedure.marking import Marking
from xiezhi.core.procedure.say import moment, moment_zh

CLOSING = ("case_closed", "case_archived")
"""After one of these nothing more is done in the case: a prompt duty opened before it and still open is unmet."""


@dataclass(frozen=True, slots=True)
class _Standing:
    """How one open duty stands: severity None = that of its rule."""

    duty: Duty
    fault: Fault
    at: datetime
    severity: str | None


def judge(book: Book, marking: Marking, as_of: datetime) -> list[Finding]:
    """Every finding as of that moment, by time, then by rule. A duty not yet past due is `pending`.

    `book` is the one that the marking was folded with; it is asked for so that a caller cannot mix editions unnoticed.
    """
    if book.pack.hash != marking.book.pack.hash:
        raise ValueError(f"the marking was folded under edition {marking.book.pack.hash[:12]}, not {book.pack.hash[:12]}")
    findings = list(marking.findings)
    findings.extend(_of_duties(marking, as_of))
    findings.sort(key=lambda finding: (finding.at, finding.rule, -1 if finding.act is None else finding.act))
    return findings


def standing(marking: Marking, as_of: datetime) -> Iterator[tuple[Duty, str]]:
    """Each open duty with its state as of that moment: open, paused, breached, or `promptly`."""
    for duty in marking.duties:
        if duty.is_open:
            bound = duty.due_at(as_of)
            if duty.promptly:
                yield duty, "promptly"
            elif bound is not None and as_of > bound:
                yield duty, "breached"
            else:
                yield duty, duty.state


def _of_duties(marking: Marking, as_of: datetime) -> list[Finding]:
    groups: dict[tuple[str, int], list[_Standing]] = {}
    for duty in marking.duties:
        if duty.is_open and duty.law.rule.severity != "none":
            stands = _stands(marking, duty, as_of)
            name = duty.law.rule.breach or duty.rule
            groups.setdefault((name, duty.opened_by), []).append(stands)
    breached = set(marking.breached)
    findings: list[Finding] = []
    for group in groups.values():
        findings.extend(_finding(marking, group, breached))
    return findings


def _stands(marking: Marking, duty: Duty, as_of: datetime) -> _Standing:
    bound = duty.due_at(as_of)
    provisional, provisional_zh = (" (provisional)", "（暂定）") if bound is not None and duty.provisional else ("", "")
    if duty.promptly:
        closed = _closed_after(marking, duty, as_of)
        if closed is not None:
            return _Standing(duty, Fault("missing", "not done before the case was closed", "结案前未办理"), closed, None)
        return _Standing(duty, Fault("missing", "to be done promptly", "应当及时办理"), duty.opened_at, "warning")
    if bound is not None and as_of > bound:
        note, note_zh = f"was due {moment(bound)}{provisional}, not done", f"期限至{moment_zh(bound)}{provisional_zh}，尚未办理"
        return _Standing(duty, Fault("overdue", note, note_zh, due=bound), bound, None)
    if bound is None or duty.state == "paused":
        return _Standing(duty, Fault("overdue", "the time stands still", "期限中止", due=None), duty.opened_at, "pending")
    note, note_zh = f"due {moment(bound)}{provisional}", f"期限至{moment_zh(bound)}{provisional_zh}"
    return _Standing(duty, Fault("overdue", note, note_zh, due=bound), duty.opened_at, "pending")


def _closed_after(marking: Marking, duty: Duty, as_of: datetime) -> datetime | None:
    for kind in CLOSING:
        for place in marking.scene.of(kind):
            if place > duty.opened_by and marking.acts[place].at <= as_of:
                return marking.acts[place].at
    if marking.procedure == "agency_year" and marking.acts:  # such a case is one calendar year, and closes with it
        end = day_of_fixed("12-31", marking.acts[0].day.year)
        return end if as_of > end else None
    return None


def _finding(marking: Marking, group: list[_Standing], breached: set[str]) -> list[Finding]:
    """One finding for the duties of one breach that one act opened, by its worst member."""
    worst = max(SEVERITIES.index(stands.severity or stands.duty.law.rule.severity) for stands in group)
    worst_ones = [stands for stands in group if SEVERITIES.index(stands.severity or stands.duty.law.rule.severity) == worst]
    first = min(worst_ones, key=lambda stands: (stands.fault.due or stands.at, stands.duty.law.order))
    broken: list[Broken] = [(stands.duty.law.rule, "record", stands.fault) for stands in sorted(worst_ones, key=lambda s: s is not first)]
    found = merge(marking, broken, first.duty.opener, first.duty.opened_by, breached)
    return [replace(finding, severity=SEVERITIES[worst], kind=first.fault.kind, at=first.at, due=first.fault.due) for finding in found]
