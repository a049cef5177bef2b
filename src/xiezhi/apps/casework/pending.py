"""待批: what waits for a head's approval, on the workbench. Duties in the head's hands, and decisions that may be approved now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xiezhi.apps.accounts.permissions import act_action, may, visible_agency
from xiezhi.apps.accounts.roles import Role
from xiezhi.apps.casework import deadlines, queries, words
from xiezhi.apps.casework.approval import ASKED
from xiezhi.apps.casework.casepage import act_address
from xiezhi.apps.casework.models import CaseFile
from xiezhi.apps.record import queries as record
from xiezhi.core.procedure.explain import reasons_of, thought_of
from xiezhi.core.procedure.fold import advance, probe

APPROVAL = "decision_approved"
# Phases in which a case may have come to its approval; what follows the approval shows that it was given.
NEAR = ("hearing", "review", "decision")
PROPOSED = "penalty_proposed"
SETTLED = (APPROVAL, "decision_made", "no_penalty_decided", "case_withdrawn")
LOOKED_AT = 20  # cases whose history is read for one page


@dataclass(frozen=True, slots=True)
class Waiting:
    """One case that waits: what is to be done, where, until when."""

    file: CaseFile
    zh: str
    url: str
    shown: deadlines.Shown


def is_head(user: Any) -> bool:
    return Role.HEAD in user.roles


def pending(user: Any, now: datetime, calendar: Any) -> list[Waiting]:
    """What waits for this head, the tightest first: at most LOOKED_AT duties and as many decisions."""
    owed = list(_owed(user, now, calendar))
    seen = {one.file.case for one in owed}
    ready = _ready(user, now, calendar) if may(user, act_action(APPROVAL), agency=user.agency_id) else ()
    return [*owed, *(one for one in ready if one.file.case not in seen)]


def _owed(user: Any, now: datetime, calendar: Any) -> Iterable[Waiting]:
    for row in queries.duties(visible_agency(user), words.hands_of([Role.HEAD]), limit=LOOKED_AT):
        act = next((one for one in row.expect if may(user, act_action(one), agency=row.agency)), "")
        if act:
            shown = deadlines.PAUSED if row.paused else deadlines.shown(row.due, now, calendar, provisional=row.provisional)
            yield Waiting(row.case, row.zh, act_address(row.case_id, act), shown)


def _ready(user: Any, now: datetime, calendar: Any) -> Iterable[Waiting]:
    """Cases with a proposal on which nothing was decided, and of which the rules allow the approval now."""
    rows = CaseFile.objects.filter(open=True, stage__in=NEAR, agency=user.agency_id).order_by("sort_due", "case")[:LOOKED_AT]
    for row in rows:
        book, marking = record.marking(row.case)
        if is_ready(book, marking, now):
            shown = deadlines.shown(row.next_due, now, calendar, provisional=row.provisional)
            yield Waiting(row, book.act(APPROVAL).zh, act_address(row.case, APPROVAL), shown)


def is_ready(book: Any, marking: Any, now: datetime) -> bool:
    """Whether the decision of this case may be approved now, was not yet, and could be made once it is approved.

    What a decision presupposes (notice, defence, review) stands in rules on the decision itself: so the approval is tried, and the
    decision after it. The marking is changed by the trial.
    """
    kinds = [act.kind for act in marking.acts]
    if PROPOSED not in kinds or set(SETTLED) & set(kinds[kinds.index(PROPOSED) :]):
        return False
    approval = thought_of(marking, APPROVAL, now)
    if _is_blocked(book, marking, approval):
        return False
    advance(marking, approval)
    return not _is_blocked(book, marking, thought_of(marking, "decision_made", now))


def _is_blocked(book: Any, marking: Any, act: Any) -> bool:
    """Whether the order of the procedure forbids the act; what its own form will state is not asked yet."""
    blocking, _warnings = reasons_of(book, marking, act, probe(marking, act, bare=True))
    return any(reason.kind not in ASKED for reason in blocking)
