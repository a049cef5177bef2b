"""A fictional district of any size to measure on: one agency, two officers, a head, and filed cases with a few acts each."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

AGENCY = "yunxi-cg"
PEOPLE = (("zhou", "周敏", "officer"), ("he", "何立", "officer"), ("xu", "许鸣", "leader"))
FULL = 3500
NAMES = uuid.UUID("0e7c3b52-58a4-4a53-9c6e-1c5b7a1f2d90")


def build() -> Any:
    """Registry and one account that may do everything measured; the account."""
    from xiezhi.apps.accounts.models import User
    from xiezhi.apps.registry import service

    district = service.set_district("990100", "云溪区", phone="0000-12345", host="云溪区司法局")
    agency = service.save_agency(
        AGENCY, district=district, name="云溪区城市管理局", word="云城管", pack="demo", confirmed_on=date(2020, 1, 1)
    )
    for key, name, role in PEOPLE:
        service.save_person(
            key,
            name=name,
            agency=agency,
            roles=[role],
            certificate_no=f"YX-{key}",
            certificate_status="valid",
            certificate_from=date(2020, 1, 1),
            certificate_to=date(2040, 12, 31),
        )
    person = agency.person_set.get(pk="zhou") if hasattr(agency, "person_set") else None
    user, _ = User.objects.get_or_create(
        username="zhou", defaults={"agency": agency, "roles": ["officer"], "person": person, "person_id": "zhou"}
    )
    return user


def filing(case: str, at: datetime, number: str | None = None) -> dict[str, Any]:
    """The first act of a case; without `number` the agency's series gives one."""
    about = {"title": "擅自占用城市道路堆放建材案"} | ({"number": number} if number else {})
    data = {
        "approver": "xu",
        "party": {"kind": "individual_business", "name": "青禾建材经营部", "minor": False, "id": "p1"},
        "case": about,
        "matter": {"name": "擅自占用城市道路", "code": "CG-001"},
        "violation": {"ended_on": (at - timedelta(days=9)).date().isoformat()},
        "agency": {"level": "agency", "sector": "urban_management", "vertical": False, "remote": False},
        "source": "inspection",
        "law_basis": ["某条例第十四条"],
        "urgent": False,
    }
    return _line(case, "case_filed", at, procedure="penalty", data=data, documents=["filing_approval"])


def inspection(case: str, at: datetime) -> dict[str, Any]:
    return _line(
        case, "site_inspected", at, data={"place": "云溪大道 1 号", "content": "占道堆放建材约三立方米"}, documents=["inspection_record"]
    )


def cases(first: int, count: int, now: datetime) -> Iterator[dict[str, Any]]:
    """History lines of `count` cases numbered from `first`, spread over the year before `now`.

    The first 3,500 have four acts each, those beyond only their filing: what is measured is how a request fares among many cases.
    """
    for place in range(first, first + count):
        case = str(uuid.uuid5(NAMES, str(place)))
        at = now - timedelta(minutes=30 + (place * 7919) % 500_000)
        yield filing(case, at, f"云城管立〔{at.year}〕{place + 1_000_000}号")
        for step in range(1, 4 if place < FULL else 1):
            moment = at + timedelta(minutes=5 * step)
            yield inspection(case, moment)


def _line(case: str, act: str, at: datetime, **more: Any) -> dict[str, Any]:
    return {"case": case, "act": act, "at": at.isoformat(), "agency": AGENCY, "by": ["zhou", "he"], **more}
