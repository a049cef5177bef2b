"""What the derived rows say, read from a folded history. Pure: the same marking gives the same rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from xiezhi.apps.casework.words import owed

FAR = datetime(9999, 1, 1, tzinfo=UTC)
RUNNING = frozenset({"open", "paused"})
# A case rests when its file is archived or the matter never became a case of this agency.
RESTING = frozenset({"case_archived", "lead_dismissed", "jurisdiction_transferred"})
HANDLING = frozenset({"initiation", "investigation"})


@dataclass(frozen=True, slots=True)
class Reading:
    """The columns of a CaseFile, by name, and its running duties, tightest first."""

    columns: dict[str, Any]
    duties: tuple[Any, ...]


def fact(facts: Mapping[str, Any], key: str, absent: str = "") -> str:
    """A text fact by its dotted path, whether the facts are kept flat or nested."""
    value: Any = facts.get(key)
    if value is None:
        value = facts
        for part in key.split("."):
            if not isinstance(value, Mapping) or part not in value:
                return absent
            value = value[part]
    return absent if value is None else str(value)


def by_tightness(duties: Iterable[Any]) -> list[Any]:
    """Running duties, the earliest due first, those without a term last, paused ones behind all."""
    running = [duty for duty in duties if duty.state in RUNNING]
    return sorted(running, key=lambda d: (d.state == "paused", d.due or FAR, d.rule))


def handlers_of(acts: Iterable[Any], kinds: Mapping[str, Any]) -> list[str]:
    """Who has acted in initiation or investigation, in order of first appearance."""
    found: dict[str, None] = {}
    for act in acts:
        kind = kinds.get(act.kind)
        if kind is not None and kind.phase in HANDLING:
            found.update(dict.fromkeys(act.by))
    return list(found)


def read(marking: Any, vocabulary: Any) -> Reading:
    """Derive the list row of a case from its marking. The marking holds at least one act."""
    acts = marking.acts
    first, last = acts[0], acts[-1]
    facts = marking.facts
    duties = by_tightness(marking.duties)
    tightest = duties[0] if duties else None
    due = tightest.due if tightest is not None and tightest.state == "open" else None
    done = {act.kind for act in acts}
    kind = vocabulary.acts.get(last.kind)
    owes = tightest.expect[0] if tightest is not None and tightest.expect else ""
    expected = vocabulary.acts.get(owes)
    columns = {
        "procedure": marking.procedure,
        "number": fact(facts, "case.number"),
        "title": fact(facts, "case.title"),
        "party": fact(facts, "party.name"),
        "party_kind": fact(facts, "party.kind"),
        "matter": fact(facts, "matter.name"),
        "handlers": handlers_of(acts, vocabulary.acts),
        "stage": marking.phase or "",
        "stage_zh": vocabulary.phases[marking.phase].zh if marking.phase in vocabulary.phases else "",
        "open": bool(duties) or not done & RESTING,
        "next_due": due,
        "sort_due": due or FAR,
        "next_rule": tightest.rule if tightest is not None else "",
        "next_act": owes,
        "next_zh": owed(expected.id, expected.zh) if expected is not None else (tightest.zh if tightest is not None else ""),
        "provisional": bool(tightest is not None and tightest.provisional),
        "hands": (tightest.hands or "officer") if tightest is not None else "officer",
        "acts": len(acts),
        "findings": sum(1 for finding in marking.findings if finding.severity == "violation"),
        "last_act": kind.zh if kind is not None else last.kind,
        "last_at": last.at,
        "filed_at": first.at,
    }
    return Reading(columns, tuple(duties))
