"""packs/tested.json: which golden histories need which rule and clause. `python -m tests.packs.tested` writes it, a test keeps it true."""

from __future__ import annotations

import json
from typing import Any

from tests.packs.golden import audit_of, goldens
from xiezhi.core.coverage.tested import NAME
from xiezhi.core.law.pack import find_packs_dir

_KEEP = 4


def index() -> dict[str, Any]:
    """Rule id and clause id -> pytest node ids. Only violations count: they are what `test_golden` asserts one by one."""
    rules: dict[str, list[str]] = {}
    clauses: dict[str, list[str]] = {}
    for golden in goldens():
        node = f"tests/packs/test_goldens.py::test_golden[{golden.name}]"
        for finding in audit_of(golden):
            if finding.severity == "violation":
                for rule in finding.rules:
                    _add(rules, rule, node)
                for clause in finding.cites:
                    _add(clauses, clause, node)
    return {"rules": dict(sorted(rules.items())), "clauses": dict(sorted(clauses.items()))}


def _add(table: dict[str, list[str]], key: str, node: str) -> None:
    listed = table.setdefault(key, [])
    if node not in listed and len(listed) < _KEEP:
        listed.append(node)


def main() -> None:
    path = find_packs_dir() / NAME
    path.write_text(json.dumps(index(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
