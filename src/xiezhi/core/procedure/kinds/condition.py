"""gate: a condition that must hold, never vacuous. value: a condition on what the act states."""

from __future__ import annotations

from xiezhi.core.law.rules import Gate, Value
from xiezhi.core.procedure.finding import Fault
from xiezhi.core.procedure.guard import Condition, Scene, Unknown
from xiezhi.core.procedure.tools import Check, Tools


def gate(rule: Gate, tools: Tools) -> Check:
    return _holds(tools.condition(rule.requires), rule.as_)


def value(rule: Value, tools: Tools) -> Check:
    return _holds(tools.condition(rule.check), rule.as_)


def _holds(condition: Condition, kind: str) -> Check:
    fault = Fault(kind)

    def check(scene: Scene) -> Fault | Unknown | None:
        answer = condition(scene)
        if answer is True:
            return None
        return fault if answer is False else answer

    return check
