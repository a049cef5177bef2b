"""A case as the engine sees it: its bodies in one query, its acts, its people, its book of rules."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from xiezhi.apps.registry import queries as registry
from xiezhi.core.law.vocabulary import Vocabulary, load_vocabulary
from xiezhi.core.procedure.book import Book
from xiezhi.core.procedure.finding import Finding
from xiezhi.core.procedure.fold import fold
from xiezhi.core.procedure.history import Act, Person, act_from_line
from xiezhi.core.procedure.marking import Marking

from .effective import Projection, project
from .law import book_of
from .models import Case

_BODIES = """
SELECT b.text, e.entry FROM record_entry e JOIN record_entry_body b ON b.entry_id = e.id WHERE e.case_id = %s ORDER BY e.case_seq
"""


@dataclass(frozen=True, slots=True)
class Written:
    """An entry as read back: its body and its 33 bytes."""

    body: dict[str, Any]
    entry: bytes


def written(case_id: str) -> list[Written]:
    """The entries of a case in order of `case_seq`, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(_BODIES, [case_id])
        return [Written(json.loads(text), bytes(entry)) for text, entry in cursor.fetchall()]


def acts_of(projection: Projection, case: Case, vocabulary: Vocabulary) -> list[Act]:
    """The effective acts, in order of entry. The case's procedure stands on the first, also when the act that opened it was voided."""
    lines = list(projection.lines.values())
    if lines:
        lines[0] = {"procedure": case.procedure, **lines[0]}
    return [act_from_line(line, vocabulary) for line in lines]


def people_of(acts: Iterable[Act], vocabulary: Vocabulary) -> dict[str, Person]:
    """Everyone whom the acts name, as far as the registry knows them, in one query."""
    persons = {
        key
        for table in (vocabulary.facts, vocabulary.act_data)
        for key, word in table.items()
        if word.type == "person" or word.of == "person"
    }
    ids: set[str] = set()
    for act in acts:
        ids.update(act.by)
        for key in persons & act.own.keys():
            value = act.own[key]
            ids.update([value] if isinstance(value, str) else [one for one in value if isinstance(one, str)])
    return registry.people(ids)


@dataclass(frozen=True, slots=True)
class Read:
    """A case read for judging."""

    bodies: Sequence[dict[str, Any]]
    projection: Projection
    acts: list[Act]
    people: dict[str, Person]
    book: Book

    def marking(self) -> Marking:
        return fold(self.book, self.acts, self.people)


def read(case: Case, bodies: Sequence[dict[str, Any]] | None = None, also: Sequence[Act] = ()) -> Read:
    """Read a case; `also` names acts that are not yet on the record but whose people are wanted."""
    vocabulary = load_vocabulary()
    if bodies is None:
        bodies = [one.body for one in written(case.id)] if case.next_seq > 1 else []
    projection = project(bodies)
    acts = acts_of(projection, case, vocabulary)
    return Read(bodies, projection, acts, people_of([*acts, *also], vocabulary), book_of(case.pack_id))


def blocking(marking: Marking) -> dict[tuple[str, int | None], Finding]:
    """The blocking findings of a history, by rule and the `case_seq` of the act at which they stand."""
    return {
        (finding.rule, marking.acts[finding.act].case_seq if finding.act is not None else None): finding
        for finding in marking.findings
        if finding.live == "block"
    }
