"""The calls of the guard language: questions about earlier acts, time, persons and recordings.

"Earlier" is before `this` in fold order. Each call here is row-wise; `done`, `count`, `last` and `elapsed` have a columnar form.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from xiezhi.core.procedure.act import Act
from xiezhi.core.procedure.coverage import covers
from xiezhi.core.procedure.guard.compile import Closure, Condition, Definitions, act_reader, closure_of, condition_of, words
from xiezhi.core.procedure.guard.names import Names
from xiezhi.core.procedure.guard.scene import Scene
from xiezhi.core.procedure.guard.times import elapsed, fades, of_time, past
from xiezhi.core.procedure.guard.tree import Call, Path
from xiezhi.core.procedure.guard.values import Unknown, Value, join, listed

Found: TypeAlias = "Act | Unknown | None"


def call_of(call: Call, names: Names, definitions: Definitions) -> Closure:
    kinds = tuple(act.text for act in call.acts)
    condition = condition_of(call.condition, names, definitions) if call.condition is not None else None
    match call.name:
        case "done" | "any":
            acts = names.vocabulary.acts
            by_time = all("served_on" not in acts[kind].data for kind in kinds)  # service counts from another day than its place
            return _done(kinds, condition, fading=by_time and fades(call.condition))
        case "all":
            return _every(kinds, condition)
        case "count":
            return _count(kinds, condition)
        case "last" | "first":
            return _found(call, kinds, condition, names)
        case "since":
            return _since(kinds, tuple(words(value) for value in call.values))
        case "persons":
            return _persons(kinds, condition)
        case "elapsed":
            return elapsed(call, names, definitions)
        case "past":
            return past(call, names, definitions)
        case _:
            return _over_values(call, names, definitions)


def places_of(scene: Scene, kinds: tuple[str, ...], latest_first: bool) -> list[int]:
    """The places of earlier acts of these kinds in fold order, or against it."""
    if len(kinds) == 1:
        places = scene.of(kinds[0])
        return places[::-1] if latest_first and len(places) > 1 else places
    held = [scene.places[kind] for kind in kinds if kind in scene.places]
    if len(held) < 2:
        return (held[0][::-1] if latest_first else held[0]) if held else []
    places = [place for some in held for place in some]
    places.sort(reverse=latest_first)
    return places


def matching(scene: Scene, kinds: tuple[str, ...], condition: Condition | None) -> tuple[list[int], Unknown | None]:
    """(places of earlier acts of these kinds that fulfil the filter, in fold order; what is unknown about others)."""
    places = places_of(scene, kinds, False)
    if condition is None:
        return places, None
    kept: list[int] = []
    unknown: Unknown | None = None
    outer = scene.it
    for place in places:
        scene.it = scene.acts[place]
        value = condition(scene)
        if value is True:
            kept.append(place)
        elif value is not False:
            unknown = join(unknown, value)
    scene.it = outer
    return kept, unknown


def first_match(
    scene: Scene, kinds: tuple[str, ...], condition: Condition, *, latest: bool, fading: bool = False
) -> tuple[Act | None, Unknown | None]:
    """(the latest, or first, earlier act that fulfils the filter; what is unknown about acts looked at before). The search ends where it
    finds, and the one for the latest where a `fading` filter fails.
    """
    places = places_of(scene, kinds, latest)
    if not places:
        return None, None
    unknown: Unknown | None = None
    outer = scene.it
    try:
        for place in places:
            act = scene.it = scene.acts[place]
            value = condition(scene)
            if value is True:
                return act, unknown
            if value is not False:
                unknown = join(unknown, value)
            elif fading:
                break
    finally:
        scene.it = outer
    return None, unknown


def _done(kinds: tuple[str, ...], condition: Condition | None, *, fading: bool) -> Closure:
    if condition is None:
        if len(kinds) == 1:
            only = kinds[0]
            return lambda scene: only in scene.places
        return lambda scene: not scene.places.keys().isdisjoint(kinds)

    def filtered(scene: Scene) -> bool | Unknown:
        found, unknown = first_match(scene, kinds, condition, latest=True, fading=fading)
        return True if found is not None else False if unknown is None else unknown

    return filtered


def _every(kinds: tuple[str, ...], condition: Condition | None) -> Closure:
    def every(scene: Scene) -> bool | Unknown:
        if condition is None:
            return True
        total = sum(len(scene.of(kind)) for kind in kinds)
        places, unknown = matching(scene, kinds, condition)
        if len(places) == total:
            return True
        return False if unknown is None else unknown

    return every


def _count(kinds: tuple[str, ...], condition: Condition | None) -> Closure:
    def count(scene: Scene) -> int | Unknown:
        places, unknown = matching(scene, kinds, condition)
        return len(places) if unknown is None else unknown

    return count


def finder(kinds: tuple[str, ...], condition: Condition | None, *, latest: bool) -> Callable[[Scene], Found]:
    """The latest (or first) earlier act of these kinds that fulfils the filter."""

    def find(scene: Scene) -> Found:
        if condition is None:
            place = -1
            for kind in kinds:
                places = scene.of(kind)
                if places:
                    candidate = places[-1] if latest else places[0]
                    if place < 0 or (candidate > place) == latest:
                        place = candidate
            return None if place < 0 else scene.acts[place]
        found, unknown = first_match(scene, kinds, condition, latest=latest)
        return found if unknown is None else unknown  # an act that might match lies nearer: which one is meant is not known

    return find


def _found(call: Call, kinds: tuple[str, ...], condition: Condition | None, names: Names) -> Closure:
    find = finder(kinds, condition, latest=call.name == "last")
    if not call.path:
        return find
    shown = words(call)[: -len("." + ".".join(call.path))]
    read = act_reader(call.path, names, shown)
    missing = Unknown(words(call))

    def value(scene: Scene) -> Value:
        act = find(scene)
        if act is None:
            return missing
        return act if type(act) is Unknown else read(act)  # type: ignore[arg-type]

    return value


def _since(kinds: tuple[str, ...], after: tuple[str, ...]) -> Closure:
    def since(scene: Scene) -> bool:
        return 0 <= _latest(scene, kinds) < _latest(scene, after)

    return since


def _latest(scene: Scene, kinds: tuple[str, ...]) -> int:
    places = scene.places
    return max((places[kind][-1] for kind in kinds if kind in places), default=-1)


def _persons(kinds: tuple[str, ...], condition: Condition | None) -> Closure:
    def persons(scene: Scene) -> Value:
        places, unknown = matching(scene, kinds, condition)
        return unknown if unknown is not None else frozenset(person for place in places for person in scene.acts[place].by)

    return persons


def _over_values(call: Call, names: Names, definitions: Definitions) -> Closure:
    value = closure_of(call.values[0], names, definitions)
    match call.name:
        case "empty":
            return _empty(call, value)
        case "size":
            return _of_known(value, lambda x: len(x) if isinstance(x, (tuple, frozenset, dict, str)) else int(x is not None))
        case "recorded":
            return _of_known(value, lambda act: isinstance(act, Act) and bool(act.recordings))
        case "covers":
            media = closure_of(call.values[1], names, definitions)
            return lambda scene: _covers(value(scene), media(scene))
        case "after":
            return _after(value, closure_of(call.values[1], names, definitions))
        case "without":
            return _without(value, closure_of(call.values[1], names, definitions))
        case "percent":
            return _percent(call, value, closure_of(call.values[1], names, definitions))
        case _:
            return of_time(call, value, names)


def _after(later: Closure, earlier: Closure) -> Closure:
    """`after(x, y)`: the act x stands after the act y in fold order; false where there is no y."""

    def after(scene: Scene) -> bool | Unknown:
        return after_acts(scene, later(scene), earlier(scene))

    return after


def after_acts(scene: Scene, x: Value, y: Value) -> bool | Unknown:
    """Whether the act x stands after the act y."""
    if type(x) is Unknown or type(y) is Unknown:
        return x if type(x) is Unknown else y
    return isinstance(x, Act) and isinstance(y, Act) and _place(scene, x) > _place(scene, y)


def _place(scene: Scene, act: Act) -> int:
    """Where the act stands in fold order; the act judged stands after all others."""
    return next((place for place in scene.of(act.kind) if scene.acts[place] is act), len(scene.acts))


def _without(items: Closure, taken: Closure) -> Closure:
    """`without(x, y)`: the items of the list x that the list y does not hold."""

    def without(scene: Scene) -> Value:
        x, y = items(scene), taken(scene)
        if type(x) is Unknown or type(y) is Unknown:
            return x if type(x) is Unknown else y
        return tuple(item for item in listed(x) if item not in listed(y))

    return without


def _percent(call: Call, part: Closure, whole: Closure) -> Closure:
    """`percent(x, y)`: x in percent of y, exact; unknown where a number is missing or y is nothing."""
    shown = [words(value) for value in call.values]

    def percent(scene: Scene) -> Value:
        x, y = part(scene), whole(scene)
        if type(x) is Unknown or type(y) is Unknown:
            return x if type(x) is Unknown else y
        missing = [name for name, value in zip(shown, (x, y), strict=True) if not isinstance(value, (int, Decimal))]
        if missing or not y:
            return Unknown(*(missing or shown[1:]))
        return Fraction(x) * 100 / Fraction(y)

    return percent


def _covers(act: Value, media: Value) -> bool | Unknown:
    if isinstance(act, Unknown):
        return act
    if isinstance(media, Unknown):
        return media
    return isinstance(act, Act) and covers(act, media)


def _of_known(value: Closure, read: Callable[[Value], Value]) -> Closure:
    def known(scene: Scene) -> Value:
        inner = value(scene)
        return inner if type(inner) is Unknown else read(inner)

    return known


def _empty(call: Call, value: Closure) -> Closure:
    """`empty(x)` asks about the record, not about the world: a key that was not stated is empty."""
    stated = isinstance(call.values[0], Path)

    def empty(scene: Scene) -> bool | Unknown:
        inner = value(scene)
        if type(inner) is Unknown:
            return True if stated else inner
        return is_nothing(inner)

    return empty


def is_nothing(value: Value) -> bool:
    """Null, an empty text, an empty list or map; zero and false are something."""
    return value is None or value in ("", ()) or (isinstance(value, (dict, frozenset)) and not value)
