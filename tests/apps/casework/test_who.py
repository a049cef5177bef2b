"""Who enters, who signs, who agrees: an account acts for its own person, and nobody rewrites what another office did."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest

from tests.apps.casework.conftest import NOW, filed_line
from tests.apps.casework.test_acts import INQUIRY, _form, _url
from xiezhi.apps.accounts.permissions import Forbidden
from xiezhi.apps.accounts.signing import require_own_hand
from xiezhi.apps.casework import service
from xiezhi.apps.record import queries as record

CORRECTION = {"at": "2026-03-09T14:00", "data-place": "当事人住所", "reason": "笔误", "approver": "xu"}


def _correction(**more) -> dict:
    return {"id": str(uuid.uuid4()), **CORRECTION, **more}


@pytest.fixture
def inquired(world, filed, browse, at_ten):
    """A case with an inquiry by the officer zhou; the address at which it is corrected."""
    case = filed()
    browse(world["zhou"]).post(_url(case, "inquiry_made"), _form(**INQUIRY))
    return case, f"/desk/cases/{case}/entries/{record.history(case)[-1].id}/correct"


@pytest.mark.parametrize("who", ["sun", "xu", "lin"])
def test_who_may_not_record_an_act_may_not_rewrite_it(world, inquired, browse, who) -> None:
    case, url = inquired
    client = browse(world[who])
    assert client.get(url).status_code == 403
    assert client.post(url, _correction()).status_code == 403
    assert url not in client.get(f"/desk/cases/{case}/").content.decode()
    assert len(record.history(case)) == 2


@pytest.mark.parametrize("approver", ["zhou", "he", "sun", "wei", "nobody"])
def test_a_leader_of_the_agency_agrees_to_a_correction(world, inquired, browse, approver) -> None:
    case, url = inquired
    answer = browse(world["zhou"]).post(url, _correction(approver=approver))
    assert answer.status_code == 422
    assert "要是本机关负责人" in answer.content.decode()
    assert len(record.history(case)) == 2


def test_a_leader_does_not_agree_to_a_correction_of_ones_own(world, inquired, browse) -> None:
    case, url = inquired
    person = world["zhou"].person
    person.roles = ["officer", "leader"]
    person.save()
    answer = browse(world["zhou"]).post(url, _correction(approver="zhou"))
    assert answer.status_code == 422
    assert "不是写更正的人" in answer.content.decode()
    assert len(record.history(case)) == 2


def test_what_was_published_is_updated_or_withdrawn_not_corrected(world, inquired, browse, monkeypatch) -> None:
    from xiezhi.apps.casework.views import case as case_view
    from xiezhi.apps.casework.views import later
    from xiezhi.apps.record.service import uncorrectable

    # The refusal hangs on the kind of act alone; a whole case up to publication is walked in tests/e2e.
    public = {"inquiry_made": uncorrectable("result_published")}
    for module in (later, case_view):
        monkeypatch.setattr(module, "uncorrectable", lambda kind: public.get(kind, ""))
    case, url = inquired
    answer = browse(world["zhou"]).get(url)
    assert answer.status_code == 403
    assert "办理更新" in answer.content.decode()
    page = browse(world["zhou"]).get(f"/desk/cases/{case}/").content.decode()
    assert url not in page
    assert url.replace("/correct", "/attach") in page


def test_the_record_says_who_entered_an_act_whoever_acted(world, filed, browse, at_ten) -> None:
    case = filed()
    client = browse(world["zhou"])
    client.post(_url(case, "inquiry_made"), _form(**{**INQUIRY, "by": ["he"]}))
    entry = record.history(case)[-1]
    assert (entry.body["by"], entry.body["entered_by"]) == (["he"], "zhou")
    client.post(f"/desk/cases/{case}/entries/{entry.id}/correct", _correction())
    client.post(
        f"/desk/cases/{case}/entries/{entry.id}/attach",
        {"id": str(uuid.uuid4()), "what_kind": "document", "document": "evidence_list", "paper": "on"},
    )
    assert [one.body.get("entered_by") for one in record.history(case)] == [None, "zhou", "zhou", "zhou"]
    text = client.get(f"/desk/cases/{case}/entries/{entry.id}/").content.decode()
    assert "录入人" in text
    assert "周敏" in text


def test_an_account_without_a_person_records_nothing(world, filed, browse, at_ten) -> None:
    from xiezhi.apps.accounts.models import User

    case = filed()
    nobody = User.objects.create(username="nobody", agency=world.agency, roles=["officer"])
    answer = browse(nobody).post(_url(case, "inquiry_made"), _form(**INQUIRY))
    assert answer.status_code == 403
    assert "没有对应的人员" in answer.content.decode()
    assert len(record.history(case)) == 1


@pytest.mark.parametrize("by", [["sun"], []])
def test_nobody_signs_a_decision_as_another(world, filed, browse, at_ten, by) -> None:
    case = filed()
    answer = browse(world["xu"]).post(_url(case, "decision_made"), _form(at="2026-03-10T09:00", by=by))
    assert answer.status_code == 422
    assert "自己的账号签署" in answer.content.decode()
    assert len(record.history(case)) == 1


@pytest.mark.parametrize(
    ("who", "act", "by", "words"),
    [
        ("sun", "review_passed", ["zhou"], "不能签别人的名字"),
        ("xu", "decision_approved", ["he"], "不能签别人的名字"),
        ("lin", "result_published", ["xu"], "不能签别人的名字"),
        ("zhou", "review_passed", ["zhou"], "由法制审核人员签署"),
        ("sun", "decision_approved", ["sun"], "由机关负责人"),
        ("watch", "decision_approved", ["xu"], "没有对应的人员"),
        ("sun", "review_passed", ["sun"], ""),
        ("xu", "decision_approved", ["xu"], ""),
        ("zhou", "decision_made", ["zhou", "he"], ""),
        ("sun", "review_extended", ["xu"], ""),  # the leader's act, which the reviewer enters
        ("zhou", "inquiry_made", ["he"], ""),
    ],
)
def test_who_signs_is_the_accounts_own_person_in_a_role_that_signs(world, who, act, by, words) -> None:
    if not words:
        require_own_hand(world[who], act, by)
        return
    with pytest.raises(Forbidden) as refused:
        require_own_hand(world[who], act, by)
    assert words in refused.value.message_zh


def test_the_number_is_of_the_year_of_the_act_however_late_it_is_entered(world, browse, at_ten) -> None:
    at_new_year = datetime(2025, 12, 31, 10, 0, tzinfo=UTC)
    case = uuid.uuid4()
    line = filed_line(str(case), at_new_year)
    del line["data"]["case"]["number"]
    service.perform(line, case, NOW)
    assert record.history(str(case))[0].body["data"]["case"]["number"] == "云城管立〔2025〕1号"
