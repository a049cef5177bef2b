"""How long a recording is kept, and what stands against its end. The pack's retention.yaml says it; a district's longer term holds.

Evidence is kept as long as the file of its case, counted from the case's last act; what is no evidence six months at least. A store that
locks is told the part of the term that is certain on the day of arrival: counted from the recording itself, it can only become longer.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from xiezhi.apps.casework import queries as casework
from xiezhi.apps.evidence.models import Hold, Recording
from xiezhi.apps.registry import queries as registry
from xiezhi.core.law.clock import SHANGHAI, day_of
from xiezhi.core.law.errors import PackError
from xiezhi.core.law.pack import load_pack
from xiezhi.core.law.terms import add_months

log = logging.getLogger(__name__)

LEAST_MONTHS = 6  # of what is no evidence (Chaoyang's rules on recording, article 11)
LONGEST_YEARS = 30  # where the pack has no class for a procedure: its longest one, never a shorter guess


@dataclass(frozen=True, slots=True)
class Term:
    """Until which day a recording is kept (None: not to be told yet), on what basis, and what stands against disposal now."""

    due: date | None
    basis: str
    against: str = ""

    def over(self, today: date) -> bool:
        return not self.against and self.due is not None and self.due < today


def term_of(row: Recording, now: datetime) -> Term:
    """The term of one recording as of now."""
    against = "保全中" if held(row) else ""
    file = casework.case(row.case) if row.case else None
    if row.case and file is None:
        return Term(None, "", "案件没有找到")
    if file is not None and file.open:
        return Term(None, "", against or "案件没有办结")
    if file is not None and row.evidence:
        pack = load_pack(file.pack)
        years, rule = _years(pack, file.procedure)
        return Term(add_months(day_of(file.last_at), 12 * years), _basis(pack, rule, f"作为证据随案卷保管 {years} 年"), against)
    pack = load_pack(file.pack if file else registry.pack_of(row.agency, now))
    months, rule = _months(pack)
    return Term(add_months(day_of(row.end), months), _basis(pack, rule, f"保管 {months} 个月"), against)


def locked_until(agency: str, case: str, end: datetime, now: datetime, *, evidence: bool = True) -> datetime:
    """Until when a store that locks may let nobody remove a recording that ended at `end`: the end of the last day of the certain term.

    A pack that cannot be read keeps no recording out of the store: then it is the least term.
    """
    file = casework.case(case) if case else None
    try:
        if file is not None and evidence:
            months = 12 * _years(load_pack(file.pack), file.procedure)[0]
        else:
            months = _months(load_pack(file.pack if file else registry.pack_of(agency, now)))[0]
    except PackError as error:
        log.error("the pack of %s cannot be read, a recording is locked for the least term: %s", agency, error)  # noqa: TRY400
        months = LEAST_MONTHS
    return datetime.combine(add_months(day_of(end), months) + timedelta(days=1), time(), SHANGHAI)


def held(row: Recording) -> bool:
    """Whether a hold keeps the recording, or all of its case."""
    holds = Hold.objects.filter(lifted_at=None)
    return holds.filter(recording=row).exists() or (bool(row.case) and holds.filter(case=row.case).exists())


def _years(pack: Any, procedure: str) -> tuple[int, Any]:
    kept = pack.retention.get("recording") or {}
    rule = pack.retention.get(procedure) or {}
    return max(int(rule.get("years", LONGEST_YEARS)), int(kept.get("years", 0))), rule or kept


def _months(pack: Any) -> tuple[int, Any]:
    kept = pack.retention.get("recording") or {}
    return max(int(kept.get("months", LEAST_MONTHS)), 12 * int(kept.get("years", 0))), kept


def _basis(pack: Any, rule: Any, words: str) -> str:
    cites = "、".join(dict.fromkeys(pack.cite_zh(clause) for clause in rule.get("cite", ())))
    return f"{words}（{cites}）"[:200] if cites else words
