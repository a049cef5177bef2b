"""Hand-in: within what time a recording reaches the unit's own store. The pack says it (24 hours, two working days, promptly), the engine counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xiezhi.core.law.clock import SHANGHAI, day_of
from xiezhi.core.procedure.judge import standing


@dataclass(frozen=True, slots=True)
class HandIn:
    """Of one recording: `tone` of its tag, its words, until when (None: the text gives no number), and the rule's citations."""

    tone: str
    words: str
    due: datetime | None
    cites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """The pack's rule in words."""

    words: str
    cites: tuple[str, ...]


_TONES = {"met": ("ok", "按时存入"), "late": ("late", "存入迟了"), "breached": ("late", "到期没有存入"), "open": ("soon", "待存入")}


def said(pack: Any, now: datetime) -> Said:
    """What the pack says on a day: the first rule with a number, else the first (promptly); empty words where it says nothing."""
    rules = [rule for rule in pack.rules if getattr(rule, "after_recording", ()) and pack.in_force(rule, day_of(now))]
    rules.sort(key=lambda rule: rule.within is None)
    binding = [rule for rule in rules if rule.severity != "warning"] or rules
    return Said(binding[0].zh, tuple(binding[0].cites)) if binding else Said("", ())


def by_recording(marking: Any, as_of: datetime) -> dict[str, HandIn]:
    """Of each recording the duty that binds most: one that was broken, else the one that ends first; a service level counts last."""
    found: dict[str, tuple[tuple[bool, bool, float], HandIn]] = {}
    states = {id(duty): state for duty, state in standing(marking, as_of)}
    for duty in marking.duties:
        if duty.recording is None:
            continue
        state = states.get(id(duty), duty.state)
        tone, words = _TONES.get(state, ("soon", "应当及时存入"))
        due = duty.due_at(as_of) if duty.term is not None else None
        if due is not None and state in {"open", "breached"}:
            words += f"，限 {due.astimezone(SHANGHAI):%m 月 %d 日 %H:%M}"
        rank = (duty.law.rule.severity == "warning", state not in {"late", "breached"}, due.timestamp() if due else float("inf"))
        known = found.get(duty.recording.id)
        if known is None or rank < known[0]:
            found[duty.recording.id] = (rank, HandIn(tone, words, due, tuple(duty.cites)))
    return {key: value for key, (_rank, value) in found.items()}
