"""Every golden history is judged exactly as it says: no violation more, none less, and the right articles."""

from __future__ import annotations

import pytest

from tests.packs.golden import Golden, act_of, audit_of, goldens

GOLDENS = goldens()


@pytest.mark.parametrize("golden", GOLDENS, ids=lambda golden: golden.name)
def test_golden(golden: Golden) -> None:
    violations = [finding for finding in audit_of(golden) if finding.severity == "violation"]
    told = [(finding.kind, act_of(golden, finding), finding.rule, finding.cites) for finding in violations]
    assert len(violations) == len(golden.expect), told
    for wanted in golden.expect:
        hits = [
            one
            for one in told
            if one[0] == wanted["kind"] and ("act" not in wanted or one[1] == wanted["act"]) and set(wanted["cites"]) <= set(one[3])
        ]
        assert hits, (wanted, told)


@pytest.mark.parametrize("pack", ["chaoyang", "xuecheng"])
def test_there_are_clean_ones_and_broken_ones(pack: str) -> None:
    assert sum(1 for golden in GOLDENS if golden.pack == pack and not golden.expect) >= 5
    assert sum(1 for golden in GOLDENS if golden.pack == pack and golden.expect) >= 15
