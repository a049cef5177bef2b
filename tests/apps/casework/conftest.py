"""A small fictional agency with its people and accounts; a case is made through the front doors, as in live work."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)  # Tuesday, 10:00 in China
AGENCY = "yunxi-cg"


@dataclass
class World:
    agency: Any
    users: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.users[name]


def _person(agency: Any, key: str, name: str, roles: list[str], **more: Any) -> Any:
    from xiezhi.apps.registry.models import Person

    certificate = {
        "certificate_no": f"YX-{key}",
        "certificate_status": "valid",
        "certificate_from": date(2024, 1, 1),
        "certificate_to": date(2027, 12, 31),
    }
    return Person.objects.create(id=key, name=name, agency=agency, roles=roles, **{**certificate, **more})


@pytest.fixture
def world(db: None) -> World:
    from xiezhi.apps.accounts.models import User
    from xiezhi.apps.registry.models import Agency, District, Power

    district = District.objects.create(code="990100", name="云溪区")
    agency = Agency.objects.create(
        id=AGENCY, district=district, name="云溪区城市管理局", short_name="城管局", word="云城管", pack="demo", sector="urban_management"
    )
    other = Agency.objects.create(id="yunxi-sc", district=district, name="云溪区市场监管局", word="云市监", pack="demo")
    rows = [
        ("zhou", "周敏", ["officer"], ["officer"]),
        ("he", "何立", ["officer"], ["officer"]),
        ("sun", "孙岚", ["reviewer"], ["reviewer"]),
        ("xu", "许鸣", ["leader"], ["head"]),
        ("lin", "林柏", ["disclosure_clerk"], ["disclosure_clerk"]),
    ]
    users = {}
    for key, name, roles, accounts in rows:
        person = _person(agency, key, name, roles, legal_qualification=True)
        users[key] = User.objects.create(username=key, person=person, agency=agency, roles=accounts)
    stranger = _person(other, "wei", "魏青", ["officer"])
    users["wei"] = User.objects.create(username="wei", person=stranger, agency=other, roles=["officer"])
    users["watch"] = User.objects.create(username="watch", agency=None, roles=["supervisor"])
    Power.objects.create(
        code="CG-001", name="擅自占用城市道路", kind="penalty", basis="某条例第十四条", agency=agency, unit="一大队",
        procedure="普通程序", time_limit="九十日", remedy="复议、诉讼", active=True,
    )  # fmt: skip
    return World(agency, users)


@pytest.fixture
def at_ten(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """The site's one clock, set by hand; starts at NOW."""
    from xiezhi.site import clock

    def set_to(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    set_to(NOW)
    return set_to


@pytest.fixture
def browse(client: Any) -> Callable[[Any], Any]:
    """A client signed in as a user."""

    def sign_in(user: Any) -> Any:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


def filed_line(case: str, at: datetime, **more: Any) -> dict[str, Any]:
    data = {
        "approver": "xu",
        "party": {"kind": "individual_business", "name": "青禾建材经营部", "minor": False, "id": "p1"},
        "case": {"title": "擅自占用城市道路堆放建材案", "number": more.pop("number", "云城管立〔2026〕1号")},
        "matter": {"name": "擅自占用城市道路", "code": "CG-001"},
        "violation": {"ended_on": "2026-03-01"},
        "agency": {"level": "agency", "sector": "urban_management", "vertical": False, "remote": False},
        "source": "inspection",
        "law_basis": ["某条例第十四条"],
        "urgent": False,
    }
    return {
        "case": case, "act": "case_filed", "at": at.isoformat(), "procedure": "penalty", "agency": AGENCY, "by": ["zhou", "he"],
        "data": data, "documents": ["filing_approval"], **more,
    }  # fmt: skip


@pytest.fixture
def filed(world: World) -> Callable[..., str]:
    """File a case through the record's door; returns its id."""
    from xiezhi.apps.record import service as record

    def file(at: datetime = NOW - timedelta(days=4), **more: Any) -> str:
        case = str(uuid.uuid4())
        answer = record.perform(filed_line(case, at, **more), uuid.UUID(case), at)
        assert isinstance(answer, record.Receipt), answer
        return case

    return file


@pytest.fixture
def perform(world: World) -> Callable[..., Any]:
    from xiezhi.apps.record import service as record

    def act(case: str, kind: str, at: datetime, **more: Any) -> Any:
        line = {"case": case, "act": kind, "at": at.isoformat(), "agency": AGENCY, "by": ["zhou", "he"], **more}
        return record.perform(line, uuid.uuid4(), at + timedelta(hours=1))

    return act
