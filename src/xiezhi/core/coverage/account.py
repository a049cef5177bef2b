"""The account of one pack: each clause of its own document, with its status, what fulfils it and the tests that would fail without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xiezhi.core.coverage.entries import Entry, read_entries
from xiezhi.core.coverage.tested import Tested
from xiezhi.core.law.check import params_used, rule_guards
from xiezhi.core.law.pack import Pack
from xiezhi.core.law.rules import Rule
from xiezhi.core.law.source import Node

# Features whose clauses bind a case's history where the clause files count them (the acceptance of `coverage`).
OVER_HISTORIES = frozenset({"procedure", "review", "record", "evidence", "disclosure", "delivery", "archive", "documents"})
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One clause. `by`: rules, parameters, definitions, tables of the pack, features, commands; `tests`: pytest node ids."""

    id: str
    status: str
    by: tuple[str, ...]
    tests: tuple[str, ...]
    binds: str
    why: str
    automation: str
    feature: str
    says: str

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "status": self.status,
            "by": list(self.by),
            "tests": list(self.tests),
            "binds": self.binds,
            "why": self.why,
        }


def account(pack: Pack, base: Path, tested: Tested) -> list[Line]:
    """Every clause of the pack's own clause file, in its order. Raises PackError for a coverage file that is wrong."""
    own = {name: clause for name, clause in pack.clauses.items() if name.partition("/")[0] == pack.id}
    entries = read_entries(base / pack.id, base, own)
    sources = _sources(pack)
    return [_line(pack, name, entries.get(name), sources.get(name, {}), tested) for name in own]


def _line(pack: Pack, name: str, entry: Entry | None, sources: Mapping[str, Rule | None], tested: Tested) -> Line:
    clause = pack.clauses[name]
    rules = [rule for rule in sources.values() if rule is not None]
    applied = [rule for rule in rules if rule.yields_to is None]
    tests = dict.fromkeys(tested.of_clause(name))
    for rule in applied:
        tests.update(dict.fromkeys(tested.of_rule(rule.id)))
    listed = tuple(tests)[:_SHOWN]
    by = tuple(sources)
    why = ""
    if entry is not None:
        listed = (*listed, *(test for test in entry.tests if test not in listed))
        by = (*by, *(one for one in entry.by if one not in by))
        status, binds, why = entry.status, entry.binds, entry.why
    else:
        binds = "history" if rules else "none"
        status = "fulfilled" if by and listed else "open"
    if status == "fulfilled" and not listed:
        status, why = "open", why or "no test shows it yet"
    if not by and entry is None:
        why = "nothing in the pack cites it and no entry accounts for it"
    return Line(name, status, by, listed, binds, why, clause.automation, clause.feature, clause.says)


def _sources(pack: Pack) -> dict[str, dict[str, Rule | None]]:
    """Clause -> what of the pack rests on it (with the rule that applies it, where it is one)."""
    found: dict[str, dict[str, Rule | None]] = {}

    def add(cite: str, name: str, rule: Rule | None) -> None:
        found.setdefault(cite, {}).setdefault(name, rule)

    for rule in pack.rules:
        for cite in rule.cites:
            add(cite, f"rule {rule.id}", rule)
    using: dict[str, list[Rule]] = {}
    defining: dict[str, list[Rule]] = {}
    for rule in pack.rules:
        for used in params_used(rule):
            using.setdefault(used, []).append(rule)
        words = {word for guard in rule_guards(rule) for word in guard.text.replace("(", " ").replace(")", " ").split()}
        for name in pack.definitions:
            if name in words:
                defining.setdefault(name, []).append(rule)
    for param in pack.params.values():
        for value in param.values:
            _rest(add, value.cites, f"parameter {param.id}", using.get(param.id, []))
    for definition in pack.definitions.values():
        for row in definition.rows:
            _rest(add, row.cites, f"definition {definition.id}.{row.id}", defining.get(definition.id, []))
    for table, node in pack.tables:
        for cite, where in _cited(node, table):
            add(cite, where, None)
    return found


def _rest(add: Callable[[str, str, Rule | None], None], cites: tuple[str, ...], name: str, rules: list[Rule]) -> None:
    """A parameter or a ground fulfils its clauses through the rules that read it."""
    for cite in cites:
        if not rules:
            add(cite, name, None)
        for rule in rules:
            add(cite, f"{name} (rule {rule.id})", rule)


def _cited(node: Node, where: str) -> Iterator[tuple[str, str]]:
    if node.is_list:
        for item in node.items():
            yield from _cited(item, where)
    elif node.is_mapping:
        entries = node.entries()
        here = next((f"{where} {value.text()}" for name, _, value in entries if name == "id" and not value.is_list), where)
        for name, _, value in entries:
            if name == "cite":
                for cite in value.one_or_more():
                    yield cite.text(), here
            elif value.is_mapping or value.is_list:
                yield from _cited(value, f"{here}.{name}" if "." not in here else here)
