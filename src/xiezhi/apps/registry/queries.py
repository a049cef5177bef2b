"""Reads of the registry, for every room. What the engine needs comes as core values, what pages need as rows."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from django.db.models import F, Func, Model, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Coalesce

from xiezhi.apps.registry.models import (
    Agency,
    CalendarYear,
    CertificateStatus,
    District,
    PackAdoption,
    Party,
    PartyKind,
    Person,
    Power,
    PowerKind,
)
from xiezhi.core.law.clock import day_of

if TYPE_CHECKING:
    from xiezhi.core.law.calendar import Calendar
    from xiezhi.core.procedure.history import Person as CorePerson

Row = TypeVar("Row", bound=Model)

# A certificate that ends within so many days is shown as ending soon (a service level of this software, not of the law).
EXPIRES_SOON_DAYS = 60


def district() -> District | None:
    """The installation's district, or None before one is set up."""
    return District.objects.order_by("code").first()


def shown_district() -> District:
    """The district as pages show it: before one is set up, one without a name."""
    return district() or District()


class NameOrder(Func):
    """A key that sorts names in Chinese: text, so that a list can go on from any row.

    By pinyin for the common characters and by radical and strokes for the rest, as GB 2312 orders them. The embedded PostgreSQL has no
    ICU; its own collations sort by code point, which nobody can look a name up in.
    """

    template = "encode(convert_to(%(expressions)s, 'GB18030'), 'hex')"
    output_field = TextField()


BY_NAME = ("name_order", "id")


def by_name(rows: QuerySet[Row]) -> QuerySet[Row]:
    """The rows in the order of their names, ready for `site.keyset.page(rows, BY_NAME)`."""
    ordered: QuerySet[Row] = rows.annotate(name_order=NameOrder(F("name"))).order_by(*BY_NAME)  # type: ignore[assignment]
    return ordered


def agency(agency_id: str) -> Agency | None:
    return Agency.objects.select_related("district", "parent").filter(pk=agency_id).first()


def agencies() -> list[Agency]:
    """All agencies of the district by name. A district has dozens, not thousands."""
    return list(by_name(Agency.objects.select_related("parent")))


def subject_of(power_name: str) -> str:
    """What a power item is about: 对擅自占用城市道路的处罚 is about 擅自占用城市道路. A case is named after that."""
    return power_name.removeprefix("对").removesuffix("的处罚").removesuffix("的行政处罚") or power_name


def power_kinds() -> list[tuple[str, str]]:
    """The kinds of power items: id and Chinese name."""
    return [(str(value), str(label)) for value, label in PowerKind.choices]


def pack_of(agency_id: str, at: datetime) -> str:
    """The id of the pack that the agency works under at that time. Raises LookupError for an unknown agency. One query."""
    since = PackAdoption.objects.filter(agency=OuterRef("pk"), since__lte=day_of(at)).order_by("-since").values("pack")[:1]
    found = Agency.objects.filter(pk=agency_id).values_list(Coalesce(Subquery(since), F("pack")), flat=True).first()
    if found is None:
        raise LookupError(f"no agency {agency_id!r} in the registry")
    return str(found)


def adoptions_of(agency_id: str) -> list[PackAdoption]:
    """The agency's changes of packs, the newest first; coming ones too."""
    return list(PackAdoption.objects.filter(agency_id=agency_id).order_by("-since"))


@dataclass(frozen=True, slots=True)
class PackHead:
    """What a pack is, as its first page says it: without its rules, which take a second to read."""

    id: str
    zh: str
    instruments: tuple[str, ...]


@lru_cache(maxsize=1)
def pack_heads() -> dict[str, PackHead]:
    """The packs of this installation by id. One whose first page cannot be read is left out; `xiezhi packs check` says why."""
    import yaml

    from xiezhi.core.law.pack import find_packs_dir, pack_ids

    found = {}
    for one in pack_ids():
        try:
            page = yaml.safe_load((find_packs_dir() / one / "pack.yaml").read_text(encoding="utf-8"))
            found[one] = PackHead(one, str(page["zh"]), tuple(dict.fromkeys(str(row["zh"]) for row in page.get("instruments") or ())))
        except (OSError, yaml.YAMLError, KeyError, TypeError):
            continue
    return found


def as_core(row: Person) -> CorePerson:
    """The person as the engine sees it."""
    from xiezhi.core.procedure.history import Person as CorePerson

    return CorePerson(
        id=row.id,
        name=row.name,
        agency=row.agency_id,
        roles=frozenset(row.roles),
        certificate_no=row.certificate_no or None,
        certificate_status=row.certificate_status or None,
        certificate_from=row.certificate_from,
        certificate_to=row.certificate_to,
        legal_qualification=row.legal_qualification,
        first_reviewer_since=row.first_reviewer_since,
    )


def person(person_id: str) -> CorePerson | None:
    row = Person.objects.filter(pk=person_id).first()
    return as_core(row) if row else None


def people(ids: Collection[str]) -> dict[str, CorePerson]:
    """The known ones among the ids, in one query. A missing one is unknown to the engine."""
    return {row.id: as_core(row) for row in Person.objects.filter(pk__in=list(ids))} if ids else {}


def names(ids: Collection[str]) -> dict[str, str]:
    """Names by id, for pages."""
    return dict(Person.objects.filter(pk__in=list(ids)).values_list("id", "name")) if ids else {}


def officers_of(agency_id: str) -> list[Person]:
    """The people of an agency who hold a certificate, by name."""
    return list(by_name(Person.objects.filter(agency_id=agency_id, auxiliary=False).exclude(certificate_no="")))


def people_of(agency_id: str, role: str | None = None) -> list[Person]:
    """The people of an agency, auxiliaries included, by name; with `role`, those who hold it."""
    rows = Person.objects.filter(agency_id=agency_id)
    if role:
        rows = rows.filter(roles__contains=[role])
    return list(by_name(rows))


@dataclass(frozen=True, slots=True)
class CertificateAnswer:
    """What the public is told about a certificate number.

    `state`: valid | expired | not_yet | suspended | cancelled | revoked | not_found. `person` is None only for not_found.
    """

    state: str
    zh: str
    number: str
    asked_at: datetime
    person: Person | None = None


_STATE_ZH = {
    "valid": "有效",
    "expired": "已过期",
    "not_yet": "还没有生效",
    "suspended": "暂扣",
    "cancelled": "已注销",
    "revoked": "已吊销",
    "not_found": "查无此证",
}


def certificate_state(row: Person, day: date) -> str:
    """The certificate's state on that day, the last day included: none | valid | expired | not_yet | suspended | cancelled | revoked."""
    if not row.certificate_no:
        return "none"
    if row.certificate_status != CertificateStatus.VALID:
        return row.certificate_status or "none"
    if row.certificate_from and day < row.certificate_from:
        return "not_yet"
    if row.certificate_to and day > row.certificate_to:
        return "expired"
    return "valid"


def shown_certificate_state(row: Person, day: date) -> str:
    """As `certificate_state`, with `soon` for a valid one that ends within EXPIRES_SOON_DAYS."""
    state = certificate_state(row, day)
    ends = row.certificate_to
    return "soon" if state == "valid" and ends and ends <= day + timedelta(days=EXPIRES_SOON_DAYS) else state


def in_certificate_state(rows: QuerySet[Person], state: str, day: date) -> QuerySet[Person]:
    """The people whose certificate is shown in that state on that day."""
    held = rows.exclude(certificate_no="")
    valid = held.filter(certificate_status=CertificateStatus.VALID).exclude(certificate_from__gt=day).exclude(certificate_to__lt=day)
    soon = Q(certificate_to__lte=day + timedelta(days=EXPIRES_SOON_DAYS))
    if state == "none":
        return rows.filter(certificate_no="")
    if state == "valid":
        return valid
    if state == "soon":
        return valid.filter(soon)
    if state == "expired":
        return held.filter(certificate_status=CertificateStatus.VALID, certificate_to__lt=day)
    return held.filter(certificate_status=state)


def find_by_certificate(number: str, now: datetime) -> CertificateAnswer:
    """Look a certificate number up. Spaces and full-width digits do not matter; the whole number must be given."""
    wanted = "".join(unicodedata.normalize("NFKC", number).split())
    row = Person.objects.select_related("agency").filter(certificate_no=wanted).first() if wanted else None
    state = certificate_state(row, day_of(now)) if row else "not_found"
    return CertificateAnswer(state=state, zh=_STATE_ZH[state], number=wanted, asked_at=now, person=row)


def power(code: str, agency_id: str | None = None) -> Power | None:
    rows = Power.objects.select_related("agency").filter(code=code)
    if agency_id:
        rows = rows.filter(agency_id=agency_id)
    return rows.order_by("id").first()


def powers_of(agency_id: str, kind: str | None = None) -> list[Power]:
    """The active power items of an agency, by code."""
    rows = Power.objects.filter(agency_id=agency_id, active=True)
    return list((rows.filter(kind=kind) if kind else rows).order_by("code", "id"))


def party_rows(citizens_of: str | None = None) -> QuerySet[Party]:
    """Organisations and businesses of everyone, and the citizens whom that agency registered; None: all citizens."""
    rows = Party.objects.all()
    return rows if citizens_of is None else rows.filter(~Q(kind=PartyKind.CITIZEN) | Q(agency_id=citizens_of))


def party(party_id: uuid.UUID | str, *, citizens_of: str | None = None) -> Party | None:
    try:
        key = uuid.UUID(str(party_id))
    except ValueError:
        return None
    return party_rows(citizens_of).filter(pk=key).first()


def find_parties(text: str, limit: int = 20, *, citizens_of: str | None = None) -> list[Party]:
    """Parties whose name contains the text or whose code begins with it."""
    wanted = text.strip()
    if not wanted:
        return []
    return list(party_rows(citizens_of).filter(Q(name__icontains=wanted) | Q(code__startswith=wanted)).order_by("name", "id")[:limit])


def people_rows() -> QuerySet[Person]:
    """For lists that are paged by the caller."""
    return Person.objects.select_related("agency")


def calendar() -> Calendar:
    """The bundled table with every year that an administrator has loaded. One small query; the table itself is kept."""
    loaded = tuple(CalendarYear.objects.order_by("year").values_list("year", "digest"))
    return _calendar(loaded)


@lru_cache(maxsize=4)
def _calendar(loaded: tuple[tuple[int, str], ...]) -> Calendar:
    from xiezhi.core.law.calendar import Calendar

    table = Calendar.load()
    texts = dict(CalendarYear.objects.filter(year__in=[year for year, _ in loaded]).values_list("year", "csv")) if loaded else {}
    for year, _ in loaded:
        table = table.with_year(texts[year])
    return table


def calendar_years() -> list[CalendarYear]:
    return list(CalendarYear.objects.order_by("-year"))
