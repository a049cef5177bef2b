"""The worker's turn of what nobody waits for."""

from __future__ import annotations

import threading

from django.conf import settings as django_settings
from django.utils.module_loading import import_string

from xiezhi.site import worker

told: list[str] = []
stop = threading.Event()


def fails(_now):
    told.append("fails")
    raise ValueError("a file that breaks everything")


def works(_now):
    told.append("works")
    stop.set()
    return 0


def test_what_fails_does_not_keep_the_rest_from_its_turn(settings, caplog):
    told.clear()
    stop.clear()
    settings.XIEZHI_UPKEEP = [f"{__name__}.fails", f"{__name__}.works"]
    worker._upkeep(stop)
    assert told == ["fails", "works"]
    assert "is tried again" in caplog.text


def test_every_part_that_the_settings_name_is_there(db):
    from tests.apps.casework.conftest import NOW

    for name in django_settings.XIEZHI_UPKEEP:
        assert import_string(name)(NOW) == 0
