"""Lawful deletion: seed and body of an entry are destroyed, its leaf stays, and a tombstone says why and by whom.

Every proof and every checkpoint of before holds afterwards; of the content nothing can be had or guessed any more. What hangs on an act
(attachments, corrections) goes with it. Only of a case that rests and is not held, and not before its term unless the basis orders that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string

from xiezhi.apps.registry import queries as registry
from xiezhi.core.law.clock import day_of, utc_text
from xiezhi.core.law.errors import InputError
from xiezhi.core.ledger.body import read as read_body
from xiezhi.core.ledger.errors import BodyError
from xiezhi.core.ledger.fields import field_tree
from xiezhi.core.procedure.marking import Marking

from .acts import Written
from .bundle import files_of
from .case import locked
from .fold import Read, duty_name, finding_name, read, written
from .key import LogRefused
from .logwide import note
from .models import Case
from .rebuild import rebuild_case
from .resting import RESTING, kept_until, resting
from .tombstones import KIND, remains, stones

APPROVER_ROLE = "leader"
RETENTION_ROLE = "xiezhi_retention"  # site/roles.py

_ROWS = """
SELECT e.id, e.case_seq, e.class, e.kind, e.of, e.at, e.recorded_at, e.entry, l.seq, b.text, b.seed FROM record_entry e
LEFT JOIN record_leaf l ON l.entry_id = e.id LEFT JOIN record_entry_body b ON b.entry_id = e.id
WHERE e.case_id = %s AND e.class IN ('act', 'attachment', 'correction') ORDER BY e.case_seq
"""
# What makes a document one of a case; that somebody looked at it, or took it along, keeps it nowhere.
_STILL_NAMED = """
SELECT EXISTS (SELECT FROM record_entry_body b JOIN record_entry e ON e.id = b.entry_id
WHERE e.class IN ('act', 'attachment', 'correction') AND position(%s IN b.text) > 0)
"""


@dataclass(frozen=True, slots=True)
class Deleted:
    """What went: the numbers of the entries in their case, and the digests of files that no entry names any more."""

    case: str
    numbers: tuple[int, ...]
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    id: UUID
    case_seq: int
    klass: str
    kind: str
    of: UUID | None
    at: datetime
    recorded_at: datetime
    entry: bytes
    leaf: int | None
    text: str | None
    seed: bytes | None


@dataclass(frozen=True, slots=True)
class Warrant:
    """On what an entry is deleted: the basis in words (instrument, article, decision), who approved, who carries it out, and the reason.

    `before_term`: the basis orders it although the term for which the case is to be kept is not over.
    """

    basis: str
    approver: str
    by: str
    reason: str = ""
    before_term: bool = False


def delete(case_id: str, number: int, warrant: Warrant, *, id: UUID, now: datetime) -> Deleted:  # noqa: A002 - the seam's word
    """Destroy seed and body of an act or attachment (and of what hangs on it) and put tombstones on the record, in one transaction.

    `number` is the entry's in its case. The same id again changes nothing. Raises InputError saying why not: open case, hold, term, approver;
    LogRefused where the entry does not agree with the log, or this database role may not.
    """
    with transaction.atomic():
        case, doomed = _asked(case_id, number, warrant, id, now)
        if not doomed:
            return Deleted(case_id, (), ())
        files = files_of([read_body(one.text) for one in doomed if one.text])
        extra = {"unjudged": _lost_to_judgement(case, doomed)}
        voided = read(case).projection.voided
        for one in doomed:
            data = _epitaph(one, warrant) | {name: value for name, value in extra.items() if value}
            if str(one.id) in voided:
                data["voided"] = True
            note("system", KIND, data, id=uuid5(id, str(one.id)), now=now, case=case_id, by=[warrant.by], of=one.id)
            extra = {}
        _destroy([one.id for one in doomed])
        rebuild_case(case, now)
        gone = tuple(sha256 for sha256 in files if not _still_named(sha256))
        for forget in settings.XIEZHI_FORGETTERS:
            import_string(forget)(case_id, [(str(one.id), one.kind) for one in doomed], gone, now)
    return Deleted(case_id, tuple(one.case_seq for one in doomed), gone)


def preview(case_id: str, number: int, warrant: Warrant, *, now: datetime) -> list[tuple[int, str, str]]:
    """(number, class, kind) of what `delete` would destroy. Raises as `delete`; writes nothing."""
    with transaction.atomic():
        _, doomed = _asked(case_id, number, warrant, None, now)
        return [(one.case_seq, one.klass, one.kind) for one in doomed]


def _asked(case_id: str, number: int, warrant: Warrant, id_: UUID | None, now: datetime) -> tuple[Case, list[_Row]]:
    case = locked(case_id) if case_id else None
    if case is None:
        raise InputError(f"there is no case {case_id!r} on the record", f"没有编号是“{case_id}”的案件", field="case")
    rows = _rows(case_id)
    target = next((row for row in rows if row.case_seq == number), None)
    if target is None or target.klass == "correction":
        raise InputError(
            f"entry {number} of {case_id} is no act or attachment: a correction goes with what it corrects, custody and system entries stay",
            f"本案第 {number} 条不是行为或者附件；更正随所更正的记录一并删除，流转记载和系统记载不删除",
            field="act",
        )
    if target.kind in RESTING:
        raise InputError(
            f"entry {number} ({target.kind}) stays: it says that the case rests and until when it is kept",
            f"本案第 {number} 条表明案件已经归档或者终结，以及保管到什么时候，不能删除",
            field="act",
        )
    buried = stones(case_id)
    if target.text is None and target.id in buried:
        if id_ is not None and buried[target.id].id == uuid5(id_, str(target.id)):
            return case, []
        raise InputError(f"entry {number} of {case_id} is deleted already", f"本案第 {number} 条已经依法删除", field="act")
    doomed = _with_what_hangs_on_it(rows, target)
    for one in doomed:
        _hold_true(one)
    _check_warrant(case, warrant)
    _check_case(case, warrant, now)
    return case, doomed


def _rows(case_id: str) -> list[_Row]:
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, [case_id])
        found: list[_Row] = []
        for row in cursor.fetchall():
            values: list[Any] = [bytes(one) if isinstance(one, memoryview) else one for one in row]
            found.append(_Row(*values))
        return found


def _with_what_hangs_on_it(rows: Iterable[_Row], target: _Row) -> list[_Row]:
    ids = {target.id}
    doomed = [target]
    for row in rows:  # what hangs on an entry comes after it
        if row.of in ids and row.text is not None:
            ids.add(row.id)
            doomed.append(row)
    return doomed


def _hold_true(row: _Row) -> None:
    """A tombstone says what was there: it must have been that. Raises InputError, LogRefused."""
    try:
        true = row.text is not None and row.seed is not None and field_tree(read_body(row.text), row.seed) == row.entry
    except BodyError:
        true = False
    if not true:
        raise LogRefused(
            f"entry {row.case_seq} does not agree with the log, or its body is missing. Nothing is deleted; run `xiezhi ledger verify`. "
            "记录与日志不符，不能删除，请先运行 xiezhi ledger verify 核查。"
        )
    if row.leaf is None:
        raise InputError(
            f"entry {row.case_seq} is not in the log yet; try again in a moment", "这条记录还没有编入日志，请稍候再试", field="act"
        )


def _check_warrant(case: Case, warrant: Warrant) -> None:
    if not warrant.basis.strip() or not warrant.approver.strip() or not warrant.by.strip():
        raise InputError(
            "a deletion names its basis, who approved it, and who carries it out", "依法删除应当写明依据、批准人和经办人", field="basis"
        )
    if warrant.approver == warrant.by:
        raise InputError("whoever carries a deletion out does not approve it", "删除不能由经办人自己批准", field="approver")
    for field, person in (("approver", warrant.approver), ("by", warrant.by)):
        known = registry.person(person)
        if known is None:
            raise InputError(f"the registry has no person {person!r}", f"登记簿中没有人员“{person}”", field=field)
        if field == "approver" and APPROVER_ROLE not in known.roles:
            raise InputError(
                f"{person} is not registered as a {APPROVER_ROLE}: a deletion is approved by a head of the agency",
                f"{known.name}不是登记的负责人，删除应当由机关负责人批准",
                field=field,
            )
        if field == "approver" and known.agency != case.agency_id:
            raise InputError(
                f"{person} is of {known.agency}, the case of {case.agency_id}: a deletion is approved by a head of the agency of the case",
                f"{known.name}不是本案办案机关的负责人，删除应当由本案办案机关的负责人批准",
                field=field,
            )


def _check_case(case: Case, warrant: Warrant, now: datetime) -> None:
    rest = resting(read(case).acts)
    if rest is None:
        raise InputError(
            f"case {case.id} is not at rest (neither archived, dismissed nor transferred, or gone on since): nothing of it is deleted",
            "案件尚未归档、不予立案或者移送，或者之后又有办理，不能删除其中的记录",
            field="case",
        )
    for ask in settings.XIEZHI_HOLDS:
        if held := import_string(ask)(case.id):
            raise InputError(
                f"case {case.id} is on hold ({held}): lift the hold first", f"案件正在保全（{held}），解除保全前不能删除", field="case"
            )
    keep_until, years = kept_until(case, rest)
    if day_of(now) < keep_until and not warrant.before_term:
        raise InputError(
            f"case {case.id} is to be kept until {keep_until} ({years} years): only a basis that orders an earlier deletion permits it (before_term)",
            f"案卷应当保管至 {keep_until}（{years} 年）；只有依据明确要求提前删除的才可以删除（before_term）",
            field="before_term",
        )


def _lost_to_judgement(case: Case, doomed: Sequence[_Row]) -> list[str]:
    """What the rules would find from now on only because they cannot read these bodies: it is nobody's breach."""
    entries = written(case.id)
    ids = {str(one.id) for one in doomed}
    left = remains(case.id, [one.id for one in doomed])
    after = [Written(left[UUID(one.body["id"])], one.entry) if one.body["id"] in ids else one for one in entries]
    return sorted(_names(read(case, after)) - _names(read(case, entries)))


def _names(known: Read) -> set[str]:
    marking: Marking = known.marking()
    found = {finding_name(marking, one) for one in marking.findings}
    return found | {duty_name(marking, duty) for duty in marking.duties if duty.is_open}


def _epitaph(row: _Row, warrant: Warrant) -> dict[str, Any]:
    """What a tombstone states: which entry, and on what it went. Nothing of its content."""
    data: dict[str, Any] = {
        "entry": row.entry.hex(),
        "index": row.leaf,
        "case_seq": row.case_seq,
        "class": row.klass,
        "kind": row.kind,
        "at": utc_text(row.at),
        "recorded_at": utc_text(row.recorded_at),
        "basis": warrant.basis.strip(),
        "approver": warrant.approver,
    }
    if warrant.reason.strip():
        data["reason"] = warrant.reason.strip()
    if warrant.before_term:
        data["before_term"] = True
    return data


def _destroy(ids: Sequence[UUID]) -> None:
    """The one statement that removes a body. The server's own role has no right to it (site/roles.py). Raises LogRefused."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(pg_has_role(current_user, r.oid, 'MEMBER') AND has_table_privilege(r.oid, 'record_entry_body', 'DELETE'), false), "
            "has_table_privilege('record_entry_body', 'DELETE') FROM (SELECT 1) one LEFT JOIN pg_roles r ON r.rolname = %s",
            [RETENTION_ROLE],
        )
        may_become, may = cursor.fetchone()
        if not may_become and not may:
            raise LogRefused(
                f"this database role has no right to delete a body: run the command as the owner or as {RETENTION_ROLE}. "
                "当前数据库角色无权删除，请用所有者或者留存管理角色运行。"
            )
        if may_become:
            cursor.execute(f"SET LOCAL ROLE {RETENTION_ROLE}")
        cursor.execute("DELETE FROM record_entry_body WHERE entry_id = ANY(%s)", [list(ids)])
        if may_become:
            cursor.execute("RESET ROLE")


def _still_named(sha256: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_STILL_NAMED, [sha256])
        return bool(cursor.fetchone()[0])
