"""Ways of breaking the law in a lawful case, each foretold from the text of the rules before any of them is asked.

A breach changes one thing and names the rules that look at that thing, the kind of finding and the act at which it must be found.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from xiezhi.core.law.pack import Pack
from xiezhi.core.law.rules import Companion, Coverage, Duty, Gate, Lead, Limit, Order, Person, Rule, Value
from xiezhi.core.synthesize.people import EXPIRED
from xiezhi.core.synthesize.scenario import Line, Skeleton, in_order, moment, moved

_WORD = re.compile(r"[a-z_]+(?:\.[a-z_]+)*")
_LATE = (1, 3, 6, 11, 16, 24, 45, 70)
"""By how many working days an act is put off, the least that is too late being wanted."""


@dataclass(frozen=True, eq=False)
class Breach:
    """`rules` are the ids of which one must be found broken, with one of `kinds`, at the act of that place."""

    skeleton: Skeleton
    what: str
    rules: frozenset[str]
    kinds: frozenset[str]
    place: int


class Foretelling:
    """The rules of a pack for one procedure, by what they look at."""

    def __init__(self, pack: Pack, procedure: str) -> None:
        own = [rule for rule in pack.rules if rule.severity == "violation" and rule.yields_to is None]
        self.rules = [rule for rule in own if not rule.procedures or procedure in rule.procedures]

    def on(self, kind: str) -> list[Rule]:
        return [rule for rule in self.rules if kind in getattr(rule, "on", ())]

    def breaches(self, lawful: Skeleton) -> Iterator[Breach]:
        """Every breach that a rule foretells in this case, in a fixed order."""
        for place, act in enumerate(lawful.acts):
            rules = self.on(act["act"])
            yield from _of_documents(lawful, place, rules)
            yield from _of_signatures(lawful, place, rules)
            yield from _of_statements(lawful, place, rules)
            yield from _of_persons(lawful, place, rules)
            yield from self._of_recordings(lawful, place, rules)
            yield from _of_order(lawful, place, rules)
            yield from _of_number(lawful, place, rules)
            yield from self._of_time(lawful, place, rules)

    def _of_recordings(self, lawful: Skeleton, place: int, rules: list[Rule]) -> Iterator[Breach]:
        act = lawful.acts[place]
        if not act.get("recordings"):
            return
        covering = _ids(rule for rule in rules if isinstance(rule, Coverage))
        if covering:
            yield _with(lawful, place, _without(act, "recordings"), "no recording", covering, "missing")
        whole = _ids(rule for rule in rules if isinstance(rule, Coverage) and rule.whole)
        if whole and "until" in act:
            cut = copy.deepcopy(act)
            cut["recordings"] = [{**one, "to": act["at"]} for one in cut["recordings"]]
            yield _with(lawful, place, cut, "the recording breaks off", whole, "gap")
        stored = _ids(
            rule
            for rule in self.rules
            if isinstance(rule, Duty) and {act["act"], "any"} & set(rule.after_recording) and rule.within is not None
        )
        if stored:
            for by in (2, 4, 7):
                late = copy.deepcopy(act)
                late["recordings"] = [
                    {**one, "stored_at": moved(one["stored_at"], by)} for one in late["recordings"] if one.get("stored_at")
                ]
                yield _with(lawful, place, late, f"the recording is stored {by} working days late", stored, "late")

    def _of_time(self, lawful: Skeleton, place: int, rules: list[Rule]) -> Iterator[Breach]:
        kind = lawful.acts[place]["act"]
        before = {act["act"] for act in lawful.acts[:place]}
        owed = _ids(
            rule
            for rule in self.rules
            if isinstance(rule, Duty) and kind in rule.expect and rule.within is not None and before & set(rule.after)
        )
        owed |= _ids(rule for rule in rules if isinstance(rule, Lead) and rule.at_most is not None)
        if owed:
            for by in _LATE:
                acts = [*lawful.acts[:place], *(moved(act, by) for act in lawful.acts[place:])]
                yield _made(lawful, acts, place, f"{kind} {by} working days late", (owed, {"late"}))
        early = _ids(
            rule for rule in rules if (isinstance(rule, Lead) and rule.at_least is not None) or {"elapsed", "past"} & _words_of(rule)
        )
        if early and place > 0:
            gap = moment(lawful.acts[place])[0] - moment(lawful.acts[place - 1])[0]
            for by in dict.fromkeys((gap - 1, gap)):
                acts = [*lawful.acts[:place], *(moved(act, -by) for act in lawful.acts[place:])]
                if by > 0 and moment(acts[place]) > moment(acts[place - 1]):
                    yield _made(lawful, acts, place, f"{kind} {by} working days early", (early, {"forbidden", "late"}))


# --- what comes with an act


def _of_documents(lawful: Skeleton, place: int, rules: list[Rule]) -> Iterator[Breach]:
    act = lawful.acts[place]
    documents = act.get("documents") or []
    for document in documents:
        rest = [one for one in documents if one != document]
        asking = _ids(
            rule
            for rule in rules
            if isinstance(rule, Companion) and any(document in group and not set(group) & set(rest) for group in rule.documents)
        )
        if asking:
            yield _with(lawful, place, {**act, "documents": rest}, f"without {document}", asking, "missing")


def _of_signatures(lawful: Skeleton, place: int, rules: list[Rule]) -> Iterator[Breach]:
    act = lawful.acts[place]
    signed = act.get("signed") or {}
    companions = [rule for rule in rules if isinstance(rule, Companion)]
    asking = {
        "officers": _ids(rule for rule in companions if rule.officers is not None),
        "party": _ids(rule for rule in companions if rule.party),
        "witness": _ids(rule for rule in companions if rule.witness or "witnessed" in rule.party),
        "served": _ids(rule for rule in companions if rule.service),
    }
    for key, found in asking.items():
        if found and key in signed:
            less = {**signed, "officers": 1} if key == "officers" else {name: value for name, value in signed.items() if name != key}
            yield _with(lawful, place, {**act, "signed": less}, f"not signed: {key}", found, "missing")


def _of_statements(lawful: Skeleton, place: int, rules: list[Rule]) -> Iterator[Breach]:
    """A thing left unsaid, and a thing said otherwise."""
    act = lawful.acts[place]
    for path, value in list(_leaves("", act.get("data") or {})):
        name = path.replace("/", ".")
        asking = [rule for rule in rules if isinstance(rule, Companion) and name in rule.fields]
        reading = [rule for rule in rules if isinstance(rule, (Gate, Value)) and _names(name) & _words_of(rule)]
        if asking or reading:
            bare = copy.deepcopy(act)
            _drop(bare["data"], path)
            yield _with(lawful, place, bare, f"{name} is not stated", _ids((*asking, *reading)), "missing", "forbidden")
        for other in _others(value) if reading else ():
            said = copy.deepcopy(act)
            _put(said["data"], path, other)
            kinds = {getattr(rule, "as_", "forbidden") for rule in reading}
            yield _with(lawful, place, said, f"{name} is {other}", _ids(reading), *kinds)


def _of_persons(lawful: Skeleton, place: int, rules: list[Rule]) -> Iterator[Breach]:
    act = lawful.acts[place]
    by = act.get("by") or []
    persons = [rule for rule in rules if isinstance(rule, Person) and rule.field is None]
    few = _ids(rule for rule in persons if rule.count is not None and rule.count == len(by) and len(by) > 1)
    if few:
        yield _with(lawful, place, {**act, "by": by[:1]}, "one person too few", few, "missing")
    certified = _ids(rule for rule in persons if rule.certificate is not None)
    if certified and by:
        yield _with(lawful, place, {**act, "by": [*by[:-1], EXPIRED]}, "a certificate has expired", certified, "missing")
    for rule in persons:
        earlier = next((one for act in lawful.acts[:place] if act["act"] in rule.apart_from for one in act.get("by") or ()), None)
        if earlier is not None and earlier not in by:
            yield _with(lawful, place, {**act, "by": [earlier]}, f"{earlier} took part before", frozenset({rule.id}), "conflict", "missing")


# --- order and number


def _of_order(lawful: Skeleton, place: int, rules: list[Rule]) -> Iterator[Breach]:
    """An act before which another must come: all acts of that other kind are left out."""
    before = dict.fromkeys(act["act"] for act in lawful.acts[:place])
    for kind in before:
        asking = [rule for rule in rules if kind in _words_of(rule)]
        if asking:
            acts = [act for number, act in enumerate(lawful.acts) if act["act"] != kind or number > place]
            now = place - sum(1 for act in lawful.acts[:place] if act["act"] == kind)
            kinds = {getattr(rule, "as_", "forbidden") for rule in asking}
            if acts:
                yield _made(lawful, acts, now, f"{lawful.acts[place]['act']} without {kind}", (_ids(asking), kinds))


def _of_number(lawful: Skeleton, place: int, rules: list[Rule]) -> Iterator[Breach]:
    once = _ids(
        rule for rule in rules if isinstance(rule, Limit) or (isinstance(rule, Gate) and lawful.acts[place]["act"] in _words_of(rule))
    )
    if once:
        act = lawful.acts[place]
        day, time = moment(act)
        again = {**copy.deepcopy(act), "at": f"@{day} {int(time[:2]):02d}:{min(int(time[3:]) + 2, 59):02d}"}
        again.pop("until", None)
        again.pop("recordings", None)
        acts = [*lawful.acts[: place + 1], again, *lawful.acts[place + 1 :]]
        yield _made(lawful, acts, place + 1, f"{act['act']} twice", (once, {"forbidden"}))


# --- small things


def _words_of(rule: Rule) -> set[str]:
    """The names in the guards of a rule, and the acts of its order."""
    texts = [rule.when, getattr(rule, "requires", None), getattr(rule, "check", None)]
    words = {word for text in texts if text is not None for word in _WORD.findall(text.text)}
    if isinstance(rule, Order):
        words |= set(rule.after)
    return words


def _names(name: str) -> set[str]:
    return {name, f"this.{name}", f"it.{name}", name.split(".", 1)[0]}


def _ids(rules: Iterable[Rule]) -> frozenset[str]:
    return frozenset(rule.id for rule in rules)


def _others(value: object) -> tuple[object, ...]:
    if isinstance(value, bool):
        return (not value,)
    if isinstance(value, int):
        return (value * 3, value * 20)
    if isinstance(value, list) and len(value) > 1:
        return (value[:1],)
    return ()


def _leaves(prefix: str, data: Line) -> Iterator[tuple[str, object]]:
    for key, value in data.items():
        if isinstance(value, dict):
            yield from _leaves(f"{prefix}{key}/", value)
        else:
            yield f"{prefix}{key}", value


def _holder(data: Line, path: str) -> tuple[Line, str]:
    *parents, last = path.split("/")
    for key in parents:
        data = data[key]
    return data, last


def _drop(data: Line, path: str) -> None:
    holder, last = _holder(data, path)
    del holder[last]


def _put(data: Line, path: str, value: object) -> None:
    holder, last = _holder(data, path)
    holder[last] = value


def _without(act: Line, key: str) -> Line:
    return {name: value for name, value in act.items() if name != key}


def _with(lawful: Skeleton, place: int, act: Line, what: str, rules: frozenset[str], *kinds: str) -> Breach:
    acts = [*lawful.acts[:place], act, *lawful.acts[place + 1 :]]
    return _made(lawful, acts, place, f"{act['act']}: {what}", (rules, set(kinds)))


def _made(lawful: Skeleton, acts: list[Line], place: int, what: str, foretold: tuple[frozenset[str], set[str]]) -> Breach:
    rules, kinds = foretold
    ordered = in_order(acts)
    where = next(number for number, act in enumerate(ordered) if act is acts[place])
    return Breach(Skeleton(lawful.title, lawful.procedure, ordered), what, rules, frozenset(kinds), where)
