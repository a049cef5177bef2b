"""What the 下一步 panel offers besides what must be done: a few own acts of the present and the next stage, and who does the others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from xiezhi.apps.accounts.permissions import act_action, actions
from xiezhi.apps.accounts.roles import Role

OFFERED = 8
AHEAD, AGAIN, PASSED_BY = range(3)
TOLD = 4  # acts of others that are named at all


@dataclass(slots=True)
class Group:
    """Own acts of one stage, in the order of the pack."""

    zh: str
    steps: list[Any] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Offer:
    """`groups`: at most OFFERED own acts by stage; `others`: acts of this stage that are done by somebody else, with by whom."""

    groups: tuple[Group, ...] = ()
    others: tuple[tuple[str, str], ...] = ()


def who_may(act: str) -> str:
    """The roles that may record the act, in words (法制审核人、负责人); empty for an act that the matrix does not know."""
    try:
        action = actions()[act_action(act)]
    except KeyError:
        return ""
    return "、".join(str(Role(role).label) for role in action.roles)


def offer(steps: Iterable[Any], stages: Sequence[Any], done: Collection[str]) -> Offer:
    """Choose from the acts that may be done: the pack's acts of the present stage, then of the next one.

    `steps` carry `next` and `can`; `done` are the kinds of act that the case has.
    """
    current = next((place for place, stage in enumerate(stages) if stage.state == "current"), None)
    if current is None:
        return Offer()
    near = list(stages[current : current + 2])
    steps = list(steps)
    groups: list[Group] = []
    seen: set[str] = set()
    for place, stage in enumerate(near):
        own = [step for step in _of_stage(steps, stage, done) if step.can and step.next.act not in seen]
        # Half of the room is kept for the next stage, where there is one.
        room = OFFERED - len(seen) if place == len(near) - 1 else OFFERED // 2
        if own:
            groups.append(Group(stage.zh, own[:room]))
            seen.update(step.next.act for step in own[:room])
    others = [(step.zh, who_may(step.next.act)) for step in _of_stage(steps, near[0], done) if not step.can]
    return Offer(tuple(groups), tuple(others[:TOLD]))


def _of_stage(steps: Iterable[Any], stage: Any, done: Collection[str]) -> list[Any]:
    """The steps of a stage as they usually come: first what lies ahead, then repetitions; what was passed by only at the end, and not at
    all in a stage of which nothing lies ahead.
    """
    order = {act: place for place, act in enumerate(stage.acts)}
    inside = [step for step in steps if step.next.act in order]
    here = max((place for act, place in order.items() if act in done), default=-1)
    turns = {step.next.act: _turn(step, order, here) for step in inside}
    through = AHEAD not in turns.values()
    kept = [step for step in inside if not (through and turns[step.next.act] == PASSED_BY)]
    return sorted(kept, key=lambda step: (turns[step.next.act], order[step.next.act]))


def _turn(step: Any, order: Mapping[str, int], here: int) -> int:
    return AGAIN if step.next.done else AHEAD if order[step.next.act] > here else PASSED_BY


@dataclass(slots=True)
class Choice:
    """A stage of the whole list: `state` is done, skipped, current or ahead; own acts as they usually come, and those of others."""

    zh: str
    state: str
    own: list[Any] = field(default_factory=list)
    others: list[Any] = field(default_factory=list)


def choices(page: Any) -> dict[str, Any]:
    """All acts that may be done in the case of `page`, by stage: `near` from the present one on, `passed` those behind it and of no stage.

    What is offered as the usual next step (`page.offered`) stands there and is not told twice.
    """
    usual = {step.next.act for group in page.offered.groups for step in group.steps}
    states = {stage.id: stage.state for stage in page.stages}
    order = {stage.id: place for place, stage in enumerate(page.stages)}
    done = {act.kind for act in page.marking.acts}
    groups: dict[str, Choice] = {}
    for step in page.may:
        if step.next.act not in usual:
            stage, zh = page.stage_of(step.next.act)
            group = groups.setdefault(stage, Choice(zh, states.get(stage, "done")))
            (group.own if step.can else group.others).append(step)
    for group in groups.values():
        group.own.sort(key=lambda step: step.next.act in done)  # what was not done yet comes first
    sorted_ids = sorted(groups, key=lambda stage: order.get(stage, len(order)))
    behind = {"done", "skipped"}
    return {
        "near": [groups[one] for one in sorted_ids if groups[one].state not in behind],
        "passed": [groups[one] for one in sorted_ids if groups[one].state in behind],
    }
