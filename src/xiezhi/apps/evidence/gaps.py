"""Unexplained interruptions: each is owed an explanation, spoken on resuming or in writing (Chaoyang's rules on recording, article 10).

Nothing is kept for it: what is owed is read from the effective acts, and an explanation is an attachment on the record.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.urls import reverse

from xiezhi.apps.accounts.permissions import act_action, require
from xiezhi.apps.accounts.signing import own_person
from xiezhi.apps.evidence import custody
from xiezhi.apps.evidence.models import Recording
from xiezhi.apps.record import service as record
from xiezhi.core.law.clock import utc_text
from xiezhi.core.law.errors import InputError
from xiezhi.core.media.continuity import SEAM
from xiezhi.core.procedure.coverage import uncovered

LASTING = ("video", "audio")


@dataclass(frozen=True, slots=True)
class OwedGap:
    """A stretch of an act that no recording covers. `gaps`: the stated interruptions in it, as (recording id, begin); none where the
    recording only began late or stopped early, `recording` is then the nearest.
    """

    case: str
    act: str
    act_zh: str
    number: int
    start: datetime
    end: datetime
    gaps: tuple[tuple[str, datetime], ...]
    recording: str
    cites: tuple[str, ...]

    @property
    def url(self) -> str:
        return reverse("evidence:explain", args=[self.case, self.act, int(self.start.timestamp())])

    @property
    def seconds(self) -> float:
        return (self.end - self.start).total_seconds()


def numbers_of(entries: Iterable[Any]) -> dict[str, int]:
    """The numbers by which people know the acts of a case: those of the timeline, of `ledger prove` and of a bundle."""
    return {str(entry.id): entry.case_seq for entry in entries if entry.kind_of == "act"}


def owed(case: str, marking: Any, pack: Any, entries: Iterable[Any]) -> list[OwedGap]:
    """Every stretch of the case's acts that no recorder covers and nobody explained: what an audit of the effective acts finds, too."""
    numbers = numbers_of(entries)
    found = []
    for act in marking.acts:
        lasting = [one for one in act.recordings if one.kind in LASTING]
        if not lasting or act.end <= act.at:
            continue
        kind = pack.vocabulary.acts[act.kind]
        cites = tuple((pack.av.get(act.kind) or {}).get("cite", ()))
        for start, end in uncovered(act.at, act.end, lasting, SEAM):
            inside = tuple(
                (one.id, gap.start) for one in lasting for gap in one.gaps if not gap.explained and gap.start < end and gap.end > start
            )
            nearest = min(lasting, key=lambda one: abs((one.start - start).total_seconds()))
            found.append(OwedGap(case, str(act.id), kind.zh, numbers.get(str(act.id), 0), start, end, inside, nearest.id, cites))
    return found


def explain(
    user: Any, gap: OwedGap, act_kind: str, form_id: UUID, now: datetime, *, agency: str, text: str, voice: str = "", second: float = 0
) -> Any:
    """Put an explanation on the record of the act: `text` in writing, or the recording (`voice`) and second in which it is spoken.

    One attachment for each stated interruption; the same form again changes nothing. Raises Forbidden, InputError. Answers the last Receipt.
    """
    require(user, act_action(act_kind), agency=agency)
    person = own_person(user)
    if not voice and not text.strip():
        raise InputError(
            "an explanation is written, or names where it is spoken", "请写明中断的原因，或者指出在哪段录像里说明", field="text"
        )
    said = text.strip()
    if voice:
        minute = f"{int(second) // 60:02}:{int(second) % 60:02}"
        said = f"语音说明在音像记录 {voice} 的 {minute}。{said}"
    what: dict[str, Any] = {"kind": "gap_explanation", "explained": "voice" if voice else "written", "text": said, "by": [person]}
    if not voice:
        what["documents"] = ["gap_explanation"]
    answer = None
    for place, (recording, start) in enumerate(gap.gaps or ((gap.recording, gap.start),)):
        one = {**what, "recording": recording, "gap_from": utc_text(start)}
        if not gap.gaps:
            one["gap_to"] = utc_text(gap.end)
        answer = record.attach(UUID(gap.act), one, uuid5(form_id, str(place)), now, entered_by=person)
        if (row := Recording.objects.filter(pk=recording).first() if _is_uuid(recording) else None) is not None:
            custody.note("explained", now, recording=row, user=user, begin=utc_text(start), how=what["explained"])
    return answer


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
