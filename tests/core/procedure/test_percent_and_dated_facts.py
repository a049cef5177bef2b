"""`percent(x, y)` in guards, and a duty whose end stands in a fact of the case."""

from __future__ import annotations

import pytest

from .law import act, book, broken

FEW = """
    - id: few
      kind: value
      on: [staffing_declared]
      check: "percent(this.reviewers, this.officers) >= 5"
    """
END = """
    - id: end
      kind: duty
      after: [result_published]
      when: "not empty(publicity.until)"
      expect: [publication_expired]
      within: {data: publicity.until}
    """


@pytest.mark.parametrize(("officers", "reviewers", "expected"), [(100, 5, []), (101, 5, ["few"]), (21, 2, []), (20, 0, ["few"])])
def test_percent_is_exact(officers, reviewers, expected):
    assert broken(book(FEW), act("staffing_declared", "2024-03-05", officers=officers, reviewers=reviewers)) == expected


@pytest.mark.parametrize("data", [{"officers": 20}, {"reviewers": 1}, {"officers": 0, "reviewers": 0}])
def test_a_share_of_nothing_or_of_what_is_not_stated_is_no_breach(data):
    assert broken(book(FEW), act("staffing_declared", "2024-03-05", **data)) == []


@pytest.mark.parametrize(("day", "expected"), [("2024-05-05", []), ("2024-05-06", ["end"])])
def test_a_duty_may_end_on_a_day_that_an_earlier_act_stated(day, expected):
    decided = act("decision_made", "2024-03-05", publicity={"until": "2024-05-05"})
    assert broken(book(END), decided, act("result_published", "2024-03-06"), act("publication_expired", day)) == expected


def test_per_case_opens_one_duty_at_a_time():
    law = book("""
    - id: told
      kind: duty
      after: [site_inspected]
      expect: [inspection_result_told]
      per: case
    """)
    visits = [act("site_inspected", f"2024-03-0{day}") for day in (4, 5)]
    assert broken(law, *visits, act("inspection_result_told", "2024-03-06"), act("case_closed", "2024-03-07")) == []
    assert broken(law, *visits, act("case_closed", "2024-03-07")) == ["told"]
