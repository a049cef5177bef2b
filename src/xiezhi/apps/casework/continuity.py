"""Recordings of an act as a continuity bar: recorded, interrupted with and without explanation (ux.md 5.15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xiezhi.apps.casework import words
from xiezhi.core.law.clock import SHANGHAI

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


def _segments(recording: Any) -> tuple[tuple[str, float, float], ...]:
    whole = (recording.end - recording.start).total_seconds()
    if whole <= 0:
        return ()
    found: list[tuple[str, float, float]] = []
    cursor = recording.start
    for gap in sorted(recording.gaps, key=lambda g: g.start):
        begin = (gap.start - recording.start).total_seconds() / whole
        done = (cursor - recording.start).total_seconds() / whole
        if begin > done:
            found.append(("recorded", done, begin - done))
        found.append(("explained" if gap.explained else "gap", begin, (gap.end - gap.start).total_seconds() / whole))
        cursor = max(cursor, gap.end)
    done = (cursor - recording.start).total_seconds() / whole
    if done < 1:
        found.append(("recorded", done, 1 - done))
    return tuple(found)


def bar_of(recording: Any) -> Bar:
    """The bar of one recording that lasts."""
    name = KINDS.get(recording.kind, recording.kind)
    span = f"{_clock(recording.start)} → {_clock(recording.end)}"
    open_gaps = [gap for gap in recording.gaps if not gap.explained]
    lost = sum((gap.end - gap.start).total_seconds() for gap in recording.gaps)
    if not recording.gaps:
        note = "没有中断"
    else:
        state = "都有说明" if not open_gaps else f"{len(open_gaps)} 处没有说明"
        note = f"中断 {len(recording.gaps)} 处，共 {words.duration(lost)}，{state}"
    device = f"，设备 {recording.device}" if recording.device else ""
    return Bar(
        f"{name} {span}", note, f"{name}从 {_clock(recording.start)} 到 {_clock(recording.end)}，{note}{device}", _segments(recording)
    )


def bars_of(act: Any) -> list[Bar]:
    """A bar for each recording that lasts; photos together as one line without a bar."""
    lasting = [bar_of(one) for one in act.recordings if one.kind != "photo"]
    photos = sum(1 for one in act.recordings if one.kind == "photo")
    return [*lasting, *([Bar(f"照片 {photos} 张", "", "")] if photos else [])]
