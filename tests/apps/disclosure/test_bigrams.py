from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xiezhi.apps.disclosure import bigrams

# Characters that have hurt searches: quotes, backslashes, operators, digits at a run's end, full width, letters of both cases.
ALPHABET = "云城管罚决〔〕2026第98号甲乙AaBb１２Ａ'\\&|!:*()<-> 　.，"


def found(text: str, asked: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::tsvector @@ %s::tsquery", [bigrams.document(text), bigrams.question(asked)])
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_every_part_of_a_run_is_found(data):
    text = data.draw(st.text(alphabet=ALPHABET, min_size=1, max_size=60))
    for run in bigrams.runs(text):
        start = data.draw(st.integers(0, len(run) - 1))
        end = data.draw(st.integers(start + 1, len(run)))
        assert found(text, run[start:end]), (text, run[start:end])


@pytest.mark.django_db
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet="甲乙丙1", min_size=2, max_size=20), st.text(alphabet="甲乙丙1", min_size=2, max_size=4))
def test_only_what_stands_there_is_found(text, asked):
    assert found(text, asked) == (asked in text)


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40))
def test_no_question_breaks_the_query(asked):
    if bigrams.question(asked):
        found("甲乙", asked)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "asked", "there"),
    [
        ("云城管罚决〔2026〕98号", "〔2026〕98号", True),
        ("云城管罚决〔2026〕98号", "98号", True),
        ("云城管罚决〔2026〕98号", "号", True),
        ("云城管罚决〔2026〕98号", "98号 云城管", True),
        ("云城管罚决〔2026〕98号", "98管", False),
        ("ＡＢＣ公司", "abc公司", True),
        ("甲乙", "乙甲", False),
    ],
)
def test_what_people_ask(text, asked, there):
    assert found(text, asked) is there


@pytest.mark.django_db
def test_a_phrase_does_not_run_over_from_one_field_into_the_next():
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::tsvector @@ %s::tsquery", [bigrams.document("甲乙", "丙丁"), bigrams.question("乙丙")])
        assert cursor.fetchone()[0] is False


def test_a_question_of_spaces_asks_nothing():
    assert bigrams.question(" 　\n\0") == ""
