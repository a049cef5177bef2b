from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from tests.apps.casework.conftest import NOW, at_ten, browse, filed, perform, world  # noqa: F401 - fixtures of the same world
from xiezhi.apps.record import queries as record
from xiezhi.apps.review.checklist import items_of, suspected_by_item
from xiezhi.core.law.pack import load_pack
from xiezhi.core.procedure.finding import Finding

pytestmark = pytest.mark.django_db

CONCLUSION = {
    "penalty": {"kinds": ["fine"], "fine": 60000, "grave": False},
    "law_basis": ["某条例第十四条"],
    "complex": False, "public_interest": False, "social_impact": False, "significant_rights": True, "crime_suspected": False,
}  # fmt: skip


@pytest.fixture
def submitted(filed, perform):  # noqa: F811
    """A case that was submitted for review yesterday."""

    def make() -> str:
        case = filed()
        at = NOW - timedelta(days=2)
        perform(case, "investigation_concluded", at, data=CONCLUSION, documents=["investigation_report"])
        answer = perform(
            case,
            "review_submitted",
            NOW - timedelta(days=1),
            data={"materials": ["draft_decision"]},
            documents=["draft_decision", "evidence_list", "review_submission"],
        )
        assert hasattr(answer, "act_id"), answer
        return case

    return make


def _opinion(case: str, outcome: str, **more) -> dict:
    form = {"id": str(uuid.uuid4()), "outcome": outcome, "opinion": "事实清楚，程序合法。"}
    for key, _ in items_of(load_pack("demo"), "penalty"):
        form[f"item-{key}"] = "ok"
    return {**form, **more}


def _url(case: str) -> str:
    return f"/desk/review/cases/{case}/"


def test_the_queue_shows_the_case_to_its_reviewer_with_the_limit(world, submitted, browse, at_ten) -> None:  # noqa: F811
    case = submitted()
    text = browse(world["sun"]).get("/desk/review/").content.decode()
    assert _url(case) in text
    assert "个工作日" in text
    assert "擅自占用城市道路堆放建材案" in text


def test_the_queue_of_another_agency_is_empty_with_a_reason(world, submitted, browse, at_ten) -> None:  # noqa: F811
    submitted()
    text = browse(world["wei"]).get("/desk/review/").content.decode()
    assert "现在没有待审核的案件" in text


def test_a_reviewer_agrees_and_the_opinion_is_a_document_of_the_case(world, submitted, browse, at_ten) -> None:  # noqa: F811
    case = submitted()
    client = browse(world["sun"])
    page = client.get(_url(case)).content.decode()
    assert "一、执法主体是否合法" in page
    answer = client.post(_url(case), _opinion(case, "review_passed"))
    assert answer.status_code == 302, answer.content.decode()
    entry = record.history(case)[-1]
    assert entry.kind == "review_passed"
    assert entry.body["by"] == ["sun"]
    assert entry.body["data"]["checklist"]["subject"] == "ok"
    assert entry.act.documents == ("review_opinion",)
    [file] = entry.body["files"]
    assert file["media_type"] == "application/pdf"


def test_a_second_click_leaves_one_opinion(world, submitted, browse, at_ten) -> None:  # noqa: F811
    case = submitted()
    client = browse(world["sun"])
    form = _opinion(case, "review_passed")
    first = client.post(_url(case), form)
    at_ten(NOW + timedelta(seconds=2))
    second = client.post(_url(case), form)
    assert first["Location"] == second["Location"]
    assert [entry.kind for entry in record.history(case)].count("review_passed") == 1
    changed = client.post(_url(case), {**form, "outcome": "review_returned", "reason": "缺材料"})
    assert changed.status_code == 422
    assert "内容与这次不同" in changed.content.decode()


@pytest.mark.parametrize(
    ("outcome", "more", "words"),
    [
        ("review_rejected", {}, "不同意要写明理由"),
        ("review_returned", {}, "请写明退回或者不同意的理由"),
        ("review_passed", {"item-facts": "problem", "note-facts": "面积没有测量"}, "不能同意"),
        ("review_returned", {"item-facts": "problem"}, "写明是什么问题"),
        ("review_passed", {"item-facts": ""}, "还没有审"),
        ("", {}, "请选择审核结论"),
        ("review_passed", {"opinion": ""}, "请填写审核意见"),
    ],
)
def test_an_opinion_that_is_not_whole_is_sent_back(world, submitted, browse, at_ten, outcome, more, words) -> None:  # noqa: F811
    case = submitted()
    answer = browse(world["sun"]).post(_url(case), _opinion(case, outcome, **more))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert record.history(case)[-1].kind == "review_submitted"


def test_a_returned_case_tells_its_problems(world, submitted, browse, at_ten) -> None:  # noqa: F811
    case = submitted()
    form = _opinion(case, "review_returned", **{"item-facts": "problem", "note-facts": "面积没有测量", "reason": "补充测量"})
    assert browse(world["sun"]).post(_url(case), form).status_code == 302
    body = record.history(case)[-1].body
    assert body["data"]["checklist"]["facts"] == "problem"
    assert "面积没有测量" in body["data"]["opinion"]


def test_who_handled_the_case_may_not_review_it(world, filed, perform, browse, at_ten) -> None:  # noqa: F811
    case = filed(by=["zhou", "sun"])
    perform(
        case, "investigation_concluded", NOW - timedelta(days=2), data=CONCLUSION, documents=["investigation_report"], by=["zhou", "sun"]
    )
    perform(case, "review_submitted", NOW - timedelta(days=1), documents=["draft_decision", "evidence_list", "review_submission"])
    answer = browse(world["sun"]).post(_url(case), _opinion(case, "review_passed"))
    assert answer.status_code in {409, 422}
    text = answer.content.decode()
    assert "还不能办" in text
    assert "谁来办" in text
    assert record.history(case)[-1].kind == "review_submitted"


@pytest.mark.parametrize(("who", "status"), [("zhou", 403), ("xu", 403), ("wei", 403), ("sun", 200)])
def test_only_a_reviewer_of_the_agency_reviews(world, submitted, browse, at_ten, who, status) -> None:  # noqa: F811
    assert browse(world[who]).get(_url(submitted())).status_code == status


def test_submitting_fills_in_what_the_file_holds(world, filed, perform, browse, at_ten) -> None:  # noqa: F811
    case = filed()
    perform(case, "investigation_concluded", NOW - timedelta(days=2), data=CONCLUSION, documents=["investigation_report", "evidence_list"])
    client = browse(world["zhou"])
    url = f"/desk/review/cases/{case}/submit"
    text = client.get(url).content.decode()
    assert "调查终结报告" in text
    assert 'value="2026-06-04"' in text
    form = {"id": str(uuid.uuid4()), "rows": "1", "at": "2026-03-10T09:30", "by": ["zhou", "he"], "document-draft_decision": "on",
            "document-evidence_list": "on", "data-statutory_deadline": "2026-06-04", "data-materials": "调查终结报告"}  # fmt: skip
    answer = client.post(url, form)
    assert answer.status_code == 302, answer.content.decode()
    assert record.history(case)[-1].kind == "review_submitted"


def test_findings_stand_under_the_item_that_they_concern() -> None:
    items = [("facts", "事实"), ("evidence", "证据"), ("other", "其他")]
    made = [Finding("c", "violation", kind, "r", (), None, NOW, None, "", "") for kind in ("gap", "data", "conflict")]
    pending = Finding("c", "pending", "late", "r", (), None, NOW, None, "", "")
    found = suspected_by_item([*made, pending], items)
    assert {key: [one.kind for one in rows] for key, rows in found.items()} == {
        "evidence": ["gap"],
        "facts": ["data"],
        "other": ["conflict"],
    }


@pytest.mark.usefixtures("fresh_database")
def test_an_opinion_is_signed_off_in_live_work_where_no_test_holds_a_transaction_open(submitted, browse, at_ten) -> None:  # noqa: F811
    """The number of the opinion wants a transaction: once there was none, and the reviewer met an error page."""
    from django.db import connection

    from xiezhi.apps.accounts.models import User

    case = submitted()
    assert not connection.in_atomic_block
    answer = browse(User.objects.get(username="sun")).post(_url(case), _opinion(case, "review_passed"))
    assert answer.status_code == 302, answer.content.decode()
    entry = record.history(case)[-1]
    assert [file["document"] for file in entry.body["files"]] == ["review_opinion"]


def test_an_account_whose_person_is_no_reviewer_signs_no_opinion(world, submitted, browse, at_ten) -> None:  # noqa: F811
    case = submitted()
    person = world["sun"].person
    person.roles = ["officer"]
    person.save()
    answer = browse(world["sun"]).post(_url(case), _opinion(case, "review_passed"))
    assert answer.status_code == 403
    assert "没有登记您是法制审核人员" in answer.content.decode()
    assert record.history(case)[-1].kind == "review_submitted"


def test_an_opinion_says_who_entered_it(world, submitted, browse, at_ten) -> None:  # noqa: F811
    case = submitted()
    browse(world["sun"]).post(_url(case), _opinion(case, "review_passed"))
    assert record.history(case)[-1].body["entered_by"] == "sun"


def test_after_the_opinion_the_form_is_closed_until_the_next_submission(world, submitted, browse, perform, at_ten) -> None:  # noqa: F811
    case = submitted()
    client = browse(world["sun"])
    first = _opinion(case, "review_returned", reason="补正证据")
    assert client.post(_url(case), first).status_code == 302
    text = client.get(_url(case)).content.decode()
    assert "审核意见已经出具" in text
    assert "孙岚" in text
    assert "补正证据" in text
    assert "签发审核意见" not in text
    before = len(record.history(case))
    answer = client.post(_url(case), _opinion(case, "review_passed"))
    assert answer.status_code == 409
    assert "审核意见已经出具" in answer.content.decode()
    assert client.post(_url(case), first).status_code == 302, "the second click of the same form is answered as the first"
    assert len(record.history(case)) == before
    at_ten(NOW + timedelta(hours=5))
    perform(
        case, "review_submitted", NOW + timedelta(hours=2), documents=["draft_decision", "evidence_list", "review_submission"],
        data={"materials": ["draft_decision"]},
    )  # fmt: skip
    assert "签发审核意见" in client.get(_url(case)).content.decode()
