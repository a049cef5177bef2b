"""Where Chaoyang's text leaves room a history is warned about and not called a breach."""

from __future__ import annotations

from typing import Any

import pytest

from tests.packs.golden import Golden, audit_of

STORED_LATE = ({"in": "site_inspected", "set": {"recordings/0/stored_at": "2022-03-09 15:00"}},)
FAILED_REVIEW = (
    {
        "add": {
            "act": "review_submitted",
            "at": "2022-03-15 09:00",
            "by": ["o1", "o2"],
            "documents": ["draft_decision", "evidence_list"],
        }
    },
    {
        "add": {
            "act": "review_rejected",
            "at": "2022-03-16 09:00",
            "by": ["r1"],
            "data": {"opinion": "不同意", "reason": "裁量不当"},
            "documents": ["review_opinion"],
        }
    },
    {
        "add": {
            "act": "opinion_answered",
            "at": "2022-03-17 09:00",
            "by": ["o1", "o2"],
            "data": {"adopted": False, "reason": "裁量适当"},
            "documents": ["adoption_statement"],
        }
    },
)
WRONG_LEVEL = ({"in": "lead_registered", "set": {"data/agency/level": "agency"}},)


@pytest.mark.parametrize(
    ("base", "change", "rule", "cite"),
    [
        ("chaoyang-small", STORED_LATE, "cy.recording_service_level", "chaoyang/record/11-1c"),
        ("chaoyang-small", FAILED_REVIEW, "cy.voluntary_review_failed", "chaoyang/review/12-2"),
        ("chaoyang-government", WRONG_LEVEL, "cy.gov_case", "chaoyang/review/12-1"),
    ],
)
def test_it_is_a_warning_with_its_article(base: str, change: tuple[dict[str, Any], ...], rule: str, cite: str) -> None:
    found = audit_of(Golden("warned", "chaoyang", base, change, (), regardless=False))
    assert [finding.rule for finding in found if finding.severity == "violation"] == []
    warnings = [finding for finding in found if rule in finding.rules]
    assert warnings
    assert all(finding.severity == "warning" and cite in finding.cites for finding in warnings)
    assert all(rule not in finding.rules for finding in audit_of(Golden("clean", "chaoyang", base, (), (), regardless=False)))
