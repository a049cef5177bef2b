"""A yearly notice: each mistake names its line and says what to do."""

from __future__ import annotations

from datetime import date

import pytest

from xiezhi.apps.registry.notice import NoticeError, decode, differences, read

HEAD = "date,kind,name,notice\n"
GOOD = HEAD + "2027-01-01,holiday,元旦,示例〔2026〕1号\n2027-01-02,holiday,元旦,\n2027-01-09,makeup,元旦调休,\n"


class Week:
    def is_workday(self, day):
        return day.weekday() < 5


def test_a_good_notice():
    notice = read(GOOD)
    assert (notice.year, notice.notice, len(notice.days)) == (2027, "示例〔2026〕1号", 3)
    assert read(GOOD, 2027).digest == notice.digest


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "第一行应当是列名"),
        ("日期,安排\n", 1, "现在是“日期,安排”"),
        (HEAD, 0, "一天也没有"),
        (HEAD + "2027-01-01,holiday,元旦,\n2027-02-30,holiday,,\n", 3, "真有这一天"),
        (HEAD + "2027/1/1,holiday,,\n", 2, "2027-01-01 这样"),
        (HEAD + "2027-01-01,休息,,\n", 2, "放假写 holiday"),
        (HEAD + "2027-01-04,makeup,,\n", 2, "本来就是工作日"),
        (HEAD + "2027-01-01,holiday,,\n2028-01-01,holiday,,\n", 3, "不是 2027 年"),
        (HEAD + "2027-01-01,holiday,,\n2027-01-01,holiday,,\n", 3, "第 2 行已经有了"),
        (HEAD + "2027-01-01,holiday,a,b,c\n", 2, "多出一列"),
        (HEAD + "2027-01-01\n", 2, "安排“”不对"),
    ],
)
def test_a_mistake_names_its_line(text, line, words):
    with pytest.raises(NoticeError) as caught:
        read(text)
    assert caught.value.line == line
    assert words in caught.value.message_zh


def test_the_year_asked_for_is_held_against_every_line():
    with pytest.raises(NoticeError, match="不是 2028 年"):
        read(GOOD, 2028)


def test_a_file_that_is_not_utf_8_names_the_line():
    raw = HEAD.encode() + b"2027-01-01,holiday,a,\n" + "2027-01-02,holiday,元旦,\n".encode("gbk")
    with pytest.raises(NoticeError, match="第 3 行：不是 UTF-8"):
        decode(raw)
    assert decode(b"\xef\xbb\xbf" + GOOD.encode()) == GOOD


def test_a_huge_file_is_refused_before_it_is_read():
    with pytest.raises(NoticeError, match="不会超过 64 KB"):
        decode(b"x" * 70_000)


def test_the_preview_shows_only_days_that_change():
    found = differences(read(GOOD), Week())
    assert [(one.day, one.was_workday, one.is_workday) for one in found] == [
        (date(2027, 1, 1), True, False),  # a Friday off; Saturday the 2nd was off anyway
        (date(2027, 1, 9), False, True),
    ]


def test_a_part_of_a_notice_is_told_by_the_holidays_that_it_leaves_out():
    assert read(GOOD).missing_zh == "10月1日（国庆节）", "1 May, 2 and 3 October 2027 fall on days off anyway"
    whole = GOOD + "2027-10-01,holiday,国庆节,\n"
    assert read(whole).missing_zh == ""
