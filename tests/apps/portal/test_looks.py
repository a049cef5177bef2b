"""Public pages in a real browser: axe in every print size, wide and narrow, with pictures. Answers come from the test client."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import axe_playwright_python
import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import Page, Route, sync_playwright

from xiezhi.apps.disclosure.models import Publication

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
SIZES = {
    "standard": "standard.normal.light",
    "large": "large.normal.light",
    "xlarge": "xlarge.normal.light",
    "contrast": "large.high.light",
}
# What a larger print can spoil; the other rules look at the same markup and colours in every size.
BY_SIZE = ["target-size", "scrollable-region-focusable", "meta-viewport", "css-orientation-lock"]
# The elements that stick out to the right, innermost last: the fault's place, not only its width.
STICKING_OUT = """() => [...document.querySelectorAll('body *')].filter(one => {
  const box = one.getBoundingClientRect();
  if (!box.width || box.right <= document.documentElement.clientWidth + 1) return false;
  for (let up = one.parentElement; up; up = up.parentElement)
    if (['auto', 'scroll', 'hidden'].includes(getComputedStyle(up).overflowX) && up !== document.body) return false;
  return true;
}).map(one => one.tagName + '.' + one.className + ' ' + (one.textContent || '').trim().slice(0, 30)).slice(-2).join(' | ')"""

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is not installed")]


WIDTHS = (1280, 390)


def addresses(house) -> dict[str, str]:
    shown = Publication.objects.get(case=house.performed).id
    withdrawn = Publication.objects.get(case=house.withdrawn).id
    number = Publication.objects.get(case=house.performed).number
    return {
        "home": "/",
        "search": "/search?q=星河路",
        "decision": f"/p/{shown}",
        "withdrawn": f"/p/{withdrawn}",
        "verify": f"/verify?q={number}",
        "officers": "/officers?no=1",
        "powers": "/powers",
        "agency": "/agencies/yx-cg",
        "data": "/data",
        "log": "/log",
        "log-sheet": "/log/sheet",
        "correction": f"/p/{shown}/correction",
        "missing": "/p/nothing",
    }


@pytest.fixture(scope="module")
def answers(house) -> tuple[dict[tuple[str, str], tuple[int, str]], dict[str, str]]:
    """Every page in every size, and the pages' names; fetched before the browser's loop starts: the database must not be asked from inside one."""
    found = {}
    places = addresses(house)
    for size, display in SIZES.items():
        client = Client()
        client.cookies["xz_display"] = display
        for address in places.values():
            given = client.get(address)
            found[size, address] = (given.status_code, given.content.decode())
    return found, places


@pytest.fixture(scope="module")
def browser(answers) -> Iterator:
    with sync_playwright() as play:
        made = play.chromium.launch(executable_path=str(CHROMIUM), args=ARGS)
        yield made
        made.close()


def opened(browser, answers, width: int, size: str) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN", bypass_csp=True, reduced_motion="reduce")
    page = context.new_page()

    def answer(route: Route) -> None:
        parts = urlsplit(route.request.url)
        address = unquote(parts.path + (f"?{parts.query}" if parts.query else ""))
        if parts.path.endswith((".css", ".js", ".svg")):
            file = finders.find(parts.path.rsplit("/", 1)[-1])
            route.fulfill(path=file) if file else route.fulfill(status=404)
            return
        if (size, address) not in answers:  # what scripts ask of the log: not there, and the page must say so with grace
            route.fulfill(status=404)
            return
        status, body = answers[size, address]
        route.fulfill(status=status, body=body, content_type="text/html; charset=utf-8")

    page.route("**/*", answer)
    return page


@pytest.mark.parametrize("size", SIZES)
def test_public_pages_have_no_fault_that_axe_finds(house, answers, browser, size):
    given, places = answers
    page = opened(browser, given, WIDTHS[0], size)
    folder = os.environ.get("XIEZHI_PICTURES")
    asked: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}
    if size not in {"standard", "contrast"}:
        asked["runOnly"] = {"type": "rule", "values": BY_SIZE}
    faults: list[str] = []
    for name, address in places.items():
        page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        page.goto(f"http://testserver{address}")
        page.evaluate(AXE)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            found = page.evaluate("(asked) => axe.run(document, asked)", asked)
            faults += [f"{name} {width}: {fault['id']}: {fault['nodes'][0]['html'][:160]}" for fault in found["violations"]]
            wide = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if wide > 1:
                faults.append(f"{name} {width}: {wide} px wider than the window: {page.evaluate(STICKING_OUT)}")
            if folder:
                page.screenshot(path=f"{folder}/{name}-{width}-{size}.png", full_page=True)
    page.context.close()
    assert faults == []
