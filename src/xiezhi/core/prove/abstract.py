"""Guards as Boolean formulae (contracts.md 5): acts become bits of memory, everything about data, persons and time a free atom.

The abstraction allows more than the law does: an atom may take any value at any time. So what is unreachable here is unreachable in
every real case (safety is sound); a counterexample may be spurious and its trace says on which atoms it rests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product

from xiezhi.core.procedure.guard.tree import All, AnyOf, Call, Compare, Items, Literal, Not, Path, Tree
from xiezhi.core.prove.formula import Formula, Var, conj, disj, neg
from xiezhi.core.prove.memory import Group, Memory
from xiezhi.core.prove.text import text_of

_FLIPPED = {"!=": "==", ">=": "<", "<=": ">"}
_MAX_SPLIT = 6


@dataclass(slots=True)
class Abstraction:
    """Turns guards into formulae. `definition(name)` gives the trees of a named condition's rows; `known` fixes atoms (`this.procedure`)."""

    memory: Memory
    definition: Callable[[str], list[Tree] | None]
    procedure: str
    atoms: dict[str, Tree] = field(default_factory=dict)

    def guard(self, tree: Tree, act: str | None = None) -> Formula:
        """The guard, asked at `act` (which is not among the earlier acts)."""
        match tree:
            case All():
                return conj(self.guard(item, act) for item in tree.items)
            case AnyOf():
                return disj(self.guard(item, act) for item in tree.items)
            case Not():
                return neg(self.guard(tree.inner, act))
            case Literal(value=bool()):
                return bool(tree.value)
            case Path():
                return self._path(tree, act)
            case Compare():
                return self._compare(tree, act)
            case Call():
                return self._call(tree, act)
            case _:
                return self._atom(tree)

    def _atom(self, tree: Tree) -> Formula:
        name = text_of(tree, it="this")
        self.atoms.setdefault(name, tree)
        return Var(name)

    def _path(self, path: Path, act: str | None) -> Formula:
        rows = self.definition(path.text)
        if rows is not None:
            return disj(self.guard(row, act) for row in rows)
        return self._atom(path)

    def _compare(self, tree: Compare, act: str | None) -> Formula:
        left, right = tree.left, tree.right
        if tree.op in _FLIPPED:
            return neg(self._compare(Compare(_FLIPPED[tree.op], left, right, tree.offset), act))
        if tree.op == "in" and isinstance(right, Items) and not _is_list(left):
            return disj(self._compare(Compare("==", left, item, tree.offset), act) for item in right.items)
        if tree.op == "==":
            fixed = self._fixed(left, right, act)
            if fixed is not None:
                return fixed
            if isinstance(left, Path | Call) and right == Literal(True, getattr(right, "offset", 0)):
                return self.guard(left, act)
            if isinstance(left, Path) and right == Literal(False, getattr(right, "offset", 0)):
                return neg(self._atom(left))
        counted = self._count(tree)
        return self._atom(tree) if counted is None else counted

    def _fixed(self, left: Tree, right: Tree, act: str | None) -> Formula | None:
        """Comparisons with an act's id or with what the procedure decides."""
        if isinstance(left, Path) and isinstance(right, Literal):
            if left.text in ("this.act", "this.kind") and act is not None:
                return act == right.value
            if left.text == "this.procedure":
                return right.value == self.procedure
        if isinstance(left, Call) and left.name == "last" and not left.path:
            member = right.text if isinstance(right, Path) else right.value if isinstance(right, Literal) else None
            if isinstance(member, str):
                group = Group({one.text: self._at_firing(left.condition) for one in left.acts}, _group_text(left))
                return self.memory.last_was(member, group)
        return None

    def _count(self, tree: Compare) -> Formula | None:
        if not (isinstance(tree.left, Call) and tree.left.name == "count" and isinstance(tree.right, Literal)):
            return None
        some, number = self._some(tree.left), tree.right.value
        match (tree.op, number):
            case (">", 0):
                return some
            case ("<", 1) | ("==", 0):
                return neg(some)
            case (">" | "==", _):
                return conj([some, self._atom(tree)])
            case _:
                return disj([neg(some), self._atom(tree)])

    def _call(self, call: Call, act: str | None) -> Formula:
        match call.name:
            case "done" | "any":
                return self._some(call, act)
            case "all":
                other = Call("any", call.acts, Not(call.condition, 0) if call.condition is not None else None, (), (), 0)
                return neg(self._some(other, act))
            case "since":
                answers = tuple(value.text for value in call.values if isinstance(value, Path))
                return self.memory.since(tuple(one.text for one in call.acts), answers)
            case "after":
                return self._after(call)
            case _:
                return self._atom(call)

    def _after(self, call: Call) -> Formula:
        """`after(last(a), last(b))` outside a filter."""
        one, other = call.values
        if _is_last(one) and _is_last(other) and isinstance(one, Call) and isinstance(other, Call):
            filtered = Call("any", one.acts, _and(one.condition, Call("after", (), None, (Path(("it",), 0), other), (), 0)), (), (), 0)
            return self._some(filtered)
        return self._atom(call)

    # --- acts under a filter

    def _some(self, call: Call, act: str | None = None) -> Formula:
        acts = tuple(one.text for one in call.acts)
        if call.condition is None:
            return self.memory.any_done(acts)
        return self._filtered(acts, call.condition, act)

    def _filtered(self, acts: tuple[str, ...], condition: Tree, act: str | None) -> Formula:
        """Some act of `acts` passes the filter. What the filter asks of the case at hand is told apart from what it asks of the act."""
        cases = _questions(condition)
        if len(cases) > _MAX_SPLIT:
            return conj([self.memory.any_done(acts), Var(f"some {', '.join(acts)} with {text_of(condition)}")])
        found: list[Formula] = []
        for values in product((True, False), repeat=len(cases)):
            given = dict(zip(cases, values, strict=True))
            here = conj(self.guard(tree, act) if holds else neg(self.guard(tree, act)) for tree, holds in given.items())
            found.extend(conj([here, disj(self._one(name, branch) for name in acts)]) for branch in _branches(condition, given))
        return disj(found)

    def _one(self, act: str, branch: list[tuple[Tree, bool]]) -> Formula:
        """`act` was done under all literals of the branch."""
        plain: list[tuple[Tree, bool]] = []
        order: tuple[str, Call] | None = None
        free: list[Formula] = []
        for tree, holds in branch:
            kind = _order_kind(tree, holds=holds)
            if kind is not None and order is None:
                order = kind
            elif kind is not None or _reads(tree, ("this", "opener")):
                free.append(neg(self._bound(tree)) if not holds else self._bound(tree))
            else:
                plain.append((tree, holds))
        condition = conj(self._literal(tree, act, holds=holds) for tree, holds in plain)
        text = " and ".join(("" if holds else "not ") + text_of(tree) for tree, holds in plain) or "anything"
        if order is None:
            return conj([self.memory.done_so((act,), text, condition), *free])
        name, starts = order
        group = Group({one.text: self._at_firing(starts.condition) for one in starts.acts}, _group_text(starts))
        begun = self._some(Call("any", starts.acts, starts.condition, (), (), 0))
        so = (act, text, condition)
        match name:
            case "after_last":
                bit = self.memory.after_last(*so, group, begun)
            case "after_first":
                bit = self.memory.after_first(*so, group, begun)
            case _:
                bit = self.memory.not_before_last(*so, group)
        return conj([bit, *free])

    def _bound(self, tree: Tree) -> Formula:
        """An atom that joins an earlier act with the one at hand: free, whatever they are."""
        name = text_of(tree)
        self.atoms.setdefault(name, tree)
        return Var(name)

    def _literal(self, tree: Tree, act: str, *, holds: bool) -> Formula:
        formula = self.guard(_as_this(tree), act)
        return formula if holds else neg(formula)

    def _at_firing(self, condition: Tree | None) -> Formula:
        """A filter over one act, at the moment when that act is done. What is no plain condition on it is free."""
        return True if condition is None else self.guard(_as_this(condition))


def _and(one: Tree | None, other: Tree) -> Tree:
    return other if one is None else All((one, other), 0)


def _group_text(call: Call) -> str:
    acts = ", ".join(one.text for one in call.acts)
    return acts if call.condition is None else f"{acts} with {text_of(call.condition)}"


def _is_last(tree: Tree) -> bool:
    return isinstance(tree, Call) and tree.name == "last" and not tree.path


def _is_list(tree: Tree) -> bool:
    return isinstance(tree, Items | Call) and not _is_last(tree)


def _order_kind(tree: Tree, *, holds: bool) -> tuple[str, Call] | None:
    """`after(it, last(g))`, `after(it, first(g))`, `not after(last(g), it)`."""
    if not (isinstance(tree, Call) and tree.name == "after"):
        return None
    left, right = tree.values
    if holds and isinstance(left, Path) and left.text == "it" and isinstance(right, Call) and not right.path:
        return (f"after_{right.name}", right) if right.name in ("last", "first") else None
    if not holds and isinstance(right, Path) and right.text == "it" and _is_last(left) and isinstance(left, Call):
        return "not_before", left
    return None


def _reads(tree: Tree, roots: tuple[str, ...]) -> bool:
    from xiezhi.core.procedure.guard.walk import paths

    return any(path.split(".")[0] in roots for path in paths(tree))


def _as_this(tree: Tree) -> Tree:
    """The filter's `it` is the act at hand when it is done. A filter inside keeps its own."""
    match tree:
        case Path():
            return Path(("this", *tree.parts[1:]), tree.offset) if tree.parts[0] == "it" else tree
        case All():
            return All(tuple(_as_this(item) for item in tree.items), tree.offset)
        case AnyOf():
            return AnyOf(tuple(_as_this(item) for item in tree.items), tree.offset)
        case Not():
            return Not(_as_this(tree.inner), tree.offset)
        case Compare():
            return Compare(tree.op, _as_this(tree.left), _as_this(tree.right), tree.offset)
        case Call():
            return Call(tree.name, tree.acts, tree.condition, tuple(_as_this(value) for value in tree.values), tree.path, tree.offset)
        case _:
            return tree


def _questions(condition: Tree) -> list[Tree]:
    """The parts of a filter that do not look at `it`: each a question about the case at hand."""
    cases: list[Tree] = []

    def walk(tree: Tree) -> None:
        if isinstance(tree, All | AnyOf):
            for item in tree.items:
                walk(item)
        elif isinstance(tree, Not):
            walk(tree.inner)
        elif not _reads(tree, ("it",)) and tree not in cases:
            cases.append(tree)

    walk(condition)
    return cases


def _branches(tree: Tree, given: dict[Tree, bool]) -> list[list[tuple[Tree, bool]]]:
    """The filter in disjunctive form, as literals over `it`, once the questions about the case are answered."""
    return _normal(tree, given, positive=True)


def _normal(tree: Tree, given: dict[Tree, bool], *, positive: bool) -> list[list[tuple[Tree, bool]]]:
    if tree in given:
        return [[]] if given[tree] is positive else []
    if isinstance(tree, Not):
        return _normal(tree.inner, given, positive=not positive)
    if isinstance(tree, All | AnyOf):
        parts = [_normal(item, given, positive=positive) for item in tree.items]
        if isinstance(tree, All) is positive:
            joined: list[list[tuple[Tree, bool]]] = [[]]
            for part in parts:
                joined = [[*one, *other] for one in joined for other in part]
            return joined
        return [branch for part in parts for branch in part]
    return [[(tree, positive)]]
