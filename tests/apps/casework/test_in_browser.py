"""The pages in a real browser: axe finds nothing, at desk and phone width, light and dark."""

from __future__ import annotations

import os
import uuid
from datetime import timedelta
from pathlib import Path

import pytest

from tests.apps.casework.conftest import NOW

CHROMIUM = Path("/usr/bin/chromium")
SHOTS = os.environ.get("XIEZHI_SHOTS")
VIEWS = {
    "desk": ({"width": 1440, "height": 900}, "light"),
    "phone": ({"width": 390, "height": 844}, "light"),
    "dark": ({"width": 1440, "height": 900}, "dark"),
}
ON_ALL = {"workbench", "case", "act", "review"}

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.skipif(not CHROMIUM.exists(), reason="no chromium at /usr/bin/chromium")]


@pytest.fixture
def busy_case(filed, perform) -> str:
    """A case with an inspection with a gap, an inquiry without its record, a correction and a submission."""
    from xiezhi.apps.record import queries as record
    from xiezhi.apps.record import service

    case = filed(NOW - timedelta(days=12))
    at = NOW - timedelta(days=11)
    video = {
        "id": "v1", "kind": "video", "from": at.isoformat(), "to": (at + timedelta(minutes=38)).isoformat(), "device": "R-07", "stored_at": (at + timedelta(hours=1)).isoformat(),
        "gaps": [{"from": (at + timedelta(minutes=17)).isoformat(), "to": (at + timedelta(minutes=20, seconds=12)).isoformat(), "explained": None}],
    }  # fmt: skip
    perform(case, "identity_shown", at - timedelta(minutes=5), data={"place": "现场", "certificates": ["YX-zhou", "YX-he"]})
    perform(
        case, "site_inspected", at, until=(at + timedelta(minutes=38)).isoformat(), recordings=[video], documents=["site_inspection_record"],
        signed={"party": "signed", "officers": 2}, data={"place": "云溪区星河路 41 号门前", "content": "沥青路面堆放砂石，经当场测量占用城市道路约 21.6 平方米，现场没有占用道路许可，当事人在场并陈述系临时堆放，准备三日内清走。"},
    )  # fmt: skip
    perform(
        case,
        "inquiry_made",
        at + timedelta(days=1),
        until=(at + timedelta(days=1, minutes=40)).isoformat(),
        signed={"party": "refused", "officers": 2},
    )
    act = record.history(case)[-1]
    service.correct(act.id, {"data": {"place": "城管局询问室"}}, "笔误", "xu", uuid.uuid4(), at + timedelta(days=2))
    conclusion = {"penalty": {"kinds": ["fine"], "fine": 60000}, "significant_rights": True, "law_basis": ["某条例第十四条"]}
    perform(case, "investigation_concluded", at + timedelta(days=6), data=conclusion, documents=["investigation_report"])
    perform(case, "review_submitted", NOW - timedelta(days=1), documents=["draft_decision", "evidence_list", "review_submission"])
    return case


@pytest.fixture
def chromium():
    from playwright.sync_api import sync_playwright

    # Django refuses its ORM inside a running loop; the browser's loop is its own.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def _cookie(client, user) -> dict[str, str]:
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return {"name": "sessionid", "value": client.cookies["sessionid"].value}


def _pages(case: str) -> dict[str, tuple[str, str]]:
    return {
        "workbench": ("zhou", "/desk/"),
        "case": ("zhou", f"/desk/cases/{case}/"),
        "acts": ("zhou", f"/desk/cases/{case}/acts/"),
        "act": ("zhou", f"/desk/cases/{case}/acts/site_inspected/"),
        "decision": ("zhou", f"/desk/cases/{case}/acts/decision_made/"),
        "new": ("zhou", "/desk/cases/new"),
        "days": ("zhou", f"/desk/cases/{case}/days/0/"),
        "queue": ("sun", "/desk/review/"),
        "review": ("sun", f"/desk/review/cases/{case}/"),
        "submit": ("zhou", f"/desk/review/cases/{case}/submit"),
    }


def test_each_page_is_accessible(live_server, world, busy_case, at_ten, chromium, client) -> None:
    from axe_playwright_python.sync_playwright import Axe

    faults = []
    for view, (size, scheme) in VIEWS.items():
        for name, (who, path) in _pages(busy_case).items():
            if view != "desk" and name not in ON_ALL:
                continue
            context = chromium.new_context(viewport=size, color_scheme=scheme, locale="zh-CN", bypass_csp=True, reduced_motion="reduce")
            context.add_cookies([{**_cookie(client, world[who]), "url": live_server.url}])
            page = context.new_page()
            answer = page.goto(live_server.url + path)
            assert answer is not None
            assert answer.status == 200, path
            if SHOTS:
                page.screenshot(path=f"{SHOTS}/{name}-{view}.png", full_page=True)
            if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
                faults.append((name, view, "wider than the screen"))
            found = Axe().run(page)
            faults += [(name, view, fault["id"], fault["nodes"][0]["html"][:200]) for fault in found.response["violations"]]
            context.close()
    assert not faults, "\n".join(map(str, faults))
