"""What a document must tell of the case's history: notice, defence, hearing, review, discussion, evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from xiezhi.apps.paperwork.words import day_zh, sentence
from xiezhi.core.procedure.history import Act

RECORDING_ZH = {"video": "执法录像", "audio": "录音", "photo": "现场照片"}
# What proves the facts, of the documents of the vocabulary (行政处罚法 第四十六条).
EVIDENCE = (
    "site_inspection_record",
    "site_record",
    "survey_record",
    "inquiry_record",
    "sampling_record",
    "preservation_notice",
    "item_list",
    "appraisal_opinion",
)


def last(acts: Sequence[Act], *kinds: str) -> Act | None:
    return next((act for act in reversed(acts) if act.kind in kinds), None)


def evidence(acts: Sequence[Act], document_zh: Any) -> list[str]:
    """现场检查笔录1份 ...: what the acts carry that proves facts."""
    papers = Counter(document for act in acts for document in act.documents if document in EVIDENCE)
    media = Counter(recording.kind for act in acts for recording in act.recordings)
    found = [f"{document_zh(document)}{papers[document]}份" for document in EVIDENCE if papers[document]]
    # What was obtained without a form of its own, in the words of its act.
    found += [str(act.data["content"]).rstrip("。") for act in acts if act.kind == "evidence_obtained" and act.data.get("content")]
    return found + [f"{words}{media[kind]}{'张' if kind == 'photo' else '段'}" for kind, words in RECORDING_ZH.items() if media[kind]]


def defence(acts: Sequence[Act]) -> str:
    """How the party's defence was dealt with; empty while nothing about it stands in the record (行政处罚法 45)."""
    made, waived, reviewed = last(acts, "defence_made"), last(acts, "defence_waived"), last(acts, "defence_reviewed")
    if made is None:
        return "当事人在规定期限内未提出陈述、申辩意见。" if waived is not None else ""
    words = "当事人提出了陈述、申辩意见" + (f"：{sentence(made.data['content'])}" if made.data.get("content") else "。")
    if reviewed is None:
        return ""
    taken = "意见成立，本机关予以采纳" if reviewed.data.get("accepted") else "意见不成立，本机关不予采纳"
    reason = reviewed.data.get("reason")
    return words + f"经复核，{taken}" + (f"，理由：{sentence(reason)}" if reason else "。")


def hearing(acts: Sequence[Act]) -> str:
    held = last(acts, "hearing_held")
    if held is not None:
        return f"本机关于{day_zh(held.at)}依法举行了听证，根据听证笔录作出本决定。"
    if last(acts, "hearing_waived") is not None:
        return "当事人未要求举行听证。"
    return ""


def story(acts: Sequence[Act], document_zh: Any) -> dict[str, Any]:
    """The parts of a document's data that come from the history. Keys without content are left out."""
    noticed, reviewed, discussed = last(acts, "penalty_proposed"), last(acts, "review_passed"), last(acts, "discussion_held")
    entitled = noticed is not None and "hearing" in (noticed.data.get("rights") or ())
    told: dict[str, Any] = {
        "evidence": evidence(acts, document_zh),
        "defence": {"words": defence(acts)},
        "hearing": {"words": hearing(acts)},
        "notice": {"date": day_zh(noticed.at), "hearing": "和要求听证" if entitled else ""} if noticed else {},
        "review": {"date": day_zh(reviewed.at)} if reviewed else {},
        "discussion": {"date": day_zh(discussed.at)} if discussed else {},
    }
    return {key: value for key, value in told.items() if value}
