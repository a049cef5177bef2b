"""What the rules say at one act, before and after breaches are merged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from xiezhi.core.law.rules import Rule
from xiezhi.core.procedure.act import Act
from xiezhi.core.procedure.compiled import OnRule
from xiezhi.core.procedure.finding import SEVERITIES, STRENGTHS, Fault, Finding, make_finding
from xiezhi.core.procedure.guard import Unknown
from xiezhi.core.procedure.marking import Marking
from xiezhi.core.procedure.say import sentence, sentence_zh

if TYPE_CHECKING:
    from xiezhi.core.procedure.book import Book

Broken: TypeAlias = tuple[Rule, str, Fault]
"""(rule, strength against a decided act, what is wrong)."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rules on one act say: rules broken, and rules that an unknown fact leaves open."""

    broken: Sequence[Broken]
    unknown: Sequence[tuple[OnRule, Unknown]]


NOTHING = Judgement((), ())


def judge_act(marking: Marking, kind: str, *, bare: bool = False) -> Judgement:
    """Judge `scene.this` by the rules on its kind. Nothing is changed.

    `bare`: the act is only thought of; rules on what it will bring with it are left out.
    """
    scene = marking.scene
    table = marking.table
    rules = (table.bare if bare else table.on).on(kind, scene.today)
    found = rules.ask(scene) if rules is not None else None
    if not found:
        return NOTHING
    broken: list[Broken] = []
    unknown: list[tuple[OnRule, Unknown]] = []
    for compiled, applies, fault in found:
        if type(applies) is Unknown:
            unknown.append((compiled, applies))
        elif type(fault) is Unknown:
            unknown.append((compiled, fault))
        else:
            broken.append((compiled.rule, compiled.live, fault))  # type: ignore[arg-type]
    return Judgement(broken, unknown)


def merge(marking: Marking, broken: Iterable[Broken], act: Act, place: int, breached: set[str]) -> list[Finding]:
    """One finding for each breach: rules that name the same breach are one, and mere consequences of a breach are left out.

    `breached` holds the names of breaches and rules found before, and grows by what is found here.
    """
    groups: dict[str, list[Broken]] = {}
    for rule, live, fault in broken:
        groups.setdefault(rule.breach or rule.id, []).append((rule, live, fault))
    if not groups:
        return []
    here = {name: {name, *(rule.id for rule, _, _ in group)} for name, group in groups.items()}
    findings: list[Finding] = []
    for name, group in groups.items():
        follows = {cause for rule, _, _ in group for cause in rule.follows} - here[name]
        if follows:
            others = set().union(*(names for other, names in here.items() if other != name))
            if not (follows.isdisjoint(breached) and follows.isdisjoint(others)):
                continue
        findings.append(finding_of(marking.book, marking.case, group, kind=act.kind, at=act.at, place=place))
    for names in here.values():
        breached |= names
    return findings


def finding_of(book: Book, case: str, group: Sequence[Broken], *, kind: str, at: datetime, place: int) -> Finding:
    """The one finding for rules that one breach broke at one act."""
    if len(group) > 1:
        group = sorted(group, key=lambda broken: -SEVERITIES.index(broken[0].severity))
    rule, _, fault = group[0]
    word = book.act(kind)
    strength = max((STRENGTHS.index(live) for _, live, _ in group), default=0) if kind in book.decided else 0
    cites, rules = _named(book, group)
    return make_finding(
        case,
        rule.severity,
        fault.kind,
        rule.id,
        cites,
        place,
        fault.at or at,
        fault.due,
        sentence(word.en, rule.en or rule.id, fault.note),
        sentence_zh(word.zh, rule.zh or rule.id, fault.note_zh),
        STRENGTHS[strength],
        rule.breach,
        rules,
    )


def _named(book: Book, group: Sequence[Broken]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(all citations, the ids of the rules): one object for all findings of the same rules, of which an audit makes many."""
    key = (_named, *[id(rule) for rule, _, _ in group])
    known: tuple[tuple[str, ...], tuple[str, ...]] | None = book.kept.get(key)
    if known is not None:
        return known
    cites = tuple(dict.fromkeys(cite for rule, _, _ in group for cite in rule.cites))
    return book.keep(key, (cites, tuple(rule.id for rule, _, _ in group)))
