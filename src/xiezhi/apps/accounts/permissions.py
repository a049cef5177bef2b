"""The permission matrix of permissions.yaml, asked in three ways: `may`, `require`, `act_action`.

The matrix says which role may do what and for whom. Whether the law permits the act now is not asked here:
that is the engine's answer (record.service.perform).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from django.core.exceptions import PermissionDenied

from xiezhi.apps.accounts.roles import Role

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from xiezhi.apps.accounts.models import User

MATRIX = Path(__file__).with_name("permissions.yaml")
SCOPES = ("agency", "district")


class Forbidden(PermissionDenied):
    """The account may not do this. `message_zh` is shown on the 403 page as it stands."""

    def __init__(self, message_zh: str) -> None:
        super().__init__(message_zh)
        self.message_zh = message_zh


@dataclass(frozen=True, slots=True)
class Action:
    id: str
    zh: str
    roles: dict[str, str]  # role -> scope
    acts: tuple[str, ...]
    signs: tuple[str, ...] = ()  # roles of the registry that sign its acts with their own account; empty: entered for others
    approved_by: tuple[str, ...] = ()  # roles of the registry whose approval, with the own account, records its acts


@cache
def actions() -> dict[str, Action]:
    """All actions by id. Raises ValueError for an unknown role or scope, or an act that stands twice."""
    raw: dict[str, Any] = yaml.safe_load(MATRIX.read_text(encoding="utf-8"))["actions"]
    found = {
        name: Action(
            name,
            row["zh"],
            dict(row["roles"]),
            tuple(row.get("acts", ())),
            tuple(row.get("signs", ())),
            tuple(row.get("approved_by", ())),
        )
        for name, row in raw.items()
    }
    _check(found)
    return found


def _check(found: dict[str, Action]) -> None:
    seen: dict[str, str] = {}
    for action in found.values():
        for role, scope in action.roles.items():
            if role not in Role.values or scope not in SCOPES:
                raise ValueError(
                    f"permissions.yaml: {action.id}: role {role!r} with scope {scope!r}; expected one of {Role.values} and {SCOPES}"
                )
        for act in action.acts:
            if act in seen:
                raise ValueError(f"permissions.yaml: act {act!r} stands under {seen[act]} and {action.id}; keep one")
            seen[act] = action.id


@cache
def _action_of_act() -> dict[str, str]:
    return {act: action.id for action in actions().values() for act in action.acts}


def act_action(act_id: str) -> str:
    """The action that recording this act needs. Raises KeyError for an act that the matrix does not know."""
    return _action_of_act()[act_id]


def scopes(user: User | AnonymousUser, action: str) -> set[str]:
    """The scopes in which the user's roles carry the action; empty when none does. Raises KeyError for an unknown action."""
    rule = actions()[action]
    if not user.is_authenticated or not user.is_active:
        return set()
    return {rule.roles[role] for role in user.roles if role in rule.roles}


def may(user: User | AnonymousUser, action: str, *, agency: str | None = None) -> bool:
    """Whether the user may do the action for the agency; without `agency`: for any agency at all."""
    held = scopes(user, action)
    if "district" in held:
        return True
    if "agency" not in held:
        return False
    return agency is None or agency == _own(user)


def require(user: User | AnonymousUser, action: str, *, agency: str | None = None) -> None:
    """Raise Forbidden, with words for the page, unless `may`."""
    if may(user, action, agency=agency):
        return
    rule = actions()[action]
    if not user.is_authenticated:
        raise Forbidden(f"“{rule.zh}”要先登录。")
    if scopes(user, action):
        raise Forbidden(f"您只能为本机关办理“{rule.zh}”，这一件属于别的机关。要看或者要办，请联系该机关。")
    roles = "、".join(str(Role(role).label) for role in rule.roles)
    own = "、".join(user.role_labels) or "没有角色"
    raise Forbidden(f"您的角色（{own}）不能办“{rule.zh}”。能办的是：{roles}。角色由管理员设定。")


def _own(user: User | AnonymousUser) -> str | None:
    """The account's own agency; a visitor has none."""
    return user.agency_id if user.is_authenticated else None


def visible_agency(user: User | AnonymousUser, action: str = "case.read") -> str | None:
    """The one agency whose rows the user may see, or None for all of the district. Raises Forbidden when none."""
    require(user, action)
    if "district" in scopes(user, action):
        return None
    if (own := _own(user)) is None:
        raise Forbidden("您的账号没有所属机关，看不到任何机关的内容。请联系管理员设定机关。")
    return own
