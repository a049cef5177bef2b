"""Document numbers: one run for each agency, word and year, without a gap and without a duplicate."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from xiezhi.apps.registry import queries as registry
from xiezhi.core.law.clock import SHANGHAI

# One statement: it makes the row or moves it on, and holds its lock until the caller's transaction ends.
_TAKE = """
    INSERT INTO paperwork_series AS series (agency, word, year, next) VALUES (%s, %s, %s, 2)
    ON CONFLICT (agency, word, year) DO UPDATE SET next = series.next + 1
    RETURNING next - 1
"""


def next_number(agency_id: str, word: str, at: datetime) -> str:
    """The next number of a series, e.g. 云城管罚决〔2026〕12号 (GB/T 9704: six-cornered brackets, no leading zeros).

    `at` is when the act was done: its year in China is the number's, not that of a late entry.

    `word` is the document's word (罚决), the agency's own stands before it. Must run inside the transaction of the act that uses
    the number: when that is rolled back, so is the number. Raises RuntimeError outside of one, LookupError for an unknown agency.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a number is taken inside the transaction of the act that uses it; else a failed act would leave a gap")
    agency = registry.agency(agency_id)
    if agency is None:
        raise LookupError(f"no agency {agency_id!r} in the registry")
    full = agency.word + word
    year = at.astimezone(SHANGHAI).year
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [agency_id, full, year])
        (number,) = cursor.fetchone()
    return f"{full}〔{year}〕{number}号"
