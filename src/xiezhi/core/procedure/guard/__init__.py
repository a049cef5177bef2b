"""The guard language: conditions of rules as text, tree, closure and words (docs/pack-format.md, Guards)."""

from __future__ import annotations

from xiezhi.core.law.errors import PackError
from xiezhi.core.law.source import GuardText
from xiezhi.core.procedure.guard.compile import Closure, Condition, Definitions, closure_of, condition_of
from xiezhi.core.procedure.guard.names import Names, check
from xiezhi.core.procedure.guard.parse import GuardError, parse
from xiezhi.core.procedure.guard.scene import Scene
from xiezhi.core.procedure.guard.tree import Tree
from xiezhi.core.procedure.guard.values import Unknown

__all__ = [
    "Closure",
    "Condition",
    "Definitions",
    "GuardError",
    "Names",
    "Scene",
    "Tree",
    "Unknown",
    "check",
    "compile_condition",
    "compile_value",
    "parse",
    "read",
]


def read(text: GuardText, names: Names) -> Tree:
    """The tree of a guard, its names checked. Raises PackError at the word that is wrong."""
    try:
        tree = parse(text.text)
        check(tree, names)
    except GuardError as error:
        raise _at(text, error) from None
    return tree


def compile_condition(text: GuardText, names: Names, definitions: Definitions) -> Condition:
    """The guard as a condition. Raises PackError with file, line and column."""
    tree = read(text, names)
    try:
        return condition_of(tree, names, definitions)
    except GuardError as error:
        raise _at(text, error) from None


def compile_value(text: GuardText, names: Names, definitions: Definitions) -> Closure:
    """The guard as an expression with a value (`extend.by`). Raises PackError with file, line and column."""
    tree = read(text, names)
    try:
        return closure_of(tree, names, definitions)
    except GuardError as error:
        raise _at(text, error) from None


def _at(text: GuardText, error: GuardError) -> PackError:
    return PackError(text.at(error.offset), f"found {error.found}", error.expected, error.todo)
