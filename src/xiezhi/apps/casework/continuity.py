"""Recordings of an act as a continuity bar: recorded, interrupted with and without explanation (ux.md 5.15).

What another recorder shows is no interruption of the act (`core.procedure.coverage`): it is drawn like an explained one, and said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xiezhi.apps.casework import words
from xiezhi.core.law.clock import SHANGHAI
from xiezhi.core.media.continuity import SEAM
from xiezhi.core.procedure.coverage import Span, uncovered

KINDS = {"video": "录像", "audio": "录音", "photo": "照片"}


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: segments are (recorded | gap | explained, start, width) as shares of 0..1; `label` is the whole in a sentence."""

    title: str
    note: str
    label: str
    segments: tuple[tuple[str, float, float], ...] = ()


def _clock(value: datetime) -> str:
    return f"{value.astimezone(SHANGHAI):%H:%M}"


def _open_parts(gap: Any, left: Sequence[Span] | None) -> list[Span]:
    """What of an interruption is owed an explanation. `left`: the stretches of the act that nobody recorded; None where nobody counts them."""
    if gap.explained:
        return []
    if left is None:
        return [(gap.start, gap.end)]
    return [(max(a, gap.start), min(b, gap.end)) for a, b in left if a < gap.end and b > gap.start]


def _segments(recording: Any, left: Sequence[Span] | None) -> tuple[tuple[str, float, float], ...]:
    whole = (recording.end - recording.start).total_seconds()
    if whole <= 0:
        return ()
    found: list[tuple[str, float, float]] = []

    def put(kind: str, start: datetime, end: datetime) -> None:
        if end > start:
            found.append((kind, (start - recording.start).total_seconds() / whole, (end - start).total_seconds() / whole))

    cursor = recording.start
    for gap in sorted(recording.gaps, key=lambda g: g.start):
        put("recorded", cursor, gap.start)
        cursor = max(cursor, gap.start)
        for a, b in _open_parts(gap, left):
            put("explained", cursor, a)
            put("gap", max(cursor, a), b)
            cursor = max(cursor, b)
        put("explained", cursor, gap.end)
        cursor = max(cursor, gap.end)
    put("recorded", cursor, recording.end)
    return tuple(found)


def _state(gaps: Sequence[Any], left: Sequence[Span] | None) -> str:
    silent = [gap for gap in gaps if not gap.explained]
    owed = sum(1 for gap in silent if _open_parts(gap, left))
    if owed:
        return f"{owed} 处没有说明"
    if not silent:
        return "都有说明"
    return "有别的设备录到，或者不在行为的时间里" if len(silent) == len(gaps) else "都有说明，或者有别的设备录到"


def bar_of(recording: Any, left: Sequence[Span] | None = None) -> Bar:
    """The bar of one recording that lasts; `left` is what all recordings of its act together leave open."""
    name = KINDS.get(recording.kind, recording.kind)
    span = f"{_clock(recording.start)} → {_clock(recording.end)}"
    lost = sum((gap.end - gap.start).total_seconds() for gap in recording.gaps)
    note = f"中断 {len(recording.gaps)} 处，共 {words.duration(lost)}，{_state(recording.gaps, left)}" if recording.gaps else "没有中断"
    device = f"，设备 {recording.device}" if recording.device else ""
    return Bar(
        f"{name} {span}", note, f"{name}从 {_clock(recording.start)} 到 {_clock(recording.end)}，{note}{device}", _segments(recording, left)
    )


def bars_of(act: Any) -> list[Bar]:
    """A bar for each recording that lasts; photos together as one line without a bar."""
    own = [one for one in act.recordings if one.kind != "photo"]
    # An act of a moment has no length to hold recordings against: what is stated is shown.
    left = uncovered(act.at, act.end, own, SEAM) if act.end > act.at else None
    lasting = [bar_of(one, left) for one in own]
    photos = sum(1 for one in act.recordings if one.kind == "photo")
    return [*lasting, *([Bar(f"照片 {photos} 张", "", "")] if photos else [])]
