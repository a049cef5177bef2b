"""Persons as choices: who may be named in an act, with the state of the certificate on the day."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

STATES = {"suspended": "执法证被暂扣", "cancelled": "执法证已注销", "revoked": "执法证被吊销"}
HEADS = frozenset({"head", "leader"})


def certificate(person: Any, day: date) -> tuple[str, str]:
    """The state of a person's certificate on a day, as ("ok" | "soon" | "late" | "line", words). The last day counts as valid."""
    if not person.certificate_no:
        return "line", "无执法证"
    if person.certificate_status in STATES:
        return "late", STATES[person.certificate_status]
    if person.certificate_from and day < person.certificate_from:
        return "late", f"执法证 {person.certificate_from:%Y-%m-%d} 起有效"
    if person.certificate_to and day > person.certificate_to:
        return "late", f"执法证 {person.certificate_to:%Y-%m-%d} 已过期"
    if person.certificate_to and (person.certificate_to - day).days <= 30:
        return "soon", f"执法证 {person.certificate_to:%Y-%m-%d} 到期"
    return "ok", "执法证有效"


def named(people: Iterable[Any], day: date, *, roles: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """Choices for `by`: those of the act's usual roles first, each with the certificate's state."""
    wanted = set(roles) | ({"head", "leader"} if "leader" in roles else set())
    order = sorted(people, key=lambda p: (not wanted & set(p.roles), p.name, p.id))
    return [(p.id, f"{p.name} · {certificate(p, day)[1]}") for p in order]


def approvers(people: Iterable[Any]) -> list[tuple[str, str]]:
    """Choices where a person is meant that is not acting: heads first."""
    order = sorted(people, key=lambda p: (not HEADS & set(p.roles), p.name, p.id))
    return [(p.id, f"{p.name}（负责人）" if HEADS & set(p.roles) else p.name) for p in order]


def heads(people: Iterable[Any], *, but: str | None = None) -> list[tuple[str, str]]:
    """Choices of who agrees to a correction: the agency's leaders, without the person who writes it."""
    return approvers(p for p in people if HEADS & set(p.roles) and p.id != but)


def signatories(people: Iterable[Any], own: str | None, roles: Collection[str]) -> list[Any]:
    """Who may stand in `by` of an act signed with the own account by one of `roles`: oneself, and beside an officer other officers."""
    people = list(people)
    me = next((p for p in people if p.id == own), None)
    with_me = me is not None and "officer" in roles and "officer" in me.roles
    return [p for p in people if p is me or (with_me and "officer" in p.roles)]
