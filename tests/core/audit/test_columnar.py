"""The columnar engine finds what the row-wise engine finds: over random rules and random logs, and over what it must leave alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.procedure.law import VOCABULARY, book
from xiezhi.core.audit.columnar import judge_columns
from xiezhi.core.audit.columns import Frame, NotColumnar
from xiezhi.core.audit.log import LogColumns
from xiezhi.core.procedure.book import Book
from xiezhi.core.procedure.finding import Finding
from xiezhi.core.procedure.fold import fold
from xiezhi.core.procedure.history import Act, act_from_line
from xiezhi.core.procedure.judge import judge

pytestmark = pytest.mark.slow  # beyond what `make check` has time for

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BEGIN = datetime.fromisoformat("2021-06-20T09:00:00+08:00")
AS_OF = datetime.fromisoformat("2021-09-01T00:00:00+08:00")
KINDS = [
    "case_filed",
    "inquiry_made",
    "penalty_proposed",
    "decision_made",
    "case_withdrawn",
    "time_suspended",
    "time_resumed",
    "case_closed",
]
PARAMS = """
most.fine:
  zh: 数额
  unit: yuan
  values:
    - {from: 2010-01-01, value: 100, cite: [law/a/1]}
    - {from: 2021-07-10, value: "250.5", cite: [law/a/1]}
wait.days:
  zh: 天数
  unit: day
  values:
    - {from: 2010-01-01, to: 2021-07-01, value: 3, cite: [law/a/1]}
"""

kinds = st.sampled_from(KINDS)
numbers = st.sampled_from(
    [
        "penalty.fine",
        "this.penalty.fine",
        "last({k}).penalty.fine",
        "first({k}).penalty.fine",
        "count({k})",
        "100",
        "$most.fine",
        "penalty.fine + last({k}).penalty.fine",
        "elapsed(last({k}), this, 'day')",
        "elapsed(first({k}), this, 'workday')",
        "$wait.days",
    ]
)
flags = st.sampled_from(["complex", "done({k})", "not done({k}, {l})", "since({k}; {l})", "crime_suspected", "party.kind == 'citizen'"])


@st.composite
def guards(draw: st.DrawFn, depth: int = 0) -> str:
    form = draw(st.integers(0, 5 if depth < 2 else 2))
    fill = {"k": draw(kinds), "l": draw(kinds)}
    if form <= 1:
        return draw(flags).format(**fill)
    if form == 2:
        left, right = draw(numbers).format(**fill), draw(numbers).format(k=draw(kinds))
        return f"{left} {draw(st.sampled_from(['<', '<=', '>', '>=', '==', '!=']))} {right}"
    if form == 3:
        inner = draw(
            st.sampled_from(["it.penalty.fine >= last({k}).penalty.fine", "elapsed(it, this, 'day') <= 3", "it.penalty.fine < 300"])
        )
        return f"any({draw(kinds)}; {inner.format(**fill)})"
    if form == 4:
        return f"not ({draw(guards(depth + 1))})"
    return f"({draw(guards(depth + 1))}) {draw(st.sampled_from(['and', 'or']))} ({draw(guards(depth + 1))})"


@st.composite
def rules(draw: st.DrawFn) -> str:
    made = []
    for number in range(draw(st.integers(1, 4))):
        name, kind = f"r{number}", draw(kinds)
        when = f', when: "{draw(guards())}"' if draw(st.booleans()) else ""
        tail = draw(st.sampled_from(["", ", breach: b", ", follows: [r0]"])) + draw(
            st.sampled_from(["", ", cite: [law/old/1]", ", cite: [law/new/1]"])
        )
        term = f"{{amount: {draw(st.integers(1, 12))}, unit: {draw(st.sampled_from(['day', 'workday']))}, roll: true}}"
        match draw(st.integers(0, 5)):
            case 0:
                body = f'kind: gate, on: [{kind}], requires: "{draw(guards())}"'
            case 1:
                body = f'kind: value, on: [{kind}], check: "{draw(guards())}", as: data'
            case 2:
                body = f"kind: order, on: [{kind}], after: [{draw(kinds)}]"
            case 3:
                body = f"kind: lead, on: [{kind}], anchor: {{act: {draw(kinds)}}}, {draw(st.sampled_from(['at_least', 'at_most']))}: {term}"
            case 4:
                body = f"kind: limit, on: [{kind}], at_most: 1"
            case _:
                more = draw(st.sampled_from(["", ", cancel: [case_withdrawn]", ", pause: [{from: [time_suspended], to: [time_resumed]}]"]))
                body = f"kind: duty, after: [{kind}], expect: [{draw(kinds)}], within: {term}{more}"
        made.append(f"- {{id: {name}, {body}{when}{tail}}}")
    return "\n".join(made)


@st.composite
def acts_of_case(draw: st.DrawFn, case: str) -> list[dict[str, object]]:
    lines = []
    for _ in range(draw(st.integers(1, 9))):
        when = BEGIN + timedelta(days=draw(st.integers(0, 40)), hours=draw(st.integers(-9, 14)))
        data: dict[str, object] = {}
        if draw(st.booleans()):
            data["penalty"] = {"fine": draw(st.sampled_from([0, 100, "250.5", 300]))}
        if draw(st.integers(0, 3)) == 0:
            data["complex"] = draw(st.booleans())
        if draw(st.integers(0, 3)) == 0:
            data["party"] = {"kind": draw(st.sampled_from(["citizen", "organisation"]))}
        lines.append({"case": case, "act": draw(kinds), "at": when.isoformat(), "procedure": "penalty", "data": data})
    return lines


@st.composite
def logs(draw: st.DrawFn) -> list[Act]:
    lines = [line for number in range(draw(st.integers(1, 5))) for line in draw(acts_of_case(f"C{number}"))]
    return [act_from_line(line, VOCABULARY) for line in draw(st.permutations(lines))]


def columns_of(acts: list[Act]) -> LogColumns:
    cases, kinds_seen = list(dict.fromkeys(act.case for act in acts)), list(dict.fromkeys(act.kind for act in acts))
    names = dict.fromkeys(name for act in acts for name in act.own)
    facts = {}
    for name in names:
        column = np.full(len(acts), None, dtype=object)
        for place, act in enumerate(acts):
            column[place] = act.own.get(name)
        facts[name] = column
    return LogColumns(
        case=np.array([cases.index(act.case) for act in acts], dtype=np.int32),
        case_names=cases,
        act=np.array([kinds_seen.index(act.kind) for act in acts], dtype=np.int16),
        act_names=kinds_seen,
        at=np.array([(act.at - EPOCH) // timedelta(microseconds=1) for act in acts], dtype=np.int64),
        offset=np.full(len(acts), 480, dtype=np.int16),
        facts=facts,
        place=np.arange(len(acts), dtype=np.int64),
        procedure="penalty",
    )


def by_rows(law: Book, cases: Iterable[list[Act]]) -> tuple[list[Finding], list[tuple[str, str]]]:
    findings: list[Finding] = []
    unjudged: list[tuple[str, str]] = []
    for acts in cases:
        marking = fold(law, acts, None)
        findings.extend(judge(law, marking, AS_OF))
        unjudged.extend((marking.case, item.rule) for item in marking.not_judged)
    return sorted(findings, key=_key), sorted(unjudged)


def _key(finding: Finding) -> tuple[object, ...]:
    return finding.case, finding.at, finding.rule, -1 if finding.act is None else finding.act


def by_case(acts: list[Act]) -> list[list[Act]]:
    return [[act for act in acts if act.case == case] for case in dict.fromkeys(act.case for act in acts)]


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(rules(), logs())
def test_columns_find_what_rows_find(text: str, acts: list[Act]) -> None:
    law = book(text, params=PARAMS)
    outcome = judge_columns(columns_of(acts), law)
    assert outcome is not None, text
    rest, unjudged = by_rows(law, outcome.left())
    wanted, not_judged = by_rows(law, by_case(acts))
    assert sorted([*outcome.findings, *rest], key=_key) == wanted
    assert unjudged == not_judged
    assert outcome.cases + len(list(outcome.left())) == len(by_case(acts))
    assert outcome.acts + sum(map(len, outcome.left())) == len(acts)


PLAIN = [
    act_from_line({"case": "C", "act": kind, "at": f"2021-07-{day:02d}T09:00:00+08:00", "procedure": "penalty"}, VOCABULARY)
    for kind, day in (("case_filed", 1), ("decision_made", 20))
]


@pytest.mark.parametrize(
    "rule",
    [
        "- {id: two, kind: person, on: [decision_made], who: {count: 2}}",
        "- {id: paper, kind: companion, on: [decision_made], documents: [decision]}",
        "- {id: seen, kind: gate, on: [decision_made], requires: recorded(this)}",
        "- {id: hours, kind: gate, on: [decision_made], requires: \"elapsed(last(case_filed), this, 'hour') > 5\"}",
        "- {id: soon, kind: duty, after: [case_filed], expect: [decision_made], within: {amount: 24, unit: hour}}",
    ],
)
def test_what_has_no_columnar_form_is_left_to_the_rows(rule: str) -> None:
    assert judge_columns(columns_of(PLAIN), book(rule)) is None


def test_rules_on_acts_that_the_log_does_not_hold_do_not_matter() -> None:
    law = book(
        "- {id: two, kind: person, on: [inquiry_made], who: {count: 2}}\n- {id: o, kind: order, on: [decision_made], after: [case_filed]}"
    )
    outcome = judge_columns(columns_of(PLAIN), law)
    assert outcome is not None
    assert (outcome.cases, outcome.acts, outcome.findings) == (1, 2, [])


def test_days_before_1992_are_left_to_the_rows() -> None:
    old = act_from_line({"case": "C", "act": "case_filed", "at": "1990-07-01T09:00:00+08:00", "procedure": "penalty"}, VOCABULARY)
    with pytest.raises(NotColumnar):
        Frame(columns_of([old]), VOCABULARY)
