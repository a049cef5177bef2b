"""What may be added to a history, and how a refusal tells the way out."""

from __future__ import annotations

from xiezhi.core.procedure.fold import fold
from xiezhi.core.procedure.step import Permitted, Refused, step_on

from .law import OFFICERS, act, book, people, person, try_step

LAW = book("""
- id: reviewed
  kind: gate
  cite: [law/a/3]
  on: [decision_made]
  when: penalty.fine >= 5000
  requires: last(review_passed, review_rejected) == review_passed
  zh: 未经法制审核不得作出决定
  fix: 送法制审核
  fix_en: submit for review
  hands: reviewer
- {id: shown, kind: order, on: [inquiry_made], after: [identity_shown]}
- {id: discussed, kind: order, on: [decision_made], after: [discussion_held], live: warn}
- {id: in_time, kind: duty, after: [case_filed], expect: [decision_made], within: {amount: 10, unit: day, roll: false}}
""")
FILED = act("case_filed", "2024-03-01")
TALKED = act("discussion_held", "2024-03-02")
HEAVY = act("decision_made", "2024-03-05", penalty={"fine": 8000})
LIGHT = act("decision_made", "2024-03-05", penalty={"fine": 100})


def test_a_decided_act_is_refused_with_rule_citation_and_way_out():
    answer = try_step(LAW, [FILED, TALKED], HEAVY)
    assert isinstance(answer, Refused)
    (reason,) = answer.reasons
    assert (reason.rule, reason.kind, reason.cites) == ("reviewed", "forbidden", ("law/a/3",))
    assert (reason.fix_zh, reason.fix, reason.hands) == ("送法制审核", "submit for review", "reviewer")
    assert answer.message_zh == "作出决定：未经法制审核不得作出决定"


def test_it_is_permitted_once_the_way_out_was_taken():
    passed = act("review_passed", "2024-03-04")
    assert isinstance(try_step(LAW, [FILED, TALKED, passed], HEAVY), Permitted)


def test_a_missing_fact_refuses_and_is_named():
    answer = try_step(LAW, [FILED, TALKED], act("decision_made", "2024-03-05"))
    assert isinstance(answer, Refused)
    assert [(r.kind, r.missing_facts) for r in answer.reasons] == [("unknown_fact", ("penalty.fine",))]
    assert "罚款金额" in answer.message_zh


def test_an_act_that_happened_is_never_refused_but_found():
    answer = try_step(LAW, [FILED], act("inquiry_made", "2024-03-05"))
    assert isinstance(answer, Permitted)
    assert [(f.rule, f.live) for f in answer.findings] == [("shown", "record")]


def test_a_warning_asks_for_a_reason():
    answer = try_step(LAW, [FILED], LIGHT)
    assert isinstance(answer, Refused)
    assert [(r.rule, r.kind, r.missing_facts) for r in answer.reasons] == [("discussed", "needs_reason", ("reason",))]
    with_reason = act("decision_made", "2024-03-05", penalty={"fine": 100}, reason="情况特殊")
    answer = try_step(LAW, [FILED], with_reason)
    assert isinstance(answer, Permitted)
    assert [f.rule for f in answer.findings] == ["discussed"]


def test_lateness_never_refuses():
    late = act("decision_made", "2024-05-01", penalty={"fine": 100})
    answer = try_step(LAW, [FILED, TALKED], late)
    assert isinstance(answer, Permitted)
    assert [(f.rule, f.kind) for f in answer.findings] == [("in_time", "late")]


def test_a_refusal_leaves_the_marking_as_it_was():
    marking = fold(LAW, [FILED, TALKED], OFFICERS)
    assert isinstance(step_on(marking, HEAVY), Refused)
    assert (dict(marking.facts), len(marking.acts), marking.findings, marking.breached) == ({}, 2, [], set())
    assert isinstance(step_on(marking, LIGHT), Permitted)


def test_an_earlier_time_is_judged_by_the_refolded_history():
    """A decision entered for a day before the review is refused; the review entered afterwards for an earlier day is not needed anew."""
    passed = act("review_passed", "2024-03-06")
    assert isinstance(try_step(LAW, [FILED, TALKED, passed], HEAVY), Refused)
    rejected = act("review_rejected", "2024-03-05 09:00")
    earlier = act("review_passed", "2024-03-04")
    answer = try_step(LAW, [FILED, TALKED, earlier, HEAVY], rejected)
    assert isinstance(answer, Refused), "it would take the ground from a decision already made"
    assert [(reason.rule) for reason in answer.reasons] == ["reviewed"]


def test_an_earlier_act_that_harms_nothing_is_permitted_and_stands_in_its_place():
    answer = try_step(LAW, [FILED, TALKED, LIGHT], act("review_submitted", "2024-03-03"))
    assert isinstance(answer, Permitted)
    assert [a.kind for a in answer.marking.acts] == ["case_filed", "discussion_held", "review_submitted", "decision_made"]


def test_an_officer_whom_nobody_knows_refuses_a_decided_act():
    law = book("""
    - {id: leader, kind: person, on: [decision_made], who: {count: 1, role: leader}}
    """)
    by_stranger = act("decision_made", "2024-03-05", by=["x9"])
    answer = try_step(law, [FILED], by_stranger, people=people(person("l1", roles="leader")))
    assert isinstance(answer, Refused)
    assert answer.reasons[0].missing_facts == ("person:x9",)
    assert isinstance(try_step(law, [FILED], by_stranger, people=None), Permitted), "without a people file nothing is known of anybody"


def test_an_older_breach_opens_no_gate():
    law = book("""
- {id: shown, kind: order, on: [inquiry_made], after: [identity_shown]}
- {id: heard, kind: gate, on: [decision_made], requires: done(defence_made), follows: [shown]}
""")
    before = [FILED, act("inquiry_made", "2024-03-02")]
    assert isinstance(try_step(law, before, LIGHT), Refused)
    findings = fold(law, [*before, LIGHT], people()).findings
    assert [one.rule for one in findings] == ["shown"], "an audit does not repeat what only follows"
