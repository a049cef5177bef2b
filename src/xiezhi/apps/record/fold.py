"""A case as the engine sees it: its bodies in one query, its acts, its people, its book of rules."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

from xiezhi.apps.registry import queries as registry
from xiezhi.core.procedure.book import Book
from xiezhi.core.procedure.finding import Finding
from xiezhi.core.procedure.fold import fold
from xiezhi.core.procedure.history import Act, Person
from xiezhi.core.procedure.marking import Marking

from .acts import Written, acts_of, persons_in
from .effective import Projection, project
from .law import book_of
from .models import Case

# What the fold reads; custody and system entries of the case stand between them in its chain.
FOLDED = ("act", "attachment", "correction")
_BODIES = """
SELECT b.text, e.entry FROM record_entry e JOIN record_entry_body b ON b.entry_id = e.id
WHERE e.case_id = %s AND e.class = ANY(%s) ORDER BY e.case_seq
"""


def written(case_id: str, classes: Sequence[str] = FOLDED) -> list[Written]:
    """The entries of a case of these classes in order of `case_seq`, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(_BODIES, [case_id, list(classes)])
        return [Written(json.loads(text), bytes(entry)) for text, entry in cursor.fetchall()]


def people_of(acts: Iterable[Act]) -> dict[str, Person]:
    """Everyone whom the acts name, as far as the registry knows them, in one query."""
    return registry.people(persons_in(acts))


@dataclass(frozen=True, slots=True)
class Read:
    """A case read for judging."""

    entries: Sequence[Written]
    projection: Projection
    acts: list[Act]
    people: dict[str, Person]
    book: Book

    def marking(self) -> Marking:
        return fold(self.book, self.acts, self.people)


def read(case: Case, entries: Sequence[Written] | None = None, also: Sequence[Act] = ()) -> Read:
    """Read a case; `also` names acts that are not yet on the record but whose people are wanted."""
    if entries is None:
        entries = written(case.id) if case.next_seq > 1 else []
    projection = project(one.body for one in entries)
    acts = acts_of(projection, case, entries)
    return Read(entries, projection, acts, people_of([*acts, *also]), book_of(case.pack_id))


def blocking(marking: Marking) -> dict[tuple[str, int | None], Finding]:
    """The blocking findings of a history, by rule and the `case_seq` of the act at which they stand."""
    return {
        (finding.rule, marking.acts[finding.act].case_seq if finding.act is not None else None): finding
        for finding in marking.findings
        if finding.live == "block"
    }
