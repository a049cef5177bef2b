"""The order of a procedure's acts, derived from the rules in force: what is owed after what, what must go before what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from xiezhi.core.chart.reading import Reading
from xiezhi.core.law.pack import Pack
from xiezhi.core.law.rules import Duty, Gate, Lead, Order, Rule, TermText
from xiezhi.core.procedure.book import Book
from xiezhi.core.procedure.stages import Outline, outline

# What a case is about: on the ordinary path of whichever procedure has it among its stages; the rest of that path follows from the rules.
_HEART = (
    "lead_registered", "application_received", "application_accepted", "inspection_approved", "site_inspected", "inspection_result_told",
    "decision_made", "permit_issued", "document_served", "performance_recorded", "case_closed", "case_archived",
)  # fmt: skip
_HEART_OF = {"coercion": ("coercive_enforcement_decided", "coercive_enforcement_executed")}
_UNITS = {"workday": "个工作日", "day": "日", "hour": "小时", "month": "个月", "year": "年"}


@dataclass(frozen=True, slots=True)
class Step:
    """`after` comes before `act` because of `rule`. `owed`: a duty (else a condition). `term` in Chinese; `plain` = without a special condition."""

    after: str
    act: str
    rule: Rule
    term: str
    owed: bool
    plain: bool


@dataclass(slots=True)
class Chart:
    """`steps`: every derived order, also those not drawn. `main`: the acts of the ordinary path. `arrows`: what is drawn, (from, to) -> dashed.

    `terms` and `cites` per act: terms that end with it in Chinese, and the rules' citations, the district's own first.
    """

    pack: Pack
    procedure: str
    day: date
    sector: str | None
    stages: tuple[Outline, ...]
    steps: list[Step] = field(default_factory=list)
    main: set[str] = field(default_factory=set)
    arrows: dict[tuple[str, str], bool] = field(default_factory=dict)
    terms: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    cites: dict[str, list[str]] = field(default_factory=dict)

    @property
    def zh(self) -> str:
        return f"{self.pack.vocabulary.procedures[self.procedure].zh}流程图"

    def act_zh(self, act: str) -> str:
        return self.pack.vocabulary.acts[act].zh

    @property
    def drawn(self) -> list[str]:
        """The acts that have an arrow, in the order of the stages."""
        ends = {end for arrow in self.arrows for end in arrow}
        return [act for stage in self.stages for act in stage.acts if act in ends]


def derive(book: Book, procedure: str, day: date, sector: str | None = None) -> Chart:
    """The chart of one procedure under the law of one day. `sector`: with the special rules of that field of work."""
    chart = Chart(book.pack, procedure, day, sector, _once(outline(book, procedure)))
    reading = Reading(book.pack, day, sector)
    place = {act: number for number, act in enumerate(act for stage in chart.stages for act in stage.acts)}
    rules = [rule for rule in book.pack.rules if _holds(chart, reading, rule)]
    chart.main = _main_path(book, reading, rules, place, chart)
    for rule in rules:
        chart.steps.extend(step for step in _steps(book, reading, rule, chart.main, day) if step.after in place and step.act in place)
    _draw(chart, place)
    _annotate(chart)
    return chart


def _once(stages: tuple[Outline, ...]) -> tuple[Outline, ...]:
    """Each act in the first stage that names it."""
    seen: set[str] = set()
    kept = []
    for stage in stages:
        acts = tuple(act for act in stage.acts if act not in seen)
        seen.update(acts)
        kept.append(Outline(stage.id, stage.zh, stage.en, acts, stage.after))
    return tuple(kept)


def _holds(chart: Chart, reading: Reading, rule: Rule) -> bool:
    return (
        rule.yields_to is None
        and (not rule.procedures or chart.procedure in rule.procedures)
        and chart.pack.in_force(rule, chart.day)
        and not reading.for_others(rule.when)
    )


def _steps(book: Book, reading: Reading, rule: Rule, main: set[str], day: date) -> Iterator[Step]:
    plain = reading.plainly(rule.when, lambda act: act in main) is not False
    match rule:
        case Duty():
            plain = plain and reading.plainly(rule.only, lambda act: act in main) is not False
            term = term_zh(book, rule.within, day)
            for opener in rule.after:
                for answer in rule.expect:
                    yield Step(opener, answer, rule, term, True, plain and answer == _usual(rule.expect, main))
        case Order():
            for act in rule.on:
                for earlier in rule.after:
                    yield Step(earlier, act, rule, "", False, plain and earlier == _usual(rule.after, main))
        case Gate():
            asked = reading.asked(rule.requires)
            for act in rule.on:
                for earlier in asked.acts:
                    yield Step(earlier, act, rule, "", False, plain and earlier == _usual(tuple(asked.acts), main))
            for first, second in asked.pairs:
                yield Step(first, second, rule, "", False, False)
        case Lead() if rule.anchor_act is not None:
            for act in rule.on:
                yield Step(rule.anchor_act, act, rule, _lead_zh(book, rule, day), False, plain)


def _usual(alternatives: tuple[str, ...], main: set[str]) -> str:
    """Of several acts that would do, the one on the ordinary path; else the one that the rule names first."""
    return next((act for act in alternatives if act in main), alternatives[0])


def _main_path(book: Book, reading: Reading, rules: list[Rule], place: dict[str, int], chart: Chart) -> set[str]:
    """The acts that a case without anything unusual goes through: from its heart on by duties, and back by what is required."""
    main = {act for act in (*_HEART, *_HEART_OF.get(chart.procedure, ())) if act in place}
    while True:
        found = set(main)
        for rule in rules:
            for step in _steps(book, reading, rule, main, chart.day):
                if not step.plain or step.act not in place or step.after not in place:
                    continue
                if step.owed and step.after in main:
                    found.add(step.act)
                if not step.owed and step.act in main and place[step.after] < place[step.act]:
                    found.add(step.after)
        if found == main:
            return main
        main = found


def _draw(chart: Chart, place: dict[str, int]) -> None:
    """Arrows forward in the order of the stages, reduced transitively; and the duties that lead back, dashed."""
    forward: dict[str, set[str]] = {}
    solid: set[tuple[str, str]] = set()
    back: set[tuple[str, str]] = set()
    for step in chart.steps:
        pair = (step.after, step.act)
        if place[step.after] < place[step.act]:
            forward.setdefault(step.after, set()).add(step.act)
            if step.plain and (not chart.main or (step.after in chart.main and step.act in chart.main)):
                solid.add(pair)
        elif step.owed and place[step.after] > place[step.act]:
            back.add(pair)
    # Along the main path one act follows the other even where no rule says so by itself.
    line = [act for act in place if act in chart.main]
    reach = _reach(forward)
    for first, second in pairwise(line):
        if second not in reach.get(first, set()):
            forward.setdefault(first, set()).add(second)
        solid.add((first, second))
    reach = _reach(forward)
    for first, targets in forward.items():
        for second in targets:
            if not any(second in reach.get(other, set()) for other in targets if other != second):
                chart.arrows[first, second] = (first, second) not in solid
    for pair in back:
        chart.arrows[pair] = True


def _reach(forward: dict[str, set[str]]) -> dict[str, set[str]]:
    """Act -> everything that lies after it. The graph has no circle: arrows go forward in the order of the stages."""
    found: dict[str, set[str]] = {}

    def of(act: str) -> set[str]:
        if act not in found:
            found[act] = set()
            for target in forward.get(act, ()):
                found[act] |= {target} | of(target)
        return found[act]

    for act in list(forward):
        of(act)
    return found


def _annotate(chart: Chart) -> None:
    """Terms and citations of each act. On the ordinary path only those of ordinary cases; the others stand in the text."""
    weight: dict[str, dict[str, tuple[bool, bool, bool]]] = {}
    for step in chart.steps:
        if step.act in chart.main and not step.plain:
            continue
        rule = step.rule
        answers = rule.expect if isinstance(rule, Duty) else (step.act,)
        if step.owed and step.act != _usual(answers, chart.main):
            continue
        for cite in rule.cites:
            # The pack's own articles first, then those of ordinary cases, then those written for this procedure.
            rank = (_of_the_base(chart, cite), not step.plain, not rule.procedures)
            held = weight.setdefault(step.act, {})
            held[cite] = min(rank, held.get(cite, rank))
        if step.term:
            first = min(rule.cites, key=lambda cite: _of_the_base(chart, cite))
            line = (f"{chart.act_zh(step.after)}{step.term}", chart.pack.cite_zh(first))
            listed = chart.terms.setdefault(step.act, [])
            if line[0] not in [words for words, _ in listed]:
                listed.append(line)
    for act, held in weight.items():
        chart.cites[act] = sorted(held, key=lambda cite: held[cite])


def _of_the_base(chart: Chart, cite: str) -> bool:
    return cite.partition("/")[0] == chart.pack.chain[0]


def term_zh(book: Book, term: TermText | None, day: date) -> str:
    """`后7个工作日内`; `后，按行为中载明的期限`; `后及时` without a number."""
    if term is None:
        return ""
    if term.data is not None:
        return "后，按文书载明的期限"
    found = book.tools.term_at(term, day)
    return "" if found is None else f"后{found.amount}{_UNITS[found.unit]}内"


def _lead_zh(book: Book, rule: Lead, day: date) -> str:
    for term, words in ((rule.at_least, "满{}后"), (rule.at_most, "后{}内")):
        if term is not None and term.data is None:
            found = book.tools.term_at(term, day)
            if found is not None:
                return words.format(f"{found.amount}{_UNITS[found.unit]}")
    return ""
