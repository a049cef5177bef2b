"""order, limit, lead: what comes after what, how often, and how far apart."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from xiezhi.core.law.rules import Lead, Limit, Order
from xiezhi.core.law.terms import Term, due
from xiezhi.core.procedure.act import Act
from xiezhi.core.procedure.finding import Fault
from xiezhi.core.procedure.guard import Scene, Unknown
from xiezhi.core.procedure.guard.calls import finder
from xiezhi.core.procedure.pairing import key_reader
from xiezhi.core.procedure.tools import Check, DatedTerm, Tools, as_instant


def order_fault(rule: Order, tools: Tools) -> Fault:
    return Fault(
        rule.as_,
        "before it must come: " + " or ".join(tools.act_en(kind) for kind in rule.after),
        "此前应当先有：" + "或者".join(tools.act_zh(kind) for kind in rule.after),
    )


def order(rule: Order, tools: Tools) -> Check:
    after = rule.after
    fault = order_fault(rule, tools)

    def check(scene: Scene) -> Fault | None:
        places = scene.places
        for kind in after:
            if kind in places:
                return None
        return fault

    return check


def limit(rule: Limit, tools: Tools) -> Check:
    most = tools.number(rule.at_most)
    key = key_reader(rule.per, tools) if rule.per else None
    kinds = rule.on

    def check(scene: Scene) -> Fault | Unknown | None:
        number = most(scene.today)
        if number is None:
            return None
        acts = [scene.acts[place] for kind in kinds for place in scene.of(kind)]
        if key is not None:
            wanted = key(scene.this)
            acts = [act for act in acts if key(act) == wanted]
        if len(acts) < number:
            return None
        return Fault("forbidden", f"at most {number}; this would be number {len(acts) + 1}", f"至多{number}次，这是第{len(acts) + 1}次")

    return check


def lead(rule: Lead, tools: Tools) -> Check:
    anchor = _anchor(rule, tools)
    least = tools.term(rule.at_least) if rule.at_least else None
    most = tools.term(rule.at_most) if rule.at_most else None

    def check(scene: Scene) -> Fault | Unknown | None:
        start = anchor(scene)
        if start is None or isinstance(start, Unknown):
            return start
        return lead_fault(scene, start, (least, most), tools)

    return check


def lead_fault(scene: Scene, start: datetime, terms: tuple[DatedTerm | None, DatedTerm | None], tools: Tools) -> Fault | None:
    """What is wrong when the act lies so far from `start`: `terms` are the least and the most."""
    return _too_near(scene, start, terms[0], tools) or _too_far(scene, start, terms[1], tools)


def _anchor(rule: Lead, tools: Tools) -> Callable[[Scene], datetime | Unknown | None]:
    if rule.anchor_act is not None:
        find = finder((rule.anchor_act,), tools.optional(rule.anchor_only), latest=True)

        def of_act(scene: Scene) -> datetime | Unknown | None:
            act = find(scene)
            return as_instant(act.counts_from) if isinstance(act, Act) else act

        return of_act
    name = rule.anchor_data or ""

    def of_data(scene: Scene) -> datetime | Unknown | None:
        value = scene.this.own.get(name, scene.facts.get(name))
        return as_instant(value) or Unknown(name)

    return of_data


def _too_near(scene: Scene, start: datetime, dated: DatedTerm | None, tools: Tools) -> Fault | None:
    term = dated(scene.today) if dated else None
    if term is None:
        return None
    bound = due(start, term, tools.calendar).at
    at = scene.this.at
    if at <= bound if term.direction == "before" else at > bound or (term.unit == "hour" and at == bound):
        return None
    kind, side = ("late", "by") if term.direction == "before" else ("forbidden", "after")  # too near what is to come: done too late
    return Fault(kind, f"lawful only {side} {bound:%Y-%m-%d %H:%M}", _near_zh(term, bound), due=bound)


def _near_zh(term: Term, bound: datetime) -> str:
    return f"最迟应当在{bound:%Y-%m-%d %H:%M}" if term.direction == "before" else f"{bound:%Y-%m-%d %H:%M}之后方可"


def _too_far(scene: Scene, start: datetime, dated: DatedTerm | None, tools: Tools) -> Fault | None:
    term = dated(scene.today) if dated else None
    if term is None:
        return None
    bound = due(start, term, tools.calendar).at
    at = scene.this.at
    if at >= bound if term.direction == "before" else at <= bound:
        return None
    return Fault("late", f"due by {bound:%Y-%m-%d %H:%M}", f"期限为{bound:%Y-%m-%d %H:%M}", due=bound)
