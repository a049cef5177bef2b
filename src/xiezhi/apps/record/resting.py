"""Whether a case rests, by which act, and until which day it is then to be kept."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from xiezhi.core.law.clock import day_of
from xiezhi.core.law.pack import Pack
from xiezhi.core.law.terms import add_months
from xiezhi.core.law.vocabulary import load_vocabulary
from xiezhi.core.procedure.history import Act

from .acts import Written, acts_of
from .effective import project
from .law import edition
from .models import Case

RESTING = ("case_archived", "lead_dismissed", "jurisdiction_transferred")
LATER_PHASES = frozenset({"disclosure", "archive", "standing"})  # what may follow without opening a case again
LONGEST_YEARS = 30  # where neither act nor pack says anything


def resting(acts: Iterable[Act]) -> Act | None:
    """The act by which a case of these acts rests; None where it is under way or went on since."""
    phases = load_vocabulary().acts
    newest = sorted(acts, key=lambda act: (act.at, act.case_seq or 0), reverse=True)
    rest = next((act for act in newest if act.kind in RESTING or phases[act.kind].phase not in LATER_PHASES), None)
    return rest if rest is not None and rest.kind in RESTING else None


def rested_before(case: Case, entries: Sequence[Written], number: int) -> bool:
    """Whether the case was at rest when its entry of that number was made, as far as what is left of the entries before it tells.

    A deleted act speaks by its own row: it took the case up again where both its time and its number come after the rest.
    """
    before = [one for one in entries if one.body["case_seq"] < number]
    left = {one.body["case_seq"]: one.body.get("deleted") is not None for one in before}
    acts = acts_of(project(one.body for one in before), case, before)
    rest = resting(act for act in acts if not left.get(act.case_seq or 0))
    return rest is not None and not any(
        left.get(act.case_seq or 0)
        and act.at > rest.at
        and (act.case_seq or 0) > (rest.case_seq or 0)
        and load_vocabulary().acts[act.kind].phase not in LATER_PHASES
        for act in acts
    )


def kept_until(case: Case, rest: Act) -> tuple[date, int]:
    """The day until which the case is kept, and for how many years: as the act says, else as the pack does for its procedure, else the longest."""
    years = _years(rest.own.get("retention_years"))
    if years is None:
        years = _of_pack(edition(case.pack_id), case.procedure)
    return add_months(day_of(rest.at), 12 * years), years


def _of_pack(pack: Pack, procedure: str) -> int:
    said = {name: _years(rule.get("years")) for name, rule in pack.retention.items() if isinstance(rule, dict)}
    own = said.get(procedure)
    return own if own is not None else max([LONGEST_YEARS, *(years for years in said.values() if years is not None)])


def _years(value: Any) -> int | None:
    """Whole years, a part of one counted as one; None for what is no number of years."""
    try:
        years = Decimal(str(value))
    except InvalidOperation:
        return None
    return math.ceil(years) if years.is_finite() and 0 < years <= 1000 else None
