"""Atoms that cannot hold together: two values of one fact at once, a fine that is both under and over. z3 decides about numbers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import Any

from xiezhi.core.law.pack import Pack
from xiezhi.core.procedure.guard.tree import Call, Compare, Items, Literal, Param, Path, Tree
from xiezhi.core.prove.formula import Formula, Var, conj, disj, neg
from xiezhi.core.prove.text import text_of


def exclusions(trees: dict[str, Tree], atoms: Iterable[str], pack: Pack, day: date) -> list[Formula]:
    """What is true of every case, whatever its acts: over the atoms given."""
    present = [name for name in atoms if name in trees]
    found: list[Formula] = []
    equal: dict[str, list[tuple[str, Any]]] = {}
    numbers: dict[str, list[tuple[str, str, Decimal]]] = {}
    empty: dict[str, str] = {}
    for name in present:
        tree = trees[name]
        if isinstance(tree, Call) and tree.name == "empty":
            empty[text_of(tree.values[0], it="this")] = name
        if isinstance(tree, Compare):
            left = text_of(tree.left, it="this")
            if tree.op == "==" and isinstance(tree.right, Literal):
                equal.setdefault(left, []).append((name, tree.right.value))
            number = _number(tree.right, pack, day)
            if number is not None and tree.op in ("<", ">", "=="):
                numbers.setdefault(left, []).append((name, tree.op, number))
    for group in equal.values():
        found.extend(neg(conj([Var(one[0]), Var(other[0])])) for one, other in combinations(group, 2) if one[1] != other[1])
    for name, atom in empty.items():
        found.extend(disj([neg(Var(atom)), neg(Var(one))]) for one, _ in equal.get(name, ()))
        found.extend(disj([neg(Var(atom)), neg(Var(one))]) for one in present if _needs_items(trees[one], name))
    for group_ in numbers.values():
        found.extend(_orderings(group_))
    return found


def _needs_items(tree: Tree, name: str) -> bool:
    """`name intersects [...]` and `'x' in name` are false of an empty list."""
    if not isinstance(tree, Compare):
        return False
    if tree.op == "intersects":
        return text_of(tree.left, it="this") == name and isinstance(tree.right, Items)
    return tree.op == "in" and isinstance(tree.left, Literal) and text_of(tree.right, it="this") == name


def _number(tree: Tree, pack: Pack, day: date) -> Decimal | None:
    value: Any = None
    if isinstance(tree, Literal):
        value = tree.value
    elif isinstance(tree, Param):
        value = pack.param(tree.name, day, regardless=True)
    elif isinstance(tree, Path):
        return None
    return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


def _orderings(group: list[tuple[str, str, Decimal]]) -> list[Formula]:
    """For each pair of comparisons of one amount the combinations of truth that no amount gives."""
    import z3

    found: list[Formula] = []
    amount = z3.Real("amount")

    def term(op: str, number: Decimal) -> Any:
        bound = z3.RealVal(str(number))
        return amount < bound if op == "<" else amount > bound if op == ">" else amount == bound

    for (one, op, number), (other, op2, number2) in combinations(group, 2):
        for first in (True, False):
            for second in (True, False):
                solver = z3.Solver()
                solver.add(term(op, number) if first else z3.Not(term(op, number)))
                solver.add(term(op2, number2) if second else z3.Not(term(op2, number2)))
                if solver.check() == z3.unsat:
                    found.append(neg(conj([Var(one) if first else neg(Var(one)), Var(other) if second else neg(Var(other))])))
    return found
