"""The workbench's list: one keyset page over open cases, the tightest deadline first; those in other hands behind."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db.models import Q, QuerySet

from xiezhi.apps.casework.models import CaseFile

SMALLEST, USUAL, LARGEST = 20, 50, 100
GROUPS = {"late": "已超期", "today": "今天", "soon": "3 个工作日内", "later": "以后", "waiting": "等别人"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends: behind this row. As text it is the `after` of the next page's address."""

    waiting: bool
    due: datetime
    case: str

    def text(self) -> str:
        raw = json.dumps([int(self.waiting), self.due.astimezone(UTC).isoformat(), self.case], ensure_ascii=False)
        return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> Place | None:
        """The place that an address states; None where it states none that can be read."""
        try:
            waiting, due, case = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            return cls(bool(waiting), datetime.fromisoformat(due), str(case))
        except (ValueError, TypeError, binascii.Error):
            return None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is asked for: whose agency (None: all that the user may see), and filters."""

    agency: str | None
    hands: frozenset[str]
    mine: str = ""
    stage: str = ""
    procedure: str = ""
    late_at: datetime | None = None
    closed: bool = False
    size: int = USUAL


@dataclass(slots=True)
class Page:
    rows: list[CaseFile] = field(default_factory=list)
    after: str = ""


def _narrowed(wanted: Wanted) -> QuerySet[CaseFile]:
    rows = CaseFile.objects.filter(open=not wanted.closed)
    if wanted.agency is not None:
        rows = rows.filter(agency=wanted.agency)
    if wanted.mine:
        rows = rows.filter(handlers__contains=[wanted.mine])
    if wanted.stage:
        rows = rows.filter(stage=wanted.stage)
    if wanted.procedure:
        rows = rows.filter(procedure=wanted.procedure)
    if wanted.late_at is not None:
        rows = rows.filter(sort_due__lt=wanted.late_at)
    return rows.order_by("sort_due", "case")


def _behind(rows: QuerySet[CaseFile], place: Place) -> QuerySet[CaseFile]:
    return rows.filter(Q(sort_due__gt=place.due) | Q(sort_due=place.due, case__gt=place.case))


def page(wanted: Wanted, after: Place | None = None) -> Page:
    """One page: first what is in the user's hands, then what waits for others. At most two queries, whatever the number of cases."""
    found: list[CaseFile] = []
    own = Q(hands__in=wanted.hands)
    for waiting, part in ((False, own), (True, ~own)):
        if after is not None and after.waiting and not waiting:
            continue
        rows = _narrowed(wanted).filter(part)
        if after is not None and after.waiting == waiting:
            rows = _behind(rows, after)
        found += rows[: wanted.size + 1 - len(found)]
        if len(found) > wanted.size:
            break
    if len(found) <= wanted.size:
        return Page(found)
    kept = found[: wanted.size]
    last = kept[-1]
    return Page(kept, Place(is_waiting(last, wanted.hands), last.sort_due, last.case).text())


def is_waiting(row: CaseFile, hands: Collection[str]) -> bool:
    return row.hands not in hands
