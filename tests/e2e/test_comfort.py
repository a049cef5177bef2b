"""What a browser adds: Back and send again, drafts that outlive a closed page, keys of the workbench."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from .conftest import ARTEFACTS
from .screens import Desk

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.xdist_group("e2e")]


@pytest.fixture
def desk(browser: Any, site: str) -> Any:
    desk = Desk(browser, site, ARTEFACTS / "comfort")
    desk.sign_in("zhoumin")
    yield desk
    assert desk.console == []
    desk.close()


def _fields(name: str) -> dict[str, Any]:
    now = datetime.now(ZoneInfo("Asia/Shanghai"))
    return {
        "by": ["p-zhoumin", "p-heli"],
        "power": "99-CG-CF-001",
        "data-source": "inspection",
        "data-violation.place": "云溪区澄江路 20 号门前",
        "data-violation.facts": "占用人行道堆放货物约 6 平方米。",
        "data-violation.ended_on": (now - timedelta(days=1)).strftime("%Y-%m-%d"),
        "data-party.kind": "organisation",
        "data-party.name": name,
        "data-party.address": "云溪区澄江路 20 号",
        "data-approver": "p-xuming",
        "data-urgent": "false",
        "data-party.minor": "false",
        "data-law_basis": "城市道路管理条例第四十二条",
        "document-filing_approval": True,
        "source-filing_approval": "paper",
    }


def _party(word: str) -> str:
    """A party of this run only: a product that runs already may hold those of an earlier one."""
    return f"{word}{uuid.uuid4().hex[:6]}商贸有限公司"


def _cases(desk: Desk, name: str) -> set[str]:
    desk.go(f"/desk/?q={name}")
    return set(re.findall(r"/desk/cases/([0-9a-f-]{36})/", desk.page.content()))


def test_back_and_send_again_makes_no_second_case(desk: Desk) -> None:
    """Once with the page that the browser kept (the same id), once with the form fetched anew (another id: asked first)."""
    name = _party("后退")
    desk.go("/desk/cases/new")
    desk.fill(_fields(name))
    desk.submit()
    case = desk.case_id()
    desk.page.go_back()
    desk.page.wait_for_selector("form[data-draft]")
    if desk.page.input_value("[name='data-party.name']") != name:
        desk.fill(_fields(name))
    desk.submit()
    assert _cases(desk, name) == {case}
    desk.go("/desk/cases/new")
    desk.fill(_fields(name))
    desk.submit()
    assert "已经立案" in desk.text()
    desk.look("asked-twice")
    assert _cases(desk, name) == {case}


def test_a_draft_outlives_the_page_and_goes_with_the_sending_and_with_the_sign_out(desk: Desk) -> None:
    page, name = desk.page, _party("草稿")
    desk.go("/desk/cases/new")
    desk.fill(_fields(name))
    page.wait_for_function("Object.keys(localStorage).some((key) => key.startsWith('xz-draft:'))")
    desk.go("/desk/")
    desk.go("/desk/cases/new")
    assert page.input_value("[name='data-party.name']") == name
    assert "已恢复" in page.inner_text("main")
    desk.look("draft-restored")
    stored = page.evaluate("JSON.stringify(localStorage)")
    assert "csrf" not in stored
    assert "file-" not in stored
    desk.submit()
    assert desk.case_id()
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('xz-draft:')).length") == 0
    desk.go("/desk/cases/new")
    page.fill("[name='data-party.name']", "另一份草稿")
    page.wait_for_function("Object.keys(localStorage).some((key) => key.startsWith('xz-draft:'))")
    page.click("form.leave button")
    page.wait_for_load_state()
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('xz-draft:')).length") == 0


def test_a_draft_is_not_shown_to_another_account(desk: Desk) -> None:
    page = desk.page
    desk.go("/desk/cases/new")
    page.fill("[name='data-party.name']", "周敏的草稿")
    page.wait_for_function("Object.keys(localStorage).some((key) => key.startsWith('xz-draft:'))")
    desk.sign_in("heli")
    desk.go("/desk/cases/new")
    assert page.input_value("[name='data-party.name']") == ""
    assert page.evaluate("JSON.stringify(localStorage)").count("周敏的草稿") == 0


def test_the_workbench_is_walked_with_keys(desk: Desk) -> None:
    page = desk.page
    desk.go("/desk/")
    assert page.is_visible("[data-keys]")
    rows = page.locator("[data-row]")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert rows.nth(1).evaluate("(row) => row.contains(document.activeElement)")
    page.keyboard.press("k")
    assert rows.nth(0).evaluate("(row) => row.contains(document.activeElement)")
    page.click("[data-keys-off]")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("n")
    assert page.url.endswith("/desk/")
    page.click("[data-keys-off]")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("n")
    page.wait_for_url("**/desk/cases/new")


def test_a_head_sees_what_waits_for_approval(desk: Desk) -> None:
    desk.sign_in("xuming")
    desk.go("/desk/")
    assert "待批" in desk.text()
    desk.look("head")


def test_a_citizen_who_goes_astray_stays_on_the_public_pages(desk: Desk) -> None:
    desk.context.clear_cookies()
    desk.go("/no-such-page")
    assert desk.page.get_attribute("html", "data-ui") == "public"
    desk.look("not-found")
