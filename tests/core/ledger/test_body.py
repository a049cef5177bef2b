from __future__ import annotations

from decimal import Decimal

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from xiezhi.core.ledger.body import canonical, check, decimal_text, flatten, is_decimal_text, jcs_pair, read
from xiezhi.core.ledger.errors import BodyError

from .bodies import BASE, bodies
from .second import flat


@given(bodies)
def test_the_canonical_text_is_that_of_rfc8785(body):
    assert canonical(body).encode() == rfc8785.dumps(body)
    assert read(canonical(body)) == body


@pytest.mark.slow
@given(bodies)
def test_flattening_agrees_with_the_second_implementation(body):
    assert flatten(body) == flat(body)


def test_paths_are_written_with_dots_and_places():
    assert flatten({"a": {"b": [1, {"c": "x"}]}, "d": {}, "e": [], "f": None}) == [
        ("a.b[0]", 1),
        ("a.b[1].c", "x"),
        ("d", {}),
        ("e", []),
        ("f", None),
    ]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"fine": 1.5}, "fine"),
        ({"fine": 2**53}, "fine"),
        ({"fine": -(2**53)}, "fine"),
        ({"data": {"Fine": 1}}, "data"),
        ({"data": {"名": 1}}, "data"),
        ({"data": {"": 1}}, "data"),
        ({"data": {"a.b": 1}}, "data"),
        ({"data": ["e\u0301"]}, "data[0]"),
        ({"data": "\ud800"}, "data"),
        ({"data": "a\x00"}, "data"),
        ({"data": {"deep": [{"x": {1, 2}}]}}, "data.deep[0].x"),
        ({"data": (1, 2)}, "data"),
        ({"at": "2026-03-02T01:30:00Z"}, "at"),
        ({"at": "2026-03-02T01:30:00.000000+08:00"}, "at"),
        ({"case_seq": 0}, "case_seq"),
        ({"case_seq": True}, "case_seq"),
        ({"case_seq": 2}, "prev"),
        ({"prev": "00"}, "prev"),
        ({"class": "note"}, "class"),
        ({"by": "o-1"}, "by"),
        ({"by": [1]}, "by"),
        ({"agency": None}, "agency"),
    ],
)
def test_a_body_without_a_canonical_form_is_refused_by_field(change, path):
    with pytest.raises(BodyError) as refused:
        check({**BASE, **change})
    assert refused.value.path == path
    assert refused.value.message_zh


@pytest.mark.parametrize("name", list(BASE))
def test_every_fixed_field_is_demanded(name):
    with pytest.raises(BodyError, match=name):
        check({key: value for key, value in BASE.items() if key != name})


@pytest.mark.parametrize("text", ["{", "[]", '{"a":1}', "null"])
def test_another_text_is_not_read(text):
    with pytest.raises(BodyError):
        read(text)


def test_the_same_json_in_another_form_is_not_read():
    with pytest.raises(BodyError, match="8785"):
        read(canonical(BASE).replace(":", ": ", 1))


@pytest.mark.parametrize(
    ("given_", "text"),
    [
        ("6000.50", "6000.5"),
        (6000, "6000"),
        ("-0.0", "0"),
        (Decimal("1E+3"), "1000"),
        ("0.10", "0.1"),
        ("+5", "5"),
        ("100", "100"),
        ("1e-7", "0.0000001"),
    ],
)
def test_decimals_have_one_text(given_, text):
    assert decimal_text(given_) == text
    assert is_decimal_text(text)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=4))
def test_a_decimal_text_names_the_same_number(number):
    assert Decimal(decimal_text(number)) == number
    assert is_decimal_text(decimal_text(number))


@pytest.mark.parametrize("text", ["NaN", "Infinity", "abc", ""])
def test_no_decimal_no_text(text):
    with pytest.raises(ValueError):
        decimal_text(text)


@pytest.mark.slow
@given(st.text(max_size=20), bodies)
def test_the_bytes_of_a_pair_are_those_of_rfc8785(path, body):
    for value in [*body.values(), path]:
        assert jcs_pair(path, value) == rfc8785.dumps([path, value])
