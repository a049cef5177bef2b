"""A disposal as its people see it: the head reads what is on the list before the decision, the archivist finds certificate and outcome."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from tests.apps.casework.conftest import AGENCY, NOW, _person
from xiezhi.apps.evidence import access, disposing, retention
from xiezhi.apps.evidence.models import Disposal, Recording

pytestmark = pytest.mark.slow  # beyond what `make check` has time for

LATER = NOW + timedelta(days=250)


@pytest.fixture
def archivist(world):
    from xiezhi.apps.accounts.models import User

    person = _person(world.agency, "gu", "顾平", ["archivist"])
    return User.objects.create(username="gu", person=person, agency=world.agency, roles=["archivist"])


@pytest.fixture
def listed(card, take_in, archivist) -> Disposal:
    """A list of two recordings of no case."""
    card(0, 4, 1)
    card(60, 4, 2)
    take_in(card.folder)
    return retention.propose(archivist, AGENCY, LATER)


def test_a_head_reads_every_item_before_the_decision_and_finds_the_list_on_the_workbench(listed, world, browse, at_ten):
    at_ten(LATER)
    client = browse(world["xu"])
    url = f"/desk/evidence/disposals/{listed.id}/"
    bench = client.get("/desk/").content.decode()
    assert f'href="{url}"' in bench
    assert "1 件，在您手里" in bench
    home = client.get("/desk/evidence/").content.decode()
    assert f'href="{url}"' in home
    assert "同意处置" not in home
    page = client.get(url).content.decode()
    for one in Recording.objects.all():
        assert one.name in page
        assert f"/desk/evidence/recordings/{one.id}/" in page
    assert "2026年3月9日 10:01:00" in page
    assert page.count("2026年9月9日") == 2
    assert page.count("保管 6 个月") == 2
    assert "同意处置" in page
    client.post(url + "decide", {"granted": "yes"})
    assert "同意处置" not in client.get(url).content.decode()
    assert url not in client.get("/desk/").content.decode()


def test_the_list_of_another_agency_is_nobody_elses(listed, world, browse):
    assert browse(world["wei"]).get(f"/desk/evidence/disposals/{listed.id}/").status_code == 403
    assert browse(world["wei"]).get(f"/desk/evidence/disposals/{listed.id}/certificate").status_code == 403
    assert browse(world["xu"]).get(f"/desk/evidence/disposals/{uuid.uuid4()}/").status_code == 404


def test_after_a_disposal_the_certificate_and_what_was_destroyed_are_there(listed, world, archivist, browse, at_ten):
    at_ten(LATER)
    url = f"/desk/evidence/disposals/{listed.id}/"
    client = browse(archivist)
    assert client.get(url + "certificate").status_code == 404
    retention.decide(world["xu"], listed, LATER, granted=True)
    kept = Recording.objects.order_by("begin").first()
    retention.hold(archivist, AGENCY, "投诉", LATER, recording=kept)
    assert client.post(url + "carry-out").headers["Location"] == url
    page = client.get(url).content.decode()
    assert f'href="{url}certificate"' in page
    assert "已处置 1 段，未处置 1 段" in page
    assert "保全中" in page
    answer = client.get(url + "certificate")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "音像记录处置证明" in b"".join(answer.streaming_content).decode()


def test_a_list_that_was_not_carried_out_in_full_says_so(listed, world, archivist, browse, at_ten, monkeypatch):
    from xiezhi.apps.evidence.stores.local import LocalStore

    at_ten(LATER)
    retention.decide(world["xu"], listed, LATER, granted=True)
    monkeypatch.setattr(LocalStore, "remove", lambda self, sha256: False)
    disposing.carry_out(archivist, listed, LATER)
    page = browse(archivist).get(f"/desk/evidence/disposals/{listed.id}/").content.decode()
    assert "没有删成 2 段" in page
    assert "锁定期" in page
    assert "再次执行" in page
    assert "/certificate" not in page


def test_requests_that_wait_are_told_apart_by_their_cases(world, card, take_in, inspected, filed, browse, at_ten):
    card(0, 4, 1)
    take_in(card.folder, inspected)
    asked = access.Asked("温良玉", "当事人", "", (str(Recording.objects.get().id),), ())
    access.ask(world["zhou"], inspected, AGENCY, asked, NOW - timedelta(minutes=5), uuid.uuid4(), NOW)
    page = browse(world["xu"]).get("/desk/").content.decode()
    pending = page[page.index('id="h-pending"') :].split("</section>")[0]
    assert "云城管立〔2026〕1号" in pending
    assert "擅自占用城市道路堆放建材案" in pending


def test_an_empty_desk_says_what_would_stand_there(world, browse, at_ten):
    page = browse(world["xu"]).get("/desk/").content.decode()
    assert "查阅复制" in page
    assert "处置清单" in page
