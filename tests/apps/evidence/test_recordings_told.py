"""How recordings are told on the pages: short ones apart by their seconds, loose ones with their day, damaged ones without a promise."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from tests.apps.casework.conftest import AGENCY, NOW
from xiezhi.apps.evidence import access, reviewing
from xiezhi.apps.evidence.models import Recording

pytestmark = pytest.mark.slow  # beyond what `make check` has time for


def test_short_recordings_have_seconds_and_those_without_an_act_their_day(card, take_in, inspected, world, browse, at_ten):
    card(0, 4, 1)
    card(3600, 6, 2)
    take_in(card.folder, inspected)
    first, loose = Recording.objects.order_by("begin")
    client = browse(world["zhou"])
    assert "录像 3月9日 10:00:00–10:00:04" in client.get(f"/desk/evidence/recordings/{first.id}/").content.decode()
    page = client.get(f"/desk/evidence/cases/{inspected}/").content.decode()
    assert "录像 2026年3月9日 11:00:00–11:00:06" in page
    assert loose.act is None


def test_a_damaged_recording_is_called_so_and_no_player_is_promised(card, take_in, inspected, world, browse, at_ten):
    path = card(0, 10, 1)
    content = path.read_bytes()
    path.write_bytes(content[: content.index(b"moov") - 4])
    take_in(card.folder, inspected)
    row = Recording.objects.get()
    page = browse(world["zhou"]).get(f"/desk/evidence/recordings/{row.id}/").content.decode()
    assert "已经损坏" in page
    assert "用播放器看" not in page
    assert "编码 编码" not in page
    asked = access.Asked("温良玉", "当事人", "", (str(row.id),), (), copying=True)
    entered = access.ask(world["zhou"], inspected, AGENCY, asked, NOW - timedelta(minutes=5), uuid.uuid4(), NOW)
    granted = access.decide(world["xu"], entered, NOW, granted=True)
    _grant, key = access.open_link(world["zhou"], granted, 3, NOW)
    shared = browse(world["zhou"]).get(f"/shared/{key}/").content.decode()
    assert "已经损坏" in shared
    assert "播放器" not in shared


def test_what_one_taking_in_does_to_a_file_is_one_line(card, take_in, inspected):
    card(0, 4, 1)
    card(600, 4, 2)
    take_in(card.folder, inspected)
    told = [event.zh for event in reviewing.events_of(case=inspected)]
    assert told.count("收到、计算指纹、探测、入库、确定保管期限") == Recording.objects.filter(case=inspected).count()
    assert "入库" not in told
