"""Bodies to test with. All fictional."""

from __future__ import annotations

from hypothesis import strategies as st

BASE = {
    "class": "act",
    "schema": 1,
    "case": "YC-2026-0001",
    "case_seq": 1,
    "prev": None,
    "kind": "case_filed",
    "at": "2026-03-02T01:30:00.000000Z",
    "recorded_at": "2026-03-02T01:31:07.250000Z",
    "agency": "yuncheng-cg",
    "pack": "ab" * 32,
    "by": ["o-1001", "o-1002"],
}

keys = st.from_regex(r"[a-z0-9_]{1,8}", fullmatch=True)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")).map(
        lambda text: __import__("unicodedata").normalize("NFC", text)
    ),
)
values = st.recursive(
    scalars, lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(keys, inner, max_size=5)), max_leaves=25
)
bodies = st.dictionaries(keys.filter(lambda key: key not in BASE), values, max_size=6).map(lambda extra: {**BASE, **extra})
seeds = st.binary(min_size=32, max_size=32)
