"""The demo district grown to any size to measure on: its agencies, people and stories, in a stated mix of stages."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from xiezhi.core.law.calendar import Calendar
from xiezhi.core.law.clock import day_of
from xiezhi.demo.people import staff
from xiezhi.demo.stories import Story, write

AGENCY = "yx-cg"
FULL = 3500
NAMES = uuid.UUID("0e7c3b52-58a4-4a53-9c6e-1c5b7a1f2d90")
SPREAD = 200  # working days over which the cases' last acts lie
# Stage -> cases in a hundred. The first 3,500 are a year's work as an agency has it, some eleven acts a case; beyond, most cases are short:
# what is asked there is how a request fares among many.
YEAR = {
    "lead": 8,
    "filed": 20,
    "investigated": 27,
    "noticed": 10,
    "submitted": 8,
    "decided": 5,
    "served": 5,
    "published": 5,
    "archived": 12,
}
MANY = {"lead": 40, "filed": 55, "investigated": 4, "archived": 1}


def build(now: datetime) -> Any:
    """The demo district with its sixty cases; the account of an officer."""
    from xiezhi.apps.accounts.models import User
    from xiezhi.demo.loading import load_district

    load_district(now)
    return User.objects.get(username="zhoumin")


def name(place: int) -> str:
    return str(uuid.uuid5(NAMES, str(place)))


def stage(place: int) -> str:
    """The last stretch of the case of that number."""
    mix = YEAR if place < FULL else MANY
    turn = place * 37 % 100  # 37 and 100 have no common divisor: every hundred cases hold the whole mix
    for one, share in mix.items():
        if turn < share:
            return one
        turn -= share
    raise AssertionError(mix)


def standing_at(wanted: str, count: int) -> list[str]:
    """Ids of `count` cases of that stage among the first 3,500."""
    return [name(place) for place in range(FULL) if stage(place) == wanted][:count]


def cases(first: int, count: int, now: datetime) -> Iterator[dict[str, Any]]:
    """History lines of `count` cases numbered from `first`."""
    for place in range(first, first + count):
        story = Story(AGENCY, place % 2, "q-qinghe", 3000, stage(place), place * 7919 % SPREAD, facts="占用城市道路堆放建材约三立方米。")
        yield from write(story, name(place), day_of(now), _calendar(), lambda *_, place=place: f"云城管〔2026〕{place + 1_000_000}号").lines


@cache
def _calendar() -> Calendar:
    return Calendar.load()


def filing(case: str, at: datetime, number: str | None = None) -> dict[str, Any]:
    """The first act of a case; without `number` the agency's series gives one."""
    about = {"title": "擅自占用城市道路堆放建材案"} | ({"number": number} if number else {})
    data = {
        "approver": staff(AGENCY).leaders[0],
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


def lead(case: str, at: datetime) -> dict[str, Any]:
    """A first act that needs no number."""
    return _line(case, "lead_registered", at, procedure="penalty", documents=["lead_record"])


def inspection(case: str, at: datetime) -> dict[str, Any]:
    return _line(
        case, "site_inspected", at, data={"place": "云溪大道 1 号", "content": "占道堆放建材约三立方米"}, documents=["inspection_record"]
    )


def _line(case: str, act: str, at: datetime, **more: Any) -> dict[str, Any]:
    return {"case": case, "act": act, "at": at.isoformat(), "agency": AGENCY, "by": list(staff(AGENCY).officers), **more}
