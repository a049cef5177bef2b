"""A whole card or folder into the store: resumable, idempotent, memory flat; what is not taken in is counted and named."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from xiezhi.apps.evidence import custody, linking, locks
from xiezhi.apps.evidence.models import ClockReading, Device, Recording
from xiezhi.apps.evidence.receiving import Sender, is_known, receive
from xiezhi.core.law.errors import InputError
from xiezhi.core.media.continuity import cover
from xiezhi.core.media.probe import odd_neighbours

# By its name a recording: one that cannot be read as such is damaged, and not something else that lies on the card.
MEDIA = {
    "3gp", "aac", "amr", "asf", "avi", "avif", "bmp", "flac", "flv", "gif", "heic", "heif", "jpeg", "jpg", "m2ts", "m4a", "m4v", "mkv",
    "mov", "mp3", "mp4", "mpeg", "mpg", "mts", "oga", "ogg", "ogv", "opus", "png", "ts", "vob", "wav", "webm", "webp", "wma", "wmv",
}  # fmt: skip


@dataclass(slots=True)
class Ingested:
    """What became of a folder's files. `flagged`: names with signs of truncation or editing, and what they say. `failed`: names with the
    reason. `attached` and `unclaimed` are of this run's recordings alone.
    """

    new: int = 0
    known: int = 0
    ignored: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    flagged: list[tuple[str, str, float]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    overlaps: list[str] = field(default_factory=list)
    attached: int = 0
    unclaimed: int = 0
    size: int = 0
    ids: list[Any] = field(default_factory=list)


def files_in(folder: Path) -> list[Path]:
    """All plain files below, by path. Links are not followed; hidden names are left out."""
    return list(_walk(folder))


def _walk(folder: Path) -> Iterator[Path]:
    with os.scandir(folder) as found:
        rows = sorted(found, key=lambda row: row.name)
    for row in rows:
        if row.name.startswith(".") or row.is_symlink():
            continue
        if row.is_dir():
            yield from _walk(Path(row.path))
        elif row.is_file():
            yield Path(row.path)


def clock_of(device: str, at: datetime) -> tuple[int, int]:
    """(offset, error) in milliseconds as measured last before `at`, else first after; (0, 1000) where nobody measured."""
    rows = ClockReading.objects.filter(device_id=device)
    row = rows.filter(read_at__lte=at).order_by("-read_at").first() or rows.order_by("read_at").first()
    return (row.offset_ms, row.error_ms) if row else (0, 1000)


def measure_clock(device: str, agency: str, offset_ms: int, error_ms: int, now: datetime, *, by: str = "") -> None:
    """Keep how far a recorder's clock is off; the same as last time is not kept twice."""
    row, _ = Device.objects.get_or_create(number=device, defaults={"agency": agency})
    if row.agency != agency:
        raise InputError(
            f"device {device} belongs to {row.agency}, not to {agency}",
            f"设备 {device} 属于别的机关（{row.agency}），请核对设备编号",
            field="device",
        )
    last = row.readings.order_by("-read_at").first()
    if last is None or (last.offset_ms, last.error_ms) != (offset_ms, error_ms):
        ClockReading.objects.create(device=row, read_at=now, offset_ms=offset_ms, error_ms=error_ms, by=by)


def ingest(files: list[Path], sender: Sender, now: Callable[[], datetime], done: Callable[[Path], None] = lambda _path: None) -> Ingested:
    """Take files in one by one. One that cannot be read does not stop the rest: it is in `failed`, and the next run tries again."""
    row = Device.objects.filter(pk=sender.device).first()
    if row is not None and row.agency != sender.agency:
        raise InputError(
            f"device {sender.device} belongs to {row.agency}, not to {sender.agency}",
            f"设备 {sender.device} 属于别的机关（{row.agency}），请核对设备编号和案件",
            field="device",
        )
    result = Ingested()
    for path in files:
        try:
            known = is_known(path, sender)
            if known is not None:
                result.known += 1
                result.ids.append(known.id)
                into_case(known, sender, now())
            else:
                _one(path, sender, now(), result)
        except OSError as error:
            result.failed.append((path.name, error.strerror or str(error)))
        done(path)
    _look_at_neighbours(result)
    return result


def _one(path: Path, sender: Sender, now: datetime, result: Ingested) -> None:
    received = receive(path, sender, now)
    if received.recording is None:
        if path.suffix.lower().lstrip(".") in MEDIA:
            why = "it is damaged, nothing in it can be read as a recording" if path.stat().st_size else "it is empty (0 bytes)"
            result.failed.append((path.name, f"{why}; copy it from the recorder again"))
        else:
            result.ignored.append(path.name)
        return
    result.ids.append(received.recording.id)
    if received.state == "known":
        result.known += 1
        into_case(received.recording, sender, now)
    else:
        result.new += 1
        result.size += path.stat().st_size


def into_case(row: Recording, sender: Sender, now: datetime) -> None:
    """A recording that came without a case joins the one that is named now; one of another case stays where it is. Raises OSError."""
    if not sender.case or row.case:
        return
    with transaction.atomic():
        found = Recording.objects.select_for_update().get(pk=row.pk)
        if found.case or found.disposed_at is not None:  # another was quicker
            row.case, row.disposed_at = found.case, found.disposed_at
            return
        row.case = sender.case
        row.save(update_fields=["case"])
        custody.note("class_changed", now, recording=row, user=sender.user, by=sender.by, words="作为证据随案卷保管")
        locks.joined(row, now)


def link_run(result: Ingested, case: str, now: datetime, *, by: str = "") -> None:
    """Attach the recordings of the case to its acts, and count of this run: how many found their act now, how many have none. Raises
    InputError.
    """
    rows = Recording.objects.filter(pk__in=result.ids, case=case)
    before = set(rows.exclude(act=None).values_list("pk", flat=True))
    linking.link_case(case, now, by=by)
    found = dict(rows.values_list("pk", "act"))
    result.attached = sum(1 for key, act in found.items() if act is not None and key not in before)
    result.unclaimed = sum(1 for act in found.values() if act is None)


def _look_at_neighbours(result: Ingested) -> None:
    """What only the files together tell: another encoding than the rest, missing numbers, times that overlap."""
    rows = list(Recording.objects.filter(pk__in=result.ids).select_related("file").order_by("begin", "number"))
    films = [row for row in rows if row.kind in ("video", "audio")]
    for place in odd_neighbours([str(row.file.probe.get("form", "")) for row in films]):
        row = films[place]
        if not any(sign["kind"] == "edited" for sign in row.signs):
            row.signs = [
                *row.signs,
                {
                    "kind": "edited",
                    "confidence": 0.5,
                    "en": "its encoding differs from that of the files around it",
                    "zh": "编码参数与同一设备前后的文件不同，可能重新编码过",
                },
            ]
            row.save(update_fields=["signs"])
    for row in rows:
        result.flagged += [(row.name, sign["zh"], sign["confidence"]) for sign in row.signs if sign["kind"] in ("truncated", "edited")]
    if films:
        names = {str(row.id): row.name for row in films}
        found = cover(films[0].begin, max(row.end for row in films), [linking.clip_of(row) for row in films])
        for lost in found.lost:
            numbers = "、".join(str(number) for number in lost.numbers[:10]) + ("等" if len(lost.numbers) > 10 else "")
            result.lost.append(f"{names[lost.before]} 之后缺序号 {numbers}")
        result.overlaps += [f"{names[one.first]} 与 {names[one.second]} 重叠 {one.seconds:.0f} 秒" for one in found.overlaps]
