"""Two districts for the rooms' tests.

`house`: results in every state of publication, loaded once for each module that asks for it and rolled back after.
`district`, `agency`, `officer`, `sign_in`: an almost empty one, made anew for each test.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from xiezhi.site import clock

NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
PASSWORD = "稳妥的口令-2026"
PLACE = {"place": "云溪区星河路 1 号", "facts": "占用城市道路堆放砂石约 6 平方米，联系电话13900000000。"}


@dataclass(frozen=True)
class House:
    """Case ids by what has become of their result."""

    performed: str
    withdrawn: str
    citizen: str
    firm_owed: str
    citizen_owed: str
    minor_owed: str
    withheld: str
    open: str


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[House]:
    from django.conf import settings
    from django.db import transaction

    from xiezhi.apps.record.sequencer import Sequencer
    from xiezhi.demo import loading
    from xiezhi.demo.stories import Story

    stories = [
        Story("yx-cg", 1, "q-yuanfeng", 5000, "performed", 3, **PLACE),
        Story("yx-cg", 1, "q-lvzhou", 3000, "published", 12, twist="withdrawn", **PLACE),
        Story("yx-cg", 3, "q-zhangmou", 100, "archived", 5, twist="summary", **PLACE),
        Story("yx-cg", 1, "q-zhucheng", 4000, "served", 2, **PLACE),
        Story("yx-cg", 0, "q-limou", 600, "served", 2, **PLACE),
        Story("yx-cg", 0, "q-minor", 100, "decided", 1, **PLACE),
        Story("yx-cg", 0, "q-minor", 100, "served", 3, twist="minor", **PLACE),
        Story("yx-cg", 0, "q-anju", 1000, "filed", 1, **PLACE),
    ]
    home: Path = tmp_path_factory.mktemp("house")
    patch = pytest.MonkeyPatch()
    patch.setattr(loading, "STORIES", stories)
    for name, folder in {"FILES_ROOT": "files", "LOG_KEY": "keys/log", "LOG_PUBLISHED": "log"}.items():
        patch.setattr(settings, name, home / folder)
    patch.setattr(settings, "PUBLIC_URL", "https://example.invalid")
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer._from_testcase = True
        outer.__enter__()
        try:
            loading.load_district(clock.now())
            Sequencer().drain(clock.now())
            yield House(*(str(loading.uuid5(loading._DEMO, f"case-{place}")) for place in range(len(stories))))
        finally:
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)
            patch.undo()


@pytest.fixture
def signed_in(client, db):
    """Sign a demo account in and give its client."""

    def sign_in(username: str):
        from xiezhi.apps.accounts.models import User

        client.force_login(User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def district(db):
    from xiezhi.apps.registry import service

    return service.set_district("000000", "云溪区", phone="0000-12345", host="云溪区司法局")


@pytest.fixture
def agency(district):
    from xiezhi.apps.registry import service

    return service.save_agency(
        "yx-cg", district=district, name="云溪区城市管理局", word="云城管", pack="demo", confirmed_on=date(2023, 1, 1)
    )


@pytest.fixture
def other_agency(district):
    from xiezhi.apps.registry import service

    return service.save_agency("yx-zj", district=district, name="云溪区住房和建设局", word="云住建", pack="demo")


@pytest.fixture
def officer(agency):
    from xiezhi.apps.registry import service

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

    from xiezhi.apps.accounts.models import User

    def enter(*roles: str, **fields):
        user = User.objects.create_user(
            "user-" + "-".join(roles or ("none",)), password=PASSWORD, agency=agency, roles=list(roles), **fields
        )
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return user

    return enter
