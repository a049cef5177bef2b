"""The pages of recordings in a real browser: axe finds nothing, at desk and phone width; the player hears its keys."""

from __future__ import annotations

import uuid

import pytest

from tests.apps.casework.conftest import NOW
from tests.apps.casework.test_in_browser import CHROMIUM, SHOTS, VIEWS, _cookie, chromium  # noqa: F401 - its browser
from xiezhi.apps.evidence import access, queries, service
from xiezhi.apps.evidence.models import Recording
from xiezhi.apps.record import queries as record

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.skipif(not CHROMIUM.exists(), reason="no chromium at /usr/bin/chromium")]


@pytest.fixture
def filmed(card, take_in, inspected, tmp_path) -> str:
    films = {"codec": "libx264", "plain": True}
    card(0, 60, 1, holes=[(20, 30)], **films)
    card(60, 60, 2, **films)
    take_in(card.folder, inspected)
    (tmp_path / "b").mkdir()
    card(50, 50, 1, device="K7002", folder=tmp_path / "b", **films)
    take_in(tmp_path / "b", inspected, device="K7002")
    return inspected


def _open(chromium, live_server, client, user, path: str, view: str):  # noqa: F811
    size, scheme = VIEWS[view]
    context = chromium.new_context(viewport=size, color_scheme=scheme, locale="zh-CN", bypass_csp=True, reduced_motion="reduce")
    context.add_cookies([{**_cookie(client, user), "url": live_server.url}])
    page = context.new_page()
    answer = page.goto(live_server.url + path)
    assert answer.status == 200, path
    return context, page


def test_each_page_is_accessible_and_the_player_hears_its_keys(live_server, world, filmed, at_ten, chromium, client) -> None:  # noqa: F811
    from axe_playwright_python.sync_playwright import Axe

    assert service.upkeep(NOW) == 3
    first = Recording.objects.get(device="K7001", number=1)
    other = Recording.objects.get(device="K7002")
    book, marking = record.marking(filmed)
    gap = queries.owed_gaps(filmed, marking, book.pack, record.history(filmed))[0]
    pages = {
        "evidence-case": f"/desk/evidence/cases/{filmed}/",
        "evidence-player": f"/desk/evidence/recordings/{first.id}/?beside={other.id}",
        "evidence-explain": gap.url,
        "evidence-home": "/desk/evidence/",
        "evidence-records": f"/desk/evidence/cases/{filmed}/records/",
        "evidence-access": f"/desk/evidence/cases/{filmed}/access/",
        "evidence-shared": f"/shared/{_link(world, filmed, first)}/",
        "evidence-capture": f"/desk/evidence/cases/{filmed}/capture/",
    }
    faults = []
    for view in VIEWS:
        for name, path in pages.items():
            context, page = _open(chromium, live_server, client, world["zhou"], path, view)
            if SHOTS:
                page.wait_for_timeout(500)
                page.screenshot(path=f"{SHOTS}/{name}-{view}.png", full_page=True)
            if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
                faults.append((name, view, "wider than the screen"))
            found = Axe().run(page)
            faults += [(name, view, fault["id"], fault["nodes"][0]["html"][:200]) for fault in found.response["violations"]]
            context.close()
    assert not faults, "\n".join(map(str, faults))
    _leaps(live_server, world, chromium, client)


def _link(world, case: str, row: Recording) -> str:
    """The key of a link that a leader granted."""
    asked = access.Asked("青禾建材经营部", "当事人", "行政复议", (str(row.id),))
    request = access.ask(world["zhou"], case, row.agency, asked, NOW, uuid.uuid4(), NOW)
    return access.open_link(world["zhou"], access.decide(world["xu"], request, NOW, granted=True), 7, NOW)[1]


def _leaps(live_server, world, chromium, client) -> None:  # noqa: F811
    """The player goes on by keys and by markers."""
    from django.contrib.staticfiles import finders

    if not finders.find("xz.js"):
        return  # the front end is not built: native controls, markers as links
    first = Recording.objects.get(device="K7001", number=1)
    client.force_login(world["zhou"], backend="django.contrib.auth.backends.ModelBackend")
    client.post(f"/desk/evidence/recordings/{first.id}/", {"minute": "0:33", "note": "砂石"})
    context, page = _open(chromium, live_server, client, world["zhou"], f"/desk/evidence/recordings/{first.id}/", "desk")
    page.wait_for_function("document.querySelector('video').readyState >= 1", timeout=15000)
    page.keyboard.press("l")
    assert page.evaluate("document.querySelector('video').currentTime") == pytest.approx(10, abs=0.5)
    page.keyboard.press("j")
    assert page.evaluate("document.querySelector('video').currentTime") == pytest.approx(0, abs=0.5)
    page.click("a[data-second]")
    assert page.evaluate("document.querySelector('video').currentTime") == pytest.approx(33, abs=0.5)
    context.close()
