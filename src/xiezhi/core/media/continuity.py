"""What of an act its recordings cover: files of one or several devices as one union, each hole with its cause.

Times are already corrected by the device's clock offset; `error` says how far they may still be wrong. Chaoyang's rules on recording,
article 10: from begin to end without interruption; an interruption is explained on resuming or in writing.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

SEAM = timedelta(seconds=2)  # file times are whole seconds, and a recorder needs a moment from one file to the next
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Clip:
    """One file. `holes` are seconds from its begin; `error` of its begin in seconds; `number` out of its name."""

    id: str
    device: str
    start: datetime
    length: float
    number: int | None = None
    holes: tuple[tuple[float, float], ...] = ()
    error: float = 0.0

    @property
    def end(self) -> datetime:
        return self.start + timedelta(seconds=self.length)

    def spans(self) -> list[Span]:
        """What it recorded, without its inner holes."""
        found, reached = [], self.start
        for a, b in sorted(self.holes):
            begin = self.start + timedelta(seconds=a)
            if begin > reached:
                found.append((reached, begin))
            reached = max(reached, self.start + timedelta(seconds=b))
        if self.end > reached or not found:
            found.append((reached, max(self.end, reached)))
        return found


@dataclass(frozen=True, slots=True)
class Hole:
    """A stretch that no device recorded. `cause`: late_start, within, between, missing_file, early_end or nothing (no recording at all).
    `before` and `after` are the clips on both sides, where there are.
    """

    start: datetime
    end: datetime
    cause: str
    before: str = ""
    after: str = ""

    @property
    def seconds(self) -> float:
        return (self.end - self.start).total_seconds()


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two files of one device that claim the same time: a wrong clock, or a file that was changed."""

    first: str
    second: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Lost:
    """Running numbers of a device that are missing between two of its files."""

    device: str
    numbers: tuple[int, ...]
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Continuity:
    """`covered` is the recorded share of the act, 0..1; `error` how many seconds each edge may be wrong."""

    holes: tuple[Hole, ...]
    overlaps: tuple[Overlap, ...]
    lost: tuple[Lost, ...]
    covered: float
    error: float


def cover(begin: datetime, end: datetime, clips: Iterable[Clip], tolerance: timedelta = SEAM) -> Continuity:
    """Hold the union of the clips against [begin, end]. Holes not longer than `tolerance` (or the clocks' error) count as covered."""
    ordered = sorted(clips, key=_place)
    error = max((clip.error for clip in ordered), default=0.0)
    allowed = max(tolerance, timedelta(seconds=error))
    overlaps, lost = _between_files(ordered)
    holes: list[Hole] = []
    reached, missing = begin, timedelta(0)
    for a, b in sorted(span for clip in ordered for span in clip.spans()):
        if b < begin or a > end:
            continue
        if a - reached > allowed:
            holes.append(_hole((reached, a), (begin, end), ordered, lost))
            missing += a - reached
        reached = max(reached, b)
    if end - reached > allowed or (not holes and reached == begin < end):
        holes.append(_hole((reached, end), (begin, end), ordered, lost))
        missing += end - reached
    whole = (end - begin).total_seconds()
    share = 1.0 - missing.total_seconds() / whole if whole else float(any(clip.start <= begin <= clip.end for clip in ordered))
    return Continuity(tuple(holes), tuple(overlaps), tuple(lost), max(0.0, min(1.0, share)), error)


def _place(clip: Clip) -> tuple[datetime, int]:
    return clip.start, clip.number or 0


def _hole(span: Span, act: Span, clips: Sequence[Clip], lost: Sequence[Lost]) -> Hole:
    (start, stop), (begin, end) = span, act
    before = max((clip for clip in clips if clip.start < start), key=_place, default=None)
    after = min((clip for clip in clips if clip.start >= stop), key=_place, default=None)
    around = next((clip for clip in clips if clip.start < start and clip.end > stop), None)
    if around is not None:
        return Hole(start, stop, "within", around.id, around.id)
    names = (before.id if before else "", after.id if after else "")
    cause = "between"
    if start == begin and stop == end and not any(clip.end > begin and clip.start < end for clip in clips):
        cause = "nothing"
    elif start == begin:
        cause = "late_start"
    elif stop == end:
        cause = "early_end"
    elif any(one.before == names[0] and one.after == names[1] for one in lost):
        cause = "missing_file"
    return Hole(start, stop, cause, *names)


def _between_files(clips: Sequence[Clip]) -> tuple[list[Overlap], list[Lost]]:
    """Neighbours of one device: overlaps beyond the seam, and jumps of the running number (which starts anew with a new day or at 1)."""
    by_device: dict[str, list[Clip]] = defaultdict(list)
    for clip in clips:
        by_device[clip.device].append(clip)
    overlaps, lost = [], []
    for device, own in by_device.items():
        for first, second in itertools.pairwise(own):
            over = (first.end - second.start).total_seconds()
            if over > max(SEAM.total_seconds(), first.error + second.error):
                overlaps.append(Overlap(first.id, second.id, over))
            if first.number is not None and second.number is not None and second.number - first.number > 1:
                numbers = tuple(range(first.number + 1, second.number))[:100]
                lost.append(Lost(device, numbers, first.id, second.id))
    return overlaps, lost
