"""Put up to a leader that a result is not published: one of the pack's grounds, and a reason (公示办法 9)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from xiezhi.apps.accounts import permissions
from xiezhi.apps.disclosure.actions.request import put_up
from xiezhi.apps.disclosure.errors import DisclosureError
from xiezhi.apps.disclosure.models import ApprovalRequest
from xiezhi.apps.paperwork import service as paperwork


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


def ask_to_withhold(user: Any, case_id: str, now: datetime, *, ground: str, reason: str) -> ApprovalRequest:
    """Put it up that the result of a case is not published; nothing is recorded yet. Raises Forbidden, DisclosureError naming what is missing."""
    source = paperwork.source_of(case_id)
    permissions.require(user, permissions.act_action("result_withheld"), agency=source.agency_id)
    if ground not in grounds_of(source.pack):
        raise DisclosureError("请从列出的理由里选一项。没有列出的理由，不能作为不予公示的依据。")
    if not reason.strip():
        raise DisclosureError("请写明为什么符合这项理由。")
    return put_up(
        user, ApprovalRequest(case=case_id, agency=source.agency_id, act="result_withheld", ground=ground, reason=reason.strip()), now
    )
