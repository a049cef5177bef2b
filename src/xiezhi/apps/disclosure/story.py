"""How a case went, for its public page: the steps with their days, and how much of each legal limit was used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xiezhi.core.law.clock import day_of

# Step, the acts that begin it, the acts that end it. Only that a step was taken and when is shown, nothing of its content.
STEPS = (
    ("发现、立案", ("lead_registered", "case_filed", "emergency_started"), ("case_filed",)),
    ("调查取证", ("inquiry_made", "site_inspected", "sample_taken", "evidence_obtained"), ("investigation_concluded",)),
    ("告知当事人", ("penalty_proposed",), ()),
    ("听证", ("hearing_requested", "hearing_held"), ("hearing_held",)),
    ("法制审核通过", ("review_submitted",), ("review_passed",)),
    ("负责人集体讨论", ("discussion_held",), ()),
    ("作出决定", ("decision_made", "no_penalty_decided"), ()),
    ("送达", ("document_served",), ()),
    ("公示", ("result_published",), ()),
    ("履行", ("performance_recorded",), ()),
)
# Duties whose use of the limit the public may see, by the act that they expect.
BARS = (("decision_made", "立案到决定"), ("review_passed", "送审到审核意见"), ("result_published", "决定到公示"))
# The service that the public is told of is that of the decision, not of notices before it.
DECISIONS = frozenset({"decision", "on_spot_decision", "no_penalty_decision"})
UNITS_ZH = {"workday": "个工作日", "day": "天"}


def timeline(acts: Sequence[Any]) -> list[dict[str, str]]:
    """The steps that were taken, with ISO days `from` and `to` (equal when one day)."""
    shown = []
    acts = [act for act in acts if act.kind != "document_served" or act.data.get("document", "decision") in DECISIONS]
    for words, begins, ends in STEPS:
        started = [act for act in acts if act.kind in begins]
        if ends and not any(act.kind in ends for act in acts):
            continue
        if not started:
            continue
        finished = [act for act in acts if act.kind in ends] or started[:1]
        shown.append(
            {"zh": words, "from": day_of(started[0].at).isoformat(), "to": day_of(finished[-1].at).isoformat(), "note": _note(words, acts)}
        )
    return shown


def _note(words: str, acts: Sequence[Any]) -> str:
    kinds = {act.kind for act in acts}
    if words == "调查取证" and "identity_shown" in kinds:
        return "执法人员出示了执法证件"
    if words == "告知当事人":
        if "defence_made" in kinds:
            return "当事人提出了陈述、申辩意见，机关作了复核" if "defence_reviewed" in kinds else "当事人提出了陈述、申辩意见"
        if "defence_waived" in kinds:
            return "当事人未提出陈述、申辩意见"
    return ""


def bars(marking: Any, calendar: Any) -> list[dict[str, Any]]:
    """Used and limit of the duties in BARS that have been met, in the unit of their term: workdays or days."""
    found = []
    for act_kind, words in BARS:
        for duty in marking.duties:
            if act_kind not in duty.expect or duty.met_by is None or duty.due is None:
                continue
            met = marking.acts[duty.met_by].at
            unit = "workday" if duty.term is not None and duty.term.unit == "workday" else "day"
            start, end, last = day_of(duty.opened_at), day_of(met), day_of(duty.due)
            count = calendar.workdays_between if unit == "workday" else lambda a, b: (b - a).days
            used, limit = count(start, end), count(start, last)
            late = met > duty.due
            if duty.term is not None and duty.term.unit in UNITS_ZH and not duty.extensions and not duty.interruptions and not late:
                limit = duty.term.amount  # the law's own number, also where the last day fell on a holiday and moved on
            said = f"{words}用了{used}{UNITS_ZH[unit]}，规定{limit}{UNITS_ZH[unit]}" + ("，超期" if late else "")
            found.append({"zh": words, "used": used, "limit": limit, "unit": UNITS_ZH[unit], "late": late, "label": said})
            break
    return found
