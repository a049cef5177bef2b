"""The tree of a guard: what the sentence says, with the place of each word (offsets into the guard's text)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Literal:
    value: str | int | Decimal | bool | None
    offset: int


@dataclass(frozen=True, slots=True)
class Param:
    name: str
    offset: int


@dataclass(frozen=True, slots=True)
class Path:
    parts: tuple[str, ...]
    offset: int

    @property
    def text(self) -> str:
        return ".".join(self.parts)


@dataclass(frozen=True, slots=True)
class Items:
    items: tuple[Tree, ...]
    offset: int


@dataclass(frozen=True, slots=True)
class Call:
    """`name(acts; condition).path` for the calls over acts, `name(values)` for the others."""

    name: str
    acts: tuple[Path, ...]
    condition: Tree | None
    values: tuple[Tree, ...]
    path: tuple[str, ...]
    offset: int


@dataclass(frozen=True, slots=True)
class Not:
    inner: Tree
    offset: int


@dataclass(frozen=True, slots=True)
class All:
    items: tuple[Tree, ...]
    offset: int


@dataclass(frozen=True, slots=True)
class AnyOf:
    items: tuple[Tree, ...]
    offset: int


@dataclass(frozen=True, slots=True)
class Compare:
    op: str
    left: Tree
    right: Tree
    offset: int


@dataclass(frozen=True, slots=True)
class Sum:
    op: str
    left: Tree
    right: Tree
    offset: int


Tree: TypeAlias = Literal | Param | Path | Items | Call | Not | All | AnyOf | Compare | Sum
