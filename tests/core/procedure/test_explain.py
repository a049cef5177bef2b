"""Must, may, not yet: each with its reason."""

from __future__ import annotations

from xiezhi.core.procedure.explain import explain
from xiezhi.core.procedure.fold import fold

from .law import OFFICERS, act, at, book

LAW = book(
    """
    - id: reviewed
      kind: gate
      cite: [law/a/3]
      on: [decision_made]
      when: penalty.fine >= 5000
      requires: done(review_passed)
      fix: 送法制审核
      hands: reviewer
    - {id: proposed, kind: order, on: [decision_made], after: [penalty_proposed]}
    - {id: two, kind: person, on: [case_filed, decision_made, inquiry_made], who: {count: 2}}
    - {id: paper, kind: companion, on: [decision_made], documents: [decision], live: block}
    - {id: shown, kind: order, on: [inquiry_made], after: [identity_shown]}
    - {id: decide, kind: duty, cite: [law/a/5], after: [case_filed], expect: [decision_made, no_penalty_decided], within: {amount: 90, unit: day, roll: false}, hands: officer}
    - {id: tell, kind: duty, after: [inquiry_made], expect: [rights_informed]}
    - {id: pay, kind: duty, severity: none, after: [case_filed], expect: [performance_recorded], within: {amount: 5, unit: day, roll: false}}
    """,
    acts="""
    penalty:
      stages:
        - {id: filing, zh: 立案, en: Filing, acts: [lead_registered, case_filed]}
        - {id: inquiry, zh: 调查取证, en: Inquiry, acts: [identity_shown, inquiry_made, rights_informed]}
        - {id: decision, zh: 决定, en: Decision, acts: [decision_made]}
        - {id: service, zh: 送达, en: Service, acts: [document_served], after: [decision_made]}
    """,
)
NOW = at("2024-03-10")


def told(*acts, now=NOW):
    return explain(LAW, fold(LAW, acts, OFFICERS), OFFICERS, now)


def test_a_new_case():
    answer = told(act("case_filed", "2024-03-01", penalty={"fine": 8000}))
    assert [(step.act, step.rule, step.due.isoformat()[:10], step.hands) for step in answer.must] == [
        ("decision_made", "decide", "2024-05-30", "officer")
    ]
    assert [reason.rule for reason in answer.must[0].reasons] == ["reviewed", "proposed"], "owed, and not yet possible"
    assert answer.must[0].duty.sheet()
    assert [step.act for step in answer.may] == ["identity_shown", "rights_informed", "document_served", "lead_registered", "case_filed"]
    assert {step.act: step.why_zh for step in answer.blocked} == {
        "decision_made": "作出决定：reviewed",
        "inquiry_made": "询问：shown（此前应当先有：出示证件表明身份）",
    }
    blocked = next(step for step in answer.blocked if step.act == "decision_made")
    assert (blocked.reasons[0].fix_zh, blocked.hands, blocked.cites) == ("送法制审核", "reviewer", ("law/a/3", "law/a/1"))


def test_persons_and_papers_do_not_drown_the_answer():
    answer = told(act("case_filed", "2024-03-01", penalty={"fine": 10}), act("penalty_proposed", "2024-03-02"))
    assert "decision_made" not in [step.act for step in answer.blocked]


def test_what_the_act_itself_will_state_is_not_asked_before():
    answer = told(act("case_filed", "2024-03-01"), act("penalty_proposed", "2024-03-02"))
    assert "decision_made" not in [step.act for step in answer.blocked]


def test_deadlines_hold_the_partys_too_and_overdue_ones_say_so():
    answer = told(act("case_filed", "2024-03-01"), act("inquiry_made", "2024-03-02"), now=at("2024-07-01"))
    assert [(step.rule, step.state) for step in answer.deadlines] == [("pay", "breached"), ("decide", "breached"), ("tell", "promptly")]
    assert [step.rule for step in answer.must] == ["decide", "tell"]


def test_stages():
    acts = [act("case_filed", "2024-03-01"), act("document_served", "2024-03-02"), act("inquiry_made", "2024-03-03")]
    assert [(s.id, s.state) for s in told(*acts).stages] == [
        ("filing", "done"),
        ("inquiry", "current"),
        ("decision", "ahead"),
        ("service", "ahead"),
    ]
    acts += [act("decision_made", "2024-03-04"), act("document_served", "2024-03-05")]
    stages = told(*acts).stages
    assert [s.state for s in stages] == ["done", "done", "done", "current"]
    assert (stages[3].from_, stages[1].note) == (acts[-1].at, "")


def test_the_explanation_changes_nothing():
    marking = fold(LAW, [act("case_filed", "2024-03-01", penalty={"fine": 8000})], OFFICERS)
    before = (dict(marking.facts), list(marking.findings), set(marking.breached), marking.scene.this, len(marking.not_judged))
    explain(LAW, marking, OFFICERS, NOW)
    assert before == (dict(marking.facts), list(marking.findings), set(marking.breached), marking.scene.this, len(marking.not_judged))


def test_phases_stand_in_for_stages_when_the_pack_has_none():
    law = book("""
    - {id: shown, kind: order, on: [inquiry_made], after: [identity_shown]}
    """)
    answer = explain(law, fold(law, [act("case_filed", "2024-03-01")], None), None, NOW)
    assert [s.id for s in answer.stages][:2] == ["initiation", "investigation"]
    assert "standing" not in [s.id for s in answer.stages]
