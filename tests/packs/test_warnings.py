"""Where the law leaves room, a golden history is warned about and not called a breach."""

from __future__ import annotations

from typing import Any

import pytest

from tests.packs.golden import Golden, audit_of

APPRAISAL = (
    {"in": "lead_registered", "set": {"at": "2021-12-13 09:00"}},
    {"in": "case_filed", "set": {"at": "2021-12-13 10:00"}},
    {"add": {"act": "appraisal_ordered", "at": "2022-03-02 11:00", "by": ["o1", "o2"], "documents": ["appraisal_commission"]}},
    {"add": {"act": "appraisal_received", "at": "2022-03-08 09:00", "by": ["o1", "o2"], "documents": ["appraisal_opinion"]}},
)
ACCEPTED = (
    {"add": {"act": "police_answered", "at": "2022-03-16 10:00", "data": {"accepted": True}}},
    {"add": {"act": "case_property_handed_over", "at": "2022-03-17 10:00", "by": ["o1", "o2"]}},
)


@pytest.mark.parametrize(
    ("change", "rule", "cite"),
    [
        (APPRAISAL, "penalty.decision_term.undeducted", "cn/penalty/60"),
        (ACCEPTED, "crime.fined_after_acceptance", "cn/crime-transfer/11"),
    ],
)
def test_it_is_a_warning_with_its_article(change: tuple[dict[str, Any], ...], rule: str, cite: str) -> None:
    found = audit_of(Golden("warned", "xuecheng", "small", change, (), regardless=False))
    assert [finding.rule for finding in found if finding.severity == "violation"] == []
    [warning] = [finding for finding in found if rule in finding.rules]
    assert warning.severity == "warning"
    assert cite in warning.cites
    assert all(rule not in finding.rules for finding in audit_of(Golden("clean", "xuecheng", "small", (), (), regardless=False)))
