"""Withholding and withdrawal: the clerk puts it up, a leader decides with the own account, and only that is an act."""

from __future__ import annotations

from uuid import uuid4

import pytest

from xiezhi.apps.accounts import signing
from xiezhi.apps.accounts.models import User
from xiezhi.apps.accounts.permissions import Forbidden
from xiezhi.apps.disclosure import queries, service
from xiezhi.apps.disclosure.errors import DisclosureError, LeakError
from xiezhi.apps.disclosure.models import ApprovalRequest, OwedPublication, Publication
from xiezhi.apps.record import queries as record
from xiezhi.site import clock

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

REASON = "当事人未满十八周岁。"


@pytest.fixture
def clerk(house) -> User:
    return User.objects.get(username="fangqing")


@pytest.fixture
def head(house) -> User:
    return User.objects.get(username="xuming")


@pytest.fixture
def asked(house, clerk) -> ApprovalRequest:
    return service.ask_to_withhold(clerk, house.minor_owed, clock.now(), ground="minor", reason=REASON)


def acts(case: str, kind: str) -> list:
    return [entry for entry in record.history(case) if entry.kind == kind]


def test_putting_up_needs_a_ground_of_the_pack_and_a_reason_and_is_no_act(house, clerk):
    for ground, reason, told in (("inconvenient", REASON, "列出的理由"), ("minor", " ", "写明")):
        with pytest.raises(DisclosureError, match=told):
            service.ask_to_withhold(clerk, house.minor_owed, clock.now(), ground=ground, reason=reason)
    before = len(record.history(house.minor_owed))
    service.ask_to_withhold(clerk, house.minor_owed, clock.now(), ground="minor", reason=REASON)
    assert len(record.history(house.minor_owed)) == before
    assert not Publication.objects.filter(case=house.minor_owed).exists()
    with pytest.raises(DisclosureError, match="已经呈批"):
        service.ask_to_withhold(clerk, house.minor_owed, clock.now(), ground="minor", reason="再呈一次")


def test_only_the_leaders_own_approval_records_it_with_the_leader_as_approver(house, clerk, head, asked):
    with pytest.raises(Forbidden, match="另一位负责人"):
        service.grant(clerk, asked.pk, uuid4(), clock.now())
    assert acts(house.minor_owed, "result_withheld") == []
    act = uuid4()
    for _ in range(2):  # a second click
        assert service.grant(head, asked.pk, act, clock.now()).entry
    (entry,) = acts(house.minor_owed, "result_withheld")
    assert (entry.body["by"], entry.body["entered_by"]) == ([clerk.person_id], head.person_id)
    assert entry.body["data"] == {"approver": head.person_id, "reason": REASON, "withheld": {"grounds": ["minor"]}}
    row = Publication.objects.get(case=house.minor_owed)
    assert (row.state, row.grounds, row.party, row.facts, row.title) == ("withheld", ["minor"], "", "", "")
    assert not OwedPublication.objects.filter(case=house.minor_owed, expect="result_published").exists()
    with pytest.raises(DisclosureError, match="已批准"):
        service.grant(head, asked.pk, uuid4(), clock.now())


def test_who_is_not_registered_as_a_leader_approves_nothing(house, head, asked):
    head.person.roles = ["officer"]
    for call in (
        lambda: service.grant(head, asked.pk, uuid4(), clock.now()),
        lambda: service.refuse(head, asked.pk, "不行", clock.now()),
    ):
        with pytest.raises(Forbidden, match="没有登记您是"):
            call()
    with pytest.raises(Forbidden, match="不能直接记入"):
        signing.require_own_hand(head, "result_withheld", [head.person_id])
    other = User.objects.get(username="shenyi")
    with pytest.raises(Forbidden):
        service.grant(other, asked.pk, uuid4(), clock.now())


def test_sent_back_with_a_reason_it_may_be_put_up_again(house, clerk, head, asked):
    with pytest.raises(DisclosureError, match="写明理由"):
        service.refuse(head, asked.pk, " ", clock.now())
    service.refuse(head, asked.pk, "先核对出生日期。", clock.now())
    with pytest.raises(DisclosureError, match="已退回"):
        service.grant(head, asked.pk, uuid4(), clock.now())
    again = service.ask_to_withhold(clerk, house.minor_owed, clock.now(), ground="minor", reason="身份证载明十六岁。")
    assert [row.pk for row in queries.requests(head)] == [again.pk]
    with pytest.raises(DisclosureError, match="自己撤下"):
        service.take_back(head, again.pk)
    service.take_back(clerk, again.pk)
    assert queries.requests(head) == []
    assert acts(house.minor_owed, "result_withheld") == []


def test_a_withdrawal_is_put_up_with_a_public_reason_and_leaves_the_page(house, clerk, head, client):
    row = Publication.objects.get(case=house.performed)
    with pytest.raises(DisclosureError, match="理由"):
        service.ask_to_withdraw(clerk, row.id, "", clock.now())
    asked = service.ask_to_withdraw(clerk, row.id, "决定被区人民政府撤销。", clock.now())
    assert row.party in client.get(f"/p/{row.id}").content.decode()
    ApprovalRequest.objects.filter(pk=asked.pk).update(reason="请致电13811112222。")
    with pytest.raises(LeakError):  # looked through once more when it becomes public
        service.grant(head, asked.pk, uuid4(), clock.now())
    ApprovalRequest.objects.filter(pk=asked.pk).update(reason=asked.reason)
    assert service.grant(head, asked.pk, uuid4(), clock.now()).entry
    (entry,) = acts(house.performed, "publication_withdrawn")
    assert entry.body["data"]["approver"] == head.person_id
    body = client.get(f"/p/{row.id}").content.decode()
    assert "决定被区人民政府撤销。" in body
    assert row.party not in body
    with pytest.raises(DisclosureError, match="已经撤回"):
        service.ask_to_withdraw(clerk, row.id, "再来一次", clock.now())


def test_from_the_clerks_desk_to_the_leaders(house, signed_in):
    client = signed_in("fangqing")
    address = f"/desk/disclosure/cases/{house.minor_owed}/withhold"
    assert "呈负责人批准" in client.get(address).content.decode()
    assert client.post(address, {"ground": "", "reason": REASON}).status_code == 422
    made = client.post(address, {"ground": "minor", "reason": REASON})
    page = made["Location"]
    assert page.startswith("/desk/disclosure/requests/")
    own = client.get(page).content.decode()
    assert "批准不予公示" not in own
    assert "许鸣川" in own
    assert client.post(f"{page}grant", {"act_id": uuid4()}).status_code == 403
    client = signed_in("xuming")
    desk = client.get("/desk/disclosure/").content.decode()
    assert page in desk
    assert "待批" in desk
    assert "批准不予公示" in client.get(page).content.decode()
    assert client.post(f"{page}return", {"note": ""}).status_code == 422
    assert client.post(f"{page}grant", {"act_id": uuid4()})["Location"] == "/desk/disclosure/"
    assert len(acts(house.minor_owed, "result_withheld")) == 1
    assert page not in client.get("/desk/disclosure/").content.decode()


@pytest.mark.parametrize("act", ["result_withheld", "publication_withdrawn"])
@pytest.mark.parametrize("username", ["fangqing", "xuming"])
def test_no_bare_form_of_any_case_records_them(house, signed_in, act, username):
    client = signed_in(username)
    for case in (house.open, house.firm_owed, house.performed, house.withdrawn):
        before = len(record.history(case))
        for answer in (client.get(f"/desk/cases/{case}/acts/{act}/"), client.post(f"/desk/cases/{case}/acts/{act}/", {"id": uuid4()})):
            assert answer.status_code == 302
            assert answer["Location"].startswith("/desk/disclosure/")
            assert client.get(answer["Location"]).status_code == 200
        assert len(record.history(case)) == before


@pytest.mark.parametrize("username", ["xuming", "fangqing"])
def test_who_approves_and_publishes_is_registered_for_it(house, clerk, head, username):
    draft = service.draft(clerk, house.firm_owed, service.propose(house.firm_owed).summary, "summary", clock.now())
    if username == "xuming":
        head.person.roles = ["officer"]
        with pytest.raises(Forbidden, match="没有登记您是"):
            service.approve(head, draft.pk, draft.digest, uuid4(), clock.now())
    else:
        service.approve(head, draft.pk, draft.digest, uuid4(), clock.now())
        clerk.person.roles = ["officer"]
        with pytest.raises(Forbidden, match="没有登记您是公示"):
            service.publish(clerk, draft.pk, uuid4(), clock.now())
