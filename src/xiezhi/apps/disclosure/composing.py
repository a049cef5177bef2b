"""What will be public of a case: the summary and the text, with what must not be public taken out.

Names of citizens become surname and 某, numbers, telephones, addresses and accounts go; firms keep name, code and address
(spec: disclosure of personal data; policy of the pack's disclosure.yaml).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from xiezhi.apps.disclosure.reading import FIELDS, REQUIRED
from xiezhi.core.law.clock import day_of
from xiezhi.core.redact import KINDS, cut, leaks, masked_name, recognise
from xiezhi.core.typeset import Block, Paper, Run

CITIZEN = "citizen"
# Marks of a document's runs that go entirely when the party is a citizen, and always.
_CITIZEN_MARKS = frozenset({"address", "representative"})
_ALWAYS_MARKS = frozenset({"phone", "id_number"})
# A value shorter than this stands in too many words to be taken out by matching.
_SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Policy:
    """`citizen_name`: full | surname | none."""

    citizen_name: str = "surname"


@dataclass(frozen=True, slots=True)
class Private:
    """The values of a case that must not become public: `known` maps each to its kind."""

    known: Mapping[str, str]
    citizen: bool
    policy: Policy

    def shown(self, text: str, kind: str) -> Run:
        """What stands in the place of a removed value."""
        if kind == "name":
            return Run(masked_name(text, self.policy.citizen_name))
        return Run("", gone=KINDS.get(kind, KINDS["other"]))


def policy_of(pack: Any) -> Policy:
    """The pack's choice (disclosure.yaml: redaction.citizen_name), else surname and 某."""
    chosen = ((getattr(pack, "disclosure", None) or {}).get("redaction") or {}).get("citizen_name")
    return Policy(str(chosen)) if chosen in {"full", "surname", "none"} else Policy()


def private_values(facts: Mapping[str, Any], policy: Policy) -> Private:
    """The known private values of a case's facts (dotted paths)."""
    citizen = facts.get("party.kind") == CITIZEN
    kinds = {"party.phone": "phone"}
    if citizen:
        kinds |= {"party.code": "id_number", "party.address": "address"}
        if policy.citizen_name != "full":
            kinds["party.name"] = "name"
    known = {str(facts[key]).strip(): kind for key, kind in kinds.items() if len(str(facts.get(key) or "").strip()) >= _SHORTEST}
    return Private(known, citizen, policy)


def redacted_text(text: str, private: Private) -> tuple[str, list[tuple[str, str]]]:
    """A plain string without private values, and what was taken out as (kind, value)."""
    parts, removed = [], []
    for piece in cut(text, private.known):
        if not piece.kind:
            parts.append(piece.text)
            continue
        run = private.shown(piece.text, piece.kind)
        parts.append(f"〔隐去：{run.gone}〕" if run.gone else run.text)
        removed.append((piece.kind, piece.text))
    return "".join(parts), removed


def redacted_paper(paper: Paper, private: Private) -> tuple[Paper, list[tuple[str, str]]]:
    """The paper as the public may read it, and what was taken out."""
    removed: list[tuple[str, str]] = []
    blocks = []
    for block in paper.blocks:
        runs: list[Run] = []
        for run in block.runs:
            whole = run.mark in _ALWAYS_MARKS or (private.citizen and run.mark in _CITIZEN_MARKS)
            if whole and run.text:
                removed.append((run.mark, run.text))
                runs.append(Run("", gone=KINDS.get(run.mark, KINDS["other"])))
                continue
            for piece in cut(run.text, private.known):
                if piece.kind:
                    removed.append((piece.kind, piece.text))
                runs.append(private.shown(piece.text, piece.kind) if piece.kind else Run(piece.text))
        blocks.append(replace(block, runs=tuple(runs)))
    return replace(
        paper, blocks=tuple(blocks), seal=False, copies="本文为公示文本，隐去之处已注明理由；与送达当事人的文书除隐去内容外一致。"
    ), removed


def summary_of(source: Any, agency_name: str, decision: Any) -> dict[str, str]:
    """The seven fields of a summary and what goes with them, from the record (xuecheng/disclosure/8-2). Not yet redacted."""
    facts = source.facts
    from xiezhi.apps.paperwork import service as paperwork

    words = paperwork.words_of(source, decision)
    performed = next((act for act in reversed(source.acts) if act.kind == "performance_recorded"), None)
    return {
        "number": str(decision.data.get("decision_no") or facts.get("case.number") or "")
        if decision
        else str(facts.get("case.number") or ""),
        "title": "",
        "party": str(facts.get("party.name") or ""),
        "party_code": "" if facts.get("party.kind") == CITIZEN else str(facts.get("party.code") or ""),
        "matter": str(facts.get("matter.name") or facts.get("case.title") or ""),
        "facts": str(facts.get("violation.facts") or ""),
        "basis": words["basis"],
        "content": words["content"],
        "agency": agency_name,
        "decided_on": day_of(decision.at).isoformat() if decision else "",
        "performance": _performed(performed),
    }


def _performed(act: Any) -> str:
    """How the decision was performed, in words; empty where nothing is recorded of it."""
    if act is None:
        return ""
    said = act.data.get("performed")
    return said if isinstance(said, str) else "已履行" if said is True else "未履行" if said is False else ""


def missing(summary: Mapping[str, str]) -> list[str]:
    return [key for key in REQUIRED if not str(summary.get(key) or "").strip()]


# Numbers that are never public, whoever they belong to, and are certain by their form or check digit.
_NEVER = frozenset({"id_number", "phone", "bank_card"})


def exposed(text: str, removed: Sequence[tuple[str, str]]) -> list[str]:
    """What of the removed values still stands in the text, and numbers of persons and accounts that were typed in since."""
    typed = {text[span.start : span.end] for span in recognise(text) if span.kind in _NEVER}
    return sorted({*leaks(text, [value for _kind, value in removed]), *typed})


def as_blocks(paper: Paper) -> list[dict[str, Any]]:
    """A paper as it travels in the record: its title as the first block; only strings, lists and objects."""
    return [{"kind": "title", "label": paper.title, "runs": []}, *(block.as_json() for block in paper.blocks)]


def as_paper(blocks: list[dict[str, Any]], title: str, agency: str, number: str, date_zh: str) -> Paper:
    """The paper of recorded blocks."""
    return Paper(
        type="public",
        layout="official",
        title=title,
        agency=agency,
        number=number,
        date=date_zh,
        blocks=tuple(
            Block(block["kind"], tuple(Run(run.get("text", ""), gone=run.get("gone", "")) for run in block["runs"]), block.get("label", ""))
            for block in blocks
            if block["kind"] != "title"
        ),
        seal=False,
    )


def digest_of(
    case_id: str,
    kind: str,
    *,
    what: str,
    form: str,
    summary: Mapping[str, str],
    text: Any,
    reason: str = "",
    show_changed: Sequence[str] = (),
) -> str:
    """The fingerprint of what would be published: SHA-256 over sorted JSON."""
    content = {
        "case": case_id,
        "kind": kind,
        "what": what,
        "form": form,
        "summary": {key: summary.get(key, "") for key in FIELDS},
        "text": text,
        "reason": reason,
        "show_changed": list(show_changed),
    }
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
