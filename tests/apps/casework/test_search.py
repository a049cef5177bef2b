from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from xiezhi.apps.casework.search import holds, tokens, wanted

TEXT = st.text(alphabet="青禾建材经营部〔2026〕137号AbＡ ", min_size=1, max_size=30)


@given(TEXT, st.data())
def test_every_part_of_a_field_finds_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    part = text[start:end]
    assert set(wanted(part)) <= set(tokens(text))
    assert holds(part, text)


def test_scattered_pairs_do_not_count_as_found() -> None:
    assert not holds("建材部", "建材经营部")


def test_width_and_case_do_not_matter() -> None:
    assert set(wanted("２０２６")) <= set(tokens("云城管立〔2026〕1号"))
    assert holds("ab", "ＡＢ公司")


def test_a_question_without_letters_asks_nothing() -> None:
    assert wanted("〔〕 -") == []
