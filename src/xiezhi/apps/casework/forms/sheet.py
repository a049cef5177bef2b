"""What a pack asks of one act: which documents, signatures, facts and recordings its rules look at. Read from the rules, never typed in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

# Drawn or written by the product itself, never typed by a person.
OWN = frozenset({"case.number", "summary", "checklist", "visit"})
NUMBERED = {"decision_made": "decision_no"}


@dataclass(slots=True)
class Sheet:
    """The questions of one act's form. `cites` tells for each asked thing which clause asks for it, in Chinese."""

    act: str
    zh: str
    mode: str
    lasts: bool
    by_party: bool
    roles: tuple[str, ...] = ()
    keys: list[str] = field(default_factory=list)
    documents: list[str] = field(default_factory=list)
    wanted: dict[str, str] = field(default_factory=dict)
    alternatives: list[tuple[str, ...]] = field(default_factory=list)
    officers: int = 0
    party: tuple[str, ...] = ()
    witness: bool = False
    served: bool = False
    recorded: bool = False
    cites: dict[str, str] = field(default_factory=dict)
    rules: list[tuple[str, str]] = field(default_factory=list)

    @property
    def signs(self) -> bool:
        """Whether the form asks for signatures at all: where a rule does, or where people met."""
        return bool(self.officers or self.party or self.witness or self.served or self.lasts)


def rules_on(pack: Any, act: str, procedure: str, at: datetime) -> list[Any]:
    """The rules that look at this act, in force at the time, in the pack's order."""
    found = []
    for rule in pack.rules:
        if act not in (getattr(rule, "on", None) or ()):
            continue
        if rule.procedures and procedure not in rule.procedures:
            continue
        if not rule.yields_to and pack.in_force(rule, at):
            found.append(rule)
    return found


def _ask_companion(sheet: Sheet, rule: Any, cite: str) -> None:
    for group in rule.documents:
        if len(group) > 1:
            sheet.alternatives.append(tuple(group))
        for document in group:
            sheet.wanted.setdefault(document, f"情形适用时，{cite}" if rule.when else cite)
            if document not in sheet.documents:
                sheet.documents.append(document)
    for key in rule.fields:
        if key not in sheet.keys and key not in OWN:
            sheet.keys.append(key)
        sheet.cites.setdefault(key, f"情形适用时，{cite}" if rule.when else cite)
    if rule.officers:
        sheet.officers = max(sheet.officers, rule.officers)
        sheet.cites.setdefault("officers", cite)
    if rule.party:
        sheet.party = tuple(rule.party)
        sheet.cites.setdefault("party", cite)
    if rule.witness:
        sheet.witness = True
        sheet.cites.setdefault("witness", cite)
    if rule.service:
        sheet.served = True
        sheet.cites.setdefault("served", cite)


def sheet_for(kind: Any, pack: Any, procedure: str, at: datetime) -> Sheet:
    """The questions of the act `kind` under `pack` as in force at `at`."""
    sheet = Sheet(kind.id, kind.zh, kind.mode, bool(kind.lasts), bool(kind.party), tuple(kind.by))
    sheet.keys = [key for key in kind.data if key not in OWN and key != NUMBERED.get(kind.id)]
    sheet.documents = list(getattr(kind, "documents", ()) or ())
    for rule in rules_on(pack, kind.id, procedure, at):
        cite = pack.cite_zh(rule.cites[0]) if rule.cites else ""
        if rule.kind == "companion":
            _ask_companion(sheet, rule, cite)
        elif rule.kind == "coverage":
            sheet.recorded = True
            sheet.cites.setdefault("recordings", cite)
        if rule.zh:
            sheet.rules.append((rule.zh, cite))
    return sheet
