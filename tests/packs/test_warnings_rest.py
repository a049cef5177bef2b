"""More of the national base that only warns: each rule is told by a history that gives it occasion, and not by the clean one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.packs.golden import Golden, audit_of

WARNED: list[tuple[str, str, list[dict[str, Any]]]] = [
    (
        "seq.filed_once",
        "small",
        [
            {
                "add": {
                    "act": "case_filed",
                    "at": "2022-03-01 15:00",
                    "by": ["o1", "o2"],
                    "data": {"approver": "l1"},
                    "documents": ["filing_approval"],
                }
            }
        ],
    ),
    ("decision.rectification", "small", [{"drop": ["rectification_ordered", "rectification_checked"]}]),
    ("once.no_penalty_reason", "unpunished", [{"in": "no_penalty_decided", "unset": ["data/reason"]}]),
    (
        "evidence.kinds",
        "small",
        [{"add": {"act": "evidence_verified", "at": "2022-03-07 10:00", "by": ["o1"], "data": {"evidence_kind": "传闻"}}}],
    ),
    ("case.archived", "small", [{"drop": "case_archived"}]),
    (
        "decision.youth",
        "summary",
        [{"in": "identity_shown", "set": {"data/party/birth_date": "2006-01-01"}}, {"drop": ["publication_approved", "result_published"]}],
    ),
    ("enforcement.kind", "transfer", [{"in": "coercive_enforcement_decided", "unset": ["data/coercion"]}]),
]


@pytest.mark.parametrize(("rule", "base", "change"), WARNED, ids=[rule for rule, _, _ in WARNED])
def test_it_is_pointed_out_and_no_more(rule: str, base: str, change: list[dict[str, Any]]) -> None:
    found = audit_of(Golden("warned", "cn", base, tuple(change), (), regardless=False))
    told = [finding for finding in found if rule in finding.rules]
    assert told, [(finding.severity, finding.rule) for finding in found]
    assert {finding.severity for finding in told} == {"warning"}
    clean = audit_of(Golden("clean", "cn", base, (), (), regardless=False))
    assert all(rule not in finding.rules for finding in clean)
