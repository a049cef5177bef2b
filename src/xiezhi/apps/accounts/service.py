"""Writes of accounts.

open_account     a sign-in with a given password (setup, demo)
issue            a sign-in for a person of the registry, with a first password that is told once
set_roles, close, reopen, reset_password, unlock     what an administrator does to one, each kept as an AccountChange
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from axes.utils import reset as forget_failures
from django.db import IntegrityError, transaction

from xiezhi.apps.accounts.models import AccountChange, Change, User
from xiezhi.apps.accounts.roles import Role

# No letter or digit that is taken for another when it is read out or copied by hand.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


class AccountError(Exception):
    """What was asked of an account cannot be done. `message_zh` says why and what to do."""

    def __init__(self, message_zh: str) -> None:
        super().__init__(message_zh)
        self.message_zh = message_zh


def open_account(
    username: str, password: str, *, person_id: str | None, agency_id: str | None, roles: Sequence[str], must_change_password: bool = True
) -> User:
    """Create a sign-in for a person of the registry. Raises ValueError for an unknown role."""
    for role in roles:
        if role not in Role.values:
            raise ValueError(f"role {role!r} is unknown; expected some of {Role.values}")
    created: User = User.objects.create_user(
        username, password=password, person_id=person_id, agency_id=agency_id, roles=list(roles), must_change_password=must_change_password
    )
    return created


def issue(by: User, username: str, now: datetime, *, person_id: str, agency_id: str, roles: Sequence[str]) -> tuple[User, str]:
    """An account of a person of that agency and its first password, which is kept nowhere in clear. Raises AccountError, ValueError."""
    password = first_password()
    try:
        with transaction.atomic():
            account = open_account(username, password, person_id=person_id, agency_id=agency_id, roles=roles)
            _keep(account, Change.OPENED, by, now, _words(roles))
    except IntegrityError:
        raise AccountError("这个账号名已经有了，或者这个人已经有账号。一个人只有一个账号，请查账号列表。") from None
    return account, password


def set_roles(by: User, account: User, roles: Sequence[str], now: datetime) -> None:
    """Give the account exactly these roles. Raises AccountError when an administrator would shut himself out."""
    if account.pk == by.pk and Role.ADMINISTRATOR in account.roles and Role.ADMINISTRATOR not in roles:
        raise AccountError("不能去掉自己的管理员角色，否则没有人能改回来。请由另一位管理员办理。")
    with transaction.atomic():
        account.roles = [role for role in Role.values if role in roles]
        account.save(update_fields=["roles"])
        _keep(account, Change.ROLES, by, now, _words(account.roles))


def close(by: User, account: User, now: datetime) -> None:
    """End the account: it cannot sign in, and where it is signed in that ends too. What it has recorded stays. Raises AccountError."""
    if account.pk == by.pk:
        raise AccountError("不能停用自己的账号。请由另一位管理员办理。")
    with transaction.atomic():
        account.is_active = False
        account.save(update_fields=["is_active"])
        _keep(account, Change.CLOSED, by, now)


def reopen(by: User, account: User, now: datetime) -> None:
    """Let a closed account sign in again."""
    with transaction.atomic():
        account.is_active = True
        account.save(update_fields=["is_active"])
        _keep(account, Change.REOPENED, by, now)


def reset_password(by: User, account: User, now: datetime) -> str:
    """A new first password, told once; the old one and every session of the account end. Raises AccountError for the own account."""
    if account.pk == by.pk:
        raise AccountError("自己的密码在“我的”里改。")
    password = first_password()
    with transaction.atomic():
        account.set_password(password)
        account.must_change_password = True
        account.save(update_fields=["password", "must_change_password"])
        _keep(account, Change.RESET, by, now)
    return password


def unlock(by: User, account: User, now: datetime) -> None:
    """Forget the failed attempts that locked the account."""
    forget_failures(username=account.username)
    _keep(account, Change.UNLOCKED, by, now)


def first_password() -> str:
    """Three groups of four letters, about 59 bits; to be changed at the first sign-in."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


def _keep(account: User, what: Change, by: User, now: datetime, detail: str = "") -> None:
    AccountChange.objects.create(account=account, what=what, detail=detail, by=by.shown_name, at=now)


def _words(roles: Sequence[str]) -> str:
    return "、".join(str(Role(role).label) for role in roles) or "没有角色"
