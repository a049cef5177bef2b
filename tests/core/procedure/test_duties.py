"""Duties: opened, answered in time or late, extended, interrupted, cancelled, paired, left undone."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiezhi.core.law.clock import SHANGHAI
from xiezhi.core.law.terms import Term, due
from xiezhi.core.procedure.duty import Duty
from xiezhi.core.procedure.fold import fold
from xiezhi.core.procedure.judge import judge

from .law import CALENDAR, act, at, book, broken, findings, recording

SERVE = book("""
- id: serve
  kind: duty
  after: [decision_made]
  expect: [document_served]
  answers: it.document == 'decision'
  within: {amount: 7, unit: workday}
  hands: officer
""")
MADE = act("decision_made", "2024-03-01")  # a Friday; the seventh working day is Tuesday 12 March


def served(when, document="decision"):
    return act("document_served", when, document=document)


@pytest.mark.parametrize(
    ("acts", "as_of", "expected"),
    [
        ([served("2024-03-12 23:59")], "2024-03-20", []),
        ([served("2024-03-13 00:01")], "2024-03-20", [("violation", "late", "serve", 1)]),
        ([], "2024-03-12", [("pending", "overdue", "serve", 0)]),
        ([], "2024-03-13", [("violation", "overdue", "serve", 0)]),
        ([served("2024-03-05", "penalty_notice")], "2024-03-13", [("violation", "overdue", "serve", 0)]),
    ],
)
def test_a_duty_is_met_late_pending_or_overdue(acts, as_of, expected):
    assert findings(SERVE, MADE, *acts, as_of=as_of, pending=True) == expected


def test_a_duty_tells_its_day_sheet_and_hands():
    (duty,) = fold(SERVE, [MADE], None).duties
    assert (duty.due.isoformat()[:16], duty.state, duty.hands, duty.provisional) == ("2024-03-12T23:59", "open", "officer", False)
    assert [day.date.day for day in duty.sheet() if day.counted] == [4, 5, 6, 7, 8, 11, 12]


def test_the_findings_of_a_late_duty_name_both_times():
    marking = fold(SERVE, [MADE, served("2024-03-15")], None)
    (finding,) = judge(SERVE, marking, at("2024-04-01"))
    assert finding.due == marking.duties[0].due
    assert "期限至2024年3月12日23:59，实际2024年3月15日10:00" in finding.message_zh
    assert finding.live == "record"


def test_extension_counts_once_within_its_bound_and_only_before_the_end():
    law = book("""
    - id: decide
      kind: duty
      after: [case_filed]
      expect: [decision_made]
      within: {amount: 10, unit: day, roll: false}
      extend: [{on: [time_limit_extended], by: it.days, max: 5, times: 1}]
    """)
    filed = act("case_filed", "2024-03-01")
    longer = act("time_limit_extended", "2024-03-08", days=30)
    again = act("time_limit_extended", "2024-03-09", days=5)
    too_late = act("time_limit_extended", "2024-03-12", days=5)
    assert broken(law, filed, act("decision_made", "2024-03-12")) == ["decide"]
    assert broken(law, filed, longer, act("decision_made", "2024-03-16")) == []
    assert broken(law, filed, longer, again, act("decision_made", "2024-03-17")) == ["decide"]
    assert broken(law, filed, too_late, act("decision_made", "2024-03-13")) == ["decide"]


def test_a_pause_stops_the_clock_for_its_reasons_only():
    law = book("""
    - id: decide
      kind: duty
      after: [case_filed]
      expect: [decision_made]
      within: {amount: 10, unit: day, roll: false}
      pause: [{from: [time_suspended], to: [time_resumed], only: "it.reason in ['appraisal', 'hearing']"}]
    """)
    filed = act("case_filed", "2024-03-01")
    stop, go = act("time_suspended", "2024-03-05", reason="appraisal"), act("time_resumed", "2024-03-15")
    assert broken(law, filed, stop, go, act("decision_made", "2024-03-21")) == []
    assert broken(law, filed, stop, go, act("decision_made", "2024-03-22")) == ["decide"]
    assert broken(law, filed, act("time_suspended", "2024-03-05", reason="other"), go, act("decision_made", "2024-03-21")) == ["decide"]
    paused = fold(law, [filed, stop], None)
    assert (paused.duties[0].state, paused.duties[0].due) == ("paused", None)
    assert [f.severity for f in judge(law, paused, at("2025-01-01"))] == ["pending"]


def test_a_cancelled_duty_is_owed_no_more():
    law = book("""
    - {id: decide, kind: duty, after: [case_filed], expect: [decision_made], cancel: [case_withdrawn], within: {amount: 10, unit: day, roll: false}}
    """)
    marking = fold(law, [act("case_filed", "2024-03-01"), act("case_withdrawn", "2024-03-05")], None)
    assert judge(law, marking, at("2025-01-01")) == []
    assert marking.duties[0].state == "cancelled"


def test_a_clock_that_an_act_states_starts_the_term():
    law = book("""
    - {id: pay, kind: duty, after: [document_served], clock: served_on, expect: [performance_recorded], within: {amount: 15, unit: day, roll: false}}
    """)
    announced = act("document_served", "2024-03-01", served_on="2024-04-10")
    assert broken(law, announced, act("performance_recorded", "2024-04-25")) == []
    assert broken(law, announced, act("performance_recorded", "2024-04-26")) == ["pay"]


def test_a_term_that_the_act_itself_sets():
    law = book("""
    - {id: check, kind: duty, after: [rectification_ordered], expect: [rectification_checked], within: {data: due}}
    """)
    ordered = act("rectification_ordered", "2024-03-01", due="2024-03-10T17:00:00+08:00")
    assert broken(law, ordered, act("rectification_checked", "2024-03-10 17:00")) == []
    assert broken(law, ordered, act("rectification_checked", "2024-03-10 17:01")) == ["check"]


def test_repeated_acts_pair_by_key_else_the_oldest_first():
    rules = """
    - {{id: review, kind: duty, after: [review_submitted], expect: [review_passed], within: {{amount: 5, unit: workday}}{per}}}
    """
    acts = [
        act("review_submitted", "2024-03-01", review_of="decision"),
        act("review_submitted", "2024-03-04", review_of="coercive_measure"),
        act("review_passed", "2024-03-05", review_of="coercive_measure"),
        act("review_passed", "2024-03-11", review_of="decision"),  # the sixth working day after the first, the fifth after the second
    ]
    assert broken(book(rules.format(per=", per: review_of")), *acts) == ["review"]
    assert broken(book(rules.format(per="")), *acts) == []


def test_a_duty_opened_under_a_law_is_judged_by_it_to_its_end():
    law = book("""
    - {id: old, kind: duty, cite: [law/old/1], after: [case_filed], expect: [decision_made], within: {amount: 10, unit: day, roll: false}}
    """)
    assert broken(law, act("case_filed", "2021-06-30"), act("decision_made", "2021-07-20")) == ["old"]
    assert broken(law, act("case_filed", "2021-07-01"), act("decision_made", "2021-07-20")) == []


def test_promptly_warns_while_open_and_is_missing_once_the_case_is_closed():
    law = book("""
    - {id: told, kind: duty, after: [decision_made], expect: [credit_reported]}
    """)
    assert findings(law, MADE) == [("warning", "missing", "told", 0)]
    assert findings(law, MADE, act("case_closed", "2024-04-01")) == [("violation", "missing", "told", 0)]
    assert findings(law, MADE, act("credit_reported", "2024-03-20"), act("case_closed", "2024-04-01")) == []


def test_what_the_closing_itself_opens_is_missing_only_after_the_archive():
    law = book("""
    - {id: told, kind: duty, after: [case_closed], expect: [credit_reported]}
    """)
    closed = act("case_closed", "2024-04-01")
    assert findings(law, closed) == [("warning", "missing", "told", 0)]
    assert findings(law, closed, act("case_archived", "2024-04-05")) == [("violation", "missing", "told", 0)]


def test_recordings_are_stored_in_time():
    law = book("""
    - {id: stored, kind: duty, after_recording: [site_inspected], within: {amount: 24, unit: hour}}
    """)

    def visit(stored):
        return act("site_inspected", "2024-03-05 09:00", recordings=[recording("2024-03-05 09:00", "2024-03-05 10:00", stored=stored)])

    assert findings(law, visit("2024-03-06 10:00")) == []
    assert findings(law, visit("2024-03-06 10:01")) == [("violation", "late", "stored", 0)]
    assert findings(law, visit(None), as_of="2024-03-07") == [("violation", "overdue", "stored", 0)]


def test_a_day_of_every_year():
    law = book("""
    - {id: report, kind: duty, start: {fixed: "01-31"}, procedure: [agency_year], expect: [annual_report_filed], within: {data: due}}
    """)
    first = act("training_held", "2024-01-05", procedure="agency_year")
    assert findings(law, first, act("annual_report_filed", "2024-01-31 23:00")) == []
    assert findings(law, first, act("annual_report_filed", "2024-02-01")) == [("violation", "late", "report", 1)]


def test_a_year_of_an_agency_closes_with_the_year():
    law = book("""
    - {id: filed, kind: duty, after: [catalogue_adopted], expect: [catalogue_registered], procedure: [agency_year]}
    """)
    adopted = act("catalogue_adopted", "2024-05-06", procedure="agency_year")
    assert findings(law, adopted, as_of="2024-12-31") == [("warning", "missing", "filed", 0)]
    assert findings(law, adopted, as_of="2025-01-01") == [("violation", "missing", "filed", 0)]
    assert findings(law, adopted, act("catalogue_registered", "2024-05-20"), as_of="2025-01-01") == []


def test_duties_of_one_breach_are_one_finding():
    law = book("""
    - {id: national, kind: duty, cite: [law/a/2], after: [decision_made], expect: [result_published], within: {amount: 20, unit: workday}, breach: unpublished}
    - {id: district, kind: duty, cite: [law/a/3], after: [decision_made], expect: [result_published], within: {amount: 7, unit: workday}, breach: unpublished}
    """)
    (early,) = judge(law, fold(law, [MADE], None), at("2024-03-20"))
    assert (early.rule, early.severity, early.cites) == ("district", "violation", ("law/a/3",)), "the wider one still runs"
    (both,) = judge(law, fold(law, [MADE], None), at("2024-06-01"))
    assert (both.rule, both.cites) == ("district", ("law/a/3", "law/a/2"))


def test_a_deadline_of_the_party_is_shown_and_never_a_finding():
    law = book("""
    - {id: pay, kind: duty, severity: none, after: [document_served], expect: [performance_recorded], within: {amount: 15, unit: day, roll: true}}
    """)
    marking = fold(law, [served("2024-03-01")], None)
    assert judge(law, marking, at("2025-01-01")) == []
    assert marking.duties[0].due is not None


@given(
    st.sampled_from(
        [
            Term(amount, unit, roll=roll, direction="after")
            for amount in (1, 3, 40, 41)
            for unit in ("day", "workday", "month", "year")
            for roll in (False, True)
        ]
    ),
    st.datetimes(datetime(1992, 1, 1), datetime(2051, 1, 1)).map(lambda at: at.replace(tzinfo=SHANGHAI)),
    st.integers(0, 60 * 24 * 3600),
)
def test_an_answer_that_needs_no_count_lies_before_the_end(term, start, seconds):
    opener = act("decision_made", "2024-03-01")
    duty = Duty(SimpleNamespace(data=None, ends={}), opener, 0, start=start, term=term, calendar=CALENDAR)
    if duty._surely_before_due(start + timedelta(seconds=seconds)):
        assert start + timedelta(seconds=seconds) <= due(start, term, CALENDAR).at
