from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import holidays
import pytest

from xiezhi.core.law.calendar import Calendar
from xiezhi.core.law.errors import InputError

CALENDAR = Calendar.load()
HEADER = "date,kind,name,notice\n"


def every_day(first: int, last: int):
    day = date(first, 1, 1)
    while day.year <= last:
        yield day
        day += timedelta(days=1)


def test_every_day_2004_to_2026_agrees_with_chinesecalendar():
    wrong = [day for day in every_day(2004, 2026) if CALENDAR.is_workday(day) != chinese_calendar.is_workday(day)]
    assert wrong == []


def test_every_day_2007_to_2026_agrees_with_a_second_source():
    china = holidays.China(years=range(2007, 2027))
    wrong = [day for day in every_day(2007, 2026) if CALENDAR.is_workday(day) != china.is_working_day(day)]
    # The second source knows the arrangement of 2019 as first published, not its change for Labour Day (国办发明电〔2019〕3号).
    changed = {date(2019, 4, 28), date(2019, 5, 2), date(2019, 5, 3), date(2019, 5, 5)}
    assert set(wrong) <= changed
    assert all(CALENDAR.named(day).notice == "国办发明电〔2019〕3号" for day in wrong)


def test_2025_and_2026_have_248_workdays_each():
    for year in (2025, 2026):
        assert CALENDAR.workdays_between(date(year - 1, 12, 31), date(year, 12, 31)) == 248


def test_a_named_day_tells_its_notice():
    named = CALENDAR.named(date(2026, 2, 14))
    assert named is not None
    assert (named.kind, named.name, named.notice) == ("makeup", "春节", "国办发明电〔2025〕7号")
    assert CALENDAR.named(date(2026, 3, 3)) is None
    assert CALENDAR.is_holiday(date(2026, 10, 4))
    assert not CALENDAR.is_holiday(date(2026, 3, 7))  # a plain Saturday


def test_the_first_and_last_published_years():
    assert [year for year in range(2000, 2030) if CALENDAR.published(year)] == list(range(2004, 2027))


def test_an_unpublished_year_follows_weekdays_and_the_fixed_dates_only():
    assert not CALENDAR.is_workday(date(2027, 10, 1))  # Friday, National Day
    assert CALENDAR.holiday_name(date(2027, 10, 1)) == "国庆节"
    assert CALENDAR.is_workday(date(2027, 10, 4))  # Monday: not guessed
    assert not CALENDAR.is_workday(date(2027, 10, 9))  # Saturday: no make-up day guessed


def test_one_reviewed_year_is_added_and_the_other_years_stay():
    text = (
        HEADER
        + "2026-12-31,holiday,元旦,X\n2027-01-01,holiday,元旦,X\n2027-01-02,holiday,元旦,X\n2027-02-06,holiday,春节,X\n2027-02-14,makeup,春节,X\n"
    )
    loaded = CALENDAR.with_year(text)
    assert loaded.published(2027)
    assert not CALENDAR.published(2027)
    assert loaded.is_workday(date(2027, 2, 14))
    assert not loaded.is_workday(date(2026, 12, 31))
    assert CALENDAR.is_workday(date(2026, 12, 31))
    assert loaded.is_workday(date(2026, 2, 14))
    assert loaded.is_workday(date(2027, 5, 3))


def test_loading_a_year_again_replaces_it():
    once = CALENDAR.with_year(HEADER + "2027-02-08,holiday,春节,X\n")
    again = once.with_year(HEADER + "2027-02-09,holiday,春节,X\n")
    assert again.is_workday(date(2027, 2, 8))
    assert not again.is_workday(date(2027, 2, 9))


@pytest.mark.parametrize(
    ("body", "line", "field", "english", "chinese"),
    [
        ("2027-02-30,holiday,春节,X\n", 2, "date", "'2027-02-30' is not a date as YYYY-MM-DD", "第 2 行：“2027-02-30”不是有效日期，应写成 2027-01-01"),
        ("2027-01-01,holiday,元旦,X\n2027-01-02,off,元旦,X\n", 3, "kind", "'off' is neither holiday nor makeup", "第 3 行：类别“off”应为 holiday（放假）或 makeup（调休上班）"),
        ("2027-01-04,makeup,元旦,X\n", 2, "kind", "2027-01-04 is a weekday and cannot be a make-up day", "第 2 行：2027-01-04 不是周六或者周日，不能作为调休上班日"),
        ("2027-01-01,holiday,元旦\n", 2, None, "expected 4 columns (date,kind,name,notice), found 3", "第 2 行应有 4 列（date,kind,name,notice），实际 3 列"),
        ("2027-01-01,holiday,元旦,X\n2027-01-01,holiday,元旦,X\n", 3, "date", "2027-01-01 stands twice, first at line 2", "第 3 行：2027-01-01 重复，第一次在第 2 行"),
        ("2027-01-01,holiday,,X\n", 2, "name", "the name is missing", "第 2 行：缺少节日名称"),
        ("9999-01-01,holiday,元旦,X\n", 2, "date", "9999-01-01 is outside the calendar", "第 2 行：9999-01-01 超出日历范围"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_named_by_line(body, line, field, english, chinese):
    with pytest.raises(InputError) as caught:
        CALENDAR.with_year(HEADER + body)
    assert (caught.value.line, caught.value.field, caught.value.message_en, caught.value.message_zh) == (line, field, english, chinese)


def test_a_file_of_two_years_or_of_none_is_refused():
    with pytest.raises(InputError, match="found 2027, 2028"):
        CALENDAR.with_year(HEADER + "2027-01-01,holiday,元旦,X\n2028-01-01,holiday,元旦,X\n")
    with pytest.raises(InputError, match="no day in it"):
        CALENDAR.with_year(HEADER)
    with pytest.raises(InputError, match="expected the header"):
        CALENDAR.with_year("2027-01-01,holiday,元旦,X\n")


def test_an_empty_text_is_refused():
    with pytest.raises(InputError, match="no day in it"):
        CALENDAR.with_year("")
