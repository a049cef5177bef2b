"""Terms that leave no room are found, and only those."""

from __future__ import annotations

from datetime import date

from xiezhi.core.law.pack import load_pack
from xiezhi.core.prove.times import tight_terms


def test_chaoyang_review_takes_the_very_days_before_the_limit() -> None:
    [found] = tight_terms(load_pack("chaoyang"), date(2026, 6, 1))
    assert found.left == 0
    assert not found.impossible
    assert {"chaoyang/review/8-2", "chaoyang/review/9-1a"} <= set(found.cites)
    assert found.acts[0] == "review_submitted"
    assert found.acts[-1] == "decision_made"


def test_a_pack_without_such_a_lead_has_none() -> None:
    assert tight_terms(load_pack("xuecheng"), date(2022, 6, 1)) == []
