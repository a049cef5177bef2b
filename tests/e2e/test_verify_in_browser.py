"""核验 in a real browser: documents never leave it, every step is computed there, and an altered proof fails at the step it belongs to."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route

from .conftest import ARTEFACTS
from .screens import Desk

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.xdist_group("e2e")]

RECEIPTS = "**/verify/receipt.json*"


class Visitor(Desk):
    """A citizen: not signed in, every request kept."""

    def __init__(self, browser: Any, site: str, **context: Any) -> None:
        super().__init__(browser, site, ARTEFACTS / "verify", **context)
        self.sent: list[Request] = []
        self.context.on("request", lambda request: self.sent.append(request))  # noqa: PLW0108 - a bound method of a list takes no mark

    def nothing_left(self) -> None:
        """No request but GET, none with a body: the file stayed where it was."""
        assert [(one.method, one.url) for one in self.sent if one.method != "GET" or one.post_data_buffer] == []

    def bring(self, name: str, content: bytes) -> str:
        self.go("/verify")
        self.page.set_input_files("#file", {"name": name, "mimeType": "application/octet-stream", "buffer": content})
        return self.verdict()

    def verdict(self) -> str:
        self.page.wait_for_selector("[data-verdict]")
        return str(self.page.get_attribute("[data-verdict]", "data-verdict"))

    def steps(self) -> dict[str, str]:
        """The steps of the answer and their states."""
        rows: list[tuple[str, str]] = self.page.eval_on_selector_all(
            ".checks > li", "all => all.map(one => [one.querySelector('.head > :first-child').textContent, one.dataset.state])"
        )
        return dict(rows)

    def fetched(self, path: str) -> bytes:
        return bytes(self.context.request.get(self.site + path).body())

    def change_receipts(self, change: Callable[[dict[str, Any]], None]) -> None:
        """A platform that lies: its receipts are altered on the way."""

        def answer(route: Route) -> None:
            told = json.loads(route.fetch().body())
            change(told)
            route.fulfill(json=told)

        self.page.route(RECEIPTS, answer)


@pytest.fixture
def visitor(browser: Any, site: str) -> Iterator[Visitor]:
    visitor = Visitor(browser, site)
    yield visitor
    assert visitor.console == []
    visitor.nothing_left()
    visitor.close()


def _pages(visitor: Visitor, address: str = "/search") -> list[str]:
    return re.findall(r"/p/([0-9a-z]+)", visitor.fetched(address).decode())


@pytest.fixture
def decision(visitor: Visitor) -> dict[str, Any]:
    """A public result of the demo district with its document."""
    page = _pages(visitor)[0]
    told: dict[str, Any] = json.loads(visitor.fetched(f"/verify/receipt.json?q={page}"))
    return told | {"content": visitor.fetched(f"/p/{page}/document.pdf")}


def test_a_genuine_document_is_proved_without_leaving_the_device(visitor: Visitor, decision: dict[str, Any]) -> None:
    assert visitor.bring("下载.pdf", decision["content"]) == "proved"
    assert set(visitor.steps().values()) == {"ok", "open"}
    assert visitor.steps()["和上次见到的日志比"] == "open"
    text = visitor.text()
    for words in ("一个字节也没有改动", "没有证明的", "公钥指纹", "文件没有上传", decision["shown"]["content"]):
        assert words in text
    visitor.page.get_by_text("比了什么").first.click()
    visitor.look("genuine")
    asked = [one.url for one in visitor.sent if "receipt.json" in one.url]
    assert len(asked) == 1
    assert f"sha256={decision['pdf']}" in asked[0]


def test_a_document_altered_by_one_byte_is_told_with_what_is_registered(visitor: Visitor, decision: dict[str, Any]) -> None:
    altered = bytearray(decision["content"])
    altered[len(altered) // 2] ^= 1
    for name in (f"{decision['number']}.pdf", "别的名字.pdf"):  # known by its name, and by the title inside
        assert visitor.bring(name, bytes(altered)) == "differs"
        assert visitor.steps()["文件的指纹"] == "bad"
        assert decision["pdf"] in visitor.text()
        assert decision["number"] in visitor.text()
    visitor.look("altered")


def test_an_unknown_document_is_not_called_false(visitor: Visitor) -> None:
    assert visitor.bring("别处.pdf", b"%PDF-1.7\nnothing of ours") == "unknown"
    assert "没有登记过" in visitor.text()
    visitor.look("unknown")


def test_a_number_a_fingerprint_a_proof_and_data_are_checked_alike(visitor: Visitor, decision: dict[str, Any]) -> None:
    page = visitor.page
    for asked in (decision["number"], decision["id"], decision["acts"][0]["entry"], decision["pdf"]):
        visitor.go("/verify")
        page.fill("#vq", asked)
        page.keyboard.press("Enter")
        assert visitor.verdict() == "proved", asked
    assert visitor.bring("a.proof.json", visitor.fetched(f"/p/{decision['id']}/proof.json")) == "proved"
    assert visitor.bring("data.json", visitor.fetched(f"/p/{decision['id']}/data.json")) == "proved"
    changed = json.loads(visitor.fetched(f"/p/{decision['id']}/data.json"))
    changed["summary"]["content"] = "罚款1元"
    assert visitor.bring("data.json", json.dumps(changed).encode()) == "differs"
    assert "罚款1元" in visitor.text()
    visitor.go("/verify")
    page.fill("#vq", "没有的文书号")
    page.keyboard.press("Enter")
    assert visitor.verdict() == "unknown"


def test_a_withdrawn_decision_is_told_and_its_withdrawal_proved(visitor: Visitor) -> None:
    withdrawn = _pages(visitor, "/search?state=withdrawn")[0]
    visitor.go(f"/p/{withdrawn}")
    visitor.page.click("[data-verify-here]")
    assert visitor.verdict() == "withdrawn"
    assert visitor.steps()["条目 → 日志的根"] == "ok"
    assert "撤回的理由" in visitor.text()
    visitor.look("withdrawn")


def test_the_page_of_a_code_checks_what_stands_on_the_screen(visitor: Visitor, decision: dict[str, Any]) -> None:
    page = visitor.page
    visitor.go(decision["url"])
    page.click("[data-verify-here]")
    assert visitor.verdict() == "proved"
    assert visitor.steps()["屏幕上的内容"] == "ok"
    visitor.look("in-place")
    page.evaluate("document.querySelector('section[aria-labelledby=summary] dd:last-of-type').textContent = '别的内容'")
    page.click("[data-verify-here]")
    page.wait_for_selector("[data-verdict=differs]")
    assert visitor.steps()["屏幕上的内容"] == "bad"


def _other(digits: str) -> str:
    return digits[:-1] + ("0" if digits[-1] != "0" else "1")


def _proof_line(act: dict[str, Any], place: int, new: Callable[[str], str]) -> None:
    lines = act["tlog_proof"].split("\n")
    lines[place] = new(lines[place])
    act["tlog_proof"] = "\n".join(lines)


def _bytes_line(line: str) -> str:
    return ("B" if line[0] == "A" else "A") + line[1:]


LIES: dict[str, tuple[str, Callable[[dict[str, Any]], None]]] = {
    "another value": ("内容 → 条目", lambda told: told["acts"][0]["fields"][-1].update(value="别的")),
    "another salt": ("内容 → 条目", lambda told: told["acts"][0]["fields"][0].update(salt=_other(told["acts"][0]["fields"][0]["salt"]))),
    "another sibling": (
        "内容 → 条目",
        lambda told: told["acts"][0]["fields"][0]["siblings"].__setitem__(2, _other(told["acts"][0]["fields"][0]["siblings"][2])),
    ),
    "another entry": ("内容 → 条目", lambda told: told["acts"][0].update(entry=_other(told["acts"][0]["entry"]))),
    "no fields": ("内容 → 条目", lambda told: [act.update(fields=[]) for act in told["acts"]] and None),
    "another index": ("条目 → 日志的根", lambda told: _proof_line(told["acts"][0], 1, lambda line: f"index {int(line[6:]) ^ 1}")),
    "another hash in the log": ("条目 → 日志的根", lambda told: _proof_line(told["acts"][0], 3, _bytes_line)),
    "another root": ("检查点的签名", lambda told: _proof_line(told["acts"][0], -4, _bytes_line)),
    "another size": ("检查点的签名", lambda told: _proof_line(told["acts"][0], -5, lambda line: str(int(line) + 1))),
    "another signature": (
        "检查点的签名",
        lambda told: _proof_line(told["acts"][0], -2, lambda line: line[:-20] + ("A" if line[-20] != "A" else "B") + line[-19:]),
    ),
    "another key": ("检查点的签名", lambda told: told.update(key="x.example+00000000+" + told["key"].split("+", 2)[2])),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_receipt_that_lies_fails_at_its_step(visitor: Visitor, decision: dict[str, Any], lie: str) -> None:
    step, change = LIES[lie]
    visitor.change_receipts(change)
    assert visitor.bring("下载.pdf", decision["content"]) == "broken"
    assert visitor.steps()[step] == "bad", visitor.steps()
    assert "一个字节也没有改动" not in visitor.text()


def _remembered(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(page.evaluate("localStorage.getItem('xz-log')"))
    return found


def _remember(page: Page, seen: dict[str, Any]) -> None:
    page.evaluate("seen => localStorage.setItem('xz-log', seen)", json.dumps(seen))


def test_the_browser_remembers_the_log_and_says_that_it_only_grew(visitor: Visitor, decision: dict[str, Any]) -> None:
    """A smaller log is remembered: its root comes from the log's own tiles by the Python implementation."""
    page = visitor.page
    visitor.go("/log")
    page.wait_for_selector("[data-continuity=open]")
    now = _remembered(page)
    for size in (1, 255, 256, 257, now["size"] - 1):
        _remember(page, now | {"size": size, "root": _root_of(visitor, size)})
        visitor.go("/log")
        page.wait_for_selector("[data-continuity=ok]")
        assert f"记录只增未改：新增 {now['size'] - size} 条" in visitor.text()
        assert _remembered(page)["size"] == now["size"]
    visitor.look("log")


def test_a_rewritten_log_is_found_out_and_overrules_a_fitting_proof(visitor: Visitor, decision: dict[str, Any]) -> None:
    page = visitor.page
    visitor.go("/log")
    page.wait_for_selector("[data-continuity]")
    now = _remembered(page)
    for size in (7, 256, now["size"], now["size"] + 5):  # another history, at the same size too, and one that was longer
        _remember(page, now | {"size": size, "root": "A" * 43 + "="})
        if size > now["size"]:
            continue
        visitor.go("/log")
        page.wait_for_selector("[data-continuity=bad]")
        assert _remembered(page)["size"] == size, "what was seen must not be forgotten"
    _remember(page, now | {"size": 7, "root": "A" * 43 + "="})
    assert visitor.bring("下载.pdf", decision["content"]) == "broken"
    assert "历史被改过" in visitor.text()
    visitor.look("rewritten")


def test_another_key_is_warned_of_until_it_is_accepted(visitor: Visitor, decision: dict[str, Any]) -> None:
    page = visitor.page
    visitor.go("/log")
    page.wait_for_selector("[data-continuity]")
    now = _remembered(page)
    _remember(page, now | {"key": now["key"].replace("xiezhi", "yesterday")})
    assert visitor.bring("下载.pdf", decision["content"]) == "broken"
    assert "公钥和这个浏览器以前见到的不同" in visitor.text()
    visitor.look("other-key")
    page.get_by_role("button", name="我已核对，改记新的公钥").click()
    page.wait_for_selector("[data-verdict=proved]")
    assert _remembered(page)["key"] == now["key"]


def test_a_browser_without_webcrypto_computes_the_same(browser: Any, site: str, decision: dict[str, Any]) -> None:
    visitor = Visitor(browser, site)
    visitor.page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    assert visitor.bring("下载.pdf", decision["content"]) == "proved"
    assert "noble" in visitor.text()
    visitor.change_receipts(LIES["another signature"][1])
    assert visitor.bring("下载.pdf", decision["content"]) == "broken"
    visitor.nothing_left()
    visitor.close()


def test_on_a_phone_and_in_large_print(browser: Any, site: str, decision: dict[str, Any]) -> None:
    for name, width, display in (
        ("phone", 360, "standard.normal.light"),
        ("large", 390, "xlarge.normal.light"),
        ("contrast", 1280, "large.high.light"),
    ):
        visitor = Visitor(browser, site, width=width, height=800)
        visitor.context.add_cookies([{"name": "xz_display", "value": display, "url": site}])
        assert visitor.bring("下载.pdf", decision["content"]) == "proved"
        for summary in visitor.page.get_by_text("比了什么").all():
            summary.click()
        assert visitor.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth + 1"), name
        visitor.look(name)
        visitor.go(decision["url"])
        visitor.page.click("[data-verify-here]")
        assert visitor.verdict() == "proved"
        assert visitor.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth + 1"), name
        visitor.look(f"{name}-in-place")
        visitor.nothing_left()
        visitor.close()


def test_it_is_done_by_keyboard_and_the_answer_has_the_focus(visitor: Visitor, decision: dict[str, Any]) -> None:
    page = visitor.page
    visitor.go("/verify")
    page.focus("#vq")
    page.keyboard.type(decision["id"])
    page.keyboard.press("Enter")
    assert visitor.verdict() == "proved"
    assert page.evaluate("document.activeElement.className") == "verdict"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").startswith("看公示页")


def test_a_dropped_file_is_checked_like_a_chosen_one(visitor: Visitor, decision: dict[str, Any]) -> None:
    page = visitor.page
    visitor.go("/verify")
    transfer = page.evaluate_handle(
        "bytes => { const t = new DataTransfer(); t.items.add(new File([new Uint8Array(bytes)], 'a.pdf')); return t }",
        list(decision["content"]),
    )
    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": transfer})
    assert visitor.verdict() == "proved"


def test_without_a_script_the_form_uploads_as_ever(browser: Any, site: str, decision: dict[str, Any]) -> None:
    visitor = Visitor(browser, site, java_script_enabled=False)
    visitor.go("/verify")
    assert "文件会传到本站核验" in visitor.text()
    assert visitor.page.locator("[data-upload]:visible, [data-scan-box]:visible").count() == 0
    visitor.page.set_input_files("#file", {"name": "a.pdf", "mimeType": "application/pdf", "buffer": decision["content"]})
    visitor.page.click("form[data-verify] button.main")
    assert "核验通过" in visitor.text()
    visitor.go(decision["url"])
    assert visitor.page.locator("[data-verify-here]:visible").count() == 0
    visitor.close()


# A camera that shows nothing, and a reader that reads what the test wrote: the browser of the tests has neither.
CAMERA = """
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ['qr_code'] }
  async detect() { return window.__code ? [{ rawValue: window.__code }] : [] }
};
const canvas = document.createElement('canvas');
canvas.getContext('2d');
Object.defineProperty(navigator, 'mediaDevices', { value: { getUserMedia: async () => canvas.captureStream(5) } });
"""


def test_a_code_before_the_camera_leads_to_its_page_and_never_to_another_site(visitor: Visitor, decision: dict[str, Any]) -> None:
    page = visitor.page
    visitor.go("/verify")
    assert "这个浏览器不能扫码" in visitor.text()
    assert page.locator("[data-scan]:visible").count() == 0
    page.add_init_script(CAMERA)
    for code, verdict in ((visitor.site + decision["url"], "proved"), ("https://example.invalid" + decision["url"], "unknown")):
        visitor.go("/verify")
        page.evaluate("code => { window.__code = code }", code)
        page.click("[data-scan]")
        assert visitor.verdict() == verdict
    assert "不是本平台公示页的" in visitor.text()
    assert page.url == f"{visitor.site}/verify"


def _root_of(visitor: Visitor, size: int) -> str:
    import base64

    from xiezhi.core.ledger.tiles import entries_path, unbundle
    from xiezhi.core.ledger.tree import leaf_hash, root_of

    leaves: list[bytes] = []
    while len(leaves) < size:
        width = min(256, size - len(leaves))
        leaves += [leaf_hash(one) for one in unbundle(visitor.fetched("/log/" + entries_path(len(leaves) // 256, width)))]
    return base64.b64encode(root_of(leaves)).decode()
