"""packs/tested.json: which tests need which rule and clause. `python -m tests.packs.tested` writes it, a test keeps it true."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.packs.golden import audit_of, book_of, goldens, judged_packs
from xiezhi.core.coverage.tested import NAME
from xiezhi.core.law.pack import find_packs_dir

HERE = Path(__file__).parent
_KEEP = 4


def index() -> dict[str, Any]:
    """Rule id and clause id -> pytest node ids.

    A golden shows the rules and clauses of the violations that `test_golden` asserts in it; a test of a warning shows the rule that it
    is given as `rule`, with the clauses of that rule.
    """
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
    cites = {one.rule.id: one.rule.cites for pack in judged_packs() for one in book_of(pack).compiled}
    for rule, node in _warned():
        if rule in cites:
            _add(rules, rule, node)
            for clause in cites[rule]:
                _add(clauses, clause, node)
    return {"rules": dict(sorted(rules.items())), "clauses": dict(sorted(clauses.items()))}


def _warned() -> list[tuple[str, str]]:
    """(rule, node id) of every test of a warning."""

    class Collector:
        def __init__(self) -> None:
            self.found: list[tuple[str, str]] = []

        def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
            for item in items:
                params = getattr(getattr(item, "callspec", None), "params", {})
                if isinstance(params.get("rule"), str):
                    self.found.append((params["rule"], item.nodeid))
            items.clear()

    collector = Collector()
    files = [str(path) for path in sorted(HERE.glob("test_warnings*.py"))]
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        pytest.main(["--collect-only", "-qq", "-p", "no:cacheprovider", "-p", "no:xdist", *files], plugins=[collector])
    return collector.found


def _add(table: dict[str, list[str]], key: str, node: str) -> None:
    listed = table.setdefault(key, [])
    if node not in listed and len(listed) < _KEEP:
        listed.append(node)


def main() -> None:
    path = find_packs_dir() / NAME
    path.write_text(json.dumps(index(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
