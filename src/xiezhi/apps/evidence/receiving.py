"""A file becomes a recording: looked at, stored, dated by its name or its head and the recorder's clock, noted in custody."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import yaml
from django.conf import settings
from django.db import IntegrityError, transaction

from xiezhi.apps.evidence import custody, locks
from xiezhi.apps.evidence.models import Device, Recording, StoredFile
from xiezhi.apps.evidence.stores import store
from xiezhi.apps.evidence.terms import held, locked_until
from xiezhi.apps.paperwork import queries as papers
from xiezhi.apps.record import service as record
from xiezhi.core.law.clock import SHANGHAI, day_of
from xiezhi.core.media.digest import Digest
from xiezhi.core.media.errors import MediaError
from xiezhi.core.media.names import Named, Profile, profiles_of, read_name
from xiezhi.core.media.probe import Probe, probe

NAMESPACE = UUID("6f1f6c1e-6f0e-5a53-9c0f-0d0b2a6a7f10")
WHOLE_SECOND = 1000  # milliseconds: file times are whole seconds
BY_DISK = 60_000  # a file's time on the card is worth no more than a minute
_ZONE = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class Sender:
    """Whence a file comes: the agency, the recorder, its clock (milliseconds ahead of true time, and how sure), case and person."""

    agency: str
    device: str
    offset_ms: int = 0
    error_ms: int = WHOLE_SECOND
    case: str = ""
    by: str = ""
    user: Any = None


@dataclass(frozen=True, slots=True)
class Received:
    """`state`: new, known (the same file of the same recorder again), or ignored (no media)."""

    state: str
    recording: Recording | None
    kind: str = ""


def own_profiles_path() -> Path:
    return Path(settings.XIEZHI_HOME) / "evidence-profiles.yaml"


def profiles() -> tuple[Profile, ...]:
    """The agency's own patterns, then ours. Raises MediaError naming file and row."""
    own = own_profiles_path()
    stamp = own.stat().st_mtime_ns if own.exists() else 0
    return _profiles(str(own), stamp)


@lru_cache(maxsize=4)
def _profiles(own: str, stamp: int) -> tuple[Profile, ...]:
    found: list[Profile] = []
    for path in [*([Path(own)] if stamp else []), Path(__file__).with_name("profiles.yaml")]:
        try:
            rows = (yaml.safe_load(path.read_text(encoding="utf-8")) or {})["profiles"]
        except (yaml.YAMLError, KeyError, TypeError) as error:
            raise MediaError(f"{path}: expected a list under `profiles`: {error}", f"{path}：应当是 profiles 之下的一个列表") from None
        found += profiles_of(rows, str(path))
    return tuple(found)


class _GoneMeanwhileError(Exception):
    """A disposal took the bytes away between their arrival and their row."""


def recording_id(agency: str, device: str, sha256: str, disposed: int = 0) -> UUID:
    """The same bytes from the same recorder are one recording, whenever and however often they come; after `disposed` lawful ends another."""
    return uuid5(NAMESPACE, f"{agency}/{device}/{sha256}" + (f"/{disposed}" if disposed else ""))


def _current(agency: str, device: str, sha256: str) -> tuple[UUID, Recording | None]:
    """The id of the recording that these bytes are now, and its row where it is there."""
    disposed = 0
    while True:
        id_ = recording_id(agency, device, sha256, disposed)
        row = Recording.objects.filter(pk=id_).first()
        if row is None or row.disposed_at is None:
            return id_, row
        disposed += 1


def receive(
    path: Path, sender: Sender, now: datetime, *, name: str = "", taken_at: datetime | None = None, ended_at: datetime | None = None
) -> Received:
    """Take a file in. It is in the store and durable when this returns; a kill at any moment is made good by doing it again.

    `taken_at` is a begin, `ended_at` an end, stated by whoever sends it, in true time. Raises OSError (disk, card), MediaError (profiles).
    """
    shown = papers.shown_name(name or path.name)
    looked = probe(path)
    if looked.kind == "other":
        return Received("ignored", None)
    modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    if taken_at is None and ended_at is not None:
        taken_at = ended_at - timedelta(seconds=looked.length)
    dated = _dated(looked, read_name(name or path.name, profiles()), modified, sender, now, taken_at=taken_at)
    keep_until = locked_until(sender.agency, sender.case, dated.end, now)
    for _ in range(3):
        digest, media_type = _stored(path, shown, keep_until)
        id_, known = _current(sender.agency, sender.device, digest.sha256)
        if known is not None:
            _note_another_name(known, shown, sender, now)
            return Received("known", known, looked.kind)
        try:
            return Received("new", _written(id_, shown, looked, digest, media_type, dated, sender, now, keep_until), looked.kind)
        except IntegrityError:  # another run was quicker
            return Received("known", Recording.objects.get(pk=id_), looked.kind)
        except _GoneMeanwhileError:
            continue
    raise OSError(f"{shown}: its bytes were taken away by a disposal three times while they came in; send it again")


def is_known(path: Path, sender: Sender) -> Recording | None:
    """The recording of a file that was taken in before: name and size say so, and then its bytes. Nothing is copied."""
    size, shown = path.stat().st_size, papers.shown_name(path.name)
    rows = Recording.objects.filter(
        agency=sender.agency, device=sender.device, name=shown, file__size=size, disposed_at=None
    ).select_related("file")[:5]
    if not rows:
        return None
    from xiezhi.core.media.digest import digest_of

    with path.open("rb") as file:
        found = digest_of(iter(lambda: file.read(1 << 20), b"")).sha256
    return next((row for row in rows if row.file_id == found and store().has(found)), None)


def _stored(path: Path, name: str, keep_until: datetime) -> tuple[Digest, str]:
    kept = store()
    if kept.place == "local" and path.parent == Path(settings.FILES_ROOT) / "incoming":
        from xiezhi.apps.evidence.stores.local import LocalStore

        return LocalStore().adopt(path, name)
    with path.open("rb") as file:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_SEQUENTIAL)
        return kept.put(file, name, keep_until=keep_until)


@dataclass(frozen=True, slots=True)
class _Dated:
    begin: datetime
    end: datetime
    by: str
    error_ms: int
    named: Named
    signs: tuple[dict[str, Any], ...]


def _dated(looked: Probe, named: Named, modified: datetime, sender: Sender, now: datetime, *, taken_at: datetime | None) -> _Dated:
    """Begin and end in true time. The name is the recorder's own clock and says the zone's time; the head of an MP4 should be UTC, and
    many recorders write local time there; the time of the file on the card is the last resort.
    """
    length = timedelta(seconds=looked.length)
    signs: list[dict[str, Any]] = []
    off = timedelta(milliseconds=sender.offset_ms)
    error = WHOLE_SECOND + sender.error_ms
    if taken_at is not None:
        return _Dated(taken_at, taken_at + length, "stated", WHOLE_SECOND, named, ())
    if named.time is not None:
        shown = named.time.replace(tzinfo=SHANGHAI)
        begin = (shown if named.at == "begin" else shown - length) - off
        by = "name"
    elif looked.created is not None:
        begin, by = looked.created - off, "file"
        if begin > now:
            begin -= _ZONE
            signs.append(_sign("clock", 0.8, "its head gives local time as UTC", "文件头把本地时间写成了世界时，已减去 8 小时"))
    else:
        begin, by, error = modified - length, "disk", BY_DISK
        signs.append(_sign("clock", 0.7, "no time in name or head", "文件名和文件头都没有时间，按存储卡上的修改时间推算"))
    if begin > now + timedelta(minutes=5):
        signs.append(_sign("clock", 0.95, "its time lies in the future", "时间在将来，设备日期可能没有校准"))
    return _Dated(begin.astimezone(UTC), (begin + length).astimezone(UTC), by, error, named, tuple(signs))


def _sign(kind: str, confidence: float, en: str, zh: str) -> dict[str, Any]:
    return {"kind": kind, "confidence": confidence, "en": en, "zh": zh}


def _written(  # noqa: PLR0917 - all that is known of one file
    id_: UUID, name: str, looked: Probe, digest: Digest, media_type: str, dated: _Dated, sender: Sender, now: datetime, keep_until: datetime
) -> Recording:
    with transaction.atomic():
        record.lock_case(sender.case, now)  # first, as a disposal does
        Device.objects.get_or_create(number=sender.device, defaults={"agency": sender.agency})
        file, made = StoredFile.objects.select_for_update().get_or_create(
            sha256=digest.sha256,
            defaults={
                "size": digest.size,
                "root": digest.root,
                "chunks": digest.chunks,
                "media_type": media_type,
                "place": store().place,
                "stored_at": now,
                "probe": {
                    "length": looked.length,
                    "form": looked.form,
                    "created": looked.created.isoformat() if looked.created else None,
                    "streams": [asdict(one) for one in looked.streams],
                    "holes": [[hole.start, hole.end] for hole in looked.holes],
                    "silent": [[hole.start, hole.end] for hole in looked.silent],
                },
            },
        )
        if not made:
            _there_again(file, now)
        signs = [*(_sign(one.kind, one.confidence, one.en, one.zh) for one in looked.signs), *dated.signs, *_elsewhere(file, sender)]
        row = Recording.objects.create(
            id=id_,
            file=file,
            agency=sender.agency,
            case=sender.case,
            kind=looked.kind,
            device=sender.device,
            officer=dated.named.officer,
            begin=dated.begin,
            end=dated.end,
            timed_by=dated.by,
            number=dated.named.number,
            offset_ms=sender.offset_ms,
            error_ms=dated.error_ms,
            name=name,
            signs=signs,
            received_at=now,
            evidence=True,
        )
        _note_arrival(row, file, digest, looked, sender, now, keep_until)
    return row


def _there_again(file: StoredFile, now: datetime) -> None:
    """The row of a file that was known before: one that was disposed of is stored again, and what was made of it is made anew."""
    if file.gone_at is not None:
        file.gone_at, file.checked_at, file.intact, file.place, file.stored_at = None, None, None, store().place, now
        file.save(update_fields=["gone_at", "checked_at", "intact", "place", "stored_at"])
    file.derivatives.filter(gone_at__isnull=False).delete()
    if not store().has(file.sha256):
        raise _GoneMeanwhileError


def _note_arrival(  # noqa: PLR0917 - all that is known of one file
    row: Recording, file: StoredFile, digest: Digest, looked: Probe, sender: Sender, now: datetime, keep_until: datetime
) -> None:
    who: dict[str, Any] = {"recording": row, "user": sender.user, "by": sender.by}
    clock: dict[str, Any] = {"offset_ms": row.offset_ms, "error_ms": row.error_ms, "timed_by": row.timed_by}
    custody.note("received", now, **who, name=row.name, size=digest.size, device=sender.device, **clock)
    custody.note("hashed", now, **who, root=digest.root, chunks=len(digest.chunks) // 32)
    streams = [f"{one.kind} {one.codec}" for one in looked.streams]
    signs = [str(sign["kind"]) for sign in row.signs]
    custody.note("probed", now, **who, length_ms=round(looked.length * 1000), form=looked.form, streams=streams, signs=signs)
    custody.note("stored", now, **who, place=file.place)
    custody.note("class_set", now, **who, evidence=row.evidence, until=day_of(keep_until - timedelta(seconds=1)).isoformat())
    if row.case and held(row):
        locks.hold([row])


def _elsewhere(file: StoredFile, sender: Sender) -> Sequence[dict[str, Any]]:
    other = file.recordings.exclude(device=sender.device).first()
    if other is None:
        return ()
    return [
        _sign(
            "duplicate", 1.0, f"the same bytes came from device {other.device}", f"与设备 {other.device} 的文件“{other.name}”内容完全相同"
        )
    ]


def _note_another_name(known: Recording, name: str, sender: Sender, now: datetime) -> None:
    """The same bytes under another name are worth a line, once."""
    from xiezhi.apps.evidence.models import Custody

    if name != known.name and not Custody.objects.filter(recording=known.id, what="duplicate", detail__name=name).exists():
        custody.note("duplicate", now, recording=known, user=sender.user, by=sender.by, name=name)
