"""Which names a guard may use, and what is near when it uses another."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Any

from xiezhi.core.law.vocabulary import Vocabulary
from xiezhi.core.procedure.guard.parse import GuardError
from xiezhi.core.procedure.guard.tree import All, AnyOf, Call, Compare, Items, Not, Param, Path, Sum, Tree

ROOTS = ("this", "it", "opener")
ATTRIBUTES = frozenset(
    {
        "id",
        "act",
        "kind",
        "at",
        "until",
        "end",
        "day",
        "recorded_at",
        "procedure",
        "agency",
        "visit",
        "by",
        "documents",
        "signed",
        "recordings",
    }
)
_TIMELIKE = frozenset({"last", "first"})


@dataclass(frozen=True, slots=True)
class Names:
    """The words of a pack: its vocabulary, its parameters, its definitions; and what a day means under it.

    `param_at(name, day)` is the value in force that day or None; `workdays(a, b)` the working days after a up to b.
    """

    vocabulary: Vocabulary
    params: Collection[str]
    definitions: Collection[str]
    param_at: Callable[[str, date], Any] = field(repr=False)
    workdays: Callable[[date, date], int] = field(repr=False)
    is_workday: Callable[[date], bool] = field(repr=False)
    is_holiday: Callable[[date], bool] = field(repr=False)


def check(tree: Tree, names: Names) -> None:
    """Raise GuardError for the first name that the pack does not know."""
    match tree:
        case Param():
            if tree.name not in names.params:
                _unknown("parameter", "$" + tree.name, tree.offset, ["$" + name for name in names.params])
        case Path():
            _check_path(tree, names)
        case Call():
            _check_call(tree, names)
        case Items() | All() | AnyOf():
            for item in tree.items:
                check(item, names)
        case Not():
            check(tree.inner, names)
        case Compare() | Sum():
            check(tree.left, names)
            check(tree.right, names)
        case _:
            pass


def _check_path(path: Path, names: Names) -> None:
    if path.parts[0] in ROOTS:
        check_data(path.parts[1:], path.offset, names)
        return
    if path.text in names.vocabulary.facts or path.text in names.definitions:
        return
    if len(path.parts) == 1 and path.text in names.vocabulary.acts:
        return
    _unknown("fact, definition or act", path.text, path.offset, [*names.vocabulary.facts, *names.definitions, *names.vocabulary.acts])


def check_data(parts: tuple[str, ...], offset: int, names: Names) -> None:
    """A path into one act: an attribute of every act, a key of its data, or a fact that it states."""
    if not parts or parts[0] in ATTRIBUTES:
        return
    if data_key(parts, names) is not None:
        return
    known = [*ATTRIBUTES, *names.vocabulary.act_data, *names.vocabulary.facts]
    _unknown("attribute or data key of an act", ".".join(parts), offset, known)


def data_key(parts: tuple[str, ...], names: Names) -> tuple[str, tuple[str, ...]] | None:
    """(key of the vocabulary, what remains inside a map), the longest key first; None when no key begins so."""
    for length in range(len(parts), 0, -1):
        name = ".".join(parts[:length])
        key = names.vocabulary.key(name)
        if key is not None and (length == len(parts) or key.type == "map"):
            return name, parts[length:]
    return None


def _check_call(call: Call, names: Names) -> None:
    for act in call.acts:
        if act.text not in names.vocabulary.acts:
            _unknown("act", act.text, act.offset, names.vocabulary.acts)
    if call.condition is not None:
        check(call.condition, names)
    for value in call.values:
        if call.name == "since" and isinstance(value, Path) and value.text not in names.vocabulary.acts:
            _unknown("act", value.text, value.offset, names.vocabulary.acts)
        check(value, names)
    if call.path:
        if call.name not in _TIMELIKE:
            raise GuardError(call.offset, f"a path after {call.name}(...)", "a path only after last(...) or first(...)")
        check_data(call.path, call.offset, names)
    _check_count(call)


_ARITY = {
    "elapsed": 3,
    "past": 4,
    "covers": 2,
    "after": 2,
    "without": 2,
    "percent": 2,
    "recorded": 1,
    "weekday": 1,
    "workday": 1,
    "holiday": 1,
    "hour": 1,
    "empty": 1,
    "size": 1,
}


def _check_count(call: Call) -> None:
    wanted = _ARITY.get(call.name)
    if wanted is not None and len(call.values) != wanted:
        raise GuardError(call.offset, f"{call.name}(...) with {len(call.values)} values", f"{wanted}")


def _unknown(what: str, name: str, offset: int, known: Collection[str]) -> None:
    near = get_close_matches(name, list(known), 1, 0.5)
    todo = f"did you mean '{near[0]}'?" if near else "name one of the vocabulary or of the pack"
    raise GuardError(offset, f"'{name}', which is no {what}", f"a known {what}", todo)
