"""The administrator's pages: an account is opened for a person, its first password is told once, and what was done stays visible."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from xiezhi.apps.accounts.models import AccountChange, User
from xiezhi.apps.accounts.service import LETTERS, first_password, open_account

pytestmark = pytest.mark.slow  # beyond what `make check` has time for

LIST = "/desk/accounts/"


@pytest.fixture
def admin(sign_in):
    return sign_in("administrator")


@pytest.fixture
def account(agency, officer):
    return open_account(
        "zhoumin", "稳妥的口令-2026", person_id=officer.pk, agency_id=agency.pk, roles=["officer"], must_change_password=False
    )


def test_only_administrators_come_here(client, sign_in, account):
    sign_in("officer", "head")
    for path in (LIST, f"{LIST}new", f"{LIST}{account.pk}/"):
        assert client.get(path).status_code == 403
    for verb in ("close", "reopen", "reset", "unlock"):
        assert client.post(f"{LIST}{account.pk}/{verb}").status_code == 403
    account.refresh_from_db()
    assert account.is_active


def test_an_account_is_opened_for_a_person_and_its_password_told_once(client, admin, officer):
    page = client.get(f"{LIST}new").content.decode()
    assert "周敏" in page
    answer = client.post(f"{LIST}new", {"person": officer.pk, "username": "zhoumin", "roles": ["officer", "head"]})
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    password = re.search(r'id="first-password">([^<]+)<', answer.content.decode())[1]
    made = User.objects.get(username="zhoumin")
    assert (made.person_id, made.agency_id, made.roles, made.must_change_password) == (officer.pk, "yx-cg", ["officer", "head"], True)
    assert made.check_password(password)
    assert password not in client.get(f"{LIST}{made.pk}/").content.decode()
    other = Client()
    entered = other.post("/sign-in", {"username": "zhoumin", "password": password})
    assert entered["Location"] == "/desk/me/password"
    assert "周敏" not in client.get(f"{LIST}new").content.decode(), "who has an account is not offered again"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"username": "Zhou Min"}, "小写字母开头"),
        ({"username": "ZHOUMIN"}, "小写字母开头"),
        ({"username": ""}, "请填账号"),
        ({"person": ""}, "请选这个账号是谁的"),
        ({"person": "nobody"}, "没有登记"),
        ({"roles": ["boss"]}, "boss"),
    ],
)
def test_what_is_wrong_in_a_new_account_is_said(client, admin, officer, given, words):
    answer = client.post(f"{LIST}new", {"person": officer.pk, "username": "zhoumin", "roles": ["officer"], **given})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not User.objects.filter(person=officer).exists()


def test_a_name_in_use_is_refused(client, admin, account, agency):
    from xiezhi.apps.registry import service

    service.save_person("yx-o2", name="何立", agency=agency, roles=["officer"])
    answer = client.post(f"{LIST}new", {"person": "yx-o2", "username": "zhoumin", "roles": []})
    assert (answer.status_code, "已经有了" in answer.content.decode()) == (422, True)


def test_a_closed_account_is_out_at_once_and_comes_back(client, admin, account):
    other = Client()
    other.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    assert other.get("/desk/me/").status_code == 200
    client.post(f"{LIST}{account.pk}/close")
    assert other.get("/desk/me/").status_code == 302
    assert "停用" in client.get(f"{LIST}?state=closed").content.decode()
    refused = Client().post("/sign-in", {"username": "zhoumin", "password": "稳妥的口令-2026"})
    assert refused.status_code == 200
    client.post(f"{LIST}{account.pk}/reopen")
    assert Client().post("/sign-in", {"username": "zhoumin", "password": "稳妥的口令-2026"}).status_code == 302


def test_a_reset_password_is_told_once_ends_sessions_and_must_be_changed(client, admin, account):
    other = Client()
    other.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(f"{LIST}{account.pk}/reset")
    password = re.search(r'id="first-password">([^<]+)<', answer.content.decode())[1]
    account.refresh_from_db()
    assert account.check_password(password)
    assert account.must_change_password
    assert other.get("/desk/me/").status_code == 302


def test_a_locked_account_is_shown_and_unlocked(client, admin, account):
    for _ in range(5):
        Client().post("/sign-in", {"username": "zhoumin", "password": "wrong"})
    right = {"username": "zhoumin", "password": "稳妥的口令-2026"}
    assert Client().post("/sign-in", right).status_code == 429
    assert "锁定" in client.get(LIST).content.decode()
    client.post(f"{LIST}{account.pk}/unlock")
    assert "锁定" not in client.get(LIST).content.decode()
    assert Client().post("/sign-in", right).status_code == 302


def test_roles_are_set_and_every_change_is_kept_with_who_made_it(client, admin, account):
    assert client.post(f"{LIST}{account.pk}/", {"roles": ["head", "officer"]}).status_code == 302
    assert client.post(f"{LIST}{account.pk}/", {"roles": ["boss"]}).status_code == 422
    account.refresh_from_db()
    assert account.roles == ["officer", "head"]
    client.post(f"{LIST}{account.pk}/close")
    assert list(AccountChange.objects.order_by("id").values_list("what", "by", "detail")) == [
        ("roles", admin.shown_name, "承办人、负责人"),
        ("closed", admin.shown_name, ""),
    ]
    assert "承办人、负责人" in client.get(f"{LIST}{account.pk}/").content.decode()


def test_an_administrator_does_not_shut_himself_out(client, admin):
    own = f"{LIST}{admin.pk}/"
    for path, given in ((f"{own}close", {}), (f"{own}reset", {}), (own, {"roles": ["officer"]})):
        client.post(path, given)
    admin.refresh_from_db()
    assert (admin.is_active, admin.roles) == (True, ["administrator"])
    assert client.get(own).status_code == 200


def test_the_list_goes_on_by_key(client, admin, agency):
    for place in range(25):
        open_account(f"u{place:02d}", "稳妥的口令-2026", person_id=None, agency_id=agency.pk, roles=[])
    first = client.get(LIST).content.decode()
    after = re.search(r"\?after=([^\"&]+)", first)[1]
    second = client.get(f"{LIST}?after={after}").content.decode()
    assert ("u18" in first, "u18" in second, "u24" in second) == (True, False, True)
    assert "u07" in client.get(f"{LIST}?q=u07").content.decode()


def test_first_passwords_are_long_and_without_letters_that_look_alike():
    made = {first_password() for _ in range(50)}
    assert len(made) == 50
    assert all(re.fullmatch(rf"[{LETTERS}]{{4}}(-[{LETTERS}]{{4}}){{2}}", one) for one in made)
    assert not set("0o1li") & set(LETTERS)
