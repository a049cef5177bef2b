"""取证上传 on a phone: sent in pieces with resume, attached to its act, the clock's offset taken off; and by a plain form."""

from __future__ import annotations

import os
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.apps.casework.conftest import NOW
from tests.apps.casework.test_in_browser import CHROMIUM, SHOTS, VIEWS, _cookie, chromium  # noqa: F401 - its browser
from tests.apps.evidence.conftest import BEGAN, inspection
from tests.apps.evidence.test_in_browser import _open
from tests.apps.evidence.test_uploads import patch, start
from xiezhi.apps.evidence.models import ClockReading, Recording, Upload
from xiezhi.apps.record import queries as record

pytestmark = pytest.mark.slow  # beyond what `make check` has time for


@pytest.fixture
def photo(tmp_path) -> Path:
    import numpy as np

    from xiezhi.apps.evidence.paging import _png

    path = tmp_path / "IMG_0001.png"
    noise = np.random.default_rng(4).integers(0, 255, (1100, 1100, 3), np.uint8)
    path.write_bytes(_png(noise))
    return path


def test_the_page_says_what_the_law_wants_and_offers_big_buttons(inspected, world, browse, at_ten):
    url = f"/desk/evidence/cases/{inspected}/capture/"
    page = browse(world["zhou"]).get(url).content.decode()
    assert "现场检查(勘验)（要有录像，还没有）" in page
    assert page.count('capture="environment"') == 2
    assert "24" in page or "二十四小时" in page, "the hand-in term of the pack"
    assert browse(world["sun"]).get(url).status_code == 403
    assert browse(world["wei"]).get(url).status_code == 403
    assert browse(world["zhou"]).get("/desk/evidence/now").json() == {"now": round(NOW.timestamp() * 1000)}


def test_an_upload_names_its_act_and_the_clock_of_its_sender(inspected, world, browse, at_ten, photo):
    act, body = inspection(inspected), photo.read_bytes()
    client = browse(world["zhou"])
    taken = (NOW - timedelta(hours=2)).isoformat()  # long after the inspection: only its sender knows what it shows
    meta = {"case": inspected, "act": str(act.id), "clock": "2500,80", "taken": taken, "filename": photo.name, "device": "PHONE-zhou"}
    url = start(client, len(body), **meta)["Location"]
    assert patch(client, url, 0, body)["Xiezhi-Recording"]
    row = Recording.objects.get()
    assert (str(row.act), row.kind, row.offset_ms) == (str(act.id), "photo", 2500)
    assert [one.id for one in inspection(inspected).recordings] == [str(row.id)]
    reading = ClockReading.objects.get()
    assert (reading.offset_ms, reading.error_ms, reading.by) == (2500, 80, "zhou")
    for wrong in ({"act": str(uuid.uuid4())}, {"clock": "fast"}, {"act": "x"}):
        assert start(client, 10, **{**meta, **wrong}).status_code == 422


def test_a_film_ends_when_its_phone_says_and_begins_its_length_before(inspected, world, browse, at_ten, card):
    """A phone knows of a film when it was written, that is its end, by its own clock; how long it is the server measures."""
    body = card(0, 90, 1).read_bytes()
    client = browse(world["zhou"])
    ended = BEGAN + timedelta(seconds=90)
    meta = {"case": inspected, "filename": "VID.mp4", "device": "PHONE-zhou", "clock": "2500,80"}
    url = start(client, len(body), **meta, ended=(ended + timedelta(seconds=2.5)).isoformat())["Location"]
    assert patch(client, url, 0, body)["Xiezhi-Recording"]
    row = Recording.objects.get()
    assert row.timed_by == "stated"
    assert (row.begin - BEGAN).total_seconds() == pytest.approx(0, abs=0.2)
    assert (row.end - ended).total_seconds() == pytest.approx(0, abs=0.2)
    stated = inspection(inspected).recordings[0]
    assert (stated.gaps, stated.start) == ((), row.begin)
    for wrong in ({"ended": "yesterday"}, {"ended": "0001-01-01T00:00:00+08:00"}, {"ended": (NOW + timedelta(minutes=2)).isoformat()}):
        assert start(client, 10, **{**meta, **wrong}).status_code == 422
    just_now = (
        NOW + timedelta(seconds=3)
    ).isoformat()  # 0.5 s ahead by what the clock measured: no more than its error and the file's second
    assert start(client, 10, **meta, ended=just_now).status_code == 201


def test_without_script_a_plain_form_sends_the_files(inspected, world, browse, at_ten, photo):
    act = inspection(inspected)
    client = browse(world["zhou"])
    files = [SimpleUploadedFile("a.png", photo.read_bytes()), SimpleUploadedFile("b.txt", b"no picture")]
    answer = client.post(f"/desk/evidence/cases/{inspected}/capture/", {"act": str(act.id), "files": files}, follow=True)
    text = answer.content.decode()
    assert "已存入 1 个文件" in text
    assert "b.txt" in text
    assert [one.kind for one in inspection(inspected).recordings] == ["photo"]
    assert "请先选择文件" in client.post(f"/desk/evidence/cases/{inspected}/capture/", {}, follow=True).content.decode()


@pytest.mark.e2e
@pytest.mark.skipif(not CHROMIUM.exists(), reason="no chromium at /usr/bin/chromium")
def test_a_phone_goes_on_after_a_break_and_compares_the_fingerprint(live_server, world, inspected, chromium, client, photo):  # noqa: F811
    from axe_playwright_python.sync_playwright import Axe
    from django.contrib.staticfiles import finders

    if not finders.find("capture.js"):
        pytest.skip("the front end is not built")
    context, page = _open(chromium, live_server, client, world["zhou"], f"/desk/evidence/cases/{inspected}/capture/", "phone")
    sent: list[str] = []

    def broken_once(route) -> None:
        sent.append(route.request.headers["upload-offset"])
        if len(sent) == 2:
            route.abort()
        else:
            route.continue_()

    page.route("**/desk/evidence/uploads/*", lambda route: broken_once(route) if route.request.method == "PATCH" else route.continue_())
    page.wait_for_function("document.querySelector('[data-clock-words]').textContent")
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/capture-phone.png", full_page=True)
    page.set_input_files("input[accept='image/*']", str(photo))
    page.wait_for_selector(".queue .tag.ok", timeout=30000)
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/capture-phone-sent.png", full_page=True)
    assert "指纹与手机上的一致" in page.inner_text(".queue")
    assert sent[0] == "0"
    assert sent[1] == sent[2] != "0", "what was acknowledged is not sent again"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert min(box["height"] for box in (one.bounding_box() for one in page.locator(".shoot .btn").all())) >= 56
    assert not [fault["id"] for fault in Axe().run(page).response["violations"]]
    context.close()
    row = Recording.objects.get()
    assert row.device == "PHONE-zhou"
    assert row.file.size == photo.stat().st_size
    assert [one.id for one in inspection(inspected).recordings] == [str(row.id)]
    assert Upload.objects.get().act == row.act
    assert ClockReading.objects.filter(device="PHONE-zhou").exists()
    assert record.notes(inspected, "custody")


@pytest.mark.e2e
@pytest.mark.skipif(not CHROMIUM.exists(), reason="no chromium at /usr/bin/chromium")
def test_a_film_that_a_phone_sends_stands_at_its_time_under_the_pages_own_policy(live_server, world, inspected, chromium, client, card):  # noqa: F811
    from django.contrib.staticfiles import finders

    if not finders.find("capture.js"):
        pytest.skip("the front end is not built")
    film = card(0, 90, 1).rename(card.folder / "VID.mp4")
    ended = BEGAN + timedelta(seconds=90)
    os.utime(film, (ended.timestamp(), ended.timestamp()))
    context = chromium.new_context(viewport=VIEWS["phone"][0], locale="zh-CN")
    context.add_cookies([{**_cookie(client, world["zhou"]), "url": live_server.url}])
    page = context.new_page()
    blocked: list[str] = []
    page.on("console", lambda said: blocked.append(said.text) if "Content Security Policy" in said.text else None)
    page.goto(f"{live_server.url}/desk/evidence/cases/{inspected}/capture/")
    page.set_input_files("input[accept='video/*']", str(film))
    page.wait_for_selector(".queue .tag.ok", timeout=30000)
    context.close()
    row = Recording.objects.get()
    assert (row.begin - BEGAN).total_seconds() == pytest.approx(0, abs=0.5)
    assert (row.end - ended).total_seconds() == pytest.approx(0, abs=0.5)
    assert blocked == []
