"""Reads of review: whose turn it is, by the reviewer's own limit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xiezhi.apps.accounts.permissions import visible_agency
from xiezhi.apps.casework import queries as casework
from xiezhi.apps.casework.pages import deadlines, words

OUTCOMES = ("review_passed", "review_returned", "review_rejected")
# The parts of the queue: what is owed, and the acts that answer it.
PARTS = (
    ("review", "待审核", OUTCOMES),
    ("reconsideration", "待复审", ("reconsideration_decided",)),
    ("answer", "待书面说明采纳情况", ("opinion_answered",)),
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case that waits for a review act."""

    duty: Any
    shown: deadlines.Shown
    hands: str
    mine: bool


def queue(user: Any, now: datetime, calendar: Any) -> list[tuple[str, str, list[Waiting]]]:
    """(part, words, waiting cases) of the user's agency, the earliest limit first. One query per part, at most 100 cases each."""
    agency, own = visible_agency(user, "review.read"), words.hands_of(user.roles)
    everybody = frozenset().union(*words.HANDS.values())
    found = []
    for part, zh, expect in PARTS:
        rows = casework.duties(agency, everybody, expect=expect)
        waiting = []
        for row in rows:
            shown = deadlines.PAUSED if row.paused else deadlines.shown(row.due, now, calendar, provisional=row.provisional)
            waiting.append(Waiting(row, shown, words.role(row.hands), row.hands in own))
        found.append((part, zh, waiting))
    return found
