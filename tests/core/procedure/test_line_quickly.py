"""Lines as nearly all are take a short way; what they become, and what is refused, is that of the long way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiezhi.core.law.errors import InputError
from xiezhi.core.procedure.history import act_from_line
from xiezhi.core.procedure.line import _Line

from .law import VOCABULARY

USUAL = {"case": "C", "act": "inquiry_made", "at": "2024-03-01T09:30:00+08:00", "by": ["o1", "o2"]}
ODD = {
    "case": ["", 3, None, "C"],
    "act": ["inquiry_mad", None, "case_filed"],
    "at": ["", "2024-03-01", "2024-03-01T09:30:00", "2024-13-01T09:30:00+08:00", "1988-07-01T23:30:00+08:00", 5],
    "until": ["2024-03-01T10:00:00+08:00", "2024-03-01T09:00:00+08:00", "", "x"],
    "by": ["o1", [], {"o": 1}, ["o", 1], [["o1"]], ["o", "1"], "o1", ""],
    "documents": [["filing_approval"], "filing_approval", {"a": 1}, [True]],
    "signed": [{}, {"party": "signed"}, {"party": "perhaps"}, [], {"party": ["signed"]}],
    "data": [
        {"party": {"kind": "citizen"}},
        {"party": {"kind": "king"}},
        [],
        {},
        {"due": "2024-02-31"},
        {"days": [1]},
        {"review_of": {"x": 1}},
    ],
    "recordings": [[], None, [{"id": "r", "kind": "video", "from": "2024-03-01T09:30:00+08:00"}], [5], {}],
    "procedure": ["penalty", "penalti", ""],
    "case_seq": [3, "3", True],
    "recorded_at": ["2024-03-02T09:30:00+08:00", ""],
    "visit": ["v", 3, False],
}


def outcome(read):
    try:
        return read()
    except InputError as error:
        return str(error), error.field, error.line


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in ODD.items() for value in values])
def test_one_odd_field(key, value):
    line = {**USUAL, key: value}
    assert outcome(lambda: act_from_line(line, VOCABULARY, 7)) == outcome(_Line(line, VOCABULARY, 7).act)


@given(st.fixed_dictionaries({}, optional={key: st.sampled_from(values) for key, values in ODD.items()}))
def test_several_odd_fields(odd):
    line = {**USUAL, **odd}
    assert outcome(lambda: act_from_line(line, VOCABULARY, 7)) == outcome(_Line(line, VOCABULARY, 7).act)
