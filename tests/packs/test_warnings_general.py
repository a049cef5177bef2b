"""Good practice and what a text leaves open: each rule of the national base that only warns is told by a history that gives it occasion."""

from __future__ import annotations

from typing import Any

import pytest

from tests.packs.golden import Golden, audit_of

WARNED: list[tuple[str, str, list[dict[str, Any]]]] = [
    ("catalogue.written", "agency-year", [{"in": "catalogue_adopted", "unset": ["documents"]}]),
    ("catalogue.published", "agency-year", [{"drop": ["catalogue_registered", "list_published", "list_updated"]}]),
    ("staffing.stated", "agency-year", [{"in": "staffing_declared", "unset": ["data/reviewers"]}]),
    ("training.stated", "agency-year", [{"in": "training_held", "unset": ["data/hours"]}]),
    ("supervision.ordered", "agency-year", [{"drop": ["supervision_order_served", "supervision_answered"]}]),
    ("suggestion.answered", "agency-year", [{"drop": "suggestion_answered"}]),
    ("information.file_closed", "agency-year", [{"in": "information_answered", "set": {"data/granted": False}}]),
    ("information.asked", "agency-year", [{"drop": "information_requested"}]),
    ("inspect.frequency_stated", "inspection", [{"in": "inspection_approved", "unset": ["data/inspection/count_this_year"]}]),
    ("inspect.cap_reached", "inspection", [{"in": "inspection_approved", "set": {"data/inspection/count_this_year": 2}}]),
    ("inspect.notice", "inspection", [{"in": "inspection_notified", "unset": ["documents"]}]),
    ("inspect.left", "inspection", [{"drop": "site_left"}]),
    ("inspect.result_notice", "inspection", [{"in": "inspection_result_told", "unset": ["data/conclusion"]}]),
    (
        "inspect.merged",
        "inspection",
        [
            {"drop": "inspection_result_told"},
            {"add": {"act": "identity_shown", "at": "2025-09-11 13:55", "by": ["o1", "o2"]}},
            {
                "add": {
                    "act": "site_inspected",
                    "at": "2025-09-11 14:00",
                    "by": ["o1", "o2"],
                    "documents": ["site_inspection_record", "inspection_result_notice"],
                }
            },
            {"add": {"act": "inspection_result_told", "at": "2025-09-12 10:00", "data": {"conclusion": "合格"}}},
        ],
    ),
    (
        "inspect.profit",
        "inspection",
        [
            {
                "add": {
                    "act": "coercive_measure_imposed",
                    "at": "2025-09-10 10:00",
                    "by": ["o1", "o2"],
                    "data": {"coercion": {"kind": "other"}, "approver": "l1"},
                    "documents": ["coercion_decision", "site_record"],
                    "signed": {"party": "signed", "officers": 2, "served": True},
                }
            }
        ],
    ),
    ("random.result_recorded.market", "random", [{"drop": ["inspection_result_told", "result_published", "case_closed", "case_archived"]}]),
    ("record.disputable", "inspection", [{"in": "site_inspected", "set": {"data/disputable": True}, "unset": ["recordings"]}]),
    (
        "record.disposal_kept",
        "inspection",
        [{"add": {"act": "recording_disposed", "at": "2025-10-10 09:00", "by": ["k1"], "data": {"recording": "v1", "approver": "l1"}}}],
    ),
    ("general.archived", "levy", [{"drop": "case_archived"}]),
    ("archive.elements", "levy", [{"in": "case_archived", "unset": ["documents"]}]),
    ("archive.retention", "levy", [{"in": "case_archived", "unset": ["data/retention_years"]}]),
    ("remedy.told", "levy", [{"in": "decision_made", "set": {"data/rights": ["statement"]}}]),
    ("remedy.reconsideration_first", "summary", [{"years": 2}, {"in": "decision_made", "set": {"data/rights": ["litigation"]}}]),
    (
        "withholding.decided",
        "confirmation",
        [
            {"drop": "result_published"},
            {"add": {"act": "result_withheld", "at": "2024-05-20 15:00", "data": {"withheld": {"grounds": ["privacy"]}}}},
        ],
    ),
    ("publication.redacted", "confirmation", [{"in": "publication_approved", "set": {"data/redactions": []}}]),
    (
        "review.opinion_written",
        "heard",
        [{"add": {"act": "review_returned", "at": "2022-01-10 10:00", "by": ["r1"], "documents": ["review_opinion"]}}],
    ),
    (
        "review.resubmitted",
        "levy",
        [{"in": "review_passed", "set": {"act": "review_returned"}}, {"drop": ["decision_approved", "decision_made"]}],
    ),
    (
        "review.reconsidered",
        "levy",
        [{"add": {"act": "reconsideration_requested", "at": "2024-03-13 15:00", "by": ["o1"], "data": {"reason": "不同意"}}}],
    ),
    (
        "crime.reconsideration_term",
        "small",
        [
            {"add": {"act": "police_answered", "at": "2022-03-09 10:00", "data": {"accepted": False}}},
            {"add": {"act": "police_reconsideration_requested", "at": "2022-03-15 10:00", "by": ["o1", "o2"]}},
        ],
    ),
    (
        "extension.second_superior.agriculture",
        "small",
        [
            {"in": "lead_registered", "set": {"data/agency/sector": "agriculture"}},
            {"add": {"act": "time_limit_extended", "at": "2022-03-10 10:00", "by": ["l1"], "data": {"approver": "l1", "days": 30}}},
            {"add": {"act": "time_limit_extended", "at": "2022-03-11 10:00", "by": ["l1"], "data": {"approver": "l1", "days": 30}}},
        ],
    ),
    (
        "summary.archived.market",
        "summary",
        [
            {"years": 1},
            {"in": "identity_shown", "set": {"data/agency/sector": "market"}},
            {"in": "case_archived", "set": {"at": "2022-05-20 09:00"}},
        ],
    ),
    (
        "summary.fine_individual_business",
        "summary",
        [
            {"in": "identity_shown", "set": {"data/party/kind": "individual_business"}},
            {"in": "decision_made", "set": {"data/penalty/fine": 900}},
            {"drop": ["fine_collected_on_spot", "cash_deposited"]},
        ],
    ),
]


@pytest.mark.parametrize(("rule", "base", "change"), WARNED, ids=[rule for rule, _, _ in WARNED])
def test_it_is_pointed_out_and_no_more(rule: str, base: str, change: list[dict[str, Any]]) -> None:
    found = audit_of(Golden("warned", "cn", base, tuple(change), (), regardless=False))
    told = [finding for finding in found if rule in finding.rules]
    assert told, [(finding.severity, finding.rule) for finding in found]
    assert {finding.severity for finding in told} == {"warning"}
    clean = audit_of(Golden("clean", "cn", base, tuple(one for one in change if "years" in one), (), regardless=False))
    assert all(rule not in finding.rules for finding in clean)


@pytest.mark.parametrize("base", ["inspection", "random", "agency-year", "levy"])
def test_a_careful_clerk_is_not_warned_at_all(base: str) -> None:
    found = audit_of(Golden("clean", "cn", base, (), (), regardless=False))
    assert [(finding.severity, finding.rule) for finding in found if finding.severity != "pending"] == []
