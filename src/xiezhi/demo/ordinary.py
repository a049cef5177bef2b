"""Lawful histories of the ordinary and the summary penalty procedure, act by act, from lead to archive.

Each function appends the acts of one stretch of procedure at given working days. A story (stories.py) strings them together and
stops where today finds the case. What is unlawful in the demo is made by leaving out or delaying, never by another code path.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from xiezhi.demo.timeline import Timeline

RIGHTS = ["statement", "defence", "recusal", "hearing"]
CHECKLIST = [
    "subject",
    "personnel",
    "jurisdiction",
    "party",
    "facts",
    "evidence",
    "law",
    "discretion",
    "procedure",
    "documents",
    "crime_transfer",
]


@dataclass(frozen=True, slots=True)
class Matter:
    """What one demo case is about."""

    title: str
    number: str
    party: dict[str, Any]
    power: dict[str, Any]
    fine: int
    kinds: tuple[str, ...] = ("fine",)
    place: str = "云溪区星河路 41 号门前"
    facts: str = "占用城市道路堆放砂石约 21.6 平方米，未办理占用许可。"
    grave: bool = False
    hearing: bool = False
    confiscated: int = 0
    extra: dict[str, Any] = field(default_factory=dict)


def _party(matter: Matter) -> dict[str, Any]:
    party = matter.party
    data = {
        "kind": party["kind"],
        "minor": party.get("minor") == "true",
        "id": party["id"],
        "name": party["name"],
        "code": party["code"],
        "address": party["address"],
    }
    if party.get("rep"):
        data["legal_rep"] = party["rep"]
    return data


def show_identity(t: Timeline, day: int, clock: str) -> None:
    t.act("identity_shown", day, clock, by=t.staff.officers, data={"certificates": list(t.staff.officers), "place": "现场"})


def lead(t: Timeline, matter: Matter, *, day: int = 0, clock: str = "09:00", source: str = "inspection") -> None:
    facts = {
        "agency": {"sector": t.staff.sector, "level": "agency", "vertical": False, "remote": False},
        "source": source,
        "case": {"title": matter.title},
        "matter": {"code": matter.power["code"], "name": matter.power["name"]},
        "party": _party(matter),
        "violation": {"place": matter.place, "facts": matter.facts, "ended_on": t.at(0, "08:00").date().isoformat()},
    }
    t.act("lead_registered", day, clock, by=t.staff.officers, data=facts, documents=["lead_record"])


def filing(t: Timeline, matter: Matter, *, day: int = 0, clock: str = "14:00", source: str = "inspection") -> None:
    data = {
        "approver": t.staff.leaders[0],
        "party": _party(matter),
        "source": source,
        "law_basis": list(matter.power["law"]),
        "urgent": False,
        "case": {"title": matter.title, "number": matter.number},
        **matter.extra,
    }
    t.act("case_filed", day, clock, by=t.staff.officers, data=data, documents=["filing_approval"])


def investigation(t: Timeline, matter: Matter, *, day: int = 1, stored_after: int = 300, gap: tuple[int, int] | None = None) -> None:
    """Inspection, evidence, order to rectify, inquiry and conclusion, over five working days."""
    two = t.staff.officers
    signed = {"party": "signed", "officers": 2, "served": False}
    show_identity(t, day, "09:25")
    t.act("rights_informed", day, "09:28", by=two, data={"rights": RIGHTS}, documents=["rights_notice"], signed={**signed, "served": True})
    t.act(
        "site_inspected", day, "09:30", by=two, minutes=40, documents=["site_inspection_record"], signed=signed,
        recordings=t.video(day, "09:30", 40, stored_after=stored_after, gap=gap), data={"reason": matter.facts},
    )  # fmt: skip
    t.act(
        "evidence_obtained", day, "10:20", by=two, minutes=20, documents=["evidence_notice", "evidence_list"], signed=signed,
        recordings=t.video(day, "10:20", 20),
    )  # fmt: skip
    due = t.at(day + 10, "17:00").isoformat()
    t.act(
        "rectification_ordered",
        day,
        "10:50",
        by=two,
        data={"due": due},
        documents=["rectification_order"],
        signed={**signed, "served": True},
    )
    show_identity(t, day + 2, "13:55")
    t.act(
        "inquiry_made", day + 2, "14:00", by=two, minutes=50, documents=["inquiry_record"], signed=signed,
        recordings=t.video(day + 2, "14:00", 50),
    )  # fmt: skip
    t.act("evidence_verified", day + 4, "09:20", by=two, data={"evidence_kind": ["勘验笔录和现场笔录", "书证", "当事人陈述", "视听资料"]})
    conclusion = {
        "penalty": {"kinds": list(matter.kinds), "fine": matter.fine, "confiscated": matter.confiscated, "grave": matter.grave},
        "law_basis": list(matter.power["law"]),
        "significant_rights": matter.hearing,
        "urgent": False,
    }
    for fact in (
        "complex",
        "public_interest",
        "social_impact",
        "collective_required",
        "deprives_liberty",
        "life_health_property",
        "disputable",
    ):
        conclusion[fact] = False
    conclusion["crime_suspected"] = False
    t.act("investigation_concluded", day + 4, "10:00", by=two, data=conclusion, documents=["investigation_report"])


def notice(t: Timeline, matter: Matter, *, day: int = 6) -> None:
    """The notice of the intended penalty and its service on the same day."""
    two = t.staff.officers
    rights = RIGHTS if matter.hearing else ["statement", "defence"]
    documents = ["penalty_notice", "hearing_rights_notice"] if matter.hearing else ["penalty_notice"]
    t.act(
        "penalty_proposed", day, "09:00", by=two, documents=documents,
        data={"penalty": {"kinds": list(matter.kinds), "fine": matter.fine}, "hearing": {"entitled": matter.hearing}, "rights": rights},
    )  # fmt: skip
    serve(t, "penalty_notice", day, "11:00")


def serve(t: Timeline, document: str, day: int, clock: str, also: tuple[str, ...] = ()) -> None:
    """Direct service, certificates shown five minutes before."""
    hour, minute = (int(part) for part in clock.split(":"))
    before = hour * 60 + minute - 5
    show_identity(t, day, f"{before // 60:02d}:{before % 60:02d}")
    t.act(
        "document_served", day, clock, by=t.staff.officers, minutes=15, data={"document": document, "method": "direct"},
        documents=["service_receipt", *also], signed={"party": "signed", "officers": 2, "served": True},
        recordings=t.video(day, clock, 15),
    )  # fmt: skip


def rectified(t: Timeline, *, day: int = 8) -> None:
    show_identity(t, day, "14:55")
    t.act(
        "rectification_checked", day, "15:00", by=t.staff.officers, minutes=20, data={"rectified": True},
        documents=["rectification_check_record"], signed={"party": "signed", "officers": 2, "served": False},
        recordings=t.video(day, "15:00", 20),
    )  # fmt: skip


def no_defence(t: Timeline, *, day: int = 12) -> None:
    t.act("defence_waived", day, "17:30", documents=["waiver_record"])


def hearing_given_up(t: Timeline, *, day: int = 12) -> None:
    t.act("hearing_waived", day, "17:31", documents=["waiver_record"], signed={"party": "signed"})


def hearing(t: Timeline, *, day: int = 9) -> None:
    """A hearing asked for, announced eight working days ahead, held, reported; the defence reviewed. Ends on day + 14."""
    presider = t.staff.presider or t.staff.leaders[-1]
    signed = {"party": "signed", "officers": 2, "served": False}
    t.act("hearing_requested", day, "11:00", documents=["hearing_request"])
    t.act(
        "defence_made", day, "11:10", data={"content": "请求从轻"}, documents=["defence_record"], signed={"party": "signed", "officers": 2}
    )
    held = t.at(day + 11, "09:00").isoformat()
    t.act(
        "hearing_notified", day + 1, "10:00", by=(presider,), data={"hearing_at": held, "public": True}, documents=["hearing_notice"],
        signed={**signed, "served": True},
    )  # fmt: skip
    publish(t, "hearing_notice", day + 1, "15:00", form="full_text")
    t.act(
        "hearing_held", day + 11, "09:00", by=(presider, *t.staff.officers), minutes=120, data={"presider": presider},
        documents=["hearing_record"], signed=signed, recordings=t.video(day + 11, "09:00", 120),
    )  # fmt: skip
    t.act("hearing_reported", day + 13, "11:00", by=(presider,), documents=["hearing_report"])
    t.act(
        "defence_reviewed", day + 13, "14:00", by=t.staff.officers, data={"accepted": False, "reason": "理由不成立"},
        documents=["defence_review_opinion"],
    )  # fmt: skip


def submit_review(t: Timeline, *, day: int = 13, clock: str = "09:30") -> None:
    materials = ["draft_decision", "evidence_list", "investigation_report"]
    deadline = t.at(0, "14:00").date().toordinal() + 90
    t.act(
        "review_submitted", day, clock, by=t.staff.officers, documents=["review_submission", *materials],
        data={"materials": ["拟作出的决定", "证据清单", "调查终结报告"], "statutory_deadline": type(t.start).fromordinal(deadline).isoformat()},
    )  # fmt: skip


def pass_review(t: Timeline, *, day: int = 15) -> None:
    t.act(
        "review_passed", day, "16:00", by=(t.staff.reviewer,), documents=["review_opinion"],
        data={"checklist": {**dict.fromkeys(CHECKLIST, "ok"), "other": "not_applicable"}, "opinion": "同意"},
    )  # fmt: skip


def return_review(t: Timeline, *, day: int = 15) -> None:
    checklist = {**dict.fromkeys(CHECKLIST, "ok"), "other": "not_applicable", "evidence": "problem"}
    t.act(
        "review_returned", day, "16:00", by=(t.staff.reviewer,), documents=["review_opinion"],
        data={"checklist": checklist, "opinion": "现场照片未注明拍摄时间，请补充证据后再次送审。", "reason": "需要补充证据"},
    )  # fmt: skip


def reject_review(t: Timeline, *, day: int = 15) -> None:
    checklist = {**dict.fromkeys(CHECKLIST, "ok"), "other": "not_applicable", "discretion": "problem"}
    t.act(
        "review_rejected", day, "16:00", by=(t.staff.reviewer,), documents=["review_opinion"],
        data={"checklist": checklist, "opinion": "罚款数额超出本局裁量基准一般档上限。", "reason": "裁量明显不当"},
    )  # fmt: skip


def answer_opinion(t: Timeline, *, day: int) -> None:
    t.act(
        "opinion_answered", day, "10:00", by=t.staff.officers, documents=["adoption_statement"],
        data={"adopted": True, "reason": "已补充现场照片拍摄时间说明。"},
    )  # fmt: skip


def discuss(t: Timeline, *, day: int = 16) -> None:
    t.act(
        "discussion_held", day, "10:00", by=t.staff.leaders, minutes=60, documents=["discussion_record"],
        data={"attendees": list(t.staff.leaders), "conclusion": "一致同意"},
    )  # fmt: skip


def decide(t: Timeline, matter: Matter, number: str, *, day: int = 17) -> None:
    leader = t.staff.leaders[0]
    t.act("decision_approved", day, "15:00", by=(leader,), data={"approver": leader, "opinion": "同意"}, documents=["decision_approval"])
    t.act(
        "decision_made", day, "16:00", by=(leader,), documents=["decision"],
        data={
            "decision_no": number,
            "penalty": {"kinds": list(matter.kinds), "fine": matter.fine, "confiscated": matter.confiscated},
            "law_basis": list(matter.power["law"]),
        },
    )  # fmt: skip


def serve_decision(t: Timeline, *, day: int = 19) -> None:
    serve(t, "decision", day, "10:00", also=("credit_repair_notice",))


def publish(t: Timeline, what: str, day: int, clock: str, *, form: str = "summary", summary: dict[str, Any] | None = None) -> None:
    """Approval by a leader, then publication by the clerk half an hour later."""
    hour, minute = (int(part) for part in clock.split(":"))
    before = hour * 60 + minute - 30
    approver = t.staff.leaders[1]
    t.act(
        "publication_approved", day, f"{before // 60:02d}:{before % 60:02d}", by=(approver,), documents=["publication_approval"],
        data={"approver": approver, "redactions": ["个人身份信息"]},
    )  # fmt: skip
    data: dict[str, Any] = {"form": form, "what": what, "channel": "website"}
    if summary:
        data["summary"] = summary
    t.act("result_published", day, clock, by=(t.staff.clerk,), data=data)


def credit(t: Timeline, *, day: int = 20) -> None:
    t.act("credit_reported", day, "16:00", by=(t.staff.clerk,))


def perform_penalty(t: Timeline, *, day: int = 24) -> None:
    t.act("performance_recorded", day, "11:00", by=t.staff.officers, data={"performed": True}, documents=["payment_receipt"])


def close(t: Timeline, *, day: int = 27) -> None:
    t.act(
        "case_closed", day, "09:00", by=t.staff.officers, documents=["closing_approval"],
        data={"approver": t.staff.leaders[0], "outcome": "执行完毕"},
    )  # fmt: skip


def archive(t: Timeline, *, day: int = 35) -> None:
    t.act("case_archived", day, "14:00", by=(t.staff.archivist,), data={"retention_years": 30}, documents=["file_index"])
