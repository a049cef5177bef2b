"""The nightly look at the whole record: when it is due, what it finds, and who is told."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest

from xiezhi.apps.record import inspection, queries, service
from xiezhi.apps.record.models import Leaf
from xiezhi.apps.record.sequencer import Sequencer
from xiezhi.core.law.clock import SHANGHAI

from .conftest import NOW, histories
from .test_verify import tamper

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def record(agency, monkeypatch):
    monkeypatch.setattr(inspection, "BREATH", 0.0)
    service.load_histories(histories(14))
    Sequencer().drain(NOW)


def look():
    return inspection.inspect(lambda: NOW, seed=1)


def test_a_whole_record_is_looked_at_and_the_result_is_kept(record):
    assert queries.last_inspection() is None
    done = look()
    assert (done.leaves, done.bodies, done.whole) == (280, 280, True)
    assert queries.last_inspection() == done


def test_a_changed_body_is_found_and_told(record, caplog):
    one = Leaf.objects.select_related("entry").get(seq=277).entry
    tamper("UPDATE record_entry_body SET text = replace(text, 'yx-o1', 'yx-o2') WHERE entry_id = %s", one.id)
    done = look()
    assert (done.count, done.bodies) == (1, 279)
    assert done.faults[0]["item"] == f"body of act {one.id} in case {one.case_id} (no. {one.case_seq})"
    assert "found 1 bad items" in caplog.text


def test_a_changed_tile_is_found(record):
    tamper("UPDATE record_tile SET data = set_byte(data, 3, 255 - get_byte(data, 3)) WHERE level = 1")
    assert [fault["item"] for fault in look().faults] == ["tile 1/000"]


def test_it_is_due_once_a_night_and_the_first_time_soon_after_the_start(record):
    began = datetime(2026, 11, 24, 22, 0, tzinfo=SHANGHAI)
    assert not inspection.is_due(began + timedelta(minutes=9), began)
    assert inspection.is_due(began + timedelta(minutes=10), began)
    inspection.inspect(lambda: began, seed=1)
    assert not inspection.is_due(began + timedelta(hours=3), began)
    assert inspection.is_due(datetime(2026, 11, 25, 2, 0, 1, tzinfo=SHANGHAI), began)
    inspection.inspect(lambda: datetime(2026, 11, 25, 2, 1, tzinfo=SHANGHAI), seed=1)
    assert not inspection.is_due(datetime(2026, 11, 26, 1, 59, tzinfo=SHANGHAI), began)
    assert inspection.is_due(datetime(2026, 11, 26, 2, 0, tzinfo=SHANGHAI), began)


def test_one_that_is_stopped_or_has_no_log_tells_nothing(agency, record):
    stop = threading.Event()
    stop.set()
    assert inspection.inspect(lambda: NOW, stop) is None
    assert queries.last_inspection() is None


def test_the_page_of_the_log_and_the_administrator_are_told(record, client, settings):
    from xiezhi.apps.accounts.models import User

    page = client.get("/log").content.decode()
    assert "最近一次全面核验" in page
    assert "还没有做过" in page
    look()
    assert "全部相符" in client.get("/log").content.decode()
    for name, roles in (("admin", ["administrator"]), ("officer", ["officer"])):
        User.objects.create(username=name, roles=roles, agency_id="yx-cg", password="x")
    client.force_login(User.objects.get(username="admin"), backend="django.contrib.auth.backends.ModelBackend")
    assert "全面核验记录时发现" not in client.get("/desk/accounts/").content.decode()
    tamper("UPDATE record_tile SET data = set_byte(data, 3, 255 - get_byte(data, 3)) WHERE level = 1")
    look()
    assert '有 <span class="num">1</span> 处不符' in client.get("/log").content.decode()
    assert "全面核验记录时发现 1 处不符，第一处：tile 1/000" in client.get("/desk/accounts/").content.decode()
    client.force_login(User.objects.get(username="officer"), backend="django.contrib.auth.backends.ModelBackend")
    assert "全面核验记录时发现" not in client.get("/desk/").content.decode()
