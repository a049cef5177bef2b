"""Terms that leave no room: a simple temporal network over one pack's leads and duties (procedure.md 2.4), as shortest paths.

A lead says "at least N before the limit"; the duties after it may each use their whole term. Where the terms use up N the pack is
tight: the last of them may end on the very day on which the act behind it is due. Where they exceed it, it cannot be kept at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import networkx as nx

from xiezhi.core.law.clauses import holds
from xiezhi.core.law.pack import Pack
from xiezhi.core.law.rules import Duty, Gate, Lead, Order, Rule, TermText
from xiezhi.core.procedure.guard import parse
from xiezhi.core.procedure.guard.tree import Call, Path, Tree
from xiezhi.core.procedure.guard.walk import children

# Whose limit a stated time is (the vocabulary's data keys).
LIMITS = {"statutory_deadline": "decision_made", "hearing_at": "hearing_held", "due": "rectification_checked"}


@dataclass(frozen=True, slots=True)
class Tight:
    """`left` units of `unit` remain between the chain's end and the limit: 0 = tight, below = impossible. `rules` from the lead on."""

    pack: str
    rules: tuple[str, ...]
    cites: tuple[str, ...]
    acts: tuple[str, ...]
    left: int
    unit: str

    @property
    def impossible(self) -> bool:
        return self.left < 0

    def as_json(self) -> dict[str, Any]:
        word = "impossible" if self.impossible else "tight"
        return {
            "kind": word,
            "rules": list(self.rules),
            "cites": list(self.cites),
            "acts": list(self.acts),
            "left": self.left,
            "unit": self.unit,
        }


def tight_terms(pack: Pack, day: date) -> list[Tight]:
    """Every lead before a stated limit whose following duties leave nothing of it, on that day's law."""
    rules = [rule for rule in pack.rules if rule.yields_to is None and holds(pack.validity(rule), day)]
    found: dict[tuple[str, ...], Tight] = {}
    for lead in rules:
        if not (
            isinstance(lead, Lead) and lead.at_least is not None and lead.at_least.direction == "before" and lead.anchor_data in LIMITS
        ):
            continue
        amount = _amount(pack, lead.at_least, day)
        limit = LIMITS[lead.anchor_data]
        if amount is None:
            continue
        graph = _network(pack, [rule for rule in rules if _together(rule, lead)], lead.at_least.unit, limit, day)
        for start in lead.on:
            path = _longest(graph, start, limit)
            if path is None:
                continue
            used, acts, duties = path
            if duties and amount - used <= 0:
                listed = (lead, *duties)
                cites = tuple(dict.fromkeys(cite for rule in listed for cite in rule.cites))
                names = tuple(rule.id for rule in listed)
                found.setdefault(names, Tight(pack.id, names, cites, acts, amount - used, lead.at_least.unit))
    return list(found.values())


def _amount(pack: Pack, term: TermText, day: date) -> int | None:
    value = pack.param(term.amount[1:], day, regardless=True) if isinstance(term.amount, str) else term.amount
    return value if isinstance(value, int) else None


def _together(rule: Rule, lead: Lead) -> bool:
    return not rule.procedures or not lead.procedures or bool(set(rule.procedures) & set(lead.procedures))


def _network(pack: Pack, rules: list[Rule], unit: str, limit: str, day: date) -> Any:
    """Acts as points in time. An edge a -> b of weight -n: b may come as much as n after a; of weight 0: the limit's act waits for a."""
    graph: Any = nx.DiGraph()
    for rule in sorted(rules, key=lambda rule: rule.pack != pack.id):  # of equal terms the district's own is told
        if isinstance(rule, Duty) and rule.within is not None and rule.within.unit == unit:
            amount = _amount(pack, rule.within, day)
            for before in rule.after if amount else ():
                for after in rule.expect:
                    _edge(graph, before, after, -(amount or 0), rule)
        elif isinstance(rule, Order | Gate) and limit in rule.on:
            for before in rule.after if isinstance(rule, Order) else _acts(pack, parse(rule.requires.text)):
                _edge(graph, before, limit, 0, None)
    return graph


def _edge(graph: Any, before: str, after: str, weight: int, rule: Rule | None) -> None:
    # Of several terms for one step the shortest binds.
    if before != after and (not graph.has_edge(before, after) or graph[before][after]["weight"] < weight < 0):
        graph.add_edge(before, after, weight=weight, rule=rule)


def _acts(pack: Pack, tree: Tree) -> set[str]:
    """The acts that a guard asks to have been done, through definitions."""
    found: set[str] = set()
    if isinstance(tree, Call):
        found |= {act.text for act in tree.acts}
    if isinstance(tree, Path) and tree.text in pack.definitions:
        for row in pack.definitions[tree.text].rows:
            found |= _acts(pack, parse(row.when.text))
    for child in children(tree):
        found |= _acts(pack, child)
    return found


def _longest(graph: Any, start: str, limit: str) -> tuple[int, tuple[str, ...], list[Rule]] | None:
    """The chain from `start` to the limit's act that may take longest, each act once (a returned review starts a term of its own)."""
    if start not in graph or limit not in graph:
        return None
    best: tuple[int, tuple[str, ...], list[Rule]] | None = None
    near = graph.subgraph(nx.descendants(graph, start) & nx.ancestors(graph, limit) | {start, limit})
    for path in nx.all_simple_paths(near, start, limit, cutoff=4):
        edges = list(pairwise(path))
        used = -sum(near[a][b]["weight"] for a, b in edges)
        duties = [near[a][b]["rule"] for a, b in edges if near[a][b]["rule"] is not None]
        if best is None or used > best[0]:
            best = (used, tuple(path), duties)
    return best
