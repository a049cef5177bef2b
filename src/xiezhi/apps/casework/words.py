"""Values of a history in the words that people read. Dates and sums are the site's (xiezhi.site.words)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xiezhi.site.words import day_zh as day
from xiezhi.site.words import moment_zh as moment
from xiezhi.site.words import money_zh
from xiezhi.site.words import span_zh as span

__all__ = ["SIGNED", "day", "duration", "hands_of", "moment", "owed", "role", "span", "value_zh"]

SIGNED = {"signed": "当事人已签名", "refused": "当事人拒绝签名", "absent": "当事人不在场"}
ROLES = {
    "officer": "承办人",
    "section_head": "承办机构负责人",
    "reviewer": "法制审核人员",
    "presider": "听证主持人",
    "head": "机关负责人",
    "leader": "机关负责人",
    "chief_leader": "机关主要负责人",
    "disclosure_clerk": "公示人员",
    "archivist": "档案人员",
    "supervisor": "监督机关",
    "party": "当事人",
}
# A duty that several outcomes answer is called after the work, not after the first outcome.
OWED = {"review_passed": "出具法制审核意见", "reconsideration_decided": "出具复审意见"}
# In whose hands a rule lays a duty (roles of the vocabulary), by the role of an account.
HANDS = {
    "officer": {"officer", "section_head", "auxiliary"},
    "reviewer": {"reviewer", "presider"},
    "head": {"head", "leader", "chief_leader"},
    "disclosure_clerk": {"disclosure_clerk"},
    "archivist": {"archivist"},
    "supervisor": {"supervisor"},
}


def role(hands: str) -> str:
    return ROLES.get(hands, hands)


def owed(act: str, zh: str) -> str:
    """What a duty asks for, in words: `zh` is the name of the first act that answers it."""
    return OWED.get(act, zh)


def hands_of(roles: Any) -> frozenset[str]:
    """The duty roles that an account with these roles holds."""
    return frozenset().union(*(HANDS.get(one, set()) for one in roles))


def duration(seconds: float) -> str:
    """3 分 12 秒; whole seconds."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "小时"), (minutes, "分"), (rest, "秒")]
    return " ".join(f"{amount} {unit}" for amount, unit in parts if amount) or "0 秒"


def value_zh(spec: Any, value: Any, names: Mapping[str, str], values: Mapping[str, str] | None = None) -> str:
    """One value of act data or of a fact in words; `names` gives persons by id, `values` the labels of a closed list."""
    if isinstance(value, list | tuple):
        return "、".join(value_zh(spec, item, names, values) for item in value)
    if isinstance(value, bool):
        return "是" if value else "否"
    kind = getattr(spec, "type", None)
    if kind == "yuan":
        return money_zh(value)
    if kind == "date":
        return day(value) or str(value)
    if kind == "time":
        return moment(value) or str(value)
    text = str(value)
    labels = values or getattr(spec, "values", None) or {}
    return str(labels.get(text) or names.get(text, text))
