from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from xiezhi.apps.accounts.models import User
from xiezhi.apps.registry import service

NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
PASSWORD = "稳妥的口令-2026"


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def district(db):
    return service.set_district("000000", "云溪区", phone="0000-12345", host="云溪区司法局")


@pytest.fixture
def agency(district):
    return service.save_agency(
        "yx-cg", district=district, name="云溪区城市管理局", word="云城管", pack="demo", confirmed_on=date(2023, 1, 1)
    )


@pytest.fixture
def other_agency(district):
    return service.save_agency("yx-zj", district=district, name="云溪区住房和建设局", word="云住建", pack="demo")


@pytest.fixture
def officer(agency):
    return service.save_person(
        "yx-o1",
        name="周敏",
        agency=agency,
        roles=["officer"],
        certificate_no="00000000101",
        certificate_status="valid",
        certificate_from=date(2022, 1, 1),
        certificate_to=date(2027, 12, 31),
    )


@pytest.fixture
def sign_in(client, agency):
    """Sign in as an account with these roles."""

    def enter(*roles: str, **fields):
        user = User.objects.create_user(
            "user-" + "-".join(roles or ("none",)), password=PASSWORD, agency=agency, roles=list(roles), **fields
        )
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return user

    return enter
