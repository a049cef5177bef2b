"""The data of a document, from the case's history and the act that it belongs to. Nothing is typed in twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xiezhi.apps.paperwork import lenience, words
from xiezhi.apps.paperwork.story import last, story
from xiezhi.apps.registry import queries as registry
from xiezhi.core.law.clock import parse_time
from xiezhi.core.procedure.history import Act

RESULT_ZH = {"review_passed": "同意", "review_returned": "退回补充", "review_rejected": "不同意", "reconsideration_decided": "复审意见"}
ITEM_ZH = {"ok": "无问题", "problem": "有问题", "not_applicable": "不涉及"}


@dataclass(frozen=True, slots=True)
class CaseSource:
    """What is known of a case when a document is made: `acts` in order, `facts` by dotted path, the pack and its words."""

    case_id: str
    agency_id: str
    acts: Sequence[Act]
    facts: Mapping[str, Any]
    pack: Any

    def zh(self, table: str, key: str) -> str:
        """The Chinese of a word of the vocabulary; the id itself where there is none."""
        entry = getattr(self.pack.vocabulary, table, {}).get(key) if self.pack is not None else None
        return str(getattr(entry, "zh", entry) or key)

    def values_zh(self, key: str) -> Mapping[str, str]:
        """The labels of the values of a fact or of a key of an act's data."""
        entry = self.pack.vocabulary.key(key) if self.pack is not None else None
        return entry.values if entry is not None else {}


def data_of(source: CaseSource, line: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The data of the document of `line` (the act's history line; it need not be recorded yet)."""
    own = words.nested(line.get("data") or {})
    data = words.merged(words.nested(source.facts), own)
    at = parse_time(line["at"]) if isinstance(line.get("at"), str) else now
    told = story(source.acts, lambda document: source.zh("documents", document))
    return words.merged(
        told,
        data,
        {
            "agency": _agency(source.agency_id),
            "remedy": _remedy(source.agency_id),
            "evidence": [*told.get("evidence", ()), *_named_evidence(data)],
            "no_penalty": {"basis": lenience.basis(source.facts, words.citations_zh(own.get("law_basis"), source.pack))},
            "education": _education(source.acts, line, at),
            "party": _party(data.get("party") or {}),
            "case": {"id": source.case_id, "title": _title(data), "number": (data.get("case") or {}).get("number", "")},
            "violation": _violation(data),
            "penalty": _penalty(data.get("penalty") or {}, source.values_zh("penalty.kinds")),
            "law_basis": words.citations_zh(data.get("law_basis"), source.pack),
            "date": words.day_zh(at),
            "time": words.minute_zh(at),
            "handlers": people_zh(line.get("by") or ()),
            "number": own.get("decision_no") or own.get("number") or "",
            "hearing": {**told.get("hearing", {}), "entitled": _entitled(data)},
        },
        _review(source, line, own, at),
    )


def people_zh(ids: Sequence[str]) -> str:
    """Names with certificate numbers, as they stand under a document."""
    known = registry.people([str(one) for one in ids])
    shown = []
    for one in ids:
        person = known.get(str(one))
        number = person.certificate_no if person else None
        shown.append(f"{person.name if person else one}" + (f"（证号{number}）" if number else ""))
    return "、".join(shown)


def _agency(agency_id: str) -> dict[str, str]:
    row = registry.agency(agency_id)
    return {"name": row.name, "address": row.address, "phone": row.phone, "code": row.code} if row else {}


def _penalty(penalty: Mapping[str, Any], kinds_zh: Mapping[str, str]) -> dict[str, Any]:
    """A text of the agency's own (penalty.text) goes before the one made of kinds and sums."""
    text = str(penalty.get("text") or "").rstrip("。") or words.penalty_zh(penalty, kinds_zh)
    # A sum of nothing is no fine to be paid.
    return {**penalty, "words": text, "pays": words.is_sum(penalty.get("fine"))}


def _remedy(agency_id: str) -> dict[str, str]:
    """Where the party may turn: what the registry holds of the agency, else what the law gives.

    Reconsideration of a department's decision goes to the government of its level (行政复议法 第二十四条), litigation to the district's
    court. Both differ for the government's own decisions (第二十四条第一款第二项; 行政诉讼法 第十五条) and reconsideration for vertically
    led departments (第二十七条): these stand in the registry, and a paper that would have to guess is not made.
    """
    row = registry.agency(agency_id)
    if row is None:
        return {}
    government = row.level == "government"
    return {
        "reconsideration_to": row.reconsideration_to or ("" if government else f"{row.district.name}人民政府"),
        "court": row.court or ("" if government else f"{row.district.name}人民法院"),
    }


def _named_evidence(data: Mapping[str, Any]) -> list[str]:
    """Evidence that was put into words besides what the acts carry."""
    said = str((data.get("violation") or {}).get("evidence") or "").strip().rstrip("。")
    return [said] if said else []


def _education(acts: Sequence[Act], line: Mapping[str, Any], at: datetime) -> dict[str, str]:
    """The day on which the party was educated, where the record or this act itself holds it (行政处罚法 第三十三条第三款)."""
    if (recorded := last(acts, "education_recorded")) is not None:
        return {"date": words.day_zh(recorded.at)}
    return {"date": words.day_zh(at)} if "education_record" in (line.get("documents") or ()) else {}


def _party(party: Mapping[str, Any]) -> dict[str, Any]:
    shown = dict(party)
    shown.setdefault("representative", party.get("legal_rep", ""))
    if party.get("kind") == words.CITIZEN:
        shown["id_number"] = party.get("id_number") or party.get("code", "")
        shown["code"] = ""
    return shown


def _title(data: Mapping[str, Any]) -> str:
    title = (data.get("case") or {}).get("title")
    if title:
        return str(title)
    party, matter = (data.get("party") or {}).get("name", ""), (data.get("matter") or {}).get("name", "")
    return f"{party}{matter}案" if party or matter else ""


def _violation(data: Mapping[str, Any]) -> dict[str, Any]:
    violation = dict(data.get("violation") or {})
    violation["facts"] = words.sentence(violation.get("facts"))
    return violation


def _entitled(data: Mapping[str, Any]) -> bool:
    return bool((data.get("hearing") or {}).get("entitled")) or "hearing" in (data.get("rights") or ())


def _review(source: CaseSource, line: Mapping[str, Any], own: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    result = RESULT_ZH.get(str(line.get("act")))
    if result is None:
        return {}
    items = []
    for key, value in (own.get("checklist") or {}).items():
        outcome = value.get("result") if isinstance(value, Mapping) else value
        note = value.get("note") if isinstance(value, Mapping) else ""
        items.append(
            {"name": source.zh("review_items", key), "result": ITEM_ZH.get(str(outcome), str(outcome)) + (f"：{note}" if note else "")}
        )
    of = source.values_zh("review_of").get(own.get("review_of", "decision"), "拟作出的决定")
    return {
        "review": {"result": result, "items": items, "opinion": own.get("opinion", ""), "of": of, "date": words.day_zh(at)},
        "reviewers": people_zh(line.get("by") or ()),
    }
