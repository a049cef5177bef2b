"""Where a demo case leaves the straight road: summary procedure, withdrawal, withholding, a case dropped."""

from __future__ import annotations

from typing import Any

from xiezhi.demo import ordinary as acts
from xiezhi.demo.people import district
from xiezhi.demo.timeline import Timeline

_PENALTY_WORDS = {"fine": "罚款", "warning": "警告"}


def shown_name(party: dict[str, Any]) -> str:
    """How the party is named in public: organisations in full, a natural person by the surname (law.md 8)."""
    name: str = party["name"]
    return f"{name[0]}某" if party["kind"] == "citizen" else name


def summary_of(t: Timeline, matter: acts.Matter) -> dict[str, Any]:
    """The public fields of the decision, as they stand in the publication act (six elements of a summary and the performance)."""
    decision = next(line for line in reversed(t.lines) if line["act"] == "decision_made")
    kinds = "、".join(_PENALTY_WORDS.get(kind, kind) for kind in decision["data"]["penalty"]["kinds"])
    performed = any(line["act"] == "performance_recorded" for line in t.lines)
    return {
        "number": decision["data"]["decision_no"],
        "party": shown_name(matter.party),
        "party_code": "" if matter.party["kind"] == "citizen" else matter.party["code"],
        "matter": matter.power["name"],
        "title": matter.title,
        "facts": matter.facts,
        "basis": "；".join(matter.power["law"]),
        "content": f"{kinds}{matter.fine}元",
        "agency": next(agency["name"] for agency in district()["agencies"] if agency["id"] == t.staff.agency),
        "decided_on": decision["at"][:10],
        "performance": "已缴清" if performed else "",
    }


def summary(t: Timeline, matter: acts.Matter, number: str) -> None:
    """The summary procedure: decided, served and paid on the spot; filed with the agency; published; archived on day 10."""
    two = t.staff.officers
    acts.lead(t, matter, clock="09:00")
    acts.show_identity(t, 0, "09:20")
    t.act(
        "rights_informed", 0, "09:25", by=two, data={"rights": ["statement", "defence"]}, documents=["rights_notice"],
        signed={"party": "signed", "officers": 2, "served": True},
    )  # fmt: skip
    t.act(
        "site_inspected", 0, "09:26", by=two, minutes=8, documents=["site_inspection_record"],
        signed={"party": "signed", "officers": 2, "served": False}, recordings=t.video(0, "09:26", 8),
    )  # fmt: skip
    t.act("defence_made", 0, "09:36", data={"content": "无异议"}, documents=["defence_record"], signed={"party": "signed", "officers": 2})
    t.act(
        "defence_reviewed", 0, "09:38", by=two, data={"accepted": False, "reason": "当事人无异议"}, documents=["defence_review_opinion"],
    )  # fmt: skip
    t.act(
        "decision_made", 0, "09:40", by=two, documents=["on_spot_decision"],
        data={
            "decision_no": number, "penalty": {"kinds": ["fine"], "fine": matter.fine, "confiscated": 0},
            "law_basis": list(matter.power["law"]), "crime_suspected": False, "disputable": False,
        },
        signed={"party": "signed", "officers": 2, "served": True},
    )  # fmt: skip
    t.act(
        "document_served", 0, "09:45", by=two, minutes=3, data={"document": "on_spot_decision", "method": "direct"},
        documents=["service_receipt"], signed={"party": "signed", "officers": 2, "served": True}, recordings=t.video(0, "09:45", 3),
    )  # fmt: skip
    t.act("summary_filed", 1, "09:00", by=two, documents=["summary_filing"])
    acts.perform_penalty(t, day=3)
    acts.publish(t, "decision", 4, "15:00", summary=summary_of(t, matter))
    acts.publish(t, "performance", 5, "15:00", summary=summary_of(t, matter))
    acts.close(t, day=6)
    acts.archive(t, day=10)


def withhold(t: Timeline, ground: str, *, day: int) -> None:
    """Not made public, with ground, approver and reason."""
    grounds = {"minor": ["minor"], "secret": ["business_secret"]}[ground]
    reason = {"minor": "当事人系未成年人。", "secret": "决定书载有当事人未公开的工艺参数，隐去后仍可推知。"}[ground]
    t.act(
        "result_withheld", day, "15:00", by=(t.staff.clerk,), documents=["withholding_approval"],
        data={"withheld": {"grounds": grounds}, "approver": t.staff.leaders[0], "reason": reason},
    )  # fmt: skip


def revoke_and_withdraw(t: Timeline, *, day: int) -> None:
    """The agency revokes its own decision; the published page is withdrawn two working days later and says why."""
    t.act(
        "decision_revoked", day, "10:00", by=(t.staff.leaders[0],),
        data={"by_whom": t.staff.agency, "outcome": "revoked", "reason": "复核发现车辆实际经营人并非当事人。"},
    )  # fmt: skip
    t.act(
        "publication_withdrawn", day + 2, "10:00", by=(t.staff.clerk,), documents=["withdrawal_notice"],
        data={"reason": "决定因违法主体认定有误被撤销。", "approver": t.staff.leaders[0]},
    )  # fmt: skip


def drop(t: Timeline, *, day: int) -> None:
    """The case is withdrawn: the facts alleged do not hold."""
    t.act(
        "case_withdrawn", day, "16:00", by=t.staff.officers, documents=["closing_approval"],
        data={"reason": "当事人已取得占用许可，违法事实不成立。", "approver": t.staff.leaders[0]},
    )  # fmt: skip
