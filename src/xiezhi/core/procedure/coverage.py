"""Whether recordings cover an act: several recordings are one union, explained interruptions are covered."""

from __future__ import annotations

from datetime import datetime, timedelta

from xiezhi.core.procedure.act import Act, Recording

Span = tuple[datetime, datetime]


def covers(act: Act, media: str | tuple[str, ...]) -> bool:
    """Whether recordings of these media cover the act from begin to end without a second missing."""
    kinds = (media,) if isinstance(media, str) else media
    taken = [recording for recording in act.recordings if recording.kind in kinds]
    return bool(taken) and not uncovered(act.at, act.end, taken, timedelta(0))


def uncovered(start: datetime, end: datetime, recordings: list[Recording], tolerance: timedelta) -> list[Span]:
    """The stretches of [start, end] longer than the tolerance that no recording covers, unexplained interruptions included."""
    missing: list[Span] = []
    reached = start
    for a, b in sorted(span for recording in recordings for span in _spans(recording)):
        if a - reached > tolerance and reached < end:
            missing.append((reached, min(a, end)))
        reached = max(reached, b)
    if end - reached > tolerance:
        missing.append((reached, end))
    if start == end and not any(a - tolerance <= start <= b + tolerance for recording in recordings for a, b in _spans(recording)):
        return [(start, end)]
    return [(a, b) for a, b in missing if b - a > tolerance]


def _spans(recording: Recording) -> list[Span]:
    """The recording without its unexplained interruptions."""
    spans: list[Span] = []
    start = recording.start
    for gap in sorted(recording.gaps, key=lambda gap: gap.start):
        if gap.explained:
            continue
        if gap.start > start:
            spans.append((start, gap.start))
        start = max(start, gap.end)
    if start <= recording.end:
        spans.append((start, recording.end))
    return spans
