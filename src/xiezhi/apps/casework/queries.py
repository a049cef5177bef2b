"""Reads of casework, for its pages and for other rooms.

workbench(user, now, asked, after)   one page of the list, tightest deadline first
search(user, text)                   cases by any part of number, party or title
case(case_id)                        the derived row of a case, or None
duties(...)                          running duties of an agency by whose hands they are in
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from xiezhi.apps.accounts.permissions import visible_agency
from xiezhi.apps.casework.models import CaseFile, DutyRow
from xiezhi.apps.casework.search import holds, wanted
from xiezhi.apps.casework.words import hands_of
from xiezhi.apps.casework.workbench import Page, Place, Wanted, page

FOUND_AT_MOST = 100


def case(case_id: str) -> CaseFile | None:
    return CaseFile.objects.filter(pk=case_id).first()


def by_number(text: str) -> CaseFile | None:
    """The case of this id, else the only one of this number."""
    found = CaseFile.objects.filter(pk=text).first()
    if found is None and len(rows := list(CaseFile.objects.filter(number=text)[:2])) == 1:
        return rows[0]
    return found


def cases(ids: Collection[str]) -> dict[str, CaseFile]:
    return CaseFile.objects.in_bulk(list(ids)) if ids else {}


def workbench(
    user: Any, now: datetime, *, who: str = "", stage: str = "", state: str = "", size: int = 50, after: Place | None = None
) -> Page:
    """One page of the cases that the user may read. `state` is "", late or closed; `who` is "" or mine."""
    asked = Wanted(
        agency=visible_agency(user),
        hands=hands_of(user.roles),
        mine=user.person_id or "" if who == "mine" else "",
        stage=stage,
        late_at=now if state == "late" else None,
        closed=state == "closed",
        size=size,
    )
    return page(asked, after)


def search(user: Any, text: str, limit: int = FOUND_AT_MOST) -> list[CaseFile]:
    """Cases whose number, party or title holds the text, the latest first; at most `limit`."""
    asked = wanted(text)
    if not asked:
        return []
    rows = CaseFile.objects.filter(search__contains=asked)
    if (agency := visible_agency(user)) is not None:
        rows = rows.filter(agency=agency)
    found = rows.order_by("-last_at", "case")[: limit * 2]
    return [row for row in found if holds(text, row.number or row.case, row.title, row.party)][:limit]


def duties(agency: str | None, hands: Collection[str], *, expect: Collection[str] = (), limit: int = FOUND_AT_MOST) -> list[DutyRow]:
    """Running duties in these hands, the earliest due first; with `expect`, only those that one of these acts answers."""
    rows = DutyRow.objects.select_related("case").filter(hands__in=hands)
    if agency is not None:
        rows = rows.filter(agency=agency)
    if expect:
        rows = rows.filter(expect__overlap=list(expect))
    return list(rows.order_by("due", "case_id")[:limit])
