"""What a submission for review is prefilled with: the materials in the case file, the last day to submit."""

from __future__ import annotations

from datetime import date
from typing import Any

from xiezhi.core.law.clock import day_of

# What a reviewer needs beside the two that the vocabulary names (xuecheng/review/8).
MATERIALS = (
    "draft_decision",
    "investigation_report",
    "evidence_list",
    "penalty_notice",
    "defence_record",
    "waiver_record",
    "defence_review_opinion",
    "hearing_record",
    "hearing_report",
    "appraisal_opinion",
)
OUTCOMES = frozenset({"review_passed", "review_returned", "review_rejected"})
DECIDING = frozenset({"decision_made", "no_penalty_decided"})


def decision_duty(marking: Any) -> Any:
    """The running duty to decide, or None."""
    running = [duty for duty in marking.duties if duty.state in {"open", "paused"} and DECIDING & set(duty.expect) and duty.due is not None]
    return min(running, key=lambda duty: duty.due, default=None)


def concluded(marking: Any) -> Any:
    """The opinion that was given on the last submission, or None while it is still owed (or nothing was submitted)."""
    for act in reversed(marking.acts):
        if act.kind == "review_submitted":
            return None
        if act.kind in OUTCOMES:
            return act
    return None


def prefilled(marking: Any, vocabulary: Any) -> tuple[list[str], dict[str, Any]]:
    """The materials that the file holds, in words; and the initial values of the form."""
    held = {name for act in marking.acts for name in act.documents}
    materials = [name for name in MATERIALS if name in held]
    initial: dict[str, Any] = {f"document-{name}": name in held for name in ("draft_decision", "evidence_list")}
    initial["data-materials"] = [vocabulary.documents.get(name, name) for name in materials]
    duty = decision_duty(marking)
    if duty is not None:
        initial["data-statutory_deadline"] = day_of(duty.due)
    return [vocabulary.documents.get(name, name) for name in materials], initial


def last_day(book: Any, marking: Any) -> tuple[date, tuple[str, ...]] | None:
    """The last day on which to submit, where a rule asks for a lead before the limit: the day and the rule's citations."""
    duty = decision_duty(marking)
    if duty is None:
        return None
    for rule in book.pack.rules:
        if rule.kind != "lead" or "review_submitted" not in rule.on or rule.at_least is None or rule.yields_to:
            continue
        amount = rule.at_least.amount
        if isinstance(amount, str):
            amount = book.pack.param(amount.removeprefix("$"), duty.due)
        if rule.at_least.unit == "workday" and amount:
            return book.calendar.add_workdays(day_of(duty.due), -int(amount)), rule.cites
    return None
