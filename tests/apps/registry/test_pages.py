from __future__ import annotations

import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from xiezhi.apps.registry import queries, service
from xiezhi.apps.registry.models import Agency, CalendarYear, Party, Person, Power

PERSON = {
    "id": "yx-o9", "name": "何立", "agency": "yx-cg", "roles": ["officer"], "certificate_no": "00000000109",
    "certificate_status": "valid", "certificate_from": "2024-01-01", "certificate_to": "2028-12-31", "legal_qualification": "unknown",
}  # fmt: skip
LISTS = ["agencies", "people", "powers", "parties", "calendar"]


@pytest.mark.parametrize("name", LISTS)
def test_a_visitor_is_sent_to_sign_in(client, db, name):
    address = reverse(f"registry:{name}")
    assert client.get(address)["Location"] == f"/sign-in?next={address}"


@pytest.mark.parametrize("name", LISTS)
def test_an_officer_reads_every_list_even_an_empty_one(client, sign_in, name):
    sign_in("officer")
    answer = client.get(reverse(f"registry:{name}"))
    assert answer.status_code == 200
    assert 'aria-current="page"' in answer.content.decode()


def test_an_administrator_does_not_see_parties(client, sign_in):
    sign_in("administrator")
    answer = client.get(reverse("registry:parties"))
    assert answer.status_code == 403
    assert "您的角色（管理员）不能办“查看当事人（公民限本机关登记的）”" in answer.content.decode()
    assert reverse("registry:parties") not in client.get(reverse("registry:agencies")).content.decode()


@pytest.mark.parametrize("name", ["new_agency", "new_person", "new_power"])
def test_only_an_administrator_writes(client, sign_in, name):
    sign_in("officer", "head", "supervisor")
    assert client.get(reverse(f"registry:{name}")).status_code == 403
    assert client.post(reverse(f"registry:{name}"), PERSON).status_code == 403
    assert Person.objects.count() == 0


def test_an_administrator_registers_an_officer(client, sign_in):
    sign_in("administrator")
    answer = client.post(reverse("registry:new_person"), PERSON)
    assert answer["Location"] == "/desk/registry/people/yx-o9/"
    assert Person.objects.get().roles == ["officer"]
    assert "已保存：何立。" in client.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"certificate_to": "2023-12-31"}, "certificate_to", "有效期止早于有效期起"),
        ({"auxiliary": "on"}, "auxiliary", "辅助人员不能有执法证"),
        ({"certificate_status": ""}, "certificate_status", "有证号就要有证件状态"),
        ({"certificate_from": ""}, "certificate_from", "起止日期"),
        ({"certificate_from": "2024-02-30"}, "certificate_from", "写得不对"),
        ({"id": "何立"}, "id", "小写字母"),
        ({"id": "yx-o1"}, "id", "已经有了"),
        ({"certificate_no": "00000000101"}, "certificate_no", "别人名下"),
        ({"name": ""}, "name", "请填姓名"),
        ({"agency": "none"}, "agency", "选择一个有效的选项"),
    ],
)
def test_a_wrong_field_is_said_at_the_field_and_above(client, sign_in, officer, change, field, words):
    sign_in("administrator")
    answer = client.post(reverse("registry:new_person"), PERSON | change)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count(words) >= 2, "once in the summary, once at the field"
    assert f'href="#id_{field}"' in page
    assert "还不能提交，有 1 处要改" in page
    assert f'id="id_{field}_error"' in page
    assert Person.objects.count() == 1


def test_an_id_is_never_changed(client, sign_in, officer):
    sign_in("administrator")
    client.post(reverse("registry:edit_person", args=["yx-o1"]), PERSON | {"id": "other", "post": "队长"})
    assert list(Person.objects.values_list("id", "post")) == [("yx-o1", "队长")]


def test_a_role_that_the_form_does_not_offer_is_kept(client, sign_in, agency):
    service.save_person("yx-l1", name="许鸣", agency=agency, roles=["leader", "witness"])
    sign_in("administrator")
    form = {"name": "许鸣", "agency": "yx-cg", "roles": ["chief_leader"], "legal_qualification": "unknown"}
    assert client.post(reverse("registry:edit_person", args=["yx-l1"]), form).status_code == 302
    assert Person.objects.get().roles == ["chief_leader", "witness"]


def test_a_wrong_credit_code_is_refused(client, sign_in):
    sign_in("administrator")
    form = {"id": "yx-x", "name": "某局", "word": "云某", "pack": "demo", "body_type": "statutory", "level": "agency", "sector": "general"}
    assert "校验位" in client.post(reverse("registry:new_agency"), form | {"code": "91350100M000100Y44"}).content.decode()
    assert client.post(reverse("registry:new_agency"), form | {"code": "91350100M000100Y43"}).status_code == 302
    assert Agency.objects.get(pk="yx-x").code == "91350100M000100Y43"


def test_a_power_is_not_active_with_gaps_and_keeps_its_code(client, sign_in):
    sign_in("administrator")
    form = {"code": "P-1", "name": "占用道路", "kind": "penalty", "agency": "yx-cg"}
    page = client.post(reverse("registry:new_power"), form | {"active": "on"})
    assert page.status_code == 422
    assert "要启用事项，依据不能空着。" in page.content.decode()
    assert client.post(reverse("registry:new_power"), form).status_code == 302
    key = Power.objects.get().pk
    assert "不能改" in client.post(reverse("registry:edit_power", args=[key]), form | {"code": "P-2"}).content.decode()
    assert Power.objects.get().code == "P-1"


def test_an_officer_registers_a_party(client, sign_in):
    user = sign_in("officer")
    form = {"kind": "citizen", "name": "林远", "birth_date": "2010-05-01"}
    answer = client.post(reverse("registry:new_party"), form)
    assert answer.status_code == 302
    assert Party.objects.get().agency_id == user.agency_id
    assert client.post(reverse("registry:new_party"), form | {"kind": "organisation"}).status_code == 422


def test_a_citizen_is_known_to_the_agency_that_registered_them(client, sign_in, other_agency, now):
    person = service.save_party(now=now, kind="citizen", name="林远", code="X1", agency=other_agency)
    firm = service.save_party(now=now, kind="organisation", name="远峰公司", agency=other_agency)
    own = service.save_party(now=now, kind="citizen", name="何宁", agency_id="yx-cg")
    sign_in("officer")
    page = client.get(reverse("registry:parties")).content.decode()
    assert "林远" not in page
    assert "远峰公司" in page
    assert "何宁" in page
    assert "林远" not in client.get(reverse("registry:parties"), {"q": "X1"}).content.decode()
    seen = {row.name: client.get(reverse("registry:party", args=[row.pk])).status_code for row in (person, firm, own)}
    assert seen == {"林远": 404, "远峰公司": 200, "何宁": 200}
    form = {"kind": "citizen", "name": "改名"}
    asked = {row.name: client.post(reverse("registry:edit_party", args=[row.pk]), form).status_code for row in (person, firm, own)}
    assert asked == {"林远": 404, "远峰公司": 403, "何宁": 302}
    client.logout()
    sign_in("supervisor")
    assert client.get(reverse("registry:party", args=[person.pk])).status_code == 200


def test_an_account_without_an_agency_sees_no_citizen(client, sign_in, other_agency, now):
    service.save_party(now=now, kind="citizen", name="林远", agency=other_agency)
    user = sign_in("officer")
    user.agency = None
    user.save()
    assert client.get(reverse("registry:parties")).status_code == 403


@pytest.mark.parametrize("address", ["agencies/none/", "people/none/", "powers/99/", "parties/0198c000-0000-7000-8000-000000000000/"])
def test_an_unknown_row_is_a_404_in_chinese(client, sign_in, address):
    sign_in("officer")
    assert client.get(f"/desk/registry/{address}").status_code == 404


def test_a_list_is_walked_page_by_page_each_row_once(client, sign_in, agency):
    for number in range(45):
        service.save_person(f"p-{number:02}", name=f"人{number % 7}", agency=agency)
    sign_in("officer")
    address, seen = reverse("registry:people"), []
    while address:
        page = client.get(address).content.decode()
        seen += re.findall(r"/people/(p-\d\d)/", page)
        onward = re.search(r'href="(\?after=[^"]+)">后面的', page)
        address = reverse("registry:people") + onward.group(1) if onward else ""
    assert len(seen) == 45
    assert len(set(seen)) == 45


@pytest.mark.parametrize("token", ["x", "%00", "W10", "WzEsMl0", "WyJhIiwiYiIsImMiXQ"])
def test_a_broken_token_shows_the_first_page(client, sign_in, officer, token):
    sign_in("officer")
    assert "周敏" in client.get(reverse("registry:people"), {"after": token}).content.decode()


@pytest.mark.parametrize("text", ["%", "'", "\\", "<b>", "周" * 500])
def test_any_search_text_is_safe(client, sign_in, officer, text):
    sign_in("officer", "supervisor")
    for name in LISTS[:4]:
        answer = client.get(reverse(f"registry:{name}"), {"q": text})
        assert answer.status_code == 200
        assert "<b>”" not in answer.content.decode()


def test_a_null_byte_never_reaches_the_database(client, sign_in):
    sign_in("officer")
    assert client.get(reverse("registry:people"), {"q": "周\0敏"}).status_code in (200, 400)


def test_a_filter_stays_while_paging(client, sign_in, agency):
    for number in range(25):
        service.save_person(f"p-{number:02}", name="人", agency=agency)
    sign_in("officer")
    page = client.get(reverse("registry:people"), {"agency": "yx-cg", "state": "none"}).content.decode()
    assert re.search(r'href="\?agency=yx-cg&amp;state=none&amp;after=', page)


@pytest.mark.parametrize(("name", "most"), [("agencies", 3), ("people", 4), ("powers", 4), ("parties", 3)])
def test_a_list_costs_the_same_whatever_its_length(client, sign_in, agency, now, name, most, django_assert_max_num_queries):
    for number in range(21):
        service.save_person(
            f"p-{number:02}",
            name="人",
            agency=agency,
            certificate_no=f"{number}",
            certificate_status="valid",
            certificate_to=date(2027, 1, 1),
        )
        service.save_power("yx-cg", f"P-{number:02}", name="事项", kind="penalty")
        service.save_party(now=now, kind="organisation", name="公司")
    sign_in("officer")
    with django_assert_max_num_queries(most):
        client.get(reverse(f"registry:{name}"))


GOOD = "date,kind,name,notice\n2030-01-01,holiday,元旦,示例〔2029〕1号\n2030-01-02,holiday,元旦,\n2030-01-05,makeup,元旦调休,\n"


def upload(client, raw: bytes, year: int = 2030):
    return client.post(reverse("registry:calendar"), {"year": year, "file": SimpleUploadedFile("notice.csv", raw)})


def test_a_year_is_provisional_until_its_notice_is_looked_at_and_loaded(client, sign_in):
    sign_in("administrator")
    before = queries.calendar()
    assert not before.published(2030)
    page = upload(client, GOOD.encode()).content.decode()
    assert "2030年1月2日（周三）" in page
    assert "2030年1月5日（周六）" in page
    assert not CalendarYear.objects.exists(), "looking keeps nothing"
    text = re.search(r'name="text" value="([^"]*)"', page).group(1)
    answer = client.post(reverse("registry:load_calendar"), {"year": 2030, "text": text.replace("\n", "\r\n")}, follow=True)
    assert "已载入 2030 年的工作日历" in answer.content.decode()
    after = queries.calendar()
    assert after.published(2030)
    assert after.is_workday(date(2030, 1, 5))
    assert not after.is_workday(date(2030, 1, 2))
    assert before.is_workday(date(2030, 1, 2))


def test_loading_a_year_again_replaces_it(client, sign_in, now):
    service.load_calendar_year(GOOD, "管理员", now)
    service.load_calendar_year(GOOD.replace("2030-01-02", "2030-01-03"), "管理员", now)
    assert CalendarYear.objects.get().days.count() == 3
    assert queries.calendar().is_workday(date(2030, 1, 2))


@pytest.mark.parametrize(
    ("raw", "year", "words"),
    [
        (GOOD.encode("gbk"), 2030, "不是 UTF-8"),
        (GOOD.encode(), 2031, "不是 2031 年"),
        (GOOD.replace("01-02", "02-30").encode(), 2030, "第 3 行"),
        (b"", 2030, "空的"),
        (b"\x89PNG\r\n\x1a\n\0\0", 2030, "不是 UTF-8"),
    ],
)
def test_a_wrong_notice_is_named_by_line_and_nothing_is_kept(client, sign_in, raw, year, words):
    sign_in("administrator")
    answer = upload(client, raw, year)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not CalendarYear.objects.exists()


def test_an_officer_loads_no_notice(client, sign_in):
    sign_in("officer")
    assert upload(client, GOOD.encode()).status_code == 403
    assert client.post(reverse("registry:load_calendar"), {"year": 2030, "text": GOOD}).status_code == 403
    assert "放假通知由管理员载入" in client.get(reverse("registry:calendar")).content.decode()


def test_the_address_of_loading_leads_whoever_opens_it_to_the_calendar(client, sign_in):
    sign_in("officer")
    answer = client.get("/desk/registry/calendar/load")
    assert (answer.status_code, answer["Location"]) == (302, "/desk/registry/calendar/")
    assert client.post("/desk/registry/calendar/load", {}).status_code == 403
