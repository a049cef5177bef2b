"""What an audit says: history.md's answer, stable byte for byte."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from xiezhi.core.law.clock import SHANGHAI
from xiezhi.core.procedure.finding import Finding


@dataclass(frozen=True, slots=True, order=True)
class Unjudged:
    """A rule that was not judged in some case, why, and in how many cases."""

    rule: str
    why: str
    why_zh: str
    cases: int


@dataclass(frozen=True, slots=True)
class Report:
    """The answer of one audit. `findings` are ordered by case, time and rule."""

    pack: str
    pack_version: str
    pack_hash: str
    as_of: datetime
    cases: int
    acts: int
    findings: tuple[Finding, ...]
    not_judged: tuple[Unjudged, ...]
    unmapped: Mapping[str, int] | None = None  # label -> events left out; None when no mapping was used
    agencies: Mapping[str, str] = field(default_factory=dict)  # case -> agency, of cases with findings

    @property
    def violations(self) -> int:
        return sum(1 for finding in self.findings if finding.severity == "violation")

    @property
    def exit_status(self) -> int:
        """0 when the law was kept, 1 when it was broken (history.md, "The command")."""
        return 1 if self.violations else 0

    def as_dict(self) -> dict[str, Any]:
        answer = {
            "pack": self.pack,
            "pack_version": self.pack_version,
            "as_of": moment(self.as_of),
            "cases": self.cases,
            "acts": self.acts,
            "findings": [_finding(finding) for finding in self.findings],
            "not_judged": [{"rule": item.rule, "why": item.why, "why_zh": item.why_zh, "cases": item.cases} for item in self.not_judged],
        }
        return answer if self.unmapped is None else {**answer, "unmapped": dict(self.unmapped)}

    def as_json(self) -> str:
        """history.md's answer, one finding to a line, ended by a newline."""
        return "".join(self._json())

    def _json(self) -> Iterator[str]:
        answer = self.as_dict()
        parts = []
        for key, value in answer.items():
            if isinstance(value, list) and value:
                rows = ",\n  ".join(json.dumps(item, ensure_ascii=False) for item in value)
                parts.append(f" {json.dumps(key)}: [\n  {rows}\n ]")
            else:
                parts.append(f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}")
        yield "{\n" + ",\n".join(parts) + "\n}\n"


def moment(at: datetime) -> str:
    """RFC 3339 in Shanghai time, whole seconds unless the input was finer."""
    return at.astimezone(SHANGHAI).isoformat()


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "case": finding.case,
        "severity": finding.severity,
        "kind": finding.kind,
        "rule": finding.rule,
        "cites": list(finding.cites),
        "act": finding.act,
        "at": moment(finding.at),
        "due": moment(finding.due) if finding.due is not None else None,
        "message": finding.message,
        "message_zh": finding.message_zh,
    }
