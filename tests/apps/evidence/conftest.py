"""A case with an inspection of two minutes, and cards with recordings of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.apps.casework.conftest import AGENCY, NOW, at_ten, browse, filed, perform, world  # noqa: F401 - fixtures of the same world
from tests.core.media.films import film
from xiezhi.apps.evidence import service
from xiezhi.apps.record import queries as record
from xiezhi.core.law.clock import SHANGHAI

BEGAN = NOW - timedelta(days=1)  # 10:00 in China
DEVICE = "K7001"


@pytest.fixture(autouse=True)
def files_root(tmp_path, settings):
    settings.FILES_ROOT = tmp_path / "files"
    settings.XIEZHI_HOME = tmp_path
    settings.EVIDENCE_S3 = {}
    return settings.FILES_ROOT


@pytest.fixture
def card(tmp_path):
    """A folder into which `card(second, length, ...)` puts a recording that begins so many seconds after the inspection."""
    folder = tmp_path / "card"
    folder.mkdir()

    def put(second: float, length: float, number: int = 1, device: str = DEVICE, folder: Path = folder, **more) -> Path:
        at = (BEGAN + timedelta(seconds=second)).astimezone(SHANGHAI)
        return film(folder / f"{device}_012345_{at:%Y%m%d%H%M%S}_{number:04}.mp4", length, shade=number + (device != DEVICE) * 3, **more)

    put.folder = folder
    return put


@pytest.fixture
def inspected(filed, perform) -> str:  # noqa: F811
    """A case with a site inspection from 10:00:00 to 10:02:00."""
    case = filed()
    perform(case, "site_inspected", BEGAN, until=(BEGAN + timedelta(minutes=2)).isoformat(), signed={"officers": 2})
    return case


@pytest.fixture
def take_in(world):  # noqa: F811
    """Take a folder in as the command does."""

    def take(folder: Path, case: str = "", device: str = DEVICE, now: datetime = NOW, **more):
        sender = service.sender(device, case, AGENCY, now, **more)
        found = service.ingest(service.files_in(folder), sender, lambda: now)
        if case:
            found.attached, unclaimed = service.link_case(case, now)
            found.unclaimed = len(unclaimed)
        return found

    return take


def inspection(case: str):
    """The effective act of the inspection."""
    _book, marking = record.marking(case)
    return next(act for act in marking.acts if act.kind == "site_inspected")
