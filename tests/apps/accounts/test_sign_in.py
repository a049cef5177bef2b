from __future__ import annotations

import pytest
from django.urls import reverse

from xiezhi.apps.accounts.models import User
from xiezhi.apps.accounts.service import open_account

PASSWORD = "稳妥的口令-2026"


@pytest.fixture
def user(agency, officer):
    return open_account(
        "zhoumin", PASSWORD, person_id=officer.pk, agency_id=agency.pk, roles=["officer", "reviewer"], must_change_password=False
    )


def enter(client, name="zhoumin", password=PASSWORD, **more):
    return client.post("/sign-in", {"username": name, "password": password, **more})


def test_signing_in_leads_to_the_workbench(client, user):
    answer = enter(client)
    assert answer.status_code == 302
    assert answer["Location"] == "/desk/"


def test_signing_in_leads_back_to_where_one_was(client, user):
    assert enter(client, next="/desk/registry/people/")["Location"] == "/desk/registry/people/"
    client.logout()
    assert enter(client, next="https://elsewhere.example/")["Location"] == "/desk/"


def test_a_wrong_password_is_said_once_above_and_keeps_the_name(client, user):
    answer = enter(client, password="wrong")
    page = answer.content.decode()
    assert "账号或者密码不对" in page
    assert 'value="zhoumin"' in page
    assert "wrong" not in page


def test_empty_fields_are_named(client, db):
    page = client.post("/sign-in", {}).content.decode()
    assert "请填账号。" in page
    assert "请填密码。" in page
    assert 'href="#id_username"' in page


def test_five_failures_lock_and_the_page_says_how_long_and_whom_to_call(client, user, district):
    for _ in range(4):
        assert enter(client, password="wrong").status_code == 200
    fifth = enter(client, password="wrong")
    assert fifth.status_code == 429
    page = fifth.content.decode()
    for words in ("账号暂时锁定", "zhoumin", "15 分钟", "管理员", "0000-12345"):
        assert words in page
    assert enter(client).status_code == 429, "the right password does not open a locked account"


def test_a_lock_holds_for_one_account_only(client, user, agency):
    open_account("helidun", PASSWORD, person_id=None, agency_id=agency.pk, roles=["officer"], must_change_password=False)
    for _ in range(5):
        enter(client, password="wrong")
    assert enter(client, name="helidun").status_code == 302


def test_a_first_sign_in_leads_to_the_password_with_a_hint(client, user):
    User.objects.update(must_change_password=True)
    answer = enter(client)
    assert answer["Location"] == "/desk/me/password"
    assert "这是您第一次登录" in client.get(answer["Location"]).content.decode()
    new = "另一个-稳妥的新口令"
    changed = client.post("/desk/me/password", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    assert changed.status_code == 302
    assert not User.objects.get().must_change_password
    assert User.objects.get().check_password(new)


@pytest.mark.parametrize("address", ["/desk/", "/desk/me/", "/desk/registry/people/", "/desk/cases/new", "/desk/nothing"])
def test_with_the_first_password_every_page_of_the_desk_leads_to_changing_it(client, user, address):
    User.objects.update(must_change_password=True)
    enter(client)
    for ask in (client.get, client.post):
        answer = ask(address)
        assert (answer.status_code, answer["Location"]) == (302, "/desk/me/password")
    page = client.get("/desk/me/password").content.decode()
    assert "没有保存：请先换成自己的密码" in page
    assert "以后再改" not in page
    assert client.get("/").status_code == 200
    assert client.post("/sign-out").status_code == 302
    assert "_auth_user_id" not in client.session


def test_a_short_password_is_refused_in_chinese(client, user):
    enter(client)
    page = client.post("/desk/me/password", {"old_password": PASSWORD, "new_password1": "短", "new_password2": "短"}).content.decode()
    assert "密码" in page
    assert "还不能提交" in page
    assert User.objects.get().check_password(PASSWORD)


def test_sign_out_is_a_post(client, user):
    enter(client)
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out")["Location"].startswith("/sign-in")
    assert client.get("/desk/me/").status_code == 302


def test_an_ended_session_is_told_from_a_first_visit(client, user):
    assert "这个页面要登录后才能看" in client.get("/sign-in?next=/desk/me/").content.decode()
    enter(client)
    client.cookies.pop("sessionid")
    page = client.get("/desk/me/", follow=True).content.decode()
    assert "已自动退出" in page


def test_one_s_own_page_shows_person_roles_and_switch(client, user):
    enter(client)
    page = client.get("/desk/me/").content.decode()
    for words in ("周敏", "云溪区城市管理局", "承办人、法制审核人", "00000000101", "有效", "切换身份"):
        assert words in page


def test_the_role_switch_changes_what_is_shown_and_no_right(client, user):
    enter(client)
    assert "周敏 · 承办人" in client.get("/desk/me/").content.decode()
    client.post("/desk/me/role", {"role": "reviewer"})
    assert "周敏 · 法制审核人" in client.get("/desk/me/").content.decode()
    page = client.post("/desk/me/role", {"role": "administrator"}, follow=True).content.decode()
    assert "您没有这个角色" in page
    assert client.get(reverse("registry:new_agency")).status_code == 403


def test_a_page_of_staff_costs_two_queries_for_session_and_account(client, user, django_assert_num_queries):
    enter(client)
    with django_assert_num_queries(2):
        client.get("/desk/me/")


def test_an_unknown_role_is_refused(agency):
    with pytest.raises(ValueError, match="boss"):
        open_account("x", PASSWORD, person_id=None, agency_id=agency.pk, roles=["boss"])
