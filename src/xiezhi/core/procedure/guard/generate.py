"""Tree to Python. The conditions of one function are written as plain statements that share what they read.

The closures of `compile` say what a guard means; what is written here answers the same, names of missing facts included, in a fraction of
the time (a test holds both beside each other). A tree without a written form is asked by its closure.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from xiezhi.core.procedure.guard.calls import after_acts, is_nothing
from xiezhi.core.procedure.guard.compile import ORDERINGS, Condition, Definitions, text_of, words
from xiezhi.core.procedure.guard.names import ROOTS, Names
from xiezhi.core.procedure.guard.times import fades, hours, in_hours, span_of
from xiezhi.core.procedure.guard.tree import All, AnyOf, Call, Compare, Items, Literal, Not, Path, Tree
from xiezhi.core.procedure.guard.values import equal, intersects, join, member, ordered, truth, unequal
from xiezhi.core.procedure.guard.writing import Part, Writer
from xiezhi.core.procedure.guard.written_values import Answer, NoForm, Read, Values, shape

_PROLOGUE = ("places = scene.places", "acts = scene.acts", "get = scene.facts.get", "this = scene.this", "own = this.own.get")
_ALWAYS_TEXTS = frozenset({"by", "documents"})


class Conditions(Values):
    """Writes conditions: and, or, not in Kleene's logic, comparisons and calls."""

    def truth(self, tree: Tree) -> Answer:
        """The condition as the next lines of the function."""
        match tree:
            case Literal(value=bool() as value):
                return Answer(str(value), sure=True)
            case All():
                return self._all(tree.items)
            case AnyOf():
                return self._any_of(tree.items)
            case Not():
                return self._not(self.truth(tree.inner))
            case Compare():
                return self._compare(tree)
            case Call():
                return self._call(tree)
            case Path() if tree.parts[0] not in ROOTS and tree.text in self.names.vocabulary.facts:
                read = self.value(tree)
                key = self.names.vocabulary.facts[tree.text]
                if key.type == "bool" and key.default is None:
                    return Answer(read.name, sure=read.unknown is None)
                return self._truth_of(read)
            case Path() if tree.text in self.definitions:
                return Answer(self.value(tree).name, sure=False)
            case _:
                return self._truth_of(self.value(tree))

    # --- and, or, not

    def _all(self, items: Sequence[Tree]) -> Answer:
        first = self.truth(items[0])
        if len(items) == 1:
            return first
        self.certain.extend(known := list(self._stated(items[0], wanted=False)))
        rest, part = self.writer.apart(lambda: self._all(items[1:]))
        del self.certain[len(self.certain) - len(known) :]
        return self._joined(first, rest, part, conjunction=True)

    def _any_of(self, items: Sequence[Tree]) -> Answer:
        first = self.truth(items[0])
        if len(items) == 1:
            return first
        self.certain.extend(known := list(self._stated(items[0], wanted=True)))
        rest, part = self.writer.apart(lambda: self._any_of(items[1:]))
        del self.certain[len(self.certain) - len(known) :]
        return self._joined(first, rest, part, conjunction=False)

    def _joined(self, first: Answer, rest: Answer, part: Part, *, conjunction: bool) -> Answer:
        """`first and rest`, or `first or rest`; the lines of the rest run only where the first does not decide."""
        put, under = self.writer.put, self.writer.under
        deciding, other = ("False", "True") if conjunction else ("True", "False")
        if first.sure and rest.sure and part.cheap:
            self.writer.insert(part, shared=True)
            return Answer(f"({first.text} {'and' if conjunction else 'or'} {rest.text})", sure=True)
        name = self.writer.fresh()
        if first.sure:
            put(f"{name} = {deciding}")
            with under(f"if {first.text}:" if conjunction else f"if not {first.text}:"):
                self.writer.insert(part)
                put(f"{name} = {rest.text}")
            return Answer(name, sure=rest.sure)
        put(f"{name} = {first.text}")
        with under(f"if {name} is not {deciding}:"):
            self.writer.insert(part)
            if rest.sure:
                put(f"if {'not ' if conjunction else ''}{rest.text}: {name} = {deciding}")
            else:
                joined = f"{rest.text} if {rest.text} is {deciding} or {name} is {other} else {self.k(join)}({name}, {rest.text})"
                put(f"if {rest.text} is not {other}: {name} = {joined}")
        return Answer(name, sure=False)

    def _not(self, inner: Answer) -> Answer:
        if inner.sure:
            return Answer(f"(not {inner.text})", sure=True)
        return self._name(f"False if {inner.text} is True else True if {inner.text} is False else {inner.text}")

    def _stated(self, tree: Tree, *, wanted: bool) -> list[str]:
        """The keys that are surely known where the tree is true (`wanted` False: `not empty(x)`) or false (`empty(x)`)."""
        if not wanted:
            if not isinstance(tree, Not):
                return []
            tree = tree.inner
        if isinstance(tree, Call) and tree.name == "empty" and isinstance(tree.values[0], Path):
            return [tree.values[0].text]
        return []

    # --- comparisons

    def _compare(self, tree: Compare) -> Answer:
        if tree.op in ORDERINGS and isinstance(tree.left, Call) and in_hours(tree.left):
            return self._hours(tree, tree.left)
        left = self.value(tree.left)
        text = text_of(tree.right, self.names)
        if text is not None and tree.op in ("==", "!="):
            return self._beside_text(left, text, same=tree.op == "==")
        if tree.op in ("==", "!=") and isinstance(tree.right, Literal) and isinstance(tree.right.value, bool):
            said = f"{left.name} is {'' if tree.op == '==' else 'not '}{tree.right.value}"
            return self._named(said, left)
        if tree.op == "in":
            return self._member(left, tree.right)
        right = self.value(tree.right)
        if tree.op in ORDERINGS:
            return self._ordering(tree, left, right)
        if tree.op == "intersects" and self._are_texts(tree.left) and isinstance(tree.right, Items):
            texts = [item.value for item in tree.right.items if isinstance(item, Literal) and isinstance(item.value, str)]
            if len(texts) == len(tree.right.items):
                return Answer(f"(not {self.k(frozenset(texts))}.isdisjoint({left.name}))", sure=True)
        asked = {"==": equal, "!=": unequal, "intersects": intersects}[tree.op]
        return self._perhaps(f"{self.k(asked)}({left.name}, {right.name})", left, right)

    def _beside_text(self, left: Read, text: str, *, same: bool) -> Answer:
        """An ISO day written as text may stand beside a day; any other text equals its like alone. Of an act its kind is compared."""
        op = "==" if same else "!="
        if _is_day(text) or (left.act and left.unknown is not None):
            return self._perhaps(f"{self.k(equal if same else unequal)}({left.name}, {self.k(text)})", left)
        if left.act:
            return Answer(f"({left.name} {'is not None and' if same else 'is None or'} {left.name}.kind {op} {self.k(text)})", sure=True)
        return self._named(f"{left.name} {op} {self.k(text)}", left)

    def _member(self, left: Read, right: Tree) -> Answer:
        if isinstance(right, Items) and all(isinstance(item, Literal) and isinstance(item.value, str) for item in right.items):
            whole = tuple(item.value for item in right.items if isinstance(item, Literal))
            quick = f"{left.name} in {self.k(frozenset(whole))} if type({left.name}) is str"
            return self._perhaps(f"{quick} else {self.k(member)}({left.name}, {self.k(whole)})", left)
        among = self.value(right)
        if self._are_texts(right) and isinstance(self.writer.names.get(left.name), str):
            return Answer(f"({left.name} in {among.name})", sure=True)
        return self._perhaps(f"{self.k(member)}({left.name}, {among.name})", left, among)

    def _ordering(self, tree: Compare, left: Read, right: Read) -> Answer:
        op = self.k(ordered(ORDERINGS[tree.op], words(tree.left), words(tree.right)))
        both = f"type({left.name}) is int and type({right.name}) is int"
        return self._name(f"{left.name} {tree.op} {right.name} if {both} else {op}({left.name}, {right.name})")

    def _hours(self, tree: Compare, span: Call) -> Answer:
        """`elapsed(x, y, 'hour') <= n`: as in `hours_compared`, the span itself stands beside n hours where it can."""
        start, end, limit = self.value(span.values[0]), self.value(span.values[1]), self.value(tree.right)
        a, b = (
            self.writer.held(f"{read.name}.counts_from")
            if isinstance(one, Path) and len(one.parts) == 1 and read.unknown is None
            else read.name
            for one, read in zip(span.values, (start, end), strict=False)
        )
        op = self.k(ordered(ORDERINGS[tree.op], words(tree.left), words(tree.right)))
        quick = f"type({a}) is {self.k(datetime)} and type({b}) is {self.k(datetime)} and type({limit.name}) is int"
        slow = f"{op}({self.k(span_of(span, self.names))}({start.name}, {end.name}), {limit.name})"
        return self._name(f"{b} - {a} {tree.op} {self.k(hours)}({limit.name}) if {quick} else {slow}")

    def _are_texts(self, tree: Tree) -> bool:
        """Whether the tree is `by` or `documents` of an act: always texts."""
        return isinstance(tree, Path) and len(tree.parts) == 2 and tree.parts[0] in ROOTS and tree.parts[1] in _ALWAYS_TEXTS

    # --- calls

    def _call(self, call: Call) -> Answer:
        kinds = tuple(act.text for act in call.acts)
        match call.name:
            case "done" | "any" if call.condition is None:
                return Answer("(" + " or ".join(f"{self.k(kind)} in places" for kind in kinds) + ")", sure=True)
            case "done" | "any":
                return self._exists_once(call, kinds)
            case "since" if len(kinds) == 1:
                last, k = f"places[{self.k(kinds[0])}][-1]", self.k
                later = " or ".join(f"{k(words(act))} in places and places[{k(words(act))}][-1] > {last}" for act in call.values)
                return Answer(f"({k(kinds[0])} in places and ({later}))", sure=True)
            case "since":
                return Answer(self.asked(call).name, sure=True)
            case "past" | "all" | "covers" | "workday" | "holiday":
                return Answer(self.asked(call).name, sure=False)
            case "empty" if isinstance(call.values[0], Path):
                read = self.value(call.values[0])
                empty = f"(not {read.name} and {self.k(is_nothing)}({read.name}))"
                return Answer(f"({read.unknown} or {empty})" if read.unknown else empty, sure=True)
            case "empty":
                read = self.value(call.values[0])
                return self._named(f"not {read.name} and {self.k(is_nothing)}({read.name})", read)
            case "recorded" if shape(call.values[0]) == shape(Path(("this",), 0)):
                return Answer("bool(this.recordings)", sure=True)
            case "after":
                one, other = self.value(call.values[0]), self.value(call.values[1])
                return self._perhaps(f"{self.k(after_acts)}(scene, {one.name}, {other.name})", one, other)
            case _:
                return self._truth_of(self.value(call))

    def _exists_once(self, call: Call, kinds: tuple[str, ...]) -> Answer:
        key = shape(call)
        if not self.depth and (name := self.writer.find(key)) is not None:
            return Answer(name, sure=self.writer.find((key, "sure")) is not None)
        try:
            found: tuple[Answer, Part] = self.writer.apart(lambda: self._exists(call, kinds))
        except NoForm:
            return Answer(self.asked(call).name, sure=False)
        answer, part = found
        self.writer.insert(part)
        if not self.depth:
            self.writer.known(key, answer.text)
            if answer.sure:
                self.writer.known((key, "sure"), answer.text)
        return answer

    def _exists(self, call: Call, kinds: tuple[str, ...]) -> Answer:
        """Whether an earlier act fulfils the filter: the latest one first, as the closure asks, so that the same facts are missed."""
        acts = self.names.vocabulary.acts
        fading = all("served_on" not in acts[kind].data for kind in kinds) and fades(call.condition)
        found = self.writer.fresh()
        if fading and isinstance(call.condition, Compare):
            self.writer.held("this.counts_from")  # once, not for every act looked at
            self.value(call.condition.right)
        self.writer.put(f"{found} = False")
        unsure = self.loop(call, kinds, latest=True, found=f"{found} = True", fading=fading)
        if unsure is None:
            return Answer(found, sure=True)
        self.writer.put(f"if {unsure} is not None and {found} is False: {found} = {unsure}")
        return Answer(found, sure=False)

    # --- small things
    def _name(self, text: str) -> Answer:
        return Answer(self.writer.held(text), sure=False)

    def _truth_of(self, read: Read) -> Answer:
        if read.unknown is None:
            return Answer(f"bool({read.name})", sure=True)
        return self._name(f"{self.k(truth)}({read.name})")

    def _named(self, said: str, read: Read) -> Answer:
        """What is said of a known value; of one that is not, the Unknown itself."""
        if read.unknown is None:
            return Answer(f"({said})", sure=True)
        return self._name(f"{read.name} if {read.unknown} else {said}")

    def _perhaps(self, said: str, *reads: Read) -> Answer:
        """What a helper says, which knows itself what to do with an Unknown."""
        if all(read.unknown is None for read in reads):
            return Answer(self.writer.held(said), sure=True)
        return self._name(said)


def begun(*more: str) -> Writer:
    """A function of the scene with the names that `Conditions` reads, and these lines."""
    writer = Writer()
    for line in (*_PROLOGUE, *more):
        writer.put(line)
    return writer


def condition_written(tree: Tree, names: Names, definitions: Definitions) -> Condition:
    """The same as `condition_of`, written."""
    writer = begun()
    answer = Conditions(writer, names, definitions).truth(tree)
    writer.put(f"return {answer.text}")
    return writer.function("scene", "a guard")  # type: ignore[no-any-return]


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
