"""What a guard says about order: the acts it asks for, and whether it holds in a plain case, of which nothing unusual is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from xiezhi.core.law.clauses import holds
from xiezhi.core.law.pack import Pack
from xiezhi.core.law.source import GuardText
from xiezhi.core.procedure.guard import parse
from xiezhi.core.procedure.guard.tree import All, AnyOf, Call, Compare, Items, Literal, Not, Path, Tree

_ASKING = ("done", "any", "all", "count", "last", "first")
SECTOR = "agency.sector"


@dataclass(slots=True)
class Asked:
    """`acts`: named as having to be there (alternatives among them); `pairs`: (earlier, later) where the later must follow the earlier."""

    acts: dict[str, None] = field(default_factory=dict)
    pairs: dict[tuple[str, str], None] = field(default_factory=dict)


class Reading:
    """Guards of one pack on one day. `sector` is the agency's field of work where the chart is made for one."""

    def __init__(self, pack: Pack, day: date, sector: str | None = None) -> None:
        self.pack = pack
        self.day = day
        self.sector = sector

    def asked(self, guard: GuardText) -> Asked:
        """The acts that a requirement names affirmatively, through definitions. What stands under `not` asks for nothing."""
        found = Asked()
        self._ask(parse(guard.text), found, affirmed=True, seen=frozenset())
        return found

    def _ask(self, tree: Tree, found: Asked, *, affirmed: bool, seen: frozenset[str]) -> None:
        match tree:
            case Not():
                self._ask(tree.inner, found, affirmed=not affirmed, seen=seen)
            case All() | AnyOf():
                for item in tree.items:
                    self._ask(item, found, affirmed=affirmed, seen=seen)
            case Path() if tree.text in self.pack.definitions and tree.text not in seen:
                for row in self._rows(tree.text):
                    self._ask(row, found, affirmed=affirmed, seen=seen | {tree.text})
            case Compare() if affirmed and tree.op != "!=":
                self._compare(tree, found, seen)
            case Call() if affirmed:
                self._call(tree, found, seen)

    def _compare(self, tree: Compare, found: Asked, seen: frozenset[str]) -> None:
        if isinstance(tree.left, Call) and tree.left.name in ("last", "first") and not tree.left.path:
            # `last(submitted, passed, returned) == passed`: only the right side is asked for.
            found.acts.update(dict.fromkeys(one for one in _names(tree.right) if one in self.pack.vocabulary.acts))
            return
        for side in (tree.left, tree.right):
            self._ask(side, found, affirmed=True, seen=seen)

    def _call(self, tree: Call, found: Asked, seen: frozenset[str]) -> None:
        acts = [act.text for act in tree.acts]
        if tree.name in _ASKING:
            found.acts.update(dict.fromkeys(acts))
        elif tree.name == "since":
            later = [one for value in tree.values for one in _names(value)]
            found.acts.update(dict.fromkeys(later))
            found.pairs.update(dict.fromkeys((first, second) for first in acts for second in later if first != second))
        elif tree.name in ("elapsed", "past"):
            for value in tree.values:
                self._ask(value, found, affirmed=True, seen=seen)

    def _rows(self, name: str) -> Iterator[Tree]:
        for row in self.pack.definitions[name].rows:
            if holds(self.pack.validity(row), self.day):
                yield parse(row.when.text)

    def plainly(self, guard: GuardText | None, done: Callable[[str], bool] = lambda _: False) -> bool | None:
        """Whether a condition holds in a plain case: no flag set, nothing stated, of acts only what `done` says. None = nobody can tell."""
        return True if guard is None else self._holds(parse(guard.text), done, frozenset())

    def for_others(self, guard: GuardText | None) -> bool:
        """Whether the condition can only hold in another field of work than the chart's."""
        return guard is not None and self._holds(parse(guard.text), None, frozenset()) is False

    def _holds(self, tree: Tree, done: Callable[[str], bool] | None, seen: frozenset[str]) -> bool | None:
        """Kleene. Without `done` only the sector is known, everything else may be."""
        match tree:
            case Literal():
                return tree.value if isinstance(tree.value, bool) else None
            case Not():
                inner = self._holds(tree.inner, done, seen)
                return None if inner is None else not inner
            case All() | AnyOf():
                wanted = isinstance(tree, AnyOf)
                values = [self._holds(item, done, seen) for item in tree.items]
                return wanted if wanted in values else None if None in values else not wanted
            case Compare():
                return self._compared(tree, done)
            case Path():
                return self._path(tree.text, done, seen)
            case Call():
                return self._called(tree, done)
            case _:
                return None

    def _compared(self, tree: Compare, done: Callable[[str], bool] | None) -> bool | None:
        if isinstance(tree.left, Path) and tree.left.text == SECTOR and tree.op in ("==", "!=", "in"):
            among = self.sector is not None and self.sector in _values(tree.right)
            return not among if tree.op == "!=" else among
        if done is None:
            return None
        if isinstance(tree.left, Path) and tree.left.text == "this.act":
            return None
        return tree.op == "!="  # nothing unusual is stated

    def _path(self, name: str, done: Callable[[str], bool] | None, seen: frozenset[str]) -> bool | None:
        if name in self.pack.definitions and name not in seen:
            values = [self._holds(row, done, seen | {name}) for row in self._rows(name)]
            return True if True in values else None if None in values else False
        return None if done is None else False

    def _called(self, tree: Call, done: Callable[[str], bool] | None) -> bool | None:
        if tree.name == "empty" and tree.values and isinstance(tree.values[0], Path):
            if tree.values[0].text == SECTOR:
                return self.sector is None
            return None if done is None else True
        if done is None:
            return None
        if tree.name in ("done", "any", "last", "first"):
            return any(done(act.text) for act in tree.acts)
        return None


def _names(tree: Tree) -> list[str]:
    match tree:
        case Path():
            return [tree.text]
        case Items():
            return [name for item in tree.items for name in _names(item)]
        case _:
            return []


def _values(tree: Tree) -> list[object]:
    items = tree.items if isinstance(tree, Items) else (tree,)
    return [item.value for item in items if isinstance(item, Literal)]
