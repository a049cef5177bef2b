"""Derived rows made again from the record: what the projections keep is a cache of the fold and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction

from .answers import CaseChange
from .case import locked
from .fold import read
from .models import Case
from .projections import project

_PART = 500


def rebuild(now: datetime, case_id: str | None = None) -> int:
    """Project every case again (or one), each in a transaction of its own, writers going on meanwhile. Answers how many."""
    count = 0
    for one in [case_id] if case_id is not None else _ids():
        with transaction.atomic():
            case = locked(one)
            if case is None or not rebuild_case(case, now):
                continue
        count += 1
    return count


def rebuild_case(case: Case, now: datetime) -> bool:
    """Project one locked case. False for a case of which no act stands any more."""
    known = read(case)
    if not known.acts:
        return False
    ids = tuple(UUID(one.body["id"]) for one in known.entries)
    project(CaseChange(case, known.marking(), known.book, tuple(known.acts), now, ids))
    return True


def _ids() -> Iterator[str]:
    """All case ids by key, a part at a time, so that no snapshot is held over the whole run."""
    last = ""
    while part := list(Case.objects.filter(id__gt=last).order_by("id").values_list("id", flat=True)[:_PART]):
        yield from part
        last = part[-1]
