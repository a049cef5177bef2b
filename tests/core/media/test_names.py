from __future__ import annotations

import pytest

from xiezhi.core.media.errors import MediaError
from xiezhi.core.media.names import profiles_of, read_name

ROWS = [
    {"id": "a", "zh": "甲", "pattern": r"(?P<device>[A-Z]\d+)_(?P<officer>\d{6})_(?P<time>\d{14})_(?P<number>\d+)\.mp4"},
    {"id": "b", "zh": "乙", "pattern": r"(?P<time>\d{8}_\d{6})\.mov", "at": "end"},
]


def test_a_name_gives_device_officer_time_and_number():
    found = read_name("K7_012345_20260302100000_0004.MP4", profiles_of(ROWS, "x"))
    assert (found.profile, found.device, found.officer, found.number, found.at) == ("a", "K7", "012345", 4, "begin")
    assert found.time.isoformat() == "2026-03-02T10:00:00"
    assert read_name("20260302_100000.mov", profiles_of(ROWS, "x")).at == "end"


@pytest.mark.parametrize("name", ["holiday.mp4", "K7_012345_20261302100000_0004.MP4", "x" * 5000, ""])
def test_a_name_that_fits_nothing_says_nothing(name):
    assert read_name(name, profiles_of(ROWS, "x")).profile == ""


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"id": "q", "pattern": "("}, "q"),
        ({"id": "q"}, "pattern"),
        ({"id": "q", "pattern": "(?P<shoe>x)"}, "shoe"),
        ({"id": "q", "pattern": "x", "at": "noon"}, "at"),
    ],
)
def test_a_wrong_profile_says_where(row, words):
    with pytest.raises(MediaError, match=words) as refused:
        profiles_of([row], "p.yaml")
    assert "p.yaml" in refused.value.message_zh
