from __future__ import annotations

import threading
import uuid
from datetime import timedelta

import pytest

from tests.apps.casework.conftest import NOW
from xiezhi.apps.casework.models import CaseFile
from xiezhi.apps.record import queries as record
from xiezhi.apps.registry.models import Party

URL = "/desk/cases/new"


def _form(**more) -> dict:
    base = {
        "id": str(uuid.uuid4()), "rows": "2", "procedure": "penalty", "at": "2026-03-10T09:30", "by": ["zhou", "he"], "power": "CG-001",
        "data-source": "inspection", "data-party.kind": "individual_business", "data-party.name": "青禾建材经营部", "data-party.address": "云溪区星河路 41 号",
        "data-violation.ended_on": "2026-03-09", "data-violation.facts": "堆放砂石约 21.6 平方米", "data-approver": "xu", "data-law_basis": "某条例第十四条",
        "document-filing_approval": "on",
    }  # fmt: skip
    return {**base, **more}


def test_a_case_is_filed_with_its_number_party_and_rows(world, browse, at_ten) -> None:
    answer = browse(world["zhou"]).post(URL, _form())
    assert answer.status_code == 302, answer.content.decode()
    row = CaseFile.objects.get()
    assert answer["Location"] == f"/desk/cases/{row.case}/?recorded=1#n1"
    assert (row.number, row.title, row.party, row.handlers) == (
        "云城管立〔2026〕1号",
        "擅自占用城市道路案",
        "青禾建材经营部",
        ["zhou", "he"],
    )
    [entry] = record.history(row.case)
    assert entry.body["data"]["party"]["minor"] is False
    assert entry.body["data"]["agency"] == {"level": "agency", "sector": "urban_management"}
    party = Party.objects.get()
    assert str(party.id) == entry.body["data"]["party"]["id"]
    assert party.name == "青禾建材经营部"


def test_a_second_click_files_one_case_and_takes_one_number(world, browse, at_ten) -> None:
    client = browse(world["zhou"])
    form = _form()
    first, second = client.post(URL, form), client.post(URL, form)
    assert first["Location"] == second["Location"]
    client.post(URL, _form(sure="twice"))
    assert sorted(CaseFile.objects.values_list("number", flat=True)) == ["云城管立〔2026〕1号", "云城管立〔2026〕2号"]
    assert Party.objects.count() == 2


def test_a_lead_is_registered_first_and_filed_later_with_a_number(world, browse, at_ten) -> None:
    client = browse(world["zhou"])
    answer = client.post(f"{URL}?start=lead", _form(**{"document-lead_record": "on"}))
    assert answer.status_code == 302, answer.content.decode()
    row = CaseFile.objects.get()
    assert (row.number, row.last_act) == ("", "线索登记")
    page = client.get(f"/desk/cases/{row.case}/acts/case_filed/").content.decode()
    assert 'value="青禾建材经营部"' in page
    filed = {"id": str(uuid.uuid4()), "rows": "1", "at": "2026-03-10T09:40", "by": ["zhou", "he"], "data-approver": "xu", "data-source": "inspection",
             "data-party.kind": "individual_business", "data-party.minor": "false", "data-law_basis": "某条例", "data-urgent": "false", "document-filing_approval": "on"}  # fmt: skip
    answer = client.post(f"/desk/cases/{row.case}/acts/case_filed/", filed)
    assert answer.status_code == 302, answer.content.decode()
    assert CaseFile.objects.get().number == "云城管立〔2026〕1号"


def test_a_summary_case_begins_on_the_spot(world, browse, at_ten) -> None:
    client = browse(world["zhou"])
    answer = client.post(f"{URL}?start=spot", _form())
    assert answer.status_code == 302, answer.content.decode()
    row = CaseFile.objects.get()
    assert row.procedure == "penalty_summary"
    assert client.get(f"/desk/cases/{row.case}/").status_code == 200


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"at": "2026-03-11T09:00"}, "将来"),
        ({"at": "2026-02-31T09:00"}, "不存在"),
        ({"power": ""}, "请选择执法事项"),
        ({"power": "other"}, "没有这个事项"),
        ({"data-party.name": ""}, "请填写当事人"),
        ({"data-violation.ended_on": "2026-03-12"}, "晚于本次发生时间"),
        ({"data-party.kind": "citizen", "data-party.birth_date": "2027-01-01"}, "晚于本次发生时间"),
        ({"id": "not-an-id"}, "还不能提交"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_filed(world, browse, at_ten, more, words) -> None:
    answer = browse(world["zhou"]).post(URL, _form(**more))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not CaseFile.objects.exists()
    assert not Party.objects.exists()


def test_a_registered_party_is_found_and_taken_over(world, browse, at_ten) -> None:
    party = Party.objects.create(
        kind="citizen", name="林某某", code="X1", address="云溪区", updated_at=NOW, agency_id=world["zhou"].agency_id
    )
    client = browse(world["zhou"])
    text = client.get(URL, {"pq": "林某"}).content.decode()
    assert f"party={party.id}" in text
    text = client.get(URL, {"party": str(party.id)}).content.decode()
    assert 'value="林某某"' in text
    client.post(
        f"{URL}?party={party.id}",
        _form(**{"party_id": str(party.id), "data-party.kind": "citizen", "data-party.name": "林某某", "data-party.minor": "false"}),
    )
    [entry] = record.history(CaseFile.objects.get().case)
    assert entry.body["data"]["party"]["id"] == str(party.id)
    assert Party.objects.count() == 1


def test_a_citizen_of_another_agency_is_not_found(world, browse, at_ten) -> None:
    party = Party.objects.create(kind="citizen", name="林某某", code="X1", address="云溪区", updated_at=NOW)
    client = browse(world["zhou"])
    assert str(party.id) not in client.get(URL, {"pq": "林某"}).content.decode()
    assert 'value="林某某"' not in client.get(URL, {"party": str(party.id)}).content.decode()


@pytest.mark.parametrize(("who", "status"), [("zhou", 200), ("sun", 403), ("xu", 403), ("watch", 403)])
def test_only_officers_file(world, browse, at_ten, who, status) -> None:
    assert browse(world[who]).get(URL).status_code == status


def test_a_filing_without_approval_is_shown_with_what_lacks(world, browse, at_ten) -> None:
    client = browse(world["zhou"])
    answer = client.post(URL, _form(**{"data-approver": "", "document-filing_approval": "", "sure": "faults"}))
    text = client.get(answer["Location"]).content.decode()
    assert "可能缺件" in text
    assert "立案应当有立案审批表" in text


def test_the_same_case_from_a_page_fetched_anew_is_asked_about_and_filed_only_when_confirmed(world, browse, at_ten) -> None:
    """The browser's Back may fetch the form anew, with another id: the same content within minutes is not filed unasked."""
    client = browse(world["zhou"])
    client.post(URL, _form())
    at_ten(NOW + timedelta(minutes=12))
    answer = client.post(URL, _form(at="2026-03-10T10:11"))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "已经立案：云城管立〔2026〕1号" in text
    assert 'value="青禾建材经营部"' in text
    assert CaseFile.objects.count() == 1
    assert client.post(URL, _form(sure="twice")).status_code == 302
    assert CaseFile.objects.count() == 2


@pytest.mark.parametrize("more", [{"data-violation.facts": "另一处堆放"}, {"data-party.name": "青禾建材二部"}])
def test_another_matter_or_party_is_filed_unasked(world, browse, at_ten, more) -> None:
    client = browse(world["zhou"])
    client.post(URL, _form())
    assert client.post(URL, _form(**more)).status_code == 302


def test_the_same_content_an_hour_later_or_by_a_colleague_is_filed_unasked(world, browse, at_ten) -> None:
    browse(world["zhou"]).post(URL, _form())
    assert browse(world["he"]).post(URL, _form()).status_code == 302
    at_ten(NOW + timedelta(hours=1))
    assert browse(world["zhou"]).post(URL, _form()).status_code == 302


def test_one_officer_or_an_expired_certificate_is_told_before_the_case_is_filed(world, browse, at_ten) -> None:
    from xiezhi.apps.registry.models import Person

    client = browse(world["zhou"])
    text = client.post(URL, _form(by=["zhou"])).content.decode()
    assert "选了 1 人" in text
    assert "行政处罚法第四十二条" in text
    Person.objects.filter(pk="he").update(certificate_to="2026-03-01")
    for start in ("filed", "lead", "spot"):
        answer = client.post(f"{URL}?start={start}", _form())
        assert answer.status_code == 422, start
        assert "何立：执法证 2026-03-01 已过期" in answer.content.decode()
    assert not CaseFile.objects.exists()
    assert client.post(URL, _form(sure="faults")).status_code == 302


def test_what_the_rules_find_in_a_filing_is_told_before_it_is_saved(world, browse, at_ten) -> None:
    answer = browse(world["zhou"]).post(URL, _form(**{"data-approver": "", "document-filing_approval": ""}))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "立案前请核对" in text
    assert "立案应当有立案审批表" in text
    assert not CaseFile.objects.exists()


@pytest.mark.slow
def test_eight_clicks_at_once_file_one_case(world, fresh_database, monkeypatch) -> None:
    from django.db import connections
    from django.test import Client

    from xiezhi.site import clock

    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(minutes=1))
    form, answers = _form(), []

    def click() -> None:
        client = Client()
        client.force_login(world["zhou"], backend="django.contrib.auth.backends.ModelBackend")
        answers.append(client.post(URL, form))
        connections.close_all()

    threads = [threading.Thread(target=click) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [answer.status_code for answer in answers] == [302] * 8
    assert len({answer["Location"] for answer in answers}) == 1
    assert CaseFile.objects.count() == 1
    assert CaseFile.objects.get().number == "云城管立〔2026〕1号"
