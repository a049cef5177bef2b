"""Writes of accounts: open one, set its roles."""

from __future__ import annotations

from collections.abc import Sequence

from xiezhi.apps.accounts.models import User
from xiezhi.apps.accounts.roles import Role


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
