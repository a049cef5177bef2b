"""取证上传 on a phone: sent in pieces with resume, attached to its act, the clock's offset taken off; and by a plain form."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.apps.casework.conftest import NOW
from tests.apps.casework.test_in_browser import CHROMIUM, SHOTS, chromium  # noqa: F401 - its browser
from tests.apps.evidence.conftest import inspection
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
