from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiezhi.core.redact import KINDS, cut, leaks, masked_name, recognise

# 11010519491231002X is the example of GB 11643-1999 itself; the telephone numbers are not assigned to anybody's account here.
ID = "11010519491231002X"


@pytest.mark.parametrize(
    ("name", "shown"),
    [("程某远", "程某"), ("欧阳甲", "欧阳某"), ("欧阳", "欧某"), ("阿依·古丽", "阿某"), ("John Doe", "J某"), ("", ""), (" 李乙 ", "李某")],
)
def test_a_natural_persons_name_keeps_the_surname(name, shown):
    assert masked_name(name) == shown


def test_policy_decides_how_much_of_a_name_is_shown():
    assert masked_name("程甲乙", "full") == "程甲乙"
    assert masked_name("程甲乙", "none") == "某某"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (f"身份证{ID}。", ["id_number"]),
        ("身份证110105194912310021。", []),
        ("电话13800000000", ["phone"]),
        ("电话 138 0000 0000，或0100-12345678", ["phone", "phone"]),
        ("卡号6222020000000000001", []),
        ("卡号4111111111111111", ["bank_card"]),
        ("号牌鲁D·A1234挂", ["plate"]),
        ("邮箱 a.b@example.invalid", ["email"]),
        ("罚款5000元，2026年9月17日，第20260917号", []),
        ("统一社会信用代码 91110000600037341L", []),
    ],
)
def test_what_is_found_by_pattern(text, kinds):
    assert [span.kind for span in recognise(text)] == kinds


def test_known_values_go_wherever_they_stand_and_the_longest_first():
    pieces = cut("住星汉路18号程甲院内，程甲称", {"程甲": "name", "星汉路18号程甲院内": "address"})
    assert [(piece.text, piece.kind) for piece in pieces] == [
        ("住", ""),
        ("星汉路18号程甲院内", "address"),
        ("，", ""),
        ("程甲", "name"),
        ("称", ""),
    ]


@given(
    st.text(alphabet="程甲乙13800000000X 。\n", max_size=60),
    st.dictionaries(st.text("程甲1 ", max_size=4), st.sampled_from(sorted(KINDS)), max_size=3),
)
def test_cutting_loses_and_adds_nothing(text, known):
    pieces = cut(text, known)
    assert "".join(piece.text for piece in pieces) == text
    assert not leaks("\n\n\n".join(piece.text for piece in pieces if not piece.kind and len(piece.text) < 2), ["zz"])


@given(st.text(alphabet="程甲乙丙丁", max_size=30))
def test_nothing_known_stays(text):
    for piece in cut(text, {"甲乙": "name"}, patterns=False):
        assert piece.kind or "甲乙" not in piece.text


def test_the_last_look_sees_through_spaces_breaks_and_widths():
    assert leaks("电话１３８-0000\n 0000", ["13800000000"]) == ["13800000000"]
    assert leaks("程某", ["程甲"]) == []
    assert leaks("程", ["程"]) == []
