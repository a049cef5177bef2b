"""The date vectors of the law (2026 calendar) and the properties that every term has."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiezhi.core.law.calendar import Calendar
from xiezhi.core.law.clock import SHANGHAI, day_of
from xiezhi.core.law.errors import InputError
from xiezhi.core.law.terms import Term, add_months, due

CALENDAR = Calendar.load()


def at(text: str, hour: int = 10) -> datetime:
    return datetime.combine(date.fromisoformat(text), datetime.min.time(), tzinfo=SHANGHAI).replace(hour=hour)


def last_day(start: str, amount: int, unit: str, **more) -> str:
    return day_of(due(at(start), Term(amount, unit, **more), CALENDAR).at).isoformat()


# --- the twelve vectors, each under the name of its case


def test_decision_is_published_within_seven_workdays_on_a_make_up_saturday():
    assert last_day("2026-02-12", 7, "workday") == "2026-02-28"


def test_other_results_are_published_within_twenty_workdays_across_two_holidays():
    assert last_day("2026-09-18", 20, "workday") == "2026-10-22"


def test_ninety_days_from_filing_end_on_national_day_and_roll_on():
    reached = due(at("2026-07-03"), Term(90, "day", roll=True), CALENDAR)
    assert reached.last == date(2026, 10, 1)
    assert day_of(reached.at) == date(2026, 10, 8)


def test_seizure_of_thirty_days_does_not_roll_over_the_holiday():
    assert last_day("2026-09-04", 30, "day", roll=False) == "2026-10-04"


def test_hearing_may_be_requested_within_five_workdays_counting_the_make_up_saturday():
    assert last_day("2026-04-30", 5, "workday") == "2026-05-11"


def test_hearing_is_notified_seven_clear_workdays_before():
    assert CALENDAR.add_workdays(date(2026, 5, 12), -7) == date(2026, 4, 29)
    assert last_day("2026-05-12", 7, "workday", direction="before") == "2026-04-28"


def test_fine_is_paid_within_fifteen_days_rolled_past_national_day():
    reached = due(at("2026-09-21"), Term(15, "day", roll=True), CALENDAR)
    assert reached.last == date(2026, 10, 6)
    assert day_of(reached.at) == date(2026, 10, 8)


def test_preserved_evidence_is_resolved_within_seven_workdays():
    assert last_day("2026-06-17", 7, "workday") == "2026-06-29"


def test_demand_runs_ten_workdays_and_enforcement_opens_the_day_after():
    assert last_day("2026-09-23", 10, "workday") == "2026-10-14"
    assert day_of(due(at("2026-09-23"), Term(10, "workday"), CALENDAR).at) + timedelta(days=1) == date(2026, 10, 15)


def test_six_months_to_sue_then_three_months_to_apply_for_enforcement():
    sue = due(at("2026-02-28"), Term(6, "month", roll=True), CALENDAR)
    assert day_of(sue.at) == date(2026, 8, 28)
    apply = due(sue.at, Term(3, "month", roll=True), CALENDAR)
    assert apply.last == date(2026, 11, 28)
    assert day_of(apply.at) == date(2026, 11, 30)


def test_publication_is_withdrawn_within_three_workdays():
    assert last_day("2026-04-30", 3, "workday") == "2026-05-08"


def test_district_review_of_five_days_and_three_more_in_both_readings():
    assert last_day("2026-09-29", 5, "workday") == "2026-10-12"
    assert day_of(due(at("2026-09-29"), Term(5, "workday"), CALENDAR, extensions=[3]).at) == date(2026, 10, 15)
    assert last_day("2026-09-29", 5, "day") == "2026-10-04"
    assert day_of(due(at("2026-09-29"), Term(5, "day"), CALENDAR, extensions=[3]).at) == date(2026, 10, 7)


# --- units


def test_day_terms_end_with_the_day_and_hours_to_the_minute():
    assert due(at("2026-03-02", 9), Term(1, "day"), CALENDAR).at.isoformat() == "2026-03-03T23:59:59.999999+08:00"
    assert due(at("2026-03-02", 9), Term(24, "hour"), CALENDAR).at == at("2026-03-03", 9)


def test_the_day_is_the_day_in_china():
    late_in_london = datetime.fromisoformat("2026-03-02T17:30:00+00:00")
    assert day_of(due(late_in_london, Term(1, "day"), CALENDAR).at) == date(2026, 3, 4)


def test_a_month_without_the_day_ends_on_its_last():
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert add_months(date(2026, 3, 31), -1) == date(2026, 2, 28)


def test_hours_stop_while_paused():
    pauses = [(at("2026-03-02", 12), at("2026-03-02", 15)), (at("2026-03-02", 14), at("2026-03-02", 16))]
    assert due(at("2026-03-02", 10), Term(24, "hour"), CALENDAR, pauses=pauses).at == at("2026-03-03", 14)


def test_an_extension_of_another_unit_runs_from_the_end_reached():
    assert day_of(due(at("2026-03-02"), Term(30, "day"), CALENDAR, extensions=[Term(1, "month")]).at) == date(2026, 5, 1)


def test_paused_days_are_added_to_days_workdays_and_months_alike():
    pause = [(at("2026-03-10"), at("2026-03-20"))]
    assert day_of(due(at("2026-03-02"), Term(30, "day"), CALENDAR, pauses=pause).at) == date(2026, 4, 11)
    assert day_of(due(at("2026-03-02"), Term(10, "workday"), CALENDAR, pauses=pause).at) == date(2026, 3, 26)
    assert day_of(due(at("2026-03-02"), Term(1, "month"), CALENDAR, pauses=pause).at) == date(2026, 4, 12)


def test_a_pause_after_the_end_changes_nothing():
    assert day_of(due(at("2026-03-02"), Term(5, "day"), CALENDAR, pauses=[(at("2026-03-08"), at("2026-03-20"))]).at) == date(2026, 3, 7)


def test_before_in_days_rolls_further_back():
    # 7 clear days before Monday 12 October lead to 4 October, inside National Day week: back to 30 September.
    assert last_day("2026-10-12", 7, "day", direction="before", roll=True) == "2026-09-30"
    assert last_day("2026-10-12", 7, "day", direction="before") == "2026-10-04"


def test_an_unpublished_year_is_provisional_only_where_it_matters():
    assert due(at("2026-12-28"), Term(7, "workday"), CALENDAR).provisional
    assert not due(at("2026-12-28"), Term(7, "day"), CALENDAR).provisional
    assert due(at("2026-12-28"), Term(7, "day", roll=True), CALENDAR).provisional
    assert not due(at("2026-12-28"), Term(48, "hour"), CALENDAR).provisional
    assert not due(at("2026-12-01"), Term(7, "workday"), CALENDAR).provisional


def test_a_date_outside_the_calendar_is_an_input_error_in_both_languages():
    with pytest.raises(InputError, match="outside the calendar") as caught:
        due(at("9998-12-28"), Term(7, "workday"), CALENDAR)
    assert "超出日历范围" in caught.value.message_zh
    with pytest.raises(InputError):
        due(at("9999-12-28"), Term(2, "year"), CALENDAR)


def test_an_unknown_unit_is_a_programming_error():
    with pytest.raises(ValueError, match="fortnight"):
        due(at("2026-03-02"), Term(1, "fortnight"), CALENDAR)


# --- the sheet


def test_the_sheet_tells_every_day_and_counts_as_many_as_the_term():
    reached = due(at("2026-04-30"), Term(5, "workday"), CALENDAR)
    sheet = reached.sheet
    assert [step.date for step in sheet] == [date(2026, 4, 30) + timedelta(days=n) for n in range(12)]
    assert [step.number for step in sheet if step.counted] == [1, 2, 3, 4, 5]
    by_day = {step.date: step for step in sheet}
    assert by_day[date(2026, 4, 30)].why_zh == "起算日，不计入"
    assert by_day[date(2026, 5, 3)].why_zh == "劳动节放假，国办发明电〔2025〕7号"
    assert by_day[date(2026, 5, 9)].why_zh == "第 4 个工作日（周六，调休上班，国办发明电〔2025〕7号）"
    assert by_day[date(2026, 5, 10)].why_zh == "周日"
    assert by_day[date(2026, 5, 11)].why_zh == "第 5 个工作日，期限届满"


def test_the_sheet_tells_of_roll_over_and_excluded_time():
    rolled = due(at("2026-09-21"), Term(15, "day", roll=True), CALENDAR).sheet
    assert "顺延" in rolled[15].why_zh
    assert rolled[-1].why_zh == "移至此工作日届满"
    assert rolled[-1].date == date(2026, 10, 8)
    paused = due(at("2026-03-02"), Term(5, "day"), CALENDAR, pauses=[(at("2026-03-03"), at("2026-03-05"))]).sheet
    assert [step.date.day for step in paused if "扣除" in step.why_zh] == [4, 5]


def test_the_sheet_of_months_and_of_terms_before_ends_on_the_due_day():
    for term in (
        Term(3, "month", roll=True),
        Term(2, "year", roll=True),
        Term(7, "workday", direction="before"),
        Term(400, "day", roll=True),
    ):
        reached = due(at("2026-08-28"), term, CALENDAR)
        assert reached.sheet[-1].date == day_of(reached.at)
        assert reached.sheet[0].date == date(2026, 8, 28)


# --- properties

DAYS = st.dates(min_value=date(2005, 1, 1), max_value=date(2026, 6, 30))
UNITS = st.sampled_from(["workday", "day", "month", "year", "hour"])
TERMS = st.builds(Term, st.integers(0, 40), UNITS, st.booleans())


def moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 10, tzinfo=SHANGHAI)


@given(DAYS, st.integers(0, 60), TERMS)
def test_a_later_event_is_never_due_earlier(day, later, term):
    assert due(moment(day), term, CALENDAR).at <= due(moment(day + timedelta(days=later)), term, CALENDAR).at


@given(DAYS, st.integers(0, 40), st.integers(0, 20), UNITS, st.booleans())
def test_a_longer_term_is_never_over_earlier(day, amount, more, unit, roll):
    assert due(moment(day), Term(amount, unit, roll), CALENDAR).at <= due(moment(day), Term(amount + more, unit, roll), CALENDAR).at


@given(DAYS, st.integers(1, 250))
def test_adding_workdays_and_counting_them_agree(day, n):
    reached = CALENDAR.add_workdays(day, n)
    assert CALENDAR.workdays_between(day, reached) == n
    assert CALENDAR.is_workday(reached)
    back = CALENDAR.add_workdays(day, -n)
    assert CALENDAR.is_workday(back)
    assert CALENDAR.workdays_between(back - timedelta(days=1), day - timedelta(days=1)) == n


PAUSES = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 30)), max_size=4)


@given(DAYS, TERMS, PAUSES)
def test_pauses_count_as_their_union_in_any_order(day, term, offsets):
    pauses = [(moment(day + timedelta(days=start)), moment(day + timedelta(days=start + length))) for start, length in offsets]
    once = due(moment(day), term, CALENDAR, pauses=pauses)
    assert due(moment(day), term, CALENDAR, pauses=[*reversed(pauses), *pauses]).at == once.at
    assert once.at >= due(moment(day), term, CALENDAR).at


@given(DAYS, st.integers(0, 30), st.sampled_from(["workday", "day"]), PAUSES)
def test_the_count_leaves_out_exactly_what_is_excluded(day, amount, unit, offsets):
    pauses = [(moment(day + timedelta(days=start)), moment(day + timedelta(days=start + length))) for start, length in offsets]
    reached = due(moment(day), Term(amount, unit), CALENDAR, pauses=pauses)
    excluded = {day + timedelta(days=n) for start, length in offsets for n in range(start + 1, start + length + 1)}
    days = [day + timedelta(days=n) for n in range(1, (reached.last - day).days + 1)]
    counted = [d for d in days if d not in excluded and (unit == "day" or CALENDAR.is_workday(d))]
    assert len(counted) == amount
    if amount:
        assert counted[-1] == reached.last


@given(DAYS, TERMS, PAUSES)
def test_every_sheet_ends_on_the_due_day_in_order(day, term, offsets):
    pauses = [(moment(day + timedelta(days=start)), moment(day + timedelta(days=start + length))) for start, length in offsets]
    reached = due(moment(day), term, CALENDAR, pauses=pauses)
    sheet = reached.sheet
    assert sheet[-1].date == day_of(reached.at)
    assert all(step.why_zh and step.why_en for step in sheet)
    if term.unit in {"workday", "day"} and len(sheet) < 200:
        assert sum(step.counted for step in sheet) == term.amount
