"""From the entries of a case to its acts, as the engine reads them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from xiezhi.core.law.vocabulary import load_vocabulary
from xiezhi.core.procedure.history import Act, act_from_line

from .effective import Projection
from .models import Case

KEPT = 20_000  # acts that a process keeps read, some 3 KB each


@dataclass(frozen=True, slots=True)
class Written:
    """An entry as it stands on the record: its body (never changed by a reader) and its 33 bytes."""

    body: dict[str, Any]
    entry: bytes


class Kept:
    """Acts read before, by entry. An entry is the hash of its body under a seed of its own, so it can never mean another act."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._acts: dict[bytes, Act] = {}

    def act(self, entry: bytes, line: dict[str, Any]) -> Act:
        """The act of an entry to which nothing was attached and of which nothing was corrected; `line` is its own."""
        act = self._acts.get(entry)
        if act is None:
            act = act_from_line(line, load_vocabulary())
            if len(self._acts) >= self.most:
                self._acts.clear()  # reading anew is cheap; counting who was read when would cost every read
            self._acts[entry] = act
        return act


_kept = Kept(KEPT)


def acts_of(projection: Projection, case: Case, entries: Sequence[Written]) -> list[Act]:
    """The effective acts, in order of entry. The case's procedure stands on the first, also when the act that opened it was voided."""
    entry_of = {one.body["id"]: one.entry for one in entries}
    acts: list[Act] = []
    for id_, line in projection.lines.items():
        if not acts and "procedure" not in line:
            acts.append(act_from_line({"procedure": case.procedure, **line}, load_vocabulary()))
        elif id_ in projection.touched:
            acts.append(act_from_line(line, load_vocabulary()))
        else:
            acts.append(_kept.act(entry_of[id_], line))
    return acts


def persons_in(acts: Iterable[Act]) -> set[str]:
    """The ids of everyone whom the acts name."""
    keys = _person_keys()
    ids: set[str] = set()
    for act in acts:
        ids.update(act.by)
        for key in keys & act.own.keys():
            value = act.own[key]
            ids.update([value] if isinstance(value, str) else [one for one in value if isinstance(one, str)])
    return ids


@lru_cache(maxsize=1)
def _person_keys() -> frozenset[str]:
    vocabulary = load_vocabulary()
    return frozenset(
        key
        for table in (vocabulary.facts, vocabulary.act_data)
        for key, word in table.items()
        if word.type == "person" or word.of == "person"
    )
