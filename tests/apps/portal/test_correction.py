"""Anybody asks for a correction, keeps a receipt number, and reads the written answer under it."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.test import Client

from xiezhi.apps.accounts.models import User
from xiezhi.apps.accounts.permissions import Forbidden
from xiezhi.apps.disclosure import queries, service
from xiezhi.apps.disclosure.models import CorrectionRequest, Publication
from xiezhi.apps.record import queries as record
from xiezhi.site import clock

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SAID = {"wrong": "当事人名称少写了一个字。", "evidence": "营业执照副本。", "contact": "云溪区某处 9 号，电话13911112222"}


@pytest.fixture
def page(house) -> Publication:
    return Publication.objects.get(case=house.performed)


def asked(client, page, **changes):
    given = {**SAID, "act_id": str(uuid4()), **changes}
    return client.post(f"/p/{page.id}/correction", given)


def test_a_visitor_asks_and_follows_the_receipt(client, page):
    assert "申请更正" in client.get(f"/p/{page.id}").content.decode()
    given = asked(client, page)
    assert given.status_code == 302
    row = CorrectionRequest.objects.get()
    assert given["Location"] == f"/corrections?receipt={row.id}"
    assert (row.case, row.page, row.answered_at) == (page.case, page.id, None)
    shown = client.get(given["Location"])
    assert row.id in shown.content.decode()
    assert "正在核实" in shown.content.decode()
    assert "13911112222" not in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    entry = next(one for one in record.history(page.case) if one.kind == "correction_requested")
    assert entry.body["data"]["wrong"] == SAID["wrong"]
    assert not entry.by


def test_a_second_click_is_one_request(client, page):
    act = str(uuid4())
    assert asked(client, page, act_id=act)["Location"] == asked(client, page, act_id=act)["Location"]
    assert CorrectionRequest.objects.count() == 1


def test_the_form_needs_its_token(page):
    strict = Client(enforce_csrf_checks=True)
    assert asked(strict, page).status_code == 403
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', strict.get(f"/p/{page.id}").content.decode())[1]
    assert asked(strict, page, csrfmiddlewaretoken=token).status_code == 302


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"wrong": " "}, "哪里不准确"),
        ({"contact": ""}, "联系方式"),
        ({"wrong": "长" * 1001}, "最多 1000 字"),
    ],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(client, page, change, told):
    given = asked(client, page, **change)
    assert given.status_code == 422
    assert told in given.content.decode()
    assert SAID["evidence"] in given.content.decode()
    assert not CorrectionRequest.objects.exists()


def test_one_address_asks_ten_times_an_hour(client, page):
    for _ in range(10):
        assert asked(client, page).status_code == 302
    refused = asked(client, page)
    assert refused.status_code == 429
    assert "过一小时" in refused.content.decode()
    assert client.post(f"/p/{page.id}/correction", {**SAID, "act_id": str(uuid4())}, REMOTE_ADDR="203.0.113.9").status_code == 302


def test_a_withdrawn_or_unknown_page_takes_no_request(house, client):
    gone = Publication.objects.get(case=house.withdrawn)
    assert asked(client, gone).status_code == 404
    assert client.post("/p/nothing/correction", SAID).status_code == 404
    assert client.get("/corrections?receipt=GZ-AAAA").status_code == 404
    assert client.get("/corrections").status_code == 200


def test_the_clerk_answers_in_writing_and_the_applicant_reads_it(house, page, signed_in):
    asked(Client(), page)
    row = CorrectionRequest.objects.get()
    client = signed_in("fangqing")
    assert row.id in client.get("/desk/disclosure/").content.decode()
    address = f"/desk/disclosure/corrections/{row.id}/"
    shown = client.get(address).content.decode()
    assert SAID["wrong"] in shown
    assert SAID["contact"] in shown
    assert client.post(address, {"corrected": "no", "reason": " "}).status_code == 422
    assert client.post(address, {"reason": "核实无误"}).status_code == 422
    done = client.post(address, {"corrected": "no", "reason": "经核对营业执照，名称无误。", "act_id": str(uuid4())})
    assert done.status_code == 302
    text = Client().get(f"/corrections?receipt={row.id.lower()}").content.decode()
    assert "不予更正" in text
    assert "经核对营业执照，名称无误。" in text
    assert queries.corrections_to_answer(User.objects.get(username="fangqing")) == []
    answered = next(one for one in record.history(page.case) if one.kind == "correction_answered")
    assert answered.body["data"] == {"corrected": False, "reason": "经核对营业执照，名称无误。", "written": True, "receipt": row.id}
    _book, marking = record.marking(page.case)
    assert {duty.state for duty in marking.duties if "correction_answered" in duty.expect} == {"met"}


def test_only_the_agencys_own_clerk_answers(house, page, signed_in):
    asked(Client(), page)
    row = CorrectionRequest.objects.get()
    assert signed_in("shenyi").get(f"/desk/disclosure/corrections/{row.id}/").status_code == 403
    with pytest.raises(Forbidden):
        service.answer_correction(User.objects.get(username="zhoumin"), row.id, uuid4(), clock.now(), corrected=True, reason="好")
