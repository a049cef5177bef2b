"""Walking a guard's tree."""

from __future__ import annotations

from collections.abc import Iterator

from xiezhi.core.procedure.guard.tree import All, AnyOf, Call, Compare, Items, Not, Path, Sum, Tree


def children(tree: Tree) -> tuple[Tree, ...]:
    """The trees directly inside, in the order of the text."""
    match tree:
        case Items() | All() | AnyOf():
            return tree.items
        case Not():
            return (tree.inner,)
        case Compare() | Sum():
            return (tree.left, tree.right)
        case Call():
            return (*tree.acts, *((tree.condition,) if tree.condition is not None else ()), *tree.values)
        case _:
            return ()


def paths(tree: Tree) -> Iterator[str]:
    """The names that a guard reads: facts, definitions, act ids, dotted as written."""
    if isinstance(tree, Path):
        yield tree.text
    for child in children(tree):
        yield from paths(child)
