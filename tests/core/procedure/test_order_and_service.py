"""What comes after what, from when service counts, which items a list lacks, who may be of several roles, and how a missing act is asked for."""

from __future__ import annotations

import pytest

from xiezhi.core.procedure.step import Refused

from .law import act, book, broken, people, person, try_step

PROPOSED = act("penalty_proposed", "2024-03-05", penalty={"kinds": ["fine", "confiscate_goods"], "fine": 100})
DECIDED = act("decision_made", "2024-03-20", penalty={"kinds": ["fine"]})


def served(when: str, **more):
    return act("document_served", when, document="penalty_notice", **more)


AFTER = """
    - id: served
      kind: gate
      on: [decision_made]
      requires: "any(document_served; after(it, last(penalty_proposed)))"
    """


@pytest.mark.parametrize(
    ("acts", "expected"),
    [
        ([PROPOSED, served("2024-03-06")], []),
        ([served("2024-03-04"), PROPOSED], ["served"]),
        ([PROPOSED, served("2024-03-06"), act("penalty_proposed", "2024-03-07")], ["served"]),
        ([served("2024-03-06")], ["served"]),  # after nothing: false
    ],
)
def test_after_asks_for_the_order_of_two_acts(acts, expected):
    assert broken(book(AFTER), *acts, DECIDED) == expected


def test_after_tells_acts_of_one_moment_apart_by_their_order():
    assert broken(book(AFTER), PROPOSED, served("2024-03-05"), DECIDED) == []


PAST = """
    - id: term
      kind: gate
      on: [decision_made]
      requires: "past(last(document_served), this, 3, 'workday')"
    - {id: lead, kind: lead, on: [decision_made], anchor: {act: document_served}, at_least: {amount: 3, unit: workday}}
    """


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        (served("2024-03-06"), []),
        (served("2024-03-06", served_on="2024-03-14"), []),  # 15, 18, 19
        (served("2024-03-06", served_on="2024-03-15"), ["term", "lead"]),
        (served("2024-03-19", served_on="2024-03-06"), []),
    ],
)
def test_terms_run_from_the_day_on_which_service_takes_effect(service, expected):
    assert sorted(broken(book(PAST), service, DECIDED)) == sorted(expected)


@pytest.mark.parametrize(
    ("kinds", "expected"), [(["fine"], []), (["warning", "fine"], []), (["fine", "revoke_licence"], ["heavier"]), (["warning"], [])]
)
def test_without_leaves_out_items_and_in_is_the_subset(kinds, expected):
    law = book("""
    - id: heavier
      kind: value
      on: [decision_made]
      check: "without(penalty.kinds, ['warning']) in last(penalty_proposed).penalty.kinds"
    """)
    assert broken(law, PROPOSED, act("decision_made", "2024-03-20", penalty={"kinds": kinds})) == expected


@pytest.mark.parametrize(("roles", "expected"), [("leader", []), ("chief_leader", []), ("officer;leader", []), ("officer", ["head"])])
def test_one_role_of_several_suffices(roles, expected):
    law = book("\n- {id: head, kind: person, on: [decision_approved], who: {field: approver, role: [leader, chief_leader]}}")
    approved = act("decision_approved", "2024-03-10", by=["x"], approver="x")
    assert broken(law, approved, people=people(person("x", roles=roles))) == expected


def test_an_approver_who_is_not_stated_is_no_breach_of_the_role():
    law = book("\n- {id: head, kind: person, on: [decision_approved], who: {field: approver, role: leader}}")
    assert broken(law, act("decision_approved", "2024-03-10", by=["o1"])) == []


def test_a_missing_act_is_asked_for_in_words_and_never_by_the_guards_text():
    answer = try_step(book(PAST), [], DECIDED)
    assert isinstance(answer, Refused)
    assert "最近一次送达的记录" in answer.message_zh
    assert "last(" not in answer.message_zh + "".join(str(reason.fix_zh) for reason in answer.reasons)
