"""What holds for every history: replay is the fold of steps, what was permitted breaks nothing, the unrelated changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xiezhi.core.procedure.explain import explain
from xiezhi.core.procedure.fold import advance, begin, fold, in_order
from xiezhi.core.procedure.judge import judge
from xiezhi.core.procedure.step import Permitted, Refused, step, step_on

from .law import OFFICERS, act, at, book

LAW = book(
    """
    - {id: filed, kind: order, on: [inquiry_made, penalty_proposed, decision_made], after: [case_filed]}
    - id: reviewed
      kind: gate
      on: [decision_made]
      when: grave
      requires: last(review_passed, review_rejected, review_returned) == review_passed
      breach: unreviewed
    - {id: proposed, kind: order, on: [decision_made], after: [penalty_proposed], follows: [unreviewed]}
    - {id: once, kind: limit, on: [review_passed], at_most: 2}
    - {id: heard, kind: gate, on: [decision_made], when: done(hearing_requested), requires: "since(hearing_requested; hearing_held)"}
    - {id: notice, kind: lead, on: [hearing_held], anchor: {act: hearing_notified}, at_least: {amount: 7, unit: workday}, live: block}
    - {id: apart, kind: person, on: [review_passed], who: {apart_from: [inquiry_made]}}
    - {id: two, kind: person, on: [inquiry_made, decision_made], who: {count: 2, role: officer, certificate: valid}}
    - {id: paper, kind: companion, on: [decision_made], documents: [decision], live: block}
    - {id: decide, kind: duty, after: [case_filed], expect: [decision_made], within: {amount: 30, unit: day, roll: true}, cancel: [case_withdrawn], extend: [{on: [time_limit_extended], max: 10, times: 1}], pause: [{from: [time_suspended], to: [time_resumed]}]}
    - {id: review, kind: duty, after: [review_submitted], expect: [review_passed, review_returned], within: {amount: 5, unit: workday}}
    - {id: tell, kind: duty, after: [decision_made], expect: [document_served]}
    """,
    definitions="""
    grave:
      zh: 重大
      any:
        - {id: fine, when: penalty.fine >= 5000, cite: [law/a/2], zh: 数额}
        - {id: hearing, when: done(hearing_held), cite: [law/a/2], zh: 听证}
    """,
)
KINDS = [
    "case_filed", "inquiry_made", "penalty_proposed", "review_submitted", "review_passed", "review_returned", "hearing_requested",
    "hearing_notified", "hearing_held", "time_suspended", "time_resumed", "time_limit_extended", "decision_made", "document_served",
    "case_closed",
]  # fmt: skip
UNRELATED = ["device_checked", "expert_consulted", "suggestion_received", "training_held"]


@st.composite
def acts(draw, kinds=KINDS):
    day = draw(st.integers(1, 28))
    month = draw(st.integers(1, 4))
    kind = draw(st.sampled_from(kinds))
    minute = draw(st.integers(0, 59))
    more = {"penalty": {"fine": draw(st.sampled_from([100, 5000]))}} if draw(st.booleans()) else {}
    by = draw(st.lists(st.sampled_from(["o1", "o2", "r1", "stranger"]), max_size=3))
    documents = ["decision"] if draw(st.booleans()) else []
    return act(kind, f"2024-{month:02}-{day:02} 10:{minute:02}", by=by, documents=documents, **more)


histories = st.lists(acts(), min_size=1, max_size=14)
quick = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
AS_OF = at("2024-06-01")


def verdict(marking):
    """Findings by act rather than by place, so that histories with more acts compare."""
    return [
        (f.rule, f.kind, f.severity, f.at, f.due, f.cites, f.message_zh, id(marking.acts[f.act]) if f.act is not None else None)
        for f in judge(LAW, marking, AS_OF)
    ]


@quick
@given(histories)
def test_the_fold_is_its_steps_one_by_one(history):
    ordered = in_order(history)
    stepwise = begin(LAW, ordered, OFFICERS)
    brought = [finding for one in ordered for finding in advance(stepwise, one)]
    whole = fold(LAW, history, OFFICERS)
    assert brought == whole.findings
    assert verdict(stepwise) == verdict(whole)
    assert stepwise.facts == whole.facts


@quick
@given(histories)
def test_what_was_permitted_has_no_blocking_finding(history):
    """Live and audit agree: a history made of permitted steps has no finding that would have refused an act."""
    ordered = in_order(history)
    marking = begin(LAW, ordered, OFFICERS)
    for one in ordered:
        step_on(marking, one)
    again = fold(LAW, marking.acts, OFFICERS) if marking.acts else marking
    assert [f for f in again.findings if f.live == "block"] == []


@quick
@given(histories, acts())
def test_an_act_is_refused_exactly_when_the_refolded_history_breaks_more(history, new):
    before = fold(LAW, history, OFFICERS)
    after = fold(LAW, [*history, new], OFFICERS)

    def blocking(marking):
        return {(id(marking.acts[f.act]), f.rule) for f in marking.findings if f.live == "block"}

    answer = step(LAW, history, OFFICERS, new, AS_OF)
    if new.kind not in LAW.decided:
        assert isinstance(answer, Permitted)
    elif isinstance(answer, Permitted):
        assert blocking(after) <= blocking(before)
    else:
        unknown = any(reason.kind == "unknown_fact" for reason in answer.reasons)
        assert unknown or not blocking(after) <= blocking(before)


@quick
@given(histories, acts(UNRELATED))
def test_an_unrelated_act_changes_no_verdict(history, unrelated):
    unrelated = act(unrelated.kind, unrelated.at.strftime("%Y-%m-%d %H:%M"))
    assert verdict(fold(LAW, history, OFFICERS)) == verdict(fold(LAW, [*history, unrelated], OFFICERS))


@quick
@given(st.lists(acts(), min_size=1, max_size=10, unique_by=lambda one: one.at), st.randoms(use_true_random=False))
def test_the_order_of_lines_with_distinct_times_says_nothing(history, chance):
    shuffled = list(history)
    chance.shuffle(shuffled)
    assert verdict(fold(LAW, history, OFFICERS)) == verdict(fold(LAW, shuffled, OFFICERS))


@quick
@given(histories)
def test_what_explain_calls_blocked_step_refuses(history):
    """For acts that the agency decides; what the act will bring (persons, papers) is asked by step alone."""
    marking = fold(LAW, history, OFFICERS)
    now = max(one.at for one in history) + timedelta(minutes=1)
    answer = explain(LAW, marking, OFFICERS, now)
    for next_step in answer.blocked:
        if next_step.act in LAW.decided:
            thought = act(next_step.act, now.strftime("%Y-%m-%d %H:%M"), by=["o1", "o2"], documents=["decision"])
            assert isinstance(step(LAW, history, OFFICERS, thought, now), Refused)


@quick
@given(histories)
def test_time_passing_only_adds_overdue_duties(history):
    marking = fold(LAW, history, OFFICERS)
    early = {(f.rule, f.act) for f in judge(LAW, marking, at("2024-05-01")) if f.severity == "violation"}
    late = {(f.rule, f.act) for f in judge(LAW, marking, at("2025-01-01")) if f.severity == "violation"}
    assert early <= late


def test_ties_follow_the_order_of_the_record():
    filed, decided = act("case_filed", "2024-03-01"), act("inquiry_made", "2024-03-01", by=["o1", "o2"])
    assert fold(LAW, [filed, decided], OFFICERS).findings == []
    assert [f.rule for f in fold(LAW, [decided, filed], OFFICERS).findings] == ["filed"]
    numbered = [act("inquiry_made", "2024-03-01", by=["o1", "o2"], case_seq=2), act("case_filed", "2024-03-01", case_seq=1)]
    assert fold(LAW, numbered, OFFICERS).findings == []


def test_a_marking_is_judged_under_its_own_edition():
    other = book("""
    - {id: filed, kind: order, on: [decision_made], after: [case_filed]}
    """)
    with pytest.raises(ValueError, match="edition"):
        judge(other, fold(LAW, [act("case_filed", "2024-03-01")], OFFICERS), AS_OF)
