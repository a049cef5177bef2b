"""What is wrong with a history, what is owed in it, and what could not be judged."""

from __future__ import annotations

from dataclasses import dataclass, fields, make_dataclass
from datetime import datetime
from typing import Any

SEVERITIES = ("none", "pending", "warning", "violation")
STRENGTHS = ("record", "warn", "block")


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach (history.md, "The answer"). `act` is the 0-based place of the act in its case, in fold order, or None.

    `at` is when the breach happened: the act's time, or the due time that passed. `live` is the strength against a new act.
    `rules` are all rules that were broken at once (`breach`), `rule` the first of them.
    """

    case: str
    severity: str
    kind: str
    rule: str
    cites: tuple[str, ...]
    act: int | None
    at: datetime
    due: datetime | None
    message: str
    message_zh: str
    live: str = "record"
    breach: str | None = None
    rules: tuple[str, ...] = ()


_Draft: Any = make_dataclass("_Draft", [part.name for part in fields(Finding)], slots=True)


def make_finding(*values: Any) -> Finding:
    """A finding from all its fields in their order, as `make_act` makes acts: a log may bring a hundred thousand of them."""
    draft = _Draft(*values)
    draft.__class__ = Finding
    found: Finding = draft
    return found


@dataclass(frozen=True, slots=True)
class NotJudged:
    """A rule that could not be judged in this case, and why. `missing` are the facts that would have to be known."""

    rule: str
    why: str
    why_zh: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule broken at one act, before breaches are merged. The notes say what exactly, in both languages."""

    kind: str
    note: str = ""
    note_zh: str = ""
    due: datetime | None = None
    at: datetime | None = None
