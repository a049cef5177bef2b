"""Recording an act: the only way in. Lock the case, ask the law, write, refresh what is derived; one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from xiezhi.core.law.clock import utc_text
from xiezhi.core.law.errors import InputError
from xiezhi.core.law.vocabulary import Vocabulary, load_vocabulary
from xiezhi.core.procedure.history import Act, act_from_line
from xiezhi.core.procedure.step import Permitted, Refused, step

from .acts import Written
from .answers import CaseChange, Receipt, Refusal
from .case import locked, new_case, place_of, stored
from .entry import Sealed, Statement, seal
from .fold import Read, read, written
from .insert import id_taken, insert
from .line import STATED, line_of, not_ahead
from .line import stated as stated_of
from .models import Case
from .projections import project
from .refusals import log_refusal


class _Back(Exception):  # noqa: N818 - carries a refusal out of the transaction that it rolls back
    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


def perform(line: Mapping[str, Any], id: UUID, now: datetime, *, entered_by: str = "") -> Receipt | Refusal:  # noqa: A002 - the seam's word
    """Put one act on the record (contracts.md 4).

    `line` is a history line, its files by digest; `id` is the caller's: the same id again gives the same answer, whatever `now` the
    retry brings; `now` is an aware time; `entered_by` is the person whose account enters it, empty where none does. Refused acts leave nothing but a row of the refusal log. Inside a caller's transaction that is
    then rolled back, call `log_refusal` once more afterwards. Raises InputError for what cannot be read and for an id of another act.
    """
    vocabulary = load_vocabulary()
    act = act_from_line({**line, "id": str(id), "recorded_at": utc_text(now)}, vocabulary)
    own = stated_of(line, vocabulary)
    try:
        with transaction.atomic():
            return _perform(act, own, id, now, vocabulary, entered_by)
    except _Back as back:
        log_refusal(back.refusal, now)
        return back.refusal


def check(line: Mapping[str, Any], now: datetime) -> Permitted | Refused:
    """What `perform` would answer, writing nothing and locking nothing. Raises InputError."""
    vocabulary = load_vocabulary()
    act = act_from_line({**line, "recorded_at": utc_text(now)}, vocabulary)
    not_ahead({"at": act.at, "until": act.until}, now)
    case = Case.objects.filter(pk=act.case).first() or new_case(act)
    line = {
        **line,
        **stated_of(line, vocabulary),
        "recorded_at": utc_text(now),
        "agency": act.agency or case.agency_id,
        "case_seq": case.next_seq,
    }
    act = act_from_line(line, vocabulary)
    known = read(case, also=[act])
    return step(known.book, known.acts, known.people, act, now)


def _perform(  # noqa: PLR0917 - one call, one act
    act: Act, own: dict[str, Any], id_: UUID, now: datetime, vocabulary: Vocabulary, entered_by: str
) -> Receipt | Refusal:
    case = locked(act.case)
    if case is None:
        case = stored(new_case(act)) or locked(act.case)
        if case is None:
            raise InputError(f"case {act.case} cannot be locked", "案件暂时无法锁定，请重试", field="case")
    entries = written(case.id) if case.next_seq > 1 else []
    for place, one in enumerate(entries):
        if one.body["id"] == str(id_):
            return _again(case, entries, place, act, own)
    not_ahead({"at": act.at, "until": act.until}, now)
    statement = Statement("act", act.kind, id_, utc_text(act.at), list(act.by), own, vocabulary.acts[act.kind].mode, entered_by)
    sealed = seal(statement, place_of(case, act.agency or case.agency_id, now))
    return _judged(case, entries, sealed, now, vocabulary)


def _judged(case: Case, entries: Sequence[Written], sealed: Sealed, now: datetime, vocabulary: Vocabulary) -> Receipt:
    # The act is judged in the form in which it will be read back, so that live and refolded never differ.
    act = act_from_line(line_of(sealed.body), vocabulary)
    known = read(case, entries, also=[act])
    outcome = step(known.book, known.acts, known.people, act, now)
    if isinstance(outcome, Refused):
        raise _Back(Refusal(tuple(outcome.reasons), case.id, act.kind, case.agency_id))
    insert(sealed, case)
    project(CaseChange(case, known.judged(outcome.marking), known.book, (act,), now, (sealed.id,)))
    return receipt_of(sealed, outcome.findings)


def receipt_of(sealed: Sealed, findings: Sequence[Any] = ()) -> Receipt:
    return Receipt(sealed.id, sealed.body["case"], sealed.body["case_seq"], sealed.entry.hex(), tuple(findings))


def _again(case: Case, entries: Sequence[Written], place: int, act: Act, own: Mapping[str, Any]) -> Receipt:
    """The answer that this id was given before. Raises InputError when it was given for something else."""
    body = entries[place].body
    if not _same(body, act, own):
        raise id_taken(str(body["id"]))
    before = read(case, entries[:place], also=[act])
    return Receipt(UUID(body["id"]), case.id, body["case_seq"], entries[place].entry.hex(), _brought(before, body))


def _same(body: Mapping[str, Any], act: Act, own: Mapping[str, Any]) -> bool:
    if (body["class"], body["kind"], body["by"]) != ("act", act.kind, list(act.by)):
        return False
    # An act that is dated by the moment of its recording is dated by the first one: a second click comes later and is the same act.
    by_recording = body["at"] == body["recorded_at"] and act.at == act.recorded_at
    return (by_recording or body["at"] == utc_text(act.at)) and all(body.get(name) == own.get(name) for name in STATED)


def _brought(before: Read, body: dict[str, Any]) -> tuple[Any, ...]:
    vocabulary = load_vocabulary()
    act = act_from_line(line_of(body), vocabulary)
    outcome = step(before.book, before.acts, before.people, act, act.recorded_at)
    return tuple(outcome.findings) if isinstance(outcome, Permitted) else ()


def answer_of(id: UUID, *, case: str = "", kind: str = "") -> Receipt | None:  # noqa: A002 - the seam's word
    """What the same id was answered before; None when it is not on the record.

    Raises InputError when `case` or `kind` is given and the id was used for another one.
    """
    from .models import Entry

    row = Entry.objects.filter(pk=id).first()
    if row is None:
        return None
    if (case and row.case_id != case) or (kind and row.kind != kind):
        raise id_taken(str(id))
    if row.klass != "act":
        return Receipt(id, row.case_id, row.case_seq, bytes(row.entry).hex())
    known = Case.objects.get(pk=row.case_id)
    entries = written(known.id)
    place = next((place for place, one in enumerate(entries) if one.body["id"] == str(id)), None)
    if place is None:  # its body was destroyed: what it brought is not known any more
        return Receipt(id, row.case_id, row.case_seq, bytes(row.entry).hex())
    before = read(known, entries[:place], also=[act_from_line(line_of(entries[place].body), load_vocabulary())])
    return Receipt(id, known.id, row.case_seq, entries[place].entry.hex(), _brought(before, entries[place].body))
