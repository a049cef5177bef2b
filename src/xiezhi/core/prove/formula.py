"""Boolean formulae over named variables, simplified as they are built. Small trees; the decision diagrams come later."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Var:
    name: str


@dataclass(frozen=True, slots=True)
class Neg:
    inner: Formula


@dataclass(frozen=True, slots=True)
class Conj:
    items: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Disj:
    items: tuple[Formula, ...]


Formula = bool | Var | Neg | Conj | Disj


def neg(inner: Formula) -> Formula:
    if isinstance(inner, bool):
        return not inner
    return inner.inner if isinstance(inner, Neg) else Neg(inner)


def conj(items: Iterable[Formula]) -> Formula:
    kept: dict[Formula, None] = {}
    for item in items:
        if item is False:
            return False
        if item is True:
            continue
        kept.update(dict.fromkeys(item.items if isinstance(item, Conj) else (item,)))
    if any(neg(item) in kept for item in kept):
        return False
    listed = tuple(kept)
    return True if not listed else listed[0] if len(listed) == 1 else Conj(listed)


def disj(items: Iterable[Formula]) -> Formula:
    kept: dict[Formula, None] = {}
    for item in items:
        if item is True:
            return True
        if item is False:
            continue
        kept.update(dict.fromkeys(item.items if isinstance(item, Disj) else (item,)))
    if any(neg(item) in kept for item in kept):
        return True
    listed = tuple(kept)
    return False if not listed else listed[0] if len(listed) == 1 else Disj(listed)


def variables(formula: Formula) -> Iterator[str]:
    match formula:
        case Var():
            yield formula.name
        case Neg():
            yield from variables(formula.inner)
        case Conj() | Disj():
            for item in formula.items:
                yield from variables(item)
        case _:
            return


def replace(formula: Formula, of: Callable[[str], Formula]) -> Formula:
    """The formula with each variable replaced."""
    match formula:
        case Var():
            return of(formula.name)
        case Neg():
            return neg(replace(formula.inner, of))
        case Conj():
            return conj(replace(item, of) for item in formula.items)
        case Disj():
            return disj(replace(item, of) for item in formula.items)
        case _:
            return formula


def value(formula: Formula, of: Mapping[str, bool]) -> bool:
    """The formula's value; a variable that is not in the mapping is false."""
    match formula:
        case bool():
            return formula
        case Var():
            return of.get(formula.name, False)
        case Neg():
            return not value(formula.inner, of)
        case Conj():
            return all(value(item, of) for item in formula.items)
        case Disj():
            return any(value(item, of) for item in formula.items)
