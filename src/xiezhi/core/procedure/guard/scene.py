"""What a guard looks at: the case as it stands when one act is judged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from xiezhi.core.procedure.act import Act, Person

_NO_PLACES: list[int] = []


class Scene:
    """The case up to and including `this`; `it` is the act that a filter looks at, `opener` the one that opened the duty.

    `acts` are the acts before `this` in fold order, `places` their places by kind. `facts` are the facts of the case including
    those of `this`. `memo` holds what was derived for this act (definitions) and is emptied before the next.
    """

    __slots__ = ("acts", "facts", "it", "memo", "opener", "people", "places", "this", "today")

    def __init__(self, people: Mapping[str, Person] | None) -> None:
        self.acts: list[Act] = []
        self.places: dict[str, list[int]] = {}
        self.facts: dict[str, Any] = {}
        self.people = people
        self.this: Act = None  # type: ignore[assignment]  # no guard is read before an act stands here
        self.it: Act | None = None
        self.opener: Act | None = None
        self.memo: dict[str, Any] = {}
        self.today: date = date.min

    def of(self, kind: str) -> list[int]:
        """The places of the acts of this kind so far, ascending."""
        return self.places.get(kind, _NO_PLACES)
