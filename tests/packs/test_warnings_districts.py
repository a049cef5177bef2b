"""Where a district's text leaves room, or gives no number, a history is warned about and not called a breach."""

from __future__ import annotations

from typing import Any

import pytest

from tests.packs.golden import Golden, audit_of
from xiezhi.core.law.pack import load_pack

REQUESTED_EARLY = [{"in": "publication_requested", "set": {"at": "2022-06-01 17:00"}}]
SUSPENDED = [
    {"in": "lead_registered", "unset": ["data/agency/sector"]},
    {"add": {"act": "time_suspended", "at": "2022-05-10 09:00", "by": ["o1"], "data": {"reason": "待裁判", "approver": "l1"}}},
]
DISPUTED = [{"in": "lead_registered", "set": {"data/disputable": True}}, {"drop": ["superior_review_submitted", "superior_review_passed"]}]
GAP = [{"in": "site_inspected", "set": {"recordings/0/gaps": [{"from": "2022-05-06 09:50", "to": "2022-05-06 10:01", "explained": None}]}}]
RANDOM = [
    {"in": "site_inspected", "set": {"act": "random_inspected"}, "unset": ["recordings"]},
    {
        "add": {
            "act": "publication_approved",
            "at": "2024-03-07 09:00",
            "by": ["l2"],
            "data": {"approver": "l2"},
            "documents": ["publication_approval"],
        }
    },
    {"add": {"act": "result_published", "at": "2024-03-07 10:00", "by": ["d1"], "data": {"form": "summary", "what": "inspection"}}},
]
ASKED = [{"add": {"act": "access_requested", "at": "2022-07-01 09:00"}}]

WARNED: list[tuple[str, str, str, list[dict[str, Any]]]] = [
    ("wanzhou", "wz.no_penalty_reviewed", "works-unpunished", [{"drop": ["review_submitted", "review_passed"]}]),
    ("wanzhou", "wz.consulted", "works", DISPUTED),
    ("wanzhou", "wz.rights_told", "works", [{"drop": "rights_informed"}]),
    ("fgj", "fgj.rights_told", "prices", [{"drop": "rights_informed"}]),
    ("wanzhou", "wz.archived", "works", [{"drop": "case_archived"}]),
    ("wanzhou", "wz.access_decided", "works", ASKED),
    ("wanzhou", "wz.credit_requested_effective", "works", REQUESTED_EARLY),
    ("wanzhou", "wz.suspension_ended", "works", SUSPENDED),
    ("fgj", "fgj.recorded", "prices", [{"in": "site_inspected", "unset": ["recordings"]}]),
    ("fgj", "fgj.recorded", "prices", [{"in": "inquiry_made", "unset": ["recordings"]}]),
    ("fgj", "fgj.archived", "prices", [{"drop": "case_archived"}]),
    ("wanzhou", "wz.random_recorded", "works-inspection", RANDOM),
    ("ningjin", "nj.reviewer_background", "works", [{"in": "review_passed", "set": {"by": ["r4"]}}]),
    ("ningjin", "nj.consulted", "works", [{"in": "investigation_concluded", "set": {"data/complex": True}}]),
    ("ningjin", "nj.recorded_gap", "works", GAP),
    ("ningjin", "nj.licence_service_recorded", "planning-licence", [{"in": "document_served", "unset": ["recordings"]}]),
    ("ningjin", "nj.archived", "works", [{"drop": "case_archived"}]),
]


@pytest.mark.parametrize(("pack", "rule", "base", "change"), WARNED, ids=[rule for _, rule, _, _ in WARNED])
def test_it_is_pointed_out_and_no_more(pack: str, rule: str, base: str, change: list[dict[str, Any]]) -> None:
    found = audit_of(Golden("warned", pack, base, tuple(change), (), regardless=False))
    told = [finding for finding in found if rule in finding.rules]
    assert told, [(finding.severity, finding.rule) for finding in found]
    assert {finding.severity for finding in told} == {"warning"}
    assert [finding.rule for finding in found if finding.severity == "violation"] == []
    assert all(rule not in finding.rules for finding in audit_of(Golden("clean", pack, base, (), (), regardless=False)))


def _own(pack: str, base: str, change: tuple[dict[str, Any], ...] = ()) -> list[tuple[str, str, str]]:
    """What the pack's own rules say, and not the national base, which grows."""
    own = {rule.id for rule in load_pack(pack).rules if rule.cites[0].startswith(f"{pack}/")}
    found = audit_of(Golden("told", pack, base, change, (), regardless=False))
    return [(one.rule, one.severity, one.kind) for one in found if one.severity != "pending" and one.rule in own]


def test_the_application_for_publication_is_missed_when_the_case_is_closed() -> None:
    assert _own("wanzhou", "works", ({"drop": ["publication_requested"]},)) == [("wz.credit_requested", "warning", "missing")]


@pytest.mark.parametrize(
    ("pack", "base"),
    [
        ("wanzhou", "works"),
        ("wanzhou", "works-heard"),
        ("wanzhou", "works-measure"),
        ("wanzhou", "works-unpunished"),
        ("wanzhou", "works-summary"),
        ("wanzhou", "works-inspection"),
        ("wanzhou", "works-year"),
        ("fgj", "prices"),
        ("fgj", "prices-random"),
        ("fgj", "prices-fee"),
        ("fgj", "prices-year"),
        ("ningjin", "works"),
        ("ningjin", "planning-licence"),
    ],
)
def test_a_careful_officer_is_not_warned_at_all(pack: str, base: str) -> None:
    assert _own(pack, base) == []
