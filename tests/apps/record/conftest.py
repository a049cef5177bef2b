"""A small pack, an agency and people to record acts with. All fictional."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from xiezhi.apps.record import law, projections
from xiezhi.apps.record.models import Entry
from xiezhi.core.law.pack import load_pack

clear_projections = projections._projections.cache_clear
PACKS = Path(__file__).parent / "packs"
NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
START = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def small_law(monkeypatch, settings, tmp_path):
    """The pack `t` of these tests, no projections, and a home of one's own for the log."""
    monkeypatch.setattr(law, "load_pack", lambda pack: load_pack(PACKS / pack))
    law.edition.cache_clear()
    settings.XIEZHI_PROJECTIONS = []
    settings.LOG_KEY = tmp_path / "keys" / "log"
    settings.LOG_PUBLISHED = tmp_path / "log"
    settings.LOG_ORIGIN = "yunxi.example/log"
    yield
    law.edition.cache_clear()
    clear_projections()


def make_agency(pack="t"):
    from xiezhi.apps.registry import service

    district = service.set_district("000000", "云溪区", phone="0000-12345", host="云溪区司法局")
    agency = service.save_agency(
        "yx-cg", district=district, name="云溪区城市管理局", word="云城管", pack=pack, confirmed_on=date(2023, 1, 1)
    )
    for number, name in ((1, "周敏"), (2, "吴江")):
        service.save_person(
            f"yx-o{number}",
            name=name,
            agency=agency,
            roles=["officer"],
            certificate_no=f"0000000010{number}",
            certificate_status="valid",
            certificate_from=date(2022, 1, 1),
            certificate_to=date(2027, 12, 31),
        )
    return agency


@pytest.fixture
def agency(db):
    return make_agency()


def line(act, day=0, case="YX-1", **more):
    """A history line `day` days after the start."""
    return {
        "case": case,
        "act": act,
        "at": (START + timedelta(days=day)).isoformat(),
        "agency": "yx-cg",
        "by": ["yx-o1", "yx-o2"],
        **more,
    }


def first(case="YX-1", **more):
    return line("lead_registered", 0, case, procedure="penalty", documents=["lead_record"], **more)


def new_id():
    return uuid.uuid4()


def kinds(case="YX-1"):
    return list(Entry.objects.filter(case_id=case).order_by("case_seq").values_list("kind", flat=True))


def histories(cases, start=0, acts=20):
    """Lines of whole cases, as an import brings them."""
    for number in range(start, start + cases):
        case = f"YX-L{number}"
        yield first(case)
        for day in range(1, acts):
            yield line("inquiry_made", day, case, documents=["inquiry_record"])
