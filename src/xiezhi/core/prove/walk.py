"""Walking through a procedure at random, in the usual order of its acts: a cheap way to find that an act can happen."""

from __future__ import annotations

import random
from collections.abc import Iterable

from xiezhi.core.prove.diagrams import Diagrams
from xiezhi.core.prove.formula import value
from xiezhi.core.prove.system import System

_ROUNDS = 24


def walked(system: System, wanted: Iterable[str]) -> set[str]:
    """The acts of `wanted` that some walk did, each step permitted. An act that is not in the answer may still be possible."""
    open_ = list(dict.fromkeys(wanted))
    cone = system.cone([], open_)
    space = Diagrams(system, cone.bits, cone.acts)
    permitted = {act: space.node(system.permitted(act)) & space.possible for act in cone.acts}
    found: set[str] = set()
    for seed in range(_ROUNDS):
        chance = random.Random(seed)  # noqa: S311 - a walk, not a secret
        state = dict.fromkeys(space.bits, False)
        for _ in range(2):
            for act in cone.acts:
                if act in found and chance.random() < _SKIP:
                    continue
                here = space.bdd.let(state, permitted[act])
                if here == space.bdd.false:
                    continue
                found.add(act)
                atoms = _random(space, here, chance)
                moved = {
                    name: value(bit.after(act), state | atoms) for name, bit in space.bits.items() if act in bit.sets or act in bit.clears
                }
                state |= moved
        if all(act in found for act in open_):
            break
    return {act for act in open_ if act in found}


_SKIP = 0.3


def _random(space: Diagrams, states: object, chance: random.Random) -> dict[str, bool]:
    """Some values of the atoms with which it is permitted; what does not matter is drawn."""
    fixed = space.some(states)
    return {name: fixed.get(name, chance.random() < 0.5) for name in space.atoms}
