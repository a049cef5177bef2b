"""The kinds of rule that are judged at an act. Duties run over time and have a module of their own (`duties`)."""

from __future__ import annotations

from xiezhi.core.law.rules import Companion, Coverage, Gate, Lead, Limit, Order, Person, Rule, Value
from xiezhi.core.procedure.kinds.companion import companion
from xiezhi.core.procedure.kinds.condition import gate, value
from xiezhi.core.procedure.kinds.coverage import coverage
from xiezhi.core.procedure.kinds.person import person
from xiezhi.core.procedure.kinds.sequence import lead, limit, order
from xiezhi.core.procedure.tools import Check, Tools

BLOCKING = frozenset({"gate", "order", "limit", "person", "value"})
"""Kinds that refuse a decided act unless their rule says otherwise (docs/pack-format.md, Rules)."""


def check_of(rule: Rule, tools: Tools) -> Check:
    """The check of one rule that is judged at an act. Raises PackError for a guard that cannot be read."""
    match rule:
        case Gate():
            return gate(rule, tools)
        case Value():
            return value(rule, tools)
        case Order():
            return order(rule, tools)
        case Limit():
            return limit(rule, tools)
        case Lead():
            return lead(rule, tools)
        case Companion():
            return companion(rule, tools)
        case Coverage():
            return coverage(rule, tools)
        case Person():
            return person(rule, tools)
    raise TypeError(f"{rule.kind} is not judged at an act")
