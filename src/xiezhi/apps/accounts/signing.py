"""Acts by which somebody decides (reviews, approves, decides, publishes) are signed by the person whose account enters them.

The matrix names for such an action the registry's roles that sign it (`signs`). An act of the action that the vocabulary gives to others
(a leader's extension of a review, which the reviewer enters) is outside of it, and so is everything that merely happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from xiezhi.apps.accounts.permissions import Forbidden, act_action, actions
from xiezhi.core.law.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from xiezhi.apps.accounts.models import User

# The registry calls the one at the top `head`; the vocabulary's `leader` means any of the agency's leaders.
_ALSO = {"leader": ("leader", "head", "chief_leader"), "chief_leader": ("head", "chief_leader")}


def signing_roles(act_id: str) -> tuple[str, ...]:
    """The registry's roles of which the signing person must hold one; empty for an act that need not be signed by its own account."""
    kind = load_vocabulary().acts.get(act_id)
    if kind is None or kind.mode != "decided":
        return ()
    signs = actions()[act_action(act_id)].signs
    return tuple(dict.fromkeys(role for name in kind.by for role in _ALSO.get(name, (name,)) if role in signs))


def own_person(user: User) -> str:
    """The person of the account. Raises Forbidden for an account without one: the record says who entered an act."""
    if user.person_id is None:
        raise Forbidden("您的账号没有对应的人员，不能记录：每一条记录都写明是谁录入的。请联系管理员，把账号和人员对应起来。")
    return str(user.person_id)


def require_own_hand(user: User, act_id: str, by: Sequence[str]) -> None:
    """Raise Forbidden unless the account's own person stands in `by` and holds a role that signs this act (xuecheng/review/3-1)."""
    if actions()[act_action(act_id)].approved_by:
        raise Forbidden(f"“{_act_zh(act_id)}”不能直接记入：先呈批，由负责人用自己的账号批准后才记入案件。请到公示页面办理。")
    roles = signing_roles(act_id)
    if not roles:
        return
    own = own_person(user)
    if own not in by:
        raise Forbidden(f"“{_act_zh(act_id)}”由办理的人用自己的账号签署，不能签别人的名字。请由本人登录办理。")
    _require_registered(user, roles, f"“{_act_zh(act_id)}”由{{words}}签署")


def require_own_approval(user: User, act_id: str, drafter: str) -> str:
    """The own person of an account that may approve what `drafter` put up: another one, registered in a role of `approved_by`.

    Raises Forbidden.
    """
    own = own_person(user)
    if own == drafter:
        raise Forbidden(f"“{_act_zh(act_id)}”是您呈批的，要由另一位负责人批准。")
    _require_registered(user, actions()[act_action(act_id)].approved_by, f"“{_act_zh(act_id)}”由{{words}}批准")
    return own


def may_approve(user: User, act_id: str) -> bool:
    """Whether the account's own person is registered in a role that approves this act."""
    return user.person is not None and bool(set(actions()[act_action(act_id)].approved_by) & set(user.person.roles))


def _require_registered(user: User, roles: Sequence[str], sentence: str) -> None:
    if user.person is None or not set(roles) & set(user.person.roles):
        words = "、".join(dict.fromkeys(_role_zh(role) for role in roles))
        raise Forbidden(f"{sentence.format(words=words)}；人员库里没有登记您是{words}。请联系管理员核对人员的角色。")


def _act_zh(act_id: str) -> str:
    return load_vocabulary().acts[act_id].zh


def _role_zh(role: str) -> str:
    known = load_vocabulary().roles
    return str(known.get(role, known["leader"] if role == "head" else role))
