"""Recordings of a case find their acts and go on their record: one attachment for each recording and act, its interruptions stated.

A hole between two files is stated with the recording that resumes, as the law has the explanation given on resuming (Chaoyang's rules on
recording, article 10); so is a late start with the first one. Both only as far as all recorders together leave them: a second recorder that
comes later interrupts nothing. What a file itself lacks inside stays stated, whoever else was there.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from xiezhi.apps.evidence import custody
from xiezhi.apps.evidence.models import Recording
from xiezhi.apps.evidence.receiving import NAMESPACE
from xiezhi.apps.record import queries as records
from xiezhi.apps.record import service as record
from xiezhi.core.law.clock import utc_text
from xiezhi.core.law.errors import InputError
from xiezhi.core.media.continuity import SEAM, Clip
from xiezhi.core.procedure.act import Gap
from xiezhi.core.procedure.act import Recording as Stated
from xiezhi.core.procedure.coverage import uncovered

LASTING = ("video", "audio")


def clip_of(row: Recording) -> Clip:
    """A recording as the continuity sees it."""
    holes = tuple((float(a), float(b)) for a, b in row.file.probe.get("holes", ()))
    return Clip(str(row.id), row.device, row.begin, (row.end - row.begin).total_seconds(), row.number, holes, row.error_ms / 1000)


def attachment_id(recording: UUID, act: str) -> UUID:
    return uuid5(NAMESPACE, f"{recording}/{act}")


def link_case(case_id: str, now: datetime, *, user: Any = None, by: str = "") -> tuple[int, list[Recording]]:
    """Attach every recording of the case that overlaps an act which is to be recorded. Answers how many were attached now, and the
    recordings that no act claims (they are shown on the case's page). Doing it again attaches nothing twice. Raises InputError.
    """
    rows = list(Recording.objects.filter(case=case_id, disposed_at=None).select_related("file").order_by("begin", "number"))
    entries = records.history(case_id)
    there = {entry.id for entry in entries}
    book, marking = records.marking(case_id)
    claimed: dict[UUID, str] = {}
    attached = 0
    for act in marking.acts:
        kind = book.pack.vocabulary.acts[act.kind]
        if not (kind.lasts or act.kind in book.pack.av):
            continue
        own = [row for row in rows if touches(row, act.at, act.end)]
        for row in own:
            claimed.setdefault(row.id, str(act.id))
            id_ = attachment_id(row.id, str(act.id))
            if id_ in there or any(str(row.id) == one.id for one in act.recordings):
                continue
            stated = stated_recording(row, own, act)
            _attach(row, act, stated, now, user=user, by=by)
            attached += 1
    for row in rows:
        if row.act is None and row.id in claimed:
            row.act = UUID(claimed[row.id])
            row.save(update_fields=["act"])
    return attached, [row for row in rows if row.id not in claimed]


def act_of(case_id: str, text: str) -> UUID:
    """An act of the case by its id. Raises InputError."""
    _book, marking = records.marking(case_id) if case_id else (None, None)
    if marking is None or not any(str(act.id) == text for act in marking.acts):
        raise InputError(f"no act {text!r} in case {case_id!r}", "本案没有这条行为，请重新选择", field="act")
    return UUID(text)


def attach_to(row: Recording, act_id: UUID, now: datetime, *, user: Any = None) -> bool:
    """Put a recording on the record of the act that its sender names, whatever its time. False where it is there already, or the act is void."""
    _book, marking = records.marking(row.case)
    act = next((one for one in marking.acts if one.id == str(act_id)), None)
    if act is None or any(one.id == str(row.id) for one in act.recordings):
        return False
    _attach(row, act, stated_recording(row, (), act), now, user=user)
    if row.act is None:
        row.act = act_id
        row.save(update_fields=["act"])
    return True


def _attach(row: Recording, act: Any, stated: dict[str, Any], now: datetime, *, user: Any = None, by: str = "") -> None:
    own = str(getattr(user, "person_id", None) or "")
    id_, person = attachment_id(row.id, str(act.id)), own or by
    record.attach(
        UUID(str(act.id)), {"kind": "recording", "recordings": [stated], "by": [person] if person else []}, id_, now, entered_by=own
    )
    custody.note("attached", now, recording=row, user=user, by=by, act=str(act.id), entry=str(id_))


def touches(row: Recording, begin: datetime, end: datetime) -> bool:
    """Whether the recording shows any of the act: of an act that lasts more than a moment's edge, of a momentary one its moment."""
    if begin == end or row.begin == row.end:
        return row.begin <= end and row.end >= begin
    return row.begin < end and row.end > begin


def _taken(row: Recording) -> Stated:
    """A recording as coverage counts it: without its inner holes."""
    clip = clip_of(row)
    gaps = tuple(Gap(clip.start + timedelta(seconds=a), clip.start + timedelta(seconds=b), None) for a, b in clip.holes)
    return Stated(str(row.id), row.kind, row.begin, row.end, row.device, None, None, None, gaps)


def _missed(row: Recording, own: Iterable[Recording], act: Any) -> tuple[datetime, datetime] | None:
    """The stretch of the act right before this recording that neither its record nor the recordings beside it (`own`) show or explain."""
    if row.kind not in LASTING or not act.at < row.begin < act.end:
        return None
    others = [one for one in own if one.kind in LASTING and one.id != row.id]
    before = max((one for one in others if one.begin < row.begin), key=lambda one: one.end, default=None)
    error = row.error_ms + (before.error_ms if before is not None else 0)
    there = [one for one in act.recordings if one.kind in LASTING] + [_taken(one) for one in others]
    left = uncovered(act.at, row.begin, there, max(SEAM, timedelta(milliseconds=error)))
    return left[-1] if left and left[-1][1] == row.begin else None


def stated_recording(row: Recording, own: Iterable[Recording], act: Any) -> dict[str, Any]:
    """The recording as history.md writes it; interruptions are unexplained until somebody explains them. `own`: all that touch the act."""
    start, gaps = row.begin, []
    if (missed := _missed(row, own, act)) is not None:
        start = missed[0]
        gaps.append(missed)
    clip = clip_of(row)
    gaps += [(clip.start + timedelta(seconds=a), clip.start + timedelta(seconds=b)) for a, b in clip.holes]
    stated: dict[str, Any] = {
        "id": str(row.id),
        "kind": row.kind,
        "from": utc_text(start),
        "to": utc_text(row.end),
        "device": row.device,
        "stored_at": utc_text(row.received_at),
        "sha256": row.file_id,
    }
    if row.officer:
        stated["captured_by"] = row.officer
    if gaps:
        stated["gaps"] = [{"from": utc_text(a), "to": utc_text(b), "explained": None} for a, b in _joined(gaps)]
    return stated


def _joined(gaps: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    return sorted(gaps)
