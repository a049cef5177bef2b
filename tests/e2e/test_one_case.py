"""One penalty case in the browser, from lead to public page: refused where the law refuses, on the record, and verified by a stranger."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from .conftest import ARTEFACTS
from .screens import Desk

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.xdist_group("e2e")]

OFFICERS = ["p-zhoumin", "p-heli"]
LEADERS = ["p-xuming", "p-luwei", "p-jiangtang"]
SIGNED = {"signed-party": "signed", "signed-officers": "2"}


class Case:
    """A case as its officers, reviewer and clerk work on it, minute by minute."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.clock = datetime.now(ZoneInfo("Asia/Shanghai")) - timedelta(hours=6)
        self.id = ""
        self.live = False  # from the review on, acts are recorded as they happen: the form's own time stands

    def minute(self, minutes: int = 5) -> str:
        """The next point in time, as the browser's field wants it."""
        self.clock += timedelta(minutes=minutes)
        return self.clock.strftime("%Y-%m-%dT%H:%M")

    def record(self, act: str, fields: dict[str, Any], *, lasts: int = 0, video: bool = False, look: str = "", ok: bool = True) -> None:
        """Fill the form of an act and send it; with `ok` the act must be on the record afterwards."""
        desk = self.desk
        desk.go(f"/desk/cases/{self.id}/acts/{act}/")
        values = dict(fields)
        if not self.live:
            begin = values["at"] = self.minute()
        if lasts and not self.live:
            values["until"] = self.minute(lasts)
        if video and not self.live:
            end = (self.clock + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M")
            start = (datetime.fromisoformat(begin) - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M")
            values |= {"rec-0-kind": "video", "rec-0-begin": start, "rec-0-end": end, "rec-0-device": "yx-cg-cam1"}
        desk.fill(values)
        if look:
            desk.look(f"{look}-form")
        desk.submit()
        if ok:
            assert f"/acts/{act}/" not in desk.page.url, desk.text()
            assert "已记入第" in desk.text(), desk.text()[:400]

    def identity(self) -> None:
        self.record("identity_shown", {"by": OFFICERS, "data-certificates": "99010001\n99010002"})

    def serve(self, document: str, *, also: tuple[str, ...] = (), look: str = "") -> None:
        self.identity()
        papers = {f"document-{paper}": True for paper in ("service_receipt", *also)}
        fields = {"by": OFFICERS, "data-document": document, "data-method": "direct", **papers, **SIGNED, "signed-served": True}
        self.record("document_served", fields, video=True, look=look)


@pytest.fixture
def desk(browser: Any, site: str) -> Any:
    desk = Desk(browser, site, ARTEFACTS / "one-case")
    yield desk
    assert desk.console == []
    desk.close()


def test_one_case_from_lead_to_public_page(desk: Desk) -> None:
    case = Case(desk)
    desk.go("/sign-in")
    desk.look("sign-in")
    desk.sign_in("zhoumin")
    desk.look("workbench")

    file_case(case)
    investigate(case)
    refused_without_review(case)
    review(case)
    decide(case)
    case.desk.sign_in("zhoumin")
    case.serve("decision", also=("credit_repair_notice",), look="service")
    publish(case)
    finish(case)
    as_a_citizen(case)


def file_case(case: Case) -> None:
    desk = case.desk
    desk.go("/desk/cases/new")
    desk.fill(
        {
            "at": case.minute(),
            "by": OFFICERS,
            "power": "99-CG-CF-001",
            "data-case.title": "擅自占用城市道路搭建围挡案",
            "data-source": "inspection",
            "data-violation.place": "云溪区澄江路 18 号门前",
            "data-violation.facts": "占用人行道搭建围挡约 58 平方米，未办理占用许可。",
            "data-violation.ended_on": case.clock.strftime("%Y-%m-%d"),
            "data-party.kind": "organisation",
            "data-party.name": "晴川置业有限公司",
            "data-party.code": "91000000EXAMPLE099",
            "data-party.address": "云溪区澄江路 18 号",
            "data-party.legal_rep": "褚云帆",
            "data-approver": "p-xuming",
            "data-urgent": "false",
            "data-party.minor": "false",
            "data-law_basis": "中华人民共和国行政处罚法第五十七条\n城市道路管理条例第四十二条",
            "document-filing_approval": True,
        }
    )
    desk.look("file-form")
    desk.submit()
    case.id = desk.case_id()
    assert "晴川置业有限公司" in desk.text()
    assert re.search(r"云城管立〔\d{4}〕\d+号", desk.page.inner_text("body"))
    desk.look("case-filed")


def investigate(case: Case) -> None:
    case.identity()
    rights = {"data-rights": ["statement", "defence", "recusal", "hearing"], "document-rights_notice": True, "signed-served": True}
    case.record("rights_informed", {"by": OFFICERS, **rights, **SIGNED})
    case.record(
        "site_inspected", {"by": OFFICERS, "document-site_inspection_record": True, **SIGNED}, lasts=30, video=True, look="inspection"
    )
    case.record("inquiry_made", {"by": OFFICERS, "document-inquiry_record": True, **SIGNED}, lasts=20)
    case.record("evidence_verified", {"by": OFFICERS, "data-evidence_kind": "勘验笔录和现场笔录\n当事人陈述"})
    conclusion = {"data-penalty.kinds": ["fine"], "data-penalty.fine": "60000", "data-penalty.confiscated": "0"}
    case.record("investigation_concluded", {"by": OFFICERS, **conclusion, "document-investigation_report": True})
    proposal = {"data-penalty.kinds": ["fine"], "data-penalty.fine": "60000", "data-hearing.entitled": "false"}
    rights = {"data-rights": ["statement", "defence"], "document-penalty_notice": True}
    case.record("penalty_proposed", {"by": OFFICERS, **proposal, **rights}, look="notice")
    case.serve("penalty_notice")
    case.record("defence_waived", {"document-waiver_record": True})


def decision_fields() -> dict[str, Any]:
    return {
        "by": ["p-xuming"],
        "data-penalty.kinds": ["fine"],
        "data-penalty.fine": "60000",
        "data-penalty.confiscated": "0",
        "data-law_basis": "中华人民共和国行政处罚法第五十七条\n城市道路管理条例第四十二条",
        "document-decision": True,
    }


def refused_without_review(case: Case) -> None:
    """The head tries to decide at once: what, why with the article, and what to do, on the page."""
    desk = case.desk
    desk.sign_in("xuming")
    desk.go(f"/desk/cases/{case.id}/")
    blocked = desk.page.locator("section", has_text="现在不能办").last.inner_text()
    assert "作出决定" in blocked
    case.record("decision_made", decision_fields(), ok=False)
    told = desk.text()
    assert "未经法制审核或者审核未通过的，不得作出" in told
    assert "云溪区重大行政执法决定法制审核办法第三条" in told
    assert "送本机关法制机构审核" in told
    assert desk.page.locator('[name="data-penalty.fine"]').input_value() == "60000", "what was typed stays"
    desk.look("decision-refused")


def review(case: Case) -> None:
    desk = case.desk
    desk.sign_in("zhoumin")
    desk.go(f"/desk/review/cases/{case.id}/submit")
    desk.fill({"at": case.minute(), "document-draft_decision": True, "document-evidence_list": True})
    desk.look("submit-review")
    desk.submit()
    assert "已记入第" in desk.text()
    desk.sign_in("sunlan")
    desk.go("/desk/review/")
    assert "晴川置业有限公司" in desk.text()
    desk.look("review-queue")
    desk.go(f"/desk/review/cases/{case.id}/")
    for one in desk.page.locator("main input[type=radio][value=ok]").all():
        one.check()
    desk.fill({"item-other": "not_applicable", "outcome": "review_passed", "opinion": "事实清楚，证据确凿，适用依据正确，程序合法，同意。"})
    desk.look("review-page")
    desk.submit()
    assert "审核同意" in desk.text()
    case.live = True


def decide(case: Case) -> None:
    desk = case.desk
    desk.sign_in("xuming")
    case.record(
        "discussion_held",
        {"by": LEADERS, "data-attendees": LEADERS, "data-conclusion": "一致同意罚款六万元。", "document-discussion_record": True},
        lasts=20,
    )
    case.record(
        "decision_approved", {"by": ["p-xuming"], "data-approver": "p-xuming", "data-opinion": "同意", "document-decision_approval": True}
    )
    case.record("decision_made", decision_fields(), look="decision")
    assert re.search(r"云城管罚决〔\d{4}〕\d+号", desk.text())
    desk.look("decision-made")


def publish(case: Case) -> None:
    """The clerk drafts what will be public, another person approves it, the clerk publishes it."""
    desk = case.desk
    desk.sign_in("fangqing")
    desk.go("/desk/disclosure/")
    assert "擅自占用城市道路搭建围挡案" in desk.text()
    desk.look("to-publish")
    publish_draft(case, "decision")
    case.record("credit_reported", {"by": ["p-fangqing"]})


def publish_draft(case: Case, what: str) -> None:
    desk = case.desk
    query = "" if what == "decision" else f"?what={what}"
    desk.go(f"/desk/disclosure/cases/{case.id}/{query}")
    desk.look(f"draft-{what}")
    desk.submit()
    draft = desk.page.url
    desk.sign_in("xuming")
    desk.page.goto(draft)
    desk.look(f"approve-{what}")
    press(desk, "核发")
    assert "已核发" in desk.text()
    desk.sign_in("fangqing")
    desk.page.goto(f"{draft.rstrip('/')}/publish")
    desk.look(f"publish-{what}")
    press(desk, "发布")
    assert "已发布" in desk.text()


def press(desk: Desk, word: str) -> None:
    with desk.page.expect_navigation():
        desk.page.get_by_role("main").get_by_role("button", name=word, exact=True).click()


def finish(case: Case) -> None:
    """Performance, its publication, closing, archive."""
    desk = case.desk
    desk.sign_in("zhoumin")
    case.record("performance_recorded", {"by": OFFICERS, "data-performed": "true", "document-payment_receipt": True})
    desk.sign_in("fangqing")
    publish_draft(case, "performance")
    desk.sign_in("zhoumin")
    case.record("case_closed", {"by": OFFICERS, "data-approver": "p-xuming", "data-outcome": "执行完毕", "document-closing_approval": True})
    desk.sign_in("lurou")
    case.record("case_archived", {"by": ["p-lurou"], "data-retention_years": "30", "document-file_index": True}, look="archive")
    desk.look("archived")


def verdict_on(desk: Desk, paper: Path) -> str:
    """What the visitor's own browser says of a file, which it does not upload."""
    desk.page.set_input_files("#file", str(paper))
    desk.page.wait_for_selector("[data-verdict]")
    return str(desk.page.get_attribute("[data-verdict]", "data-verdict"))


def as_a_citizen(case: Case) -> None:
    """Without sign-in: find the decision, read it, verify it."""
    desk = case.desk
    desk.context.clear_cookies()
    desk.go("/")
    desk.look("portal-home")
    desk.page.fill("main [name=q]", "晴川置业")
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_url("**/search**")
    desk.look("portal-search")
    desk.page.locator('main a[href^="/p/"]').first.click()
    desk.page.wait_for_url("**/p/**")
    desk.page.reload()
    told = desk.text()
    assert "罚款60000元" in told.replace(" ", "")
    assert "未被改动" in told
    assert "褚云帆" in told or "法定代表人" in told
    desk.look("portal-decision")
    with desk.page.expect_download() as got:
        desk.page.evaluate(
            "() => { const a = document.querySelector('main a[href$=\"document.pdf\"]'); a.setAttribute('download', ''); a.click(); }"
        )
    paper = desk.folder / "public-decision.pdf"
    got.value.save_as(paper)
    desk.go("/verify")
    assert verdict_on(desk, paper) == "proved"
    desk.look("portal-verified")
    altered = desk.folder / "altered.pdf"
    altered.write_bytes(paper.read_bytes().replace(b"%PDF-1.7", b"%PDF-1.6", 1))
    desk.go("/verify")
    assert verdict_on(desk, altered) in {"differs", "unknown"}
    desk.look("portal-altered")
