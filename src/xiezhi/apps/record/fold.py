"""A case as the engine sees it: its bodies in one query, its acts, its people, its book of rules."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

from xiezhi.apps.registry import queries as registry
from xiezhi.core.procedure.book import Book
from xiezhi.core.procedure.duty import CANCELLED, Duty
from xiezhi.core.procedure.finding import Finding
from xiezhi.core.procedure.fold import fold
from xiezhi.core.procedure.history import Act, Person
from xiezhi.core.procedure.marking import Marking

from .acts import Written, acts_of, persons_in
from .effective import Projection, project
from .law import book_of
from .models import Case
from .tombstones import remains

# What the fold reads; custody and system entries of the case stand between them in its chain.
FOLDED = ("act", "attachment", "correction")
_BODIES = """
SELECT b.text, e.entry, CASE WHEN b.text IS NULL THEN e.id END FROM record_entry e LEFT JOIN record_entry_body b ON b.entry_id = e.id
WHERE e.case_id = %s AND e.class = ANY(%s) ORDER BY e.case_seq
"""


def written(case_id: str, classes: Sequence[str] = FOLDED) -> list[Written]:
    """The entries of a case of these classes in order of `case_seq`, in one query; for a destroyed body stands what remains of it."""
    with connection.cursor() as cursor:
        cursor.execute(_BODIES, [case_id, list(classes)])
        rows = cursor.fetchall()
    gone = [id_ for _, _, id_ in rows if id_ is not None]
    left = remains(case_id, gone) if gone else {}
    return [Written(left[id_] if text is None else json.loads(text), bytes(entry)) for text, entry, id_ in rows]


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
        return self.judged(fold(self.book, self.acts, self.people))

    def judged(self, marking: Marking) -> Marking:
        """A marking of this case (it is changed) without what would be held against it only because a body was destroyed lawfully."""
        return without(marking, self.projection.unjudged)


def read(case: Case, entries: Sequence[Written] | None = None, also: Sequence[Act] = ()) -> Read:
    """Read a case; `also` names acts that are not yet on the record but whose people are wanted."""
    if entries is None:
        entries = written(case.id) if case.next_seq > 1 else []
    projection = project(one.body for one in entries)
    acts = acts_of(projection, case, entries)
    return Read(entries, projection, acts, people_of([*acts, *also]), book_of(case.pack_id))


def without(marking: Marking, unjudged: Collection[str]) -> Marking:
    if unjudged:
        marking.findings = [one for one in marking.findings if finding_name(marking, one) not in unjudged]
        for duty in marking.duties:
            if duty.is_open and duty_name(marking, duty) in unjudged:
                duty.state = CANCELLED
        marking.open = {place: [one for one in duties if one.is_open] for place, duties in marking.open.items()}
    return marking


def finding_name(marking: Marking, finding: Finding) -> str:
    """A finding by its rule and the entry at which it stands: the same before and after a body is gone."""
    return f"{finding.rule}@{marking.acts[finding.act].case_seq if finding.act is not None else 0}"


def duty_name(marking: Marking, duty: Duty) -> str:
    """An open duty by its rule and the entry that opened it."""
    return f"duty {duty.rule}@{marking.acts[duty.opened_by].case_seq}"


def blocking(marking: Marking) -> dict[tuple[str, int | None], Finding]:
    """The blocking findings of a history, by rule and the `case_seq` of the act at which they stand."""
    return {
        (finding.rule, marking.acts[finding.act].case_seq if finding.act is not None else None): finding
        for finding in marking.findings
        if finding.live == "block"
    }
