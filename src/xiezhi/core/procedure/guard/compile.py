"""Tree to closure. A guard is compiled once per pack; a closure takes the scene and gives true, false or Unknown.

No name is looked up in the vocabulary at run time: what a missing fact means is decided here.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from xiezhi.core.procedure.act import Act
from xiezhi.core.procedure.guard.names import ATTRIBUTES, ROOTS, Names, data_key
from xiezhi.core.procedure.guard.scene import Scene
from xiezhi.core.procedure.guard.tree import All, AnyOf, Call, Compare, Items, Literal, Not, Param, Path, Sum, Tree
from xiezhi.core.procedure.guard.values import Unknown, Value, add, equal, intersects, join, member, ordered, truth, unequal

Closure: TypeAlias = Callable[[Scene], Value]
Condition: TypeAlias = Callable[[Scene], "bool | Unknown"]
Definitions: TypeAlias = Mapping[str, Condition]
ActReader: TypeAlias = Callable[[Act], Value]

ORDERINGS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_EQUALITIES: dict[str, Callable[[Value, Value], bool | Unknown]] = {
    "==": equal,
    "!=": unequal,
    "in": member,
    "intersects": intersects,
}
MISSING: Any = object()


def condition_of(tree: Tree, names: Names, definitions: Definitions) -> Condition:
    """The guard as a condition: its value read as a truth value."""
    value = closure_of(tree, names, definitions)
    if isinstance(tree, (All, AnyOf, Not, Compare)) or (isinstance(tree, Call) and tree.name in _TRUTHS):
        return value
    if isinstance(tree, Path) and tree.parts[0] not in ROOTS:
        if tree.text in names.vocabulary.facts:
            return _fact_holds(tree.text, names)
        if tree.text in names.definitions:
            return value

    def condition(scene: Scene) -> bool | Unknown:
        return truth(value(scene))

    return condition


_TRUTHS = frozenset({"done", "any", "all", "since", "past", "after", "recorded", "covers", "empty", "workday", "holiday"})
"""Calls whose value is a truth value already."""


def closure_of(tree: Tree, names: Names, definitions: Definitions) -> Closure:
    match tree:
        case Literal():
            return _constant(tree.value)
        case Param():
            return _param(tree.name, names)
        case Path():
            return _path(tree, names, definitions)
        case Items():
            if all(isinstance(item, Literal) for item in tree.items):
                return _constant(tuple(item.value for item in tree.items if isinstance(item, Literal)))
            return _items(tuple(closure_of(item, names, definitions) for item in tree.items))
        case All():
            return _all(tuple(condition_of(item, names, definitions) for item in tree.items))
        case AnyOf():
            return any_of(tuple(condition_of(item, names, definitions) for item in tree.items))
        case Not():
            return _not(condition_of(tree.inner, names, definitions))
        case Compare():
            return _compare(tree, names, definitions)
        case Sum():
            return _sum(tree.op, closure_of(tree.left, names, definitions), closure_of(tree.right, names, definitions))
        case Call():
            from xiezhi.core.procedure.guard.calls import call_of

            return call_of(tree, names, definitions)


def _constant(value: Value) -> Closure:
    return lambda _scene: value


def _param(name: str, names: Names) -> Closure:
    cache: dict[Any, Value] = {}

    def read(scene: Scene) -> Value:
        value = cache.get(scene.today, MISSING)
        if value is MISSING:
            value = names.param_at(name, scene.today)
            value = Unknown("$" + name) if value is None else tuple(value) if isinstance(value, list) else value
            cache[scene.today] = value
        return value

    return read


def _path(path: Path, names: Names, definitions: Definitions) -> Closure:
    root = path.parts[0]
    if root in ROOTS:
        return _of_act(root, path.parts[1:], names)
    key = names.vocabulary.facts.get(path.text)
    if key is not None:
        return _fact(path.text, absent_value(path.text, key.absent, key.default))
    if path.text in names.definitions:
        return _definition(path.text, definitions)
    return _constant(path.text)  # an act id, as an operand of == or in


def absent_value(name: str, absent: str, default: str | None) -> Value:
    """What a missing key means, by the vocabulary's column `absent`."""
    if default is not None:
        return default
    return {"false": False, "empty": ()}.get(absent, Unknown(name))


def _fact(name: str, absent: Value) -> Closure:
    def read(scene: Scene) -> Value:
        return scene.facts.get(name, absent)

    return read


def _fact_holds(name: str, names: Names) -> Condition:
    """The commonest condition of all, without detours."""
    key = names.vocabulary.facts[name]
    absent = absent_value(name, key.absent, key.default)

    def holds(scene: Scene) -> bool | Unknown:
        value = scene.facts.get(name, absent)
        return value if value is True or value is False else truth(value)

    return holds


def _definition(name: str, definitions: Definitions) -> Closure:
    def read(scene: Scene) -> Value:
        value = scene.memo.get(name, MISSING)
        if value is MISSING:
            value = scene.memo[name] = definitions[name](scene)
        return value

    return read


def _of_act(root: str, parts: tuple[str, ...], names: Names) -> Closure:
    if root == "this":
        return _of_this(parts, names)
    read = act_reader(parts, names, root)

    def of_other(scene: Scene) -> Value:
        act = scene.it if root == "it" else scene.opener
        return Unknown(root) if act is None else read(act)

    return of_other


def _of_this(parts: tuple[str, ...], names: Names) -> Closure:
    """What the act judged states: read for nearly every rule, so that a plain key takes one step."""
    key = data_key(parts, names) if parts and parts[0] != "signed" else None
    if key is not None and not key[1] and not (len(parts) == 1 and parts[0] in ATTRIBUTES):
        name = key[0]
        word = names.vocabulary.key(name)
        assert word is not None  # noqa: S101  data_key found it there
        absent = absent_value(f"this.{name}", word.absent, word.default)
        return lambda scene: scene.this.own.get(name, absent)
    read = act_reader(parts, names, "this")
    return lambda scene: read(scene.this)


def act_reader(parts: tuple[str, ...], names: Names, shown: str) -> ActReader:
    """How to read an attribute or a data key of one act."""
    if not parts:
        return lambda act: act
    if parts[0] == "signed" and len(parts) > 1:
        return lambda act: act.signed.get(parts[1])
    key = data_key(parts, names)
    if key is None or (len(parts) == 1 and parts[0] in ATTRIBUTES):
        return operator.attrgetter("kind" if parts[0] == "act" else parts[0])
    name, inside = key
    word = names.vocabulary.key(name)
    assert word is not None  # noqa: S101  data_key found it there
    absent = absent_value(f"{shown}.{name}", word.absent, word.default)
    if not inside:
        return lambda act: act.own.get(name, absent)
    return _inside(name, inside)


def _inside(name: str, inside: tuple[str, ...]) -> ActReader:
    """A key inside a map such as the checklist; `{result, note}` reads as its result."""

    def read(act: Act) -> Value:
        value = act.own.get(name)
        for part in inside:
            value = value.get(part) if isinstance(value, Mapping) else None
        return value.get("result", value) if isinstance(value, Mapping) else value

    return read


def _items(items: tuple[Closure, ...]) -> Closure:
    def build(scene: Scene) -> Value:
        values = tuple(item(scene) for item in items)
        unknown: Unknown | None = None
        for value in values:
            if type(value) is Unknown:
                unknown = join(unknown, value)
        return values if unknown is None else unknown

    return build


def _all(items: tuple[Condition, ...]) -> Condition:
    if len(items) == 2:
        return _both(*items)

    def conjunction(scene: Scene) -> bool | Unknown:
        unknown: Unknown | None = None
        for item in items:
            value = item(scene)
            if value is False:
                return False
            if value is not True:
                unknown = join(unknown, value)
        return True if unknown is None else unknown

    return conjunction


def _both(left: Condition, right: Condition) -> Condition:
    """`a and b`, as most conjunctions are."""

    def both(scene: Scene) -> bool | Unknown:
        first = left(scene)
        if first is False:
            return False
        second = right(scene)
        if second is False:
            return False
        if first is True:
            return second
        return first if second is True else join(first, second)

    return both


def any_of(items: tuple[Condition, ...]) -> Condition:
    if len(items) == 2:
        return _either(*items)

    def disjunction(scene: Scene) -> bool | Unknown:
        unknown: Unknown | None = None
        for item in items:
            value = item(scene)
            if value is True:
                return True
            if value is not False:
                unknown = join(unknown, value)
        return False if unknown is None else unknown

    return disjunction


def _either(left: Condition, right: Condition) -> Condition:
    """`a or b`."""

    def either(scene: Scene) -> bool | Unknown:
        first = left(scene)
        if first is True:
            return True
        second = right(scene)
        if second is True:
            return True
        if first is False:
            return second
        return first if second is False else join(first, second)

    return either


def _not(inner: Condition) -> Condition:
    def negation(scene: Scene) -> bool | Unknown:
        value = inner(scene)
        return False if value is True else True if value is False else value

    return negation


def _compare(tree: Compare, names: Names, definitions: Definitions) -> Condition:
    left = closure_of(tree.left, names, definitions)
    text = text_of(tree.right, names)
    if text is not None and tree.op in ("==", "!="):
        return _equals_text(left, text, wanted=tree.op == "==")
    right = closure_of(tree.right, names, definitions)
    op = _EQUALITIES.get(tree.op) or ordered(ORDERINGS[tree.op], words(tree.left), words(tree.right))

    def comparison(scene: Scene) -> bool | Unknown:
        return op(left(scene), right(scene))

    if tree.op in ORDERINGS and isinstance(tree.left, Call):
        from xiezhi.core.procedure.guard.times import hours_compared, in_hours

        if in_hours(tree.left):
            start, end = (closure_of(value, names, definitions) for value in tree.left.values[:2])
            return hours_compared(start, end, right, ORDERINGS[tree.op], comparison)
    return comparison


def text_of(tree: Tree, names: Names) -> str | None:
    """The text that an operand always is: a literal, or an act id."""
    if isinstance(tree, Literal) and isinstance(tree.value, str):
        return tree.value
    if isinstance(tree, Path) and len(tree.parts) == 1 and tree.text in names.vocabulary.acts and names.vocabulary.key(tree.text) is None:
        return None if tree.text in names.definitions else tree.text
    return None


def _equals_text(left: Closure, text: str, *, wanted: bool) -> Condition:
    """The commonest comparison of all, without detours."""

    def equals(scene: Scene) -> bool | Unknown:
        value = left(scene)
        if type(value) is str:
            return (value == text) is wanted
        same = equal(value, text)
        return same if type(same) is Unknown else same is wanted

    return equals


def _sum(op: str, left: Closure, right: Closure) -> Closure:
    return lambda scene: add(op, left(scene), right(scene))


def words(tree: Tree) -> str:
    """The name by which a missing value is asked for."""
    match tree:
        case Path():
            return tree.text
        case Param():
            return "$" + tree.name
        case Call():
            inner = ", ".join(act.text for act in tree.acts) or ", ".join(words(value) for value in tree.values)
            return f"{tree.name}({inner})" + "".join("." + part for part in tree.path)
        case Literal():
            return str(tree.value)
        case _:
            return "value"
