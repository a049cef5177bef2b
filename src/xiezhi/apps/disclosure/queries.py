"""Reads of disclosure: the desk's list, the public pages, the search."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q

from xiezhi.apps.accounts import permissions
from xiezhi.apps.disclosure import bigrams
from xiezhi.apps.disclosure.models import (
    ApprovalRequest,
    CorrectionRequest,
    Draft,
    DraftState,
    OwedPublication,
    Publication,
    RequestState,
    State,
)
from xiezhi.apps.disclosure.reading import FIELDS, page_id, title_of
from xiezhi.core.law.clock import SHANGHAI, day_of

__all__ = [
    "CAP",
    "FIELDS",
    "PAGE",
    "Filters",
    "Found",
    "Publication",
    "by_number",
    "drafts",
    "latest",
    "page_id",
    "public_address",
    "publication",
    "published",
    "title_of",
    "to_publish",
]

PAGE = 20
CAP = 1000  # counts above are said as 1000+
EXPORT = 5000  # rows of one CSV
# Not past the last day of its publicity; takes today's date.
_RUNNING = "(state <> 'public' OR until IS NULL OR until >= %s)"
SHOWN = (State.PUBLIC, State.WITHDRAWN, State.EXPIRED)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a visitor narrows a list by. `since` and `until` are days of publication, both included."""

    agency: str = ""
    procedure: str = ""
    state: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a list. `after` leads to the next one, empty on the last. `count` is capped: see `count_zh`."""

    rows: Sequence[Publication]
    after: str
    count: int

    @property
    def count_zh(self) -> str:
        return f"{CAP}+" if self.count > CAP else str(self.count)


def public_address(case_id: str, what: str = "decision") -> str:
    """The address that the code on a document leads to; its page exists from the publication on."""
    return f"{settings.PUBLIC_URL.rstrip('/')}/p/{page_id(case_id, what)}" if settings.PUBLIC_URL else ""


def own_address(case_id: str, what: str = "decision") -> str:
    """The same page at the installation's own address: for papers of an installation without a public one (a trial, the demo)."""
    return f"{settings.OWN_ADDRESS.rstrip('/')}/p/{page_id(case_id, what)}"


def publication(page: str, now: datetime) -> Publication | None:
    """A public page by its id; None for an unknown one and for a result that is withheld."""
    return _as_of(Publication.objects.filter(pk=page, state__in=SHOWN).first(), now)


def by_number(number: str, now: datetime) -> Publication | None:
    wanted = "".join(number.split())
    return _as_of(_newest(number=wanted), now) if wanted else None


def by_document(sha256: str, now: datetime) -> Publication | None:
    """The page whose published document has this fingerprint."""
    return _as_of(_newest(pdf=sha256), now) if sha256 else None


def by_entry(entry: str, now: datetime) -> Publication | None:
    """The page that shows this entry of the log (66 hex digits)."""
    return _as_of(_newest(entry=entry), now) if entry else None


def _newest(**where: str) -> Publication | None:
    return Publication.objects.filter(**where, state__in=SHOWN).order_by("-published_at").first()


def _as_of(row: Publication | None, now: datetime) -> Publication | None:
    """The row as the public may see it: past the last day of its publicity it has expired, whether or not the desk has recorded that."""
    if row is not None and row.state == State.PUBLIC and row.until is not None and row.until < day_of(now):
        row.state, row.withdrawn_at, row.withdrawn_reason = State.EXPIRED, _midnight(row.until + timedelta(days=1)), "公示期满"
    return row


def of_case(case_id: str) -> list[Publication]:
    """All rows of a case, withheld ones too: for staff."""
    return list(Publication.objects.filter(case=case_id).order_by("published_at", "id"))


def latest(now: datetime, limit: int = 8, state: str = State.PUBLIC) -> list[Publication]:
    order = "-withdrawn_at" if state == State.WITHDRAWN else "-published_at"
    rows = Publication.objects.filter(state=state)
    if state == State.PUBLIC:
        rows = rows.filter(Q(until=None) | Q(until__gte=day_of(now)))
    return list(rows.order_by(order, "-id").defer("text", "search")[:limit])


def withheld_count(since: datetime) -> int:
    """How many results have been withheld since then: said openly, without what they are."""
    return Publication.objects.filter(state=State.WITHHELD, published_at__gte=since).count()


def published(now: datetime, search: str = "", filters: Filters = Filters(), after: str = "", limit: int = PAGE) -> Found:
    """A page of public results, the newest first. A question without any letter, digit or sign finds nothing.

    What is past its last day (`until`) is listed as expired, and no longer found by words.
    """
    where, values = _conditions(search, filters, day_of(now))
    if where is None:
        return Found([], "", 0)
    place = _cursor(after)
    going_on = " AND (published_at, id) < (%s, %s)" if place else ""
    with connection.cursor() as cursor:
        # The hits first, then their order: else the planner walks the order and tests each row for a rare word.
        cursor.execute(
            f"WITH hits AS MATERIALIZED (SELECT id, published_at FROM disclosure_publication WHERE {where})"
            f" SELECT id FROM hits WHERE true{going_on} ORDER BY published_at DESC, id DESC LIMIT %s",
            [*values, *(place or ()), limit + 1],
        )
        ids = [row[0] for row in cursor.fetchall()]
        cursor.execute(f"SELECT count(*) FROM (SELECT 1 FROM disclosure_publication WHERE {where} LIMIT %s) capped", [*values, CAP + 1])
        (count,) = cursor.fetchone()
    known = Publication.objects.defer("text", "search", "timeline", "bars").in_bulk(ids[:limit])
    rows = [row for one in ids[:limit] if (row := _as_of(known.get(one), now)) is not None]
    more = encode_cursor(rows[-1]) if len(ids) > limit and rows else ""
    return Found(rows, more, count)


def _conditions(search: str, filters: Filters, today: date) -> tuple[str | None, list[Any]]:
    where, values = ["state = ANY(%s)"], [[str(state) for state in SHOWN]]
    if search.strip():
        asked = bigrams.question(search)
        if not asked:
            return None, []
        where.append("search @@ %s::tsquery")
        where.append(_RUNNING)
        values += [asked, today]  # type: ignore[list-item]
    if filters.state == State.EXPIRED:
        where.append(f"(state = 'expired' OR NOT {_RUNNING})")
        values.append(today)  # type: ignore[arg-type]
    elif filters.state:
        where.append(f"state = %s AND {_RUNNING}")
        values += [filters.state, today]  # type: ignore[list-item]
    chosen: Mapping[str, str] = {"agency": filters.agency, "procedure": filters.procedure}
    for column, value in chosen.items():
        if value:
            where.append(f"{column} = %s")
            values.append(value)  # type: ignore[arg-type]
    if filters.since:
        where.append("published_at >= %s")
        values.append(_midnight(filters.since))  # type: ignore[arg-type]
    if filters.until:
        where.append("published_at < %s")
        values.append(_midnight(filters.until + timedelta(days=1)))  # type: ignore[arg-type]
    return " AND ".join(where), values


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def encode_cursor(row: Publication) -> str:
    return base64.urlsafe_b64encode(f"{row.published_at.isoformat()}|{row.id}".encode()).decode().rstrip("=")


def _cursor(text: str) -> tuple[datetime, str] | None:
    """The place after which a list goes on; what is no cursor begins at the top."""
    if not text:
        return None
    try:
        moment, _, row = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition("|")
        place = datetime.fromisoformat(moment)
    except (ValueError, binascii.Error):
        return None
    return (place, row) if place.tzinfo and "\0" not in row else None


@dataclass(frozen=True, slots=True)
class OwedPage:
    rows: Sequence[OwedPublication]
    after: str


def to_publish(user: Any, after: str = "", limit: int = PAGE) -> OwedPage:
    """What is still owed to the public, the tightest limit first. Raises Forbidden."""
    agency = permissions.visible_agency(user, "disclosure.read")
    rows = OwedPublication.objects.order_by("sort_due", "id")
    if agency is not None:
        rows = rows.filter(agency=agency)
    place = _cursor(after)
    if place and place[1].isdigit():
        due, last = place
        rows = rows.extra(where=["(sort_due, id) > (%s, %s)"], params=[due, int(last)])
    found = list(rows[: limit + 1])
    more = ""
    if len(found) > limit:
        end = found[limit - 1]
        more = base64.urlsafe_b64encode(f"{end.sort_due.isoformat()}|{end.pk}".encode()).decode().rstrip("=")
    return OwedPage(found[:limit], more)


def drafts(user: Any, limit: int = 50) -> list[Draft]:
    """Drafts that wait for approval or publication. Raises Forbidden."""
    agency = permissions.visible_agency(user, "disclosure.read")
    rows = Draft.objects.filter(state__in=[DraftState.SUBMITTED, DraftState.APPROVED]).order_by("id")
    return list((rows.filter(agency=agency) if agency is not None else rows)[:limit])


def requests(user: Any, limit: int = 50) -> list[ApprovalRequest]:
    """What waits for a leader's approval or was sent back, the oldest first. Raises Forbidden."""
    agency = permissions.visible_agency(user, "disclosure.read")
    rows = ApprovalRequest.objects.filter(state__in=[RequestState.SUBMITTED, RequestState.RETURNED]).order_by("id")
    return list((rows.filter(agency=agency) if agency is not None else rows)[:limit])


def subjects(asked: Sequence[ApprovalRequest]) -> list[str]:
    """What each request is about, in words: the page's or the owed result's number and title, else the case."""
    cases = {row.case for row in asked}
    owed = {row.case: row.number or row.title for row in OwedPublication.objects.filter(case__in=cases)} if cases else {}
    pages = {row.id: row.number or row.title for row in Publication.objects.filter(id__in={row.page for row in asked if row.page})}
    return [pages.get(row.page) or owed.get(row.case) or row.case for row in asked]


def request(request_id: Any) -> ApprovalRequest | None:
    return ApprovalRequest.objects.filter(pk=request_id).first()


def open_request(case_id: str, act: str, page: str = "") -> ApprovalRequest | None:
    """The request that waits, or was sent back, for this act of the case."""
    waiting = [RequestState.SUBMITTED, RequestState.RETURNED]
    return ApprovalRequest.objects.filter(case=case_id, act=act, page=page, state__in=waiting).order_by("-id").first()


def draft(draft_id: Any) -> Draft | None:
    return Draft.objects.filter(pk=draft_id).first()


def owed_of(case_id: str) -> list[OwedPublication]:
    return list(OwedPublication.objects.filter(case=case_id).order_by("sort_due", "id"))


def corrections_to_answer(user: Any, limit: int = 50) -> list[CorrectionRequest]:
    """Requests for correction that wait for an answer, the oldest first. Raises Forbidden."""
    agency = permissions.visible_agency(user, "disclosure.read")
    rows = CorrectionRequest.objects.filter(answered_at=None).order_by("asked_at", "id")
    return list((rows.filter(agency=agency) if agency is not None else rows)[:limit])


def correction(receipt: str) -> CorrectionRequest | None:
    """A request by its receipt number, however it was typed."""
    letters = "".join(letter for letter in receipt.upper() if letter.isalnum() and letter.isascii()).removeprefix("GZ")
    return CorrectionRequest.objects.filter(pk="GZ-" + "-".join(letters[at : at + 4] for at in range(0, 16, 4))).first()
