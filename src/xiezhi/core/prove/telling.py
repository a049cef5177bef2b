"""A trace in the words of the law: what happens, and what is taken to be so at each act."""

from __future__ import annotations

from xiezhi.core.law.errors import PackError
from xiezhi.core.law.pack import Pack
from xiezhi.core.procedure.guard import parse
from xiezhi.core.procedure.guard.prose import prose


def told(pack: Pack, given: tuple[str, ...]) -> tuple[str, ...]:
    """What a step of a trace rests on, in Chinese. What is not so is left out: it is a case in which nothing else is special."""
    names = {f"${name}": f"“{one.zh}”" for name, one in pack.params.items()} | {name: one.zh for name, one in pack.definitions.items()}
    return tuple(_phrase(pack, atom, names) for atom in given if not atom.startswith("not ("))


def _phrase(pack: Pack, atom: str, names: dict[str, str]) -> str:
    try:
        return prose(parse(atom), pack.vocabulary, "zh", names)
    except PackError:
        return atom  # a name that the abstraction gave: no guard
