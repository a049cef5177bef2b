"""待批: one screen with what a head must see, and words instead of a button while the decision is blocked."""

from __future__ import annotations

from datetime import timedelta

from tests.apps.casework.conftest import NOW

CONCLUSION = {
    "penalty": {"kinds": ["fine"], "fine": 60000, "grave": False},
    "violation": {"facts": "占用人行道堆放建材。"},
    "law_basis": ["某条例第十四条"],
    "complex": False, "public_interest": False, "social_impact": False, "significant_rights": True, "crime_suspected": False,
}  # fmt: skip


def _url(case: str, act: str) -> str:
    return f"/desk/cases/{case}/acts/{act}/approve"


def _concluded(filed, perform) -> str:
    case = filed()
    perform(case, "investigation_concluded", NOW - timedelta(days=2), data=CONCLUSION, documents=["investigation_report"])
    return case


def test_while_blocked_the_screen_says_why_and_has_no_button(world, filed, perform, browse, at_ten) -> None:
    case = _concluded(filed, perform)
    text = browse(world["xu"]).get(_url(case, "decision_made")).content.decode()
    assert "占用人行道堆放建材" in text
    assert "60,000" in text or "60000" in text or "6 万" in text
    assert "还没有审核意见" in text
    assert "现在还不能办：作出决定" in text
    assert "怎样解除" in text
    assert f'href="/desk/cases/{case}/acts/decision_made/"' not in text


def test_a_refusing_review_is_shown_in_full_and_as_dissent(world, filed, perform, browse, at_ten) -> None:
    case = _concluded(filed, perform)
    papers = ["draft_decision", "evidence_list", "review_submission"]
    answer = perform(case, "review_submitted", NOW - timedelta(days=1), data={"materials": ["draft_decision"]}, documents=papers)
    assert hasattr(answer, "act_id"), answer
    data = {"opinion": "证据不足以认定面积。", "reason": "勘验笔录缺签名。", "checklist": {"facts": "problem"}}
    answer = perform(case, "review_rejected", NOW - timedelta(hours=20), by=["sun"], data=data, documents=["review_opinion"])
    text = browse(world["xu"]).get(_url(case, "decision_made")).content.decode()
    if not hasattr(answer, "act_id"):
        raise AssertionError(answer)
    assert "证据不足以认定面积" in text
    assert text.count("勘验笔录缺签名") == 2
    assert "孙岚" in text


def test_only_decisions_have_the_screen_and_only_who_may_decide_sees_it(world, filed, browse, at_ten) -> None:
    case = filed()
    assert browse(world["xu"]).get(_url(case, "inquiry_made")).status_code == 404
    assert browse(world["zhou"]).get(_url(case, "decision_approved")).status_code == 403
    assert browse(world["sun"]).get(_url(case, "decision_made")).status_code == 403


def test_what_waits_for_the_heads_approval_stands_on_the_workbench(world, filed, perform, browse, at_ten) -> None:
    case = _concluded(filed, perform)
    approve = f'href="{_url(case, "decision_approved")}"'
    text = browse(world["xu"]).get("/desk/").content.decode()
    assert "待批" in text
    assert approve not in text, "nothing was proposed and nothing reviewed"
    proposal = {"penalty": {"kinds": ["fine"], "fine": 60000}, "rights": ["statement", "defence", "hearing"], "hearing": {"entitled": True}}
    perform(case, "penalty_proposed", NOW - timedelta(days=1, hours=20), data=proposal, documents=["penalty_notice"])
    perform(
        case, "document_served", NOW - timedelta(days=1, hours=19), data={"document": "penalty_notice", "method": "direct"},
        documents=["service_receipt"], signed={"party": "signed", "served": True},
    )  # fmt: skip
    perform(case, "defence_waived", NOW - timedelta(days=1, hours=18), documents=["waiver_record"])
    papers = ["draft_decision", "evidence_list", "review_submission"]
    perform(case, "review_submitted", NOW - timedelta(days=1), data={"materials": ["draft_decision"]}, documents=papers)
    assert approve not in browse(world["xu"]).get("/desk/").content.decode(), "the review is not done"
    passed = {"opinion": "同意。", "checklist": {"facts": "ok"}, "review_of": "decision"}
    answer = perform(case, "review_passed", NOW - timedelta(hours=20), by=["sun"], data=passed, documents=["review_opinion"])
    assert hasattr(answer, "act_id"), answer
    assert approve not in browse(world["xu"]).get("/desk/").content.decode(), "a hearing may still be asked for"
    at_ten(NOW + timedelta(days=12))
    assert approve in browse(world["xu"]).get("/desk/").content.decode()
    assert "待批" not in browse(world["zhou"]).get("/desk/").content.decode()
    answer = perform(case, "decision_approved", NOW + timedelta(days=11), by=["xu"], data={"approver": "xu"})
    assert hasattr(answer, "act_id"), answer
    assert approve not in browse(world["xu"]).get("/desk/").content.decode()


def test_the_list_of_acts_begins_with_the_usual_next_ones_and_ends_with_what_was_passed(world, filed, perform, browse, at_ten) -> None:
    case = _concluded(filed, perform)
    text = browse(world["zhou"]).get(f"/desk/cases/{case}/acts/").content.decode()
    usual, near, passed, blocked = (text.index(words) for words in ("通常的下一步", "这一阶段和以后", "已经过去的阶段", 'id="blocked"'))
    assert usual < near < passed < blocked
    assert "<details" in text[near:passed], "what was passed is folded away"
    addresses = [part.split('"')[0] for part in text.split(f'href="/desk/cases/{case}/acts/')[1:]]
    shown = [one for one in addresses if one]
    assert len(shown) == len(set(shown)), "no act is offered twice"
