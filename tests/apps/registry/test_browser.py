"""The registry and one's own pages in a real browser: axe finds nothing at desk and phone width, in dark and in large print; nothing scrolls sideways."""

from __future__ import annotations

import os
import shutil

import pytest

from xiezhi.apps.accounts.models import User
from xiezhi.apps.registry import service

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
VIEWS = {
    "desk": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
}
PAGES = [
    "/sign-in", "/accessibility", "/desk/me/", "/desk/me/password", "/desk/registry/agencies/", "/desk/registry/agencies/yx-cg/",
    "/desk/registry/people/", "/desk/registry/people/yx-o1/", "/desk/registry/people/new", "/desk/registry/powers/",
    "/desk/registry/parties/", "/desk/registry/parties/new", "/desk/registry/calendar/",
]  # fmt: skip
# Every page on the phone, where most breaks; a list, a form and one's own page in the other views.
ELSEWHERE = ["/desk/me/", "/desk/registry/people/", "/desk/registry/people/new"]
pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine")]


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # the browser's loop is its own; Django's rows are read beside it
    with sync_playwright() as play:
        found = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
        yield found
        found.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def filled(transactional_db, now):
    district = service.set_district("000000", "云溪区", phone="0000-12345")
    agency = service.save_agency("yx-cg", district=district, name="云溪区城市管理局", word="云城管", pack="demo")
    service.save_person("yx-o1", name="周敏", agency=agency, roles=["officer"], certificate_no="c1", certificate_status="suspended")
    service.save_power("yx-cg", "P-1", name="占用道路", kind="penalty")
    service.save_party(now=now, kind="organisation", name="远峰装饰工程有限公司")
    return User.objects.create_user("all", password="稳妥的口令-2026", agency=agency, roles=["officer", "administrator"])


def test_axe_finds_nothing(live_server, browser, filled, client):
    from axe_playwright_python.sync_playwright import Axe

    client.force_login(filled, backend="django.contrib.auth.backends.ModelBackend")
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    wrong = []
    for view, options in VIEWS.items():
        context = browser.new_context(**options, locale="zh-CN", reduced_motion="reduce", bypass_csp=True)
        for address in PAGES if view == "phone" else ELSEWHERE:
            context.clear_cookies()
            if address.startswith("/desk/"):
                context.add_cookies([cookie])
            tab = context.new_page()
            assert tab.goto(live_server.url + address).status == 200, address
            wrong += [(view, address, one["id"], one["nodes"][0]["html"][:120]) for one in Axe().run(tab).response["violations"]]
            wide = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if wide > 0:
                wrong.append((view, address, f"{wide} px too wide"))
            tab.close()
        context.close()
    assert wrong == []


def test_the_menu_and_the_forms_work_without_scripts(live_server, browser, filled):
    context = browser.new_context(**VIEWS["phone"], locale="zh-CN", java_script_enabled=False)
    tab = context.new_page()
    tab.goto(live_server.url + "/sign-in?next=/desk/registry/people/")
    tab.fill("#id_username", "all")
    tab.fill("#id_password", "稳妥的口令-2026")
    tab.click("main button[type=submit]")
    assert tab.locator("h1").inner_text() == "执法人员"
    tab.click("summary:has-text('菜单')")
    tab.click(".menu-narrow >> text=退出登录")
    assert "已退出登录" in tab.locator("main").inner_text()
    context.close()
