"""Whole histories at once: the same step and the same rows as `perform`, in batches (contracts.md 4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import groupby, islice
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from xiezhi.apps.registry import queries as registry
from xiezhi.core.law.clock import day_of, utc_text
from xiezhi.core.law.errors import InputError
from xiezhi.core.law.vocabulary import Vocabulary, load_vocabulary
from xiezhi.core.procedure.book import Book, open_book
from xiezhi.core.procedure.fold import begin
from xiezhi.core.procedure.history import Act, Person, act_from_line
from xiezhi.core.procedure.marking import Marking
from xiezhi.core.procedure.step import Answer, Refused, step, step_on

from .answers import CaseChange, Refusal
from .case import new_case, place_of
from .entry import Sealed, Statement, seal
from .fold import people_of
from .insert import copy_cases, copy_entries
from .law import edition
from .line import line_of, stated
from .models import Case
from .projections import project

_LOADED = UUID("6b1e5a53-9f0c-5c44-8d65-5f4f8a3c9d10")  # names the acts of loaded lines that bring no id

OnRefusal = Callable[[Refusal], None]


class HistoryRefused(Exception):  # noqa: N818 - it is what happened
    """An act of a loaded history is refused by the law. Nothing of its batch was written."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"case {refusal.case}: {refusal.kind} is refused: {refusal.message_zh}")
        self.refusal = refusal


def load_histories(
    lines: Iterable[Mapping[str, Any]], now: datetime | None = None, batch: int = 500, on_refusal: OnRefusal | None = None
) -> int:
    """Load new cases from history lines and answer how many acts were written.

    Lines of one case stand together, in order. `now` is the time of recording (None: each line's own `recorded_at`, else its `at`). A line's
    `id` is used where it is a UUID, else one is made of case and place, so that loading again is refused, not doubled. `batch` counts cases
    per transaction. An act that the law refuses raises HistoryRefused, or is left out and told to `on_refusal`. Raises InputError.
    """
    loader = _Loader(now, on_refusal)
    total = 0
    cases = groupby(lines, key=lambda line: line.get("case"))
    while group := [list(acts) for _, acts in islice(cases, batch)]:
        with transaction.atomic():
            total += loader.write(group)
    return total


class _Loader:
    def __init__(self, now: datetime | None, on_refusal: OnRefusal | None) -> None:
        self.now = now
        self.on_refusal = on_refusal
        self.vocabulary: Vocabulary = load_vocabulary()
        self.calendar = registry.calendar()
        self.packs: dict[tuple[str, date], str] = {}

    def write(self, group: list[list[Mapping[str, Any]]]) -> int:
        histories = [self._acts(lines) for lines in group]
        people = people_of(act for history in histories for act, _ in history)
        changes: list[CaseChange] = []
        entries: list[Sealed] = []
        for history in histories:
            if case := self._case(history, people):
                changes.append(case[0])
                entries += case[1]
        self._new(change.case for change in changes)
        copy_cases(change.case for change in changes)
        copy_entries(entries)
        project(*changes)
        return len(entries)

    def _new(self, cases: Iterator[Case]) -> None:
        known = list(Case.objects.filter(pk__in=[case.id for case in cases]).values_list("id", flat=True)[:1])
        if known:
            raise InputError(
                f"case {known[0]} is on the record already; load_histories only opens cases", f"案件 {known[0]} 已在记录中", field="case"
            )

    def _acts(self, lines: list[Mapping[str, Any]]) -> list[tuple[Act, dict[str, Any]]]:
        return [(act_from_line(line, self.vocabulary, number), stated(line, self.vocabulary)) for number, line in enumerate(lines, 1)]

    def _open(self, first: Act) -> tuple[Book, Case]:
        """The book of a new case and its row, as `new_case` makes it, with each agency's pack of a day asked for once."""
        asked = (first.agency or "", day_of(first.at))
        if not first.agency or asked not in self.packs:
            self.packs[asked] = new_case(first).pack_id
        pack = self.packs[asked]
        case = Case(id=first.case, procedure=first.procedure or "", agency_id=first.agency or "", pack_id=pack, opened_at=first.at)
        if not case.procedure:
            case = new_case(first)  # says what is missing
        return open_book(edition(pack), self.calendar), case

    def _case(self, history: list[tuple[Act, dict[str, Any]]], people: dict[str, Person]) -> tuple[CaseChange, list[Sealed]] | None:
        first = history[0][0]
        book, case = self._open(first)
        sealed, marking = self._step(case, history, book, people)
        if marking is None:
            return None  # not one act of it was permitted
        acts = sorted(marking.acts, key=lambda act: act.case_seq or 0)
        now = self.now or acts[-1].recorded_at
        return CaseChange(case, marking, book, tuple(acts), now, tuple(one.id for one in sealed)), sealed

    def _step(
        self, case: Case, history: list[tuple[Act, dict[str, Any]]], book: Book, people: dict[str, Person]
    ) -> tuple[list[Sealed], Marking | None]:
        """Step act by act. An act that comes last in time is added to the marking in place; one with an earlier time refolds the case."""
        kept: list[Sealed] = []
        marking: Marking | None = None
        for act, own in history:
            before = case.next_seq, case.last_entry
            sealed = self._seal(case, act, own)
            judged = act_from_line(line_of(sealed.body), self.vocabulary)
            answer = self._answer(book, marking, judged, people)
            if isinstance(answer, Refused):
                case.next_seq, case.last_entry = before
                self._refused(Refusal(answer.reasons, case.id, act.kind, case.agency_id))
                continue
            kept.append(sealed)
            marking = answer.marking
        return kept, marking

    def _answer(self, book: Book, marking: Marking | None, act: Act, people: dict[str, Person]) -> Answer:
        if marking is None:
            return step_on(begin(book, [act], people), act)
        if act.at >= marking.acts[-1].at:
            return step_on(marking, act)
        return step(book, marking.acts, people, act, self.now or act.recorded_at)

    def _refused(self, refusal: Refusal) -> None:
        if self.on_refusal is None:
            raise HistoryRefused(refusal)
        self.on_refusal(refusal)

    def _seal(self, case: Case, act: Act, own: dict[str, Any]) -> Sealed:
        mode = self.vocabulary.acts[act.kind].mode
        statement = Statement("act", act.kind, _id_of(act, case.next_seq), utc_text(act.at), list(act.by), own, mode)
        sealed = seal(statement, place_of(case, act.agency or case.agency_id, self.now or act.recorded_at))
        case.next_seq, case.last_entry = case.next_seq + 1, sealed.entry
        return sealed


def _id_of(act: Act, number: int) -> UUID:
    if act.id:
        try:
            return UUID(act.id)
        except ValueError:
            return uuid5(_LOADED, f"{act.case}\x00{act.id}")
    return uuid5(_LOADED, f"{act.case}\x00{number}")
