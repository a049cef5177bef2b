"""The matrix, exhaustively: every action for every role, own agency and another's, as the file says and not otherwise."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from django.contrib.auth.models import AnonymousUser

from xiezhi.apps.accounts import page, permissions
from xiezhi.apps.accounts.models import User
from xiezhi.apps.accounts.roles import Role

ROOT = Path(__file__).resolve().parents[3]
MATRIX = yaml.safe_load((ROOT / "src/xiezhi/apps/accounts/permissions.yaml").read_text())["actions"]


def account(*roles: str, agency: str = "own", active: bool = True) -> User:
    return User(username="u", agency_id=agency, roles=list(roles), is_active=active)


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("action", MATRIX)
def test_a_role_may_what_the_matrix_says(role, action):
    scope = MATRIX[action]["roles"].get(role)
    user = account(role)
    assert permissions.may(user, action, agency="own") is (scope is not None)
    assert permissions.may(user, action, agency="other") is (scope == "district")
    assert permissions.may(user, action) is (scope is not None)


@pytest.mark.parametrize("action", MATRIX)
def test_nobody_without_a_role_or_a_sign_in_may_anything(action):
    assert not permissions.may(account(), action)
    assert not permissions.may(AnonymousUser(), action)
    assert not permissions.may(account(*Role.values, active=False), action)


def test_roles_add_up():
    user = account("reviewer", "supervisor")
    assert permissions.may(user, "act.review", agency="own")
    assert not permissions.may(user, "act.review", agency="other")
    assert permissions.may(user, "case.read", agency="other")


def test_an_account_without_an_agency_acts_for_none():
    user = account("officer", agency=None)
    assert not permissions.may(user, "case.file", agency="own")


def test_an_unknown_action_is_a_mistake_of_the_programmer():
    with pytest.raises(KeyError):
        permissions.may(account("officer"), "case.fiel")


@pytest.mark.parametrize(
    ("user", "agency", "words"),
    [
        (AnonymousUser(), None, "要先登录"),
        (account("archivist"), "own", "您的角色（档案员）不能办“法制审核”。能办的是：法制审核人。"),
        (account(), "own", "您的角色（没有角色）不能办"),
        (account("reviewer"), "other", "只能为本机关办理"),
    ],
)
def test_a_refusal_says_who_may(user, agency, words):
    with pytest.raises(permissions.Forbidden, match=re.escape(words)):
        permissions.require(user, "act.review", agency=agency)


def test_each_act_of_the_vocabulary_needs_exactly_one_action():
    acts = yaml.safe_load((ROOT / "packs/vocabulary.yaml").read_text())["acts"]
    assert {act for row in MATRIX.values() for act in row.get("acts", [])} == set(acts)
    for act in acts:
        assert permissions.act_action(act).startswith("act.")


def test_visible_agency_is_all_for_the_district_and_one_for_the_rest():
    assert permissions.visible_agency(account("supervisor")) is None
    assert permissions.visible_agency(account("officer")) == "own"
    with pytest.raises(permissions.Forbidden):
        permissions.visible_agency(account("administrator"))


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"x": permissions.Action("x", "试", {"boss": "agency"}, ())}, "boss"),
        ({"x": permissions.Action("x", "试", {"head": "planet"}, ())}, "planet"),
        ({"x": permissions.Action("x", "试", {}, ("a",)), "y": permissions.Action("y", "试", {}, ("a",))}, "stands under x and y"),
    ],
)
def test_a_wrong_matrix_is_refused(row, words):
    with pytest.raises(ValueError, match=words):
        permissions._check(row)


def test_the_page_is_made_from_the_matrix():
    assert (ROOT / "docs/permissions.md").read_text() == page.table(), "run python -m xiezhi.apps.accounts.page"


def test_every_action_is_asked_somewhere():
    """An action that no code asks protects nothing. Acts are asked through act_action."""
    source = "\n".join(path.read_text() for path in (ROOT / "src/xiezhi").rglob("*.py"))
    idle = [action for action, row in MATRIX.items() if not row.get("acts") and f'"{action}"' not in source]
    assert idle == []
