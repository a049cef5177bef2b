"""What an end-to-end test does on a page: sign in, fill, look, and let axe look."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

PASSWORD = "xiezhi-demo"


class Desk:
    """One person at one browser. Every page shown is kept as a numbered picture and checked by axe."""

    def __init__(self, browser: Any, site: str, folder: Path, *, width: int = 1280, height: int = 900, **context: Any) -> None:
        self.site = site
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.context = browser.new_context(
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
            viewport={"width": width, "height": height},
            bypass_csp=True,
            **context,
        )
        self.context.set_default_timeout(30_000)
        self.page: Page = self.context.new_page()
        self.shown = 0
        self.console: list[str] = []
        self.page.on("pageerror", lambda error: self.console.append(str(error)))

    def close(self) -> None:
        self.context.close()

    def go(self, path: str) -> Page:
        answer = self.page.goto(self.site + path)
        assert answer is not None
        assert answer.status < 500, f"{path}: {answer.status}"
        return self.page

    def sign_in(self, name: str) -> None:
        self.context.clear_cookies()
        self.go("/sign-in")
        self.page.fill("[name=username]", name)
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("main button[type=submit]")
        self.page.wait_for_url("**/desk/**")

    def look(self, name: str) -> None:
        """Keep a picture of the page and assert that axe finds nothing."""
        self.shown += 1
        self.page.screenshot(path=self.folder / f"{self.shown:02d}-{name}.png", full_page=True)
        found = Axe().run(self.page).response["violations"]
        told = [f"{one['id']}: {one['help']} {[node['html'][:120] for node in one['nodes'][:2]]}" for one in found]
        assert told == [], f"{name}: " + "\n".join(told)

    def text(self) -> str:
        return self.page.inner_text("main")

    def fill(self, fields: Mapping[str, Any]) -> None:
        """Fill a form by field names: text, True to tick, a list to tick exactly these values."""
        for stated, value in fields.items():
            name = stated
            if name.startswith("document-") and not self.page.locator(f'main [name="{name}"]').count():
                name, value = "other_document", name.removeprefix("document-")  # noqa: PLW2901 - the same document, another field
            field = self.page.locator(f'main [name="{name}"]')
            assert field.count(), f"{self.page.url} has no field {name}: {self.names()}"
            for summary in field.first.locator("xpath=ancestor::details[not(@open)]/summary").all():
                summary.click()
            kind = field.first.evaluate("e => e.tagName === 'SELECT' ? 'select' : e.type")
            if kind == "radio":
                self.page.locator(f'main [name="{name}"][value="{value[0] if isinstance(value, list) else value}"]').check()
            elif kind == "checkbox":
                wanted = value if isinstance(value, list) else [value]
                for one in field.all():
                    tick = (one.get_attribute("value") in wanted) if wanted != [True] else True
                    one.set_checked(tick)
            elif kind == "select":
                field.first.select_option(value)
            else:
                field.first.fill(str(value))

    def names(self) -> list[str]:
        """The names of the fields on the page, for a message."""
        found: list[str] = self.page.eval_on_selector_all("main [name]", "all => [...new Set(all.map(e => e.name))]")
        return found

    def submit(self) -> None:
        with self.page.expect_navigation():
            self.page.locator("main form[method=post] button[type=submit]:not([name=more_recordings])").last.click()

    def case_id(self) -> str:
        found = re.search(r"/desk/cases/([0-9a-f-]{36})/", self.page.url)
        assert found, self.page.url + "\n" + self.text()
        return found.group(1)
