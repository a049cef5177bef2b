"""Lists of disposal as people read them: which wait for whom, and what is on one, item by item, before and after its decision."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from xiezhi.apps.accounts.permissions import may, visible_agency
from xiezhi.apps.casework import queries as casework
from xiezhi.apps.evidence.models import Disposal, DisposalItem

APPROVE = "evidence.approve_disposal"


@dataclass(frozen=True, slots=True)
class Item:
    """One recording of a list, the case it belongs to (None: none), and how it stands."""

    item: DisposalItem
    recording: Any
    case: Any
    tone: str
    state: str
    why: str


def waiting(user: Any) -> list[Any]:
    """Lists that this leader may decide: of the own agency, and put up by another; each with its `count` of recordings, the oldest first."""
    if not may(user, APPROVE) or user.person_id is None:
        return []
    rows = Disposal.objects.filter(decided_at=None).exclude(proposed_by=user.person_id)
    if (agency := visible_agency(user, APPROVE)) is not None:
        rows = rows.filter(agency=agency)
    return list(rows.annotate(count=Count("items")).order_by("proposed_at")[:50])


def items_of(row: Disposal) -> list[Item]:
    """All that is on a list, by the recordings' time."""
    items = list(row.items.select_related("recording__file").order_by("recording__begin", "id"))
    files = casework.cases({one.recording.case for one in items if one.recording.case})
    return [Item(one, one.recording, files.get(one.recording.case), *_state(row, one)) for one in items]


def outcome(items: list[Item]) -> str:
    """已处置 3 段，未处置 1 段."""
    counts = Counter(one.state for one in items)
    return "，".join(f"{state} {counts[state]} 段" for state in ("已处置", "未处置", "没有删成", "待处置") if counts[state])


def _state(row: Disposal, one: DisposalItem) -> tuple[str, str, str]:
    if one.failed:
        return "missing", "没有删成", one.failed
    if one.kept_why:
        return "line", "未处置", one.kept_why
    if one.tried_at is not None and one.recording.disposed_at is not None:
        return "gone", "已处置", ""
    if row.granted is False:
        return "line", "未处置", "负责人不同意"
    return "soon", "待处置" if row.granted else "待审批", ""
