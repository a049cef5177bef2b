"""Text to tree, by the EBNF of docs/pack-format.md (Guards). Every error says where and what was expected."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from xiezhi.core.procedure.guard.tree import All, AnyOf, Call, Compare, Items, Literal, Not, Param, Path, Sum, Tree

OVER_ACTS = frozenset({"done", "any", "all", "count", "last", "first", "since", "persons"})
OVER_VALUES = frozenset(
    {"elapsed", "past", "covers", "recorded", "weekday", "workday", "holiday", "hour", "empty", "size", "after", "without", "percent"}
)
CALLS = OVER_ACTS | OVER_VALUES

_COMPARISONS = ("==", "!=", "<=", ">=", "<", ">", "in", "intersects")
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<string>'[^']*'|\"[^\"]*\")|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<op>==|!=|<=|>=|[<>+\-$.,;()\[\]]))"
)
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


class GuardError(ValueError):
    """A guard that cannot be read: `offset` is the place in its text, `expected` what would have been right there, `todo` the way out."""

    def __init__(self, offset: int, found: str, expected: str, todo: str = "see docs/pack-format.md, Guards") -> None:
        super().__init__(f"found {found}, expected {expected}")
        self.offset = offset
        self.found = found
        self.expected = expected
        self.todo = todo


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    offset: int

    def __str__(self) -> str:
        return "the end of the guard" if self.kind == "end" else repr(self.text)


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    place = 0
    while place < len(text):
        if not text[place:].strip():
            break
        match = _TOKEN.match(text, place)
        if match is None:
            start = place + len(text[place:]) - len(text[place:].lstrip())
            raise GuardError(start, repr(text[start]), "a name, a number, a 'text', $param, an operator or a bracket")
        kind = match.lastgroup or "op"
        tokens.append(_Token(kind, match.group(kind), match.start(kind)))
        place = match.end()
    tokens.append(_Token("end", "", len(text.rstrip())))
    return tokens


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens = _tokens(text)
        self.place = 0

    @property
    def next(self) -> _Token:
        return self.tokens[self.place]

    def take(self) -> _Token:
        token = self.tokens[self.place]
        self.place += 1
        return token

    def at(self, text: str) -> bool:
        return self.next.text == text and self.next.kind in ("op", "name")

    def accept(self, text: str) -> bool:
        if self.at(text):
            self.place += 1
            return True
        return False

    def need(self, text: str) -> _Token:
        if not self.at(text):
            raise GuardError(self.next.offset, str(self.next), repr(text))
        return self.take()

    def name(self, what: str) -> _Token:
        if self.next.kind != "name":
            raise GuardError(self.next.offset, str(self.next), what)
        return self.take()

    def guard(self) -> Tree:
        offset = self.next.offset
        items = [self.conjunction()]
        while self.accept("or"):
            items.append(self.conjunction())
        return items[0] if len(items) == 1 else AnyOf(tuple(items), offset)

    def conjunction(self) -> Tree:
        offset = self.next.offset
        items = [self.negation()]
        while self.accept("and"):
            items.append(self.negation())
        return items[0] if len(items) == 1 else All(tuple(items), offset)

    def negation(self) -> Tree:
        offset = self.next.offset
        if self.accept("not"):
            return Not(self.negation(), offset)
        return self.comparison()

    def comparison(self) -> Tree:
        left = self.sum()
        for op in _COMPARISONS:
            if self.at(op):
                offset = self.take().offset
                return Compare(op, left, self.sum(), offset)
        return left

    def sum(self) -> Tree:
        left = self.value()
        while self.at("+") or self.at("-"):
            op = self.take()
            left = Sum(op.text, left, self.value(), op.offset)
        return left

    def value(self) -> Tree:
        token = self.next
        if token.kind == "number":
            self.take()
            return Literal(Decimal(token.text) if "." in token.text else int(token.text), token.offset)
        if token.kind == "string":
            self.take()
            return Literal(token.text[1:-1], token.offset)
        if self.accept("("):
            inner = self.guard()
            self.need(")")
            return inner
        if self.accept("["):
            return Items(self.values("]"), token.offset)
        if self.accept("$"):
            return Param(".".join(self.dotted("the name of a parameter")), token.offset)
        if token.kind == "name" and token.text not in ("and", "or", "not", "in", "intersects"):
            return self.word()
        raise GuardError(token.offset, str(token), "a value")

    def word(self) -> Tree:
        token = self.next
        if token.text in _WORDS:
            self.take()
            return Literal(_WORDS[token.text], token.offset)
        parts = self.dotted("a name")
        if len(parts) == 1 and self.at("("):
            return self.call(token)
        return Path(parts, token.offset)

    def dotted(self, what: str) -> tuple[str, ...]:
        parts = [self.name(what).text]
        while self.accept("."):
            parts.append(self.name("a name after the dot").text)
        return tuple(parts)

    def values(self, closing: str) -> tuple[Tree, ...]:
        items: list[Tree] = []
        while not self.at(closing):
            items.append(self.guard())
            if not self.accept(","):
                break
        self.need(closing)
        return tuple(items)

    def call(self, name: _Token) -> Tree:
        if name.text not in CALLS:
            raise GuardError(name.offset, f"the call {name.text!r}", "one of " + ", ".join(sorted(CALLS)))
        self.need("(")
        acts: tuple[Path, ...] = ()
        condition: Tree | None = None
        values: tuple[Tree, ...] = ()
        if name.text in OVER_ACTS:
            acts = self.acts()
            if name.text == "since":
                self.need(";")
                values = self.acts()
            elif self.accept(";"):
                condition = self.guard()
            self.need(")")
        else:
            values = self.values(")")
        path = self.dotted_tail()
        return Call(name.text, acts, condition, values, path, name.offset)

    def acts(self) -> tuple[Path, ...]:
        first = self.name("an act id")
        acts = [Path((first.text,), first.offset)]
        while self.accept(","):
            token = self.name("an act id")
            acts.append(Path((token.text,), token.offset))
        return tuple(acts)

    def dotted_tail(self) -> tuple[str, ...]:
        parts: list[str] = []
        while self.accept("."):
            parts.append(self.name("a name after the dot").text)
        return tuple(parts)


def parse(text: str) -> Tree:
    """Read one guard. Raises GuardError with the offset of the word that does not fit."""
    reader = _Reader(text)
    tree = reader.guard()
    if reader.next.kind != "end":
        raise GuardError(reader.next.offset, str(reader.next), "`and`, `or`, a comparison, or the end of the guard")
    return tree
