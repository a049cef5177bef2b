"""Tombstones of cases that were not at rest: nobody may delete there, so what they say was destroyed unlawfully."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xiezhi.core.ledger.verify import Fault

from .fold import written
from .models import Case
from .resting import rested_before
from .tombstones import Stone


def restless(stones: Iterable[Stone]) -> Iterator[Fault]:
    """Faults of tombstones before which their case did not rest. What is itself damaged in a case is named elsewhere, and not judged here."""
    by_case: dict[str, list[Stone]] = {}
    for stone in stones:
        by_case.setdefault(stone.case, []).append(stone)
    for case_id, of_case in sorted(by_case.items()):
        case = Case.objects.filter(pk=case_id).first()
        if case is None:
            continue
        try:
            entries = written(case_id)
            bad = [one for one in of_case if not rested_before(case, entries, one.case_seq)]
        except (ValueError, LookupError, TypeError, AttributeError):
            continue
        for stone in sorted(bad, key=lambda one: one.case_seq):
            yield Fault(
                f"tombstone {stone.id} in case {case_id} (no. {stone.case_seq})",
                "was written while the case was not at rest",
                "写入时案件并未归档或者终结",
            )
