"""Which golden histories need which rule and clause: written by the tests (`python -m tests.packs.tested`), read by `packs coverage`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

NAME = "tested.json"


@dataclass(frozen=True, slots=True)
class Tested:
    """`rules`/`clauses`: id -> pytest node ids of golden histories in which the rule is broken, or the clause cited."""

    rules: dict[str, list[str]] = field(default_factory=dict)
    clauses: dict[str, list[str]] = field(default_factory=dict)

    def of_rule(self, id_: str) -> list[str]:
        return self.rules.get(id_, [])

    def of_clause(self, id_: str) -> list[str]:
        return self.clauses.get(id_, [])


def read_tested(base: Path) -> Tested:
    """The index beside the packs; empty where there is none (a folder of somebody's own packs)."""
    path = base / NAME
    if not path.is_file():
        return Tested()
    data = json.loads(path.read_text(encoding="utf-8"))
    return Tested(data["rules"], data["clauses"])
