"""待批: what a head needs to see before approving or deciding, on one screen. Reads only; approving itself is an act like any other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xiezhi.apps.casework import words
from xiezhi.apps.casework.forms.act import flat_facts, values_of
from xiezhi.apps.record import queries as record
from xiezhi.apps.registry import queries as registry

OUTCOMES = ("review_passed", "review_returned", "review_rejected", "reconsideration_decided")
PROPOSED = ("penalty.text", "penalty.kinds", "penalty.fine", "penalty.confiscated", "law_basis")
# What the form itself asks for does not block it.
ASKED = frozenset({"unknown_fact", "missing", "needs_reason"})


@dataclass(frozen=True, slots=True)
class Approval:
    """`summary`: two sentences; `proposed`: (label, words); `verdict`: (outcome, when, who, opinion); `blocked`: why it may not be done yet."""

    zh: str
    summary: tuple[str, ...]
    proposed: tuple[tuple[str, str], ...]
    verdict: tuple[str, str, str, str] | None
    major: bool
    dissent: tuple[tuple[str, str], ...]
    blocked: tuple[Any, ...]


def approval(case: str, act: str, now: datetime) -> Approval:
    """The screen for one act (decision_approved, decision_made). Raises LookupError for a case without a record."""
    picture = record.picture(case, now)
    if picture is None:
        raise LookupError(f"no record of case {case}")
    marking = picture.marking
    vocabulary: Any = picture.book.pack.vocabulary
    facts = flat_facts(marking, vocabulary)
    names = registry.names({person for one in marking.acts for person in one.by})

    def said(key: str) -> str:
        spec, value = vocabulary.key(key), facts.get(key)
        return words.value_zh(spec, value, names, values_of(spec, vocabulary)).rstrip("。") if value not in (None, "", [], ()) else ""

    blocked = next((step.reasons for step in picture.explanation.blocked if step.act == act), ())
    return Approval(
        zh=vocabulary.acts[act].zh,
        summary=_summary(said, marking),
        proposed=tuple((vocabulary.key(key).zh, said(key)) for key in PROPOSED if said(key)),
        verdict=_verdict(marking, vocabulary, names),
        major=any(ground.holds for ground in marking.major),
        dissent=_dissent(marking, vocabulary),
        blocked=tuple(reason for reason in blocked if reason.kind not in ASKED),
    )


def _last(marking: Any, *kinds: str) -> Any:
    return next((act for act in reversed(marking.acts) if act.kind in kinds), None)


def _summary(said: Any, marking: Any) -> tuple[str, ...]:
    first = f"{said('party.name') or '当事人'}{'于' + said('violation.place') if said('violation.place') else ''}："
    facts = said("violation.facts") or said("matter.name") or "案情尚未载明"
    defence = _last(marking, "defence_made", "defence_waived")
    told = "当事人提出了陈述、申辩" if defence is not None and defence.kind == "defence_made" else "当事人未提出陈述、申辩"
    return f"{first}{facts}。", f"{told}，全案记录 {len(marking.acts)} 条，可能有问题 {len(marking.findings)} 处。"


def _verdict(marking: Any, vocabulary: Any, names: Any) -> tuple[str, str, str, str] | None:
    given = _last(marking, *OUTCOMES)
    if given is None:
        return None
    who = "、".join(names.get(person, person) for person in given.by)
    opinion = "\n".join(str(given.own[key]) for key in ("opinion", "reason") if given.own.get(key))
    return vocabulary.acts[given.kind].zh, words.moment(given.at), who, opinion


def _dissent(marking: Any, vocabulary: Any) -> tuple[tuple[str, str], ...]:
    """Every dissent that stands in the record, and reviews that did not agree."""
    return tuple(
        (vocabulary.acts[one.kind].zh, str(one.own.get("dissent") or one.own.get("reason") or one.own.get("opinion") or "未写明理由"))
        for one in marking.acts
        if one.own.get("dissent") or one.kind == "review_rejected"
    )
