"""One penalty case in the browser, from lead to public page: refused where the law refuses, on the record, and verified by a stranger."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
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

    def minute(self, minutes: int = 5) -> str:
        """The next point in time, as the browser's field wants it."""
        self.clock += timedelta(minutes=minutes)
        return self.clock.strftime("%Y-%m-%dT%H:%M")

    def record(self, act: str, fields: dict[str, Any], *, lasts: int = 0, video: bool = False, look: str = "", ok: bool = True) -> None:
        """Fill the form of an act and send it; with `ok` the act must be on the record afterwards."""
        desk = self.desk
        desk.go(f"/work/cases/{self.id}/acts/{act}/")
        begin = self.minute()
        values = {"at": begin, **fields}
        if lasts:
            values["until"] = self.minute(lasts)
        if video:
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
    desk.go("/work/cases/new")
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
    case.record("defence_waived", {"other_document": "waiver_record"})


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
    desk.go(f"/work/cases/{case.id}/")
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
    papers = {f"document-{one}": True for one in ("review_submission", "draft_decision", "evidence_list", "investigation_report")}
    case.record("review_submitted", {"by": OFFICERS, **papers}, look="submit-review")
    desk.sign_in("sunlan")
    desk.go("/work/review/")
    assert "晴川置业有限公司" in desk.text()
    desk.look("review-queue")
    desk.go(f"/work/review/{case.id}/")
    desk.look("review-page")
    for one in desk.page.locator("main input[type=radio][value=ok]").all():
        one.check()
    desk.fill({"at": case.minute(), "data-opinion": "事实清楚，证据确凿，适用依据正确，程序合法，同意。"})
    with desk.page.expect_navigation():
        desk.page.get_by_role("button", name=re.compile("同意")).first.click()
    desk.go(f"/work/cases/{case.id}/")
    assert "审核同意" in desk.text()


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
    desk = case.desk
    desk.sign_in("fangqing")
    desk.go("/work/disclosure/")
    assert "晴川置业有限公司" in desk.text()
    desk.look("to-publish")


def finish(case: Case) -> None:
    """Performance, its publication, closing, archive."""


def as_a_citizen(case: Case) -> None:
    """Without sign-in: find the decision, read it, verify it."""
