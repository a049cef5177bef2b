"""The index beside the packs tells the truth: what it names exists and judges as it says."""

from __future__ import annotations

import json

import pytest

from tests.packs.tested import index
from xiezhi.core.coverage.tested import NAME
from xiezhi.core.law.pack import find_packs_dir


@pytest.mark.slow
def test_the_index_is_fresh() -> None:
    held = json.loads((find_packs_dir() / NAME).read_text(encoding="utf-8"))
    fresh = index()
    stale = {key for part in ("rules", "clauses") for key in held[part].keys() ^ fresh[part].keys()}
    assert held == fresh, f"run `python -m tests.packs.tested`: {sorted(stale)[:8]}"
