from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from xiezhi.core.law.clock import SHANGHAI
from xiezhi.site import words


class Week:
    """Monday to Friday."""

    def workdays_between(self, a, b):
        return sum(1 for n in range(1, (b - a).days + 1) if (a + timedelta(days=n)).weekday() < 5)


NOW = datetime(2026, 11, 25, 9, 0, tzinfo=SHANGHAI)  # a Wednesday


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (date(2026, 11, 27), "11月27日（周五）"),
        ("2026-11-27", "11月27日（周五）"),
        (datetime(2026, 11, 26, 17, 0, tzinfo=UTC), "11月27日（周五）"),  # already the next day in China
        ("2026-11-26T17:00:00+00:00", "11月27日（周五）"),
        (None, ""),
        ("十一月", ""),
    ],
)
def test_a_day(value, shown):
    assert words.day_zh(value) == shown


def test_a_day_with_year_and_a_moment():
    assert words.day_zh(date(2026, 1, 2), year=True) == "2026年1月2日（周五）"
    assert words.moment_zh(datetime(2026, 11, 3, 1, 14, tzinfo=UTC)) == "11月3日 09:14"
    assert words.moment_zh("2026-11-03T01:14:00Z", year=True) == "2026年11月3日 09:14"


def test_a_span_names_the_day_once():
    begin = datetime(2026, 11, 3, 9, 14, tzinfo=SHANGHAI)
    assert words.span_zh(begin, begin + timedelta(minutes=38)) == "11月3日 09:14–09:52"
    assert words.span_zh(begin, begin + timedelta(days=1)) == "11月3日 09:14–11月4日 09:14"
    assert words.span_zh(begin, None) == "11月3日 09:14"
    assert words.span_zh(begin, begin + timedelta(seconds=20), year=True, seconds=True) == f"{begin.year}年11月3日 09:14:00–09:14:20"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (6000, "6000 元"),
        ("6000.00", "6000 元"),
        (Decimal("12.50"), "12.5 元"),
        ("1000", "1000 元"),
        ("1E+3", "1000 元"),
        ("NaN", ""),
        ("六千", ""),
        (0, "0 元"),
    ],
)
def test_money(value, shown):
    assert words.money_zh(value) == shown


@pytest.mark.parametrize(
    ("due", "kind", "said"),
    [
        (NOW - timedelta(minutes=5), "late", "已超 5 分钟"),
        (NOW - timedelta(hours=6), "late", "已超 6 小时"),
        (NOW - timedelta(days=3, hours=5), "late", "已超 3 天"),
        (NOW.replace(hour=17), "soon", "今天 17:00 到期"),
        (NOW.replace(hour=23, minute=59, second=59), "soon", "今天到期"),
        (datetime(2026, 11, 26, 23, 59, 59, tzinfo=SHANGHAI), "soon", "明天到期"),
        (datetime(2026, 11, 30, 23, 59, 59, tzinfo=SHANGHAI), "soon", "还剩 3 个工作日"),
        (datetime(2026, 12, 1, 23, 59, 59, tzinfo=SHANGHAI), "ok", "还剩 4 个工作日"),
        (datetime(2027, 1, 27, 23, 59, 59, tzinfo=SHANGHAI), "ok", "还剩 63 天"),
    ],
)
def test_a_deadline(due, kind, said):
    found = words.deadline(due, NOW, Week())
    assert (found.kind, found.words) == (kind, said)


def test_a_fifth_of_a_long_term_is_soon():
    opened, due = NOW - timedelta(days=80), NOW + timedelta(days=18)
    assert words.deadline(due, NOW, Week()).kind == "ok"
    assert words.deadline(due, NOW, Week(), opened).kind == "soon"


def test_a_term_that_ends_with_a_day_is_past_by_calendar_days():
    due = datetime(2026, 11, 18, 15, 59, 59, 999999, tzinfo=UTC)  # the end of 18 November in China
    assert words.deadline(due, datetime(2026, 11, 25, 1, 0, tzinfo=UTC)).words == "已超 7 天"
    assert words.deadline(due, datetime(2026, 11, 18, 16, 1, tzinfo=UTC)).words == "已超 1 天"
