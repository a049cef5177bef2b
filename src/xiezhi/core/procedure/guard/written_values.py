"""Values of the guard language written as Python: facts, what acts state, acts that a search finds."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from xiezhi.core.procedure.guard.calls import places_of
from xiezhi.core.procedure.guard.compile import MISSING, Definitions, absent_value, act_reader, closure_of, words
from xiezhi.core.procedure.guard.names import ATTRIBUTES, ROOTS, Names, data_key
from xiezhi.core.procedure.guard.times import span_of
from xiezhi.core.procedure.guard.tree import Call, Items, Literal, Path, Tree
from xiezhi.core.procedure.guard.values import Unknown, join
from xiezhi.core.procedure.guard.walk import children
from xiezhi.core.procedure.guard.writing import Writer


class NoForm(Exception):  # noqa: N818  it never leaves this module
    """A filter that only the closure of its call can ask."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A truth value. `sure`: the text is an expression that is True or False; else it is a name that may also hold an Unknown."""

    text: str
    sure: bool


@dataclass(frozen=True, slots=True)
class Read:
    """A value in a name. `unknown` is the question whether it is Unknown, None where it cannot be; `act`: it may be an act."""

    name: str
    unknown: str | None = None
    act: bool = False


class Values:
    """Writes values into a function of the scene. `it` is the name of the act that `it` means, None where the scene holds it."""

    def __init__(self, writer: Writer, names: Names, definitions: Definitions, it: str | None = None) -> None:
        self.writer = writer
        self.names = names
        self.definitions = definitions
        self.it = it
        self.depth = 0
        self.certain: list[str] = []
        self._absent: dict[str, Unknown] = {}

    def truth(self, tree: Tree) -> Answer:
        """The condition as the next lines of the function; `Conditions` writes it."""
        raise NotImplementedError

    def value(self, tree: Tree) -> Read:
        """The value in a name."""
        match tree:
            case Literal():
                return Read(self.k(tree.value))
            case Items() if all(isinstance(item, Literal) for item in tree.items):
                return Read(self.k(tuple(item.value for item in tree.items if isinstance(item, Literal))))
            case Path():
                return self._path(tree)
            case Call(name="last" | "first"):
                return self._found(tree)
            case Call(name="elapsed") if isinstance(tree.values[2], Literal):
                start, end = self.value(tree.values[0]), self.value(tree.values[1])
                return self._bought(f"{self.k(span_of(tree, self.names))}({start.name}, {end.name})", tree)
            case _:
                return self.asked(tree)

    def _path(self, path: Path) -> Read:
        root = path.parts[0]
        if root == "this":
            return self._of_act("this", path.parts[1:], path)
        if root == "it" and self.it is not None:
            return self._of_act(self.it, path.parts[1:], path)
        if root in ROOTS:
            return self.asked(path)
        key = self.names.vocabulary.facts.get(path.text)
        if key is not None:
            absent = absent_value(path.text, key.absent, key.default)
            return self._stands(path, "get", path.text, absent)
        if path.text in self.definitions:
            return self._definition(path)
        return Read(self.k(path.text))

    def _definition(self, path: Path) -> Read:
        """A definition, which is asked once for each act."""
        if self.depth:
            raise NoForm
        key = shape(path)
        name = self.writer.find(key)
        if name is None:
            name, memo = self.writer.fresh(), self.writer.held("scene.memo")
            word, missing = self.k(path.text), self.k(MISSING)
            self.writer.put(f"{name} = {memo}.get({word}, {missing})")
            self.writer.put(f"if {name} is {missing}: {name} = {memo}[{word}] = {self.k(self.definitions[path.text])}(scene)")
            self.writer.known(key, name)
        return Read(name, f"type({name}) is Unknown")

    def _of_act(self, act: str, parts: tuple[str, ...], path: Path) -> Read:
        if not parts:
            return Read(act, act=True)
        held, root = self.writer.held, path.parts[0]
        if parts[0] == "signed" and len(parts) > 1:
            return Read(held(f"{act}.signed.get({self.k(parts[1])})"))
        key = data_key(parts, self.names)
        if key is None or (len(parts) == 1 and parts[0] in ATTRIBUTES):
            if len(parts) > 1:
                return self.asked(path)
            return Read(held(f"{act}.{'kind' if parts[0] == 'act' else parts[0]}"))
        name, inside = key
        if len(inside) == 1:
            return Read(self._inside(act, name, parts, root))
        if inside:
            return Read(held(f"{self.k(act_reader(parts, self.names, root))}({act})"))
        word = self.names.vocabulary.key(name)
        assert word is not None  # noqa: S101  data_key found it there
        absent = absent_value(f"{root}.{name}", word.absent, word.default)
        return self._stands(path, "own" if act == "this" else f"{act}.own.get", name, absent)

    def _inside(self, act: str, name: str, parts: tuple[str, ...], root: str) -> str:
        """A key inside a map such as the checklist: mostly a text; `{result, note}` and what is odd goes to the reader."""
        held = self.writer.held
        whole = held(f"{'own' if act == 'this' else f'{act}.own.get'}({self.k(name)})")
        value = held(f"{whole}.get({self.k(parts[-1])}) if type({whole}) is dict else {whole}")
        slow = f"{self.k(act_reader(parts, self.names, root))}({act})"
        return held(f"{value} if type({value}) is str or {value} is None else {slow}")

    def _stands(self, path: Path, get: str, name: str, absent: Any) -> Read:
        if not isinstance(absent, Unknown):
            return Read(self.writer.held(f"{get}({self.k(name)}, {self.k(absent)})"))
        absent = self._absent.setdefault(absent.names[0], absent)
        missing = self.k(absent)
        read = self.writer.held(f"{get}({self.k(name)}, {missing})")
        return Read(read, None if path.text in self.certain else f"{read} is {missing}")

    def _found(self, call: Call) -> Read:
        """`last(...)` and `first(...)`: an act, or what it states."""
        latest = call.name == "last"
        kinds = tuple(act.text for act in call.acts)
        unsure = False
        if call.condition is None and len(kinds) == 1:
            kind = self.k(kinds[0])
            act = self.writer.held(f"acts[places[{kind}][{-1 if latest else 0}]] if {kind} in places else None")
        elif call.condition is None:
            bare = Call(call.name, call.acts, None, (), (), call.offset)
            act = self.asked(bare).name
        else:
            try:
                (act, unsure), part = self.writer.apart(lambda: self._search(call, kinds, latest=latest))
            except NoForm:
                return self.asked(call)
            self.writer.insert(part)
        if not call.path:
            return Read(act, f"type({act}) is Unknown" if unsure else None, act=True)
        missing = self.k(self._absent.setdefault(words(call), Unknown(words(call))))
        shown = words(call)[: -len("." + ".".join(call.path))]
        read = f"{self.k(act_reader(call.path, self.names, shown))}({act})"
        also = f"{act} if type({act}) is Unknown else " if unsure else ""
        return self._maybe(f"{missing} if {act} is None else {also}{read}")

    def _maybe(self, text: str) -> Read:
        name = self.writer.held(text)
        return Read(name, f"type({name}) is Unknown")

    def asked(self, tree: Tree) -> Read:
        """What has no written form is asked by its closure, which finds `it` in the scene alone."""
        if self.depth and _reads_it(tree):
            raise NoForm
        return self._bought(f"{self.k(closure_of(tree, self.names, self.definitions))}(scene)", tree, act=True)

    def _bought(self, text: str, tree: Tree, *, act: bool = False) -> Read:
        """The value of a tree that is not read early, nor asked twice."""
        key = (shape(tree), self.it if _reads_it(tree) else None)

        name = self.writer.find(key)
        if name is None:
            name = self.writer.fresh()
            self.writer.put(f"{name} = {text}")
            self.writer.known(key, name)
        return Read(name, f"type({name}) is Unknown", act)

    # --- searches among earlier acts

    def _search(self, call: Call, kinds: tuple[str, ...], *, latest: bool) -> tuple[str, bool]:
        found = self.writer.fresh()
        self.writer.put(f"{found} = None")
        unsure = self.loop(call, kinds, latest=latest, found=f"{found} = {{it}}", fading=False)
        if unsure is not None:
            self.writer.put(f"if {unsure} is not None: {found} = {unsure}")
        return found, unsure is not None

    def loop(self, call: Call, kinds: tuple[str, ...], *, latest: bool, found: str, fading: bool) -> str | None:
        """The loop over earlier acts; the name that holds what is unknown about those passed over, None where nothing can be."""
        put, fresh = self.writer.put, self.writer.fresh
        assert call.condition is not None  # noqa: S101  without a filter nothing is searched
        outer, certain, place, unsure = self.it, self.certain, fresh(), fresh()
        self.it, self.certain, self.depth = fresh(), [], self.depth + 1
        try:
            answer, part = self.writer.apart(lambda: self.truth(call.condition))  # type: ignore[arg-type]
            it = self.it
        finally:
            self.it, self.certain, self.depth = outer, certain, self.depth - 1
        if len(kinds) == 1:
            places = f"places.get({self.k(kinds[0])}, ())"
            places = f"reversed({places})" if latest else places
        else:
            places = f"{self.k(places_of)}(scene, {self.k(kinds)}, {latest})"
        if not answer.sure:
            put(f"{unsure} = None")
        with self.writer.under(f"for {place} in {places}:"):
            put(f"{it} = acts[{place}]")
            self.writer.insert(part)
            with self.writer.under(f"if {answer.text}:" if answer.sure else f"if {answer.text} is True:"):
                put(found.replace("{it}", it))
                put("break")
            if not answer.sure:
                put(f"if {answer.text} is not False: {unsure} = {self.k(join)}({unsure}, {answer.text})")
                if fading:
                    put("else: break")
            elif fading:
                put("break")
        return None if answer.sure else unsure

    def k(self, value: Any) -> str:
        return self.writer.constant(value)


def shape(tree: Any) -> Any:
    """What a tree says, wherever it stands: equal for guards of the same words."""
    if is_dataclass(tree):
        parts = (getattr(tree, part.name) for part in fields(tree) if part.name != "offset")
        return (type(tree), *(shape(part) for part in parts))
    if isinstance(tree, tuple):
        return tuple(shape(part) for part in tree)
    return type(tree), tree


def _reads_it(tree: Tree) -> bool:
    """Whether `it` of the filter around is read; a filter inside has an `it` of its own."""
    if isinstance(tree, Path):
        return tree.parts[0] == "it"
    own = tree.condition if isinstance(tree, Call) else None
    return any(_reads_it(child) for child in children(tree) if child is not own)
