"""person: who acts. How many, in which role, with which certificate or qualification, and apart from whom.

A person whom the people file does not hold is unknown, never a breach. Without any people file certificates, roles and
qualifications are not judged, but too few persons stay too few, whoever they are.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeAlias

from xiezhi.core.law.rules import Person as PersonRule
from xiezhi.core.procedure.act import Act, Person
from xiezhi.core.procedure.finding import Fault
from xiezhi.core.procedure.guard import Scene, Unknown
from xiezhi.core.procedure.tools import Check, Tools

Fitting: TypeAlias = Callable[[Person, date], bool | None]

NO_PEOPLE = "people"
"""The missing fact's name when there is no people file at all."""


def person(rule: PersonRule, tools: Tools) -> Check:
    who = _who(rule)
    fitting = _fitting(rule)
    wanted, wanted_zh = _words(rule, tools)
    parts = rule.apart_from

    def check(scene: Scene) -> Fault | Unknown | None:
        people = who(scene.this)
        if len(people) > 1 and (len(people) > 2 or people[0] == people[1]):
            people = tuple(dict.fromkeys(people))
        if rule.count is not None and len(people) < rule.count:
            return Fault("missing", f"{len(people)} of {rule.count} persons", f"应当{rule.count}人，记录{len(people)}人")
        if parts:
            before = {one for kind in parts for place in scene.of(kind) for one in scene.acts[place].by}
            shared = [one for one in people if one in before]
            if shared:
                return Fault("conflict", "took part before: " + ", ".join(shared), "此前已参与本案办理：" + "、".join(shared))
        if fitting is None:
            return None
        if scene.people is None:
            return Unknown(NO_PEOPLE)
        known, today = scene.people, scene.today
        for one in people:
            person = known.get(one)
            if person is None or fitting(person, today) is not True:
                break
        else:
            if people:
                return None  # there are at least `count` of them
        answers = [fitting(known[one], today) if one in known else None for one in people]
        fit, unknown = answers.count(True), answers.count(None)
        needed = len(people) if rule.count is None else rule.count
        if fit >= needed:
            return None
        if fit + unknown >= needed:
            return Unknown(*(f"person:{one}" for one, answer in zip(people, answers, strict=True) if answer is None))
        return Fault("missing", wanted, wanted_zh)

    return check


def _who(rule: PersonRule) -> Callable[[Act], tuple[str, ...]]:
    if rule.field is None:
        return lambda act: act.by
    name = rule.field

    def of_data(act: Act) -> tuple[str, ...]:
        value = act.own.get(name)
        if value is None:
            return ()
        return (value,) if isinstance(value, str) else tuple(value)

    return of_data


def _fitting(rule: PersonRule) -> Fitting | None:
    """Whether one known person fits on that day (None: their row does not say); no test when nothing about persons is asked."""
    roles, certificate = frozenset(rule.role), rule.certificate is not None
    qualified = _qualified(rule) if rule.qualification is not None else None
    if not (roles or certificate or qualified is not None):
        return None

    def fits(one: Person, day: date) -> bool | None:
        if roles and roles.isdisjoint(one.roles):
            return False
        if certificate and not one.certified(day):
            return False
        return True if qualified is None else qualified(one, day)

    return fits


def _qualified(rule: PersonRule) -> Fitting:
    """`legal`: has it. `legal_if_first`: has it, or was a reviewer before the day `since`."""
    if rule.qualification == "legal":
        return lambda one, _day: one.legal_qualification
    since = rule.since or date.min

    def if_first(one: Person, _day: date) -> bool | None:
        if one.first_reviewer_since is not None and one.first_reviewer_since < since:
            return True
        return True if one.legal_qualification else None if one.first_reviewer_since is None else one.legal_qualification

    return if_first


def _words(rule: PersonRule, tools: Tools) -> tuple[str, str]:
    role = " or ".join(rule.role) or "person"
    role_zh = "或者".join(tools.vocabulary.roles[one] for one in rule.role) or "人员"
    en = f"{rule.count or 'every'} {role}"
    zh = f"{rule.count}名{role_zh}" if rule.count else f"每名{role_zh}"
    if rule.certificate is not None:
        en, zh = en + " with a certificate valid that day", zh + "持当日有效的执法证件"
    if rule.qualification is not None:
        en, zh = en + " with legal qualification", zh + "具有国家统一法律职业资格"
    return en, "应当" + zh
