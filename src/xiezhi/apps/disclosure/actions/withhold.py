"""Decide that a result is not published: one of the pack's grounds, an approver, a reason."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from xiezhi.apps.accounts import permissions
from xiezhi.apps.disclosure.errors import DisclosureError
from xiezhi.apps.paperwork import service as paperwork
from xiezhi.apps.record import service as record


def grounds_of(pack: Any) -> dict[str, str]:
    """The grounds that the pack knows, with their words: its disclosure.yaml, else the vocabulary's."""
    words = dict(pack.vocabulary.key("withheld.grounds").values)
    own = (getattr(pack, "disclosure", None) or {}).get("withheld_grounds") or (getattr(pack, "disclosure", None) or {}).get("grounds")
    if isinstance(own, dict):
        return {
            str(key): str(value.get("zh") if isinstance(value, dict) else value) or words.get(str(key), str(key))
            for key, value in own.items()
        }
    if isinstance(own, list):
        named = [(str(item.get("id")), item.get("zh")) if isinstance(item, dict) else (str(item), None) for item in own]
        return {key: str(zh or words.get(key, key)) for key, zh in named}
    return words


def withhold(user: Any, case_id: str, act_id: UUID, now: datetime, *, ground: str, approver: str, reason: str) -> Any:
    """Record result_withheld. Returns Receipt or Refusal. Raises Forbidden, DisclosureError naming what is missing."""
    source = paperwork.source_of(case_id)
    permissions.require(user, permissions.act_action("result_withheld"), agency=source.agency_id)
    if ground not in grounds_of(source.pack):
        raise DisclosureError("请从列出的理由里选一项。没有列出的理由，不能作为不予公示的依据。")
    if not approver or approver == user.person_id:
        raise DisclosureError("不予公示要由另一位负责人批准，请选批准人。")
    if not reason.strip():
        raise DisclosureError("请写明为什么符合这项理由。")
    line = {
        "case": case_id,
        "act": "result_withheld",
        "at": now.isoformat(),
        "agency": source.agency_id,
        "by": [user.person_id],
        "data": {"withheld": {"grounds": [ground]}, "approver": approver, "reason": reason.strip()},
        "documents": ["withholding_approval"],
    }
    return record.perform(line, act_id, now, entered_by=user.person_id or "")
