"""Resumable uploads: what is acknowledged lies on the disk. The bytes grow in the store's incoming folder under the upload's id.

The offset of the row is the truth: what stands in the file beyond it was never acknowledged and is cut off before more is written.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from xiezhi.apps.accounts.permissions import require
from xiezhi.apps.accounts.signing import own_person
from xiezhi.apps.evidence import linking, service
from xiezhi.apps.evidence.ingesting import into_case
from xiezhi.apps.evidence.models import Recording, Upload
from xiezhi.apps.evidence.receiving import WHOLE_SECOND, Sender, receive
from xiezhi.apps.paperwork import queries as papers
from xiezhi.apps.paperwork import service as paperwork
from xiezhi.core.law.errors import InputError

LARGEST = 64 << 30  # bytes: a card's largest file is 4 GiB on FAT32, and more elsewhere
KEPT = timedelta(days=7)
OPEN_AT_MOST = 200  # uploads of one account that are not finished
BLOCK = 1 << 18
OLDEST = 2000  # no phone filmed before: a clock that was never set says 1970
CHECKSUMS: dict[str, Callable[[], Any]] = {"sha1": lambda: hashlib.sha1(usedforsecurity=False), "sha256": hashlib.sha256}


class BusyError(Exception):
    """Another request writes to the same upload."""


class ChecksumError(Exception):
    """The bytes that came are not those that were sent; none was kept."""


def begin(user: Any, length: int, said: dict[str, str], now: datetime) -> Upload:
    """Open an upload. `said`: filename, device, and if wanted case, act (an act of the case), clock (milliseconds that the sender's clock is
    ahead, and how sure), and either taken (RFC 3339: when it begins, in true time) or ended (when it ends, by the sender's clock; its
    length is measured here). Raises Forbidden, InputError.
    """
    require(user, "evidence.upload")
    person = own_person(user)
    if not 0 < length <= LARGEST:
        raise InputError(f"an upload has 1 to {LARGEST} bytes, not {length}", "文件是空的，或者超过了 64 GB", field="length")
    expire(now)
    if Upload.objects.filter(account=user.username, recording=None).count() >= OPEN_AT_MOST:
        raise InputError(f"{OPEN_AT_MOST} uploads are open", f"您有 {OPEN_AT_MOST} 个文件没有传完，请先传完或者取消", field="account")
    agency = user.agency_id or ""
    sender = service.sender(
        said.get("device", ""), said.get("case", ""), agency, now, by=person, user=user, clock=_clock(said.get("clock", ""))
    )
    require(user, "evidence.upload", agency=sender.agency)
    return Upload.objects.create(
        account=user.username,
        person=person,
        agency=sender.agency,
        case=sender.case,
        device=sender.device,
        name=papers.shown_name(said.get("filename", "")),
        act=linking.act_of(sender.case, said["act"]) if said.get("act") else None,
        taken_at=service.moment(said["taken"], now) if said.get("taken") else None,
        ended_at=_ended(said["ended"], sender, now) if said.get("ended") else None,
        length=length,
        made_at=now,
        expires_at=now + KEPT,
    )


def _clock(text: str) -> tuple[float | None, float]:
    """Seconds (ahead, error) of "ahead,error" in milliseconds. Raises InputError."""
    if not text:
        return None, 1.0
    match = re.fullmatch(r"(-?\d{1,12}),(\d{1,7})", text)
    if match is None:
        raise InputError(f"clock {text!r}: expected milliseconds as ahead,error", "时钟偏差应当写成“偏差,误差”（毫秒）", field="clock")
    return int(match[1]) / 1000, int(match[2]) / 1000


def _ended(text: str, sender: Sender, now: datetime) -> datetime:
    """True time of an end by the sender's clock; what lies ahead of now by no more than that clock's error is now. Raises InputError."""
    off, error = timedelta(milliseconds=sender.offset_ms), timedelta(milliseconds=sender.error_ms + WHOLE_SECOND)
    found = service.moment(text, now + off + error)
    if found.year < OLDEST:
        raise InputError(f"{text!r} lies before {OLDEST}", "拍摄时间太早，请核对手机的时间", field="ended")
    return min(found - off, now)


def own(user: Any, id_: Any, now: datetime) -> Upload | None:
    """The account's own upload, unless it has expired."""
    require(user, "evidence.upload")
    return Upload.objects.filter(pk=id_, account=user.username, expires_at__gt=now).first()


def path_of(upload: Upload) -> Path:
    return paperwork.incoming() / f"upload-{upload.id}"


def add(upload: Upload, source: Callable[[int], bytes], length: int, checksum: tuple[str, bytes] | None = None) -> int:
    """Append what comes, at most up to the upload's length; answers the new offset once the bytes are on the disk.

    A line that breaks off keeps what came, unless a checksum was promised. Raises BusyError, ChecksumError, OSError (disk).
    """
    with _alone(path_of(upload)) as file:
        upload.refresh_from_db()
        file.truncate(upload.offset)
        file.seek(upload.offset)
        digest = CHECKSUMS[checksum[0]]() if checksum else None
        came = 0
        wanted = min(length, upload.length - upload.offset)
        while came < wanted:
            block = _next(source, min(BLOCK, wanted - came))
            if not block:
                break
            file.write(block)
            came += len(block)
            if digest is not None:
                digest.update(block)
        if digest is not None and checksum is not None and digest.digest() != checksum[1]:
            file.truncate(upload.offset)
            raise ChecksumError
        file.flush()
        os.fsync(file.fileno())
        upload.offset += came
        upload.save(update_fields=["offset"])
    return upload.offset


def _next(source: Callable[[int], bytes], most: int) -> bytes:
    try:
        return source(most)
    except OSError:  # Django's UnreadablePostError among them: the line is gone, what came is kept
        return b""


@contextmanager
def _alone(path: Path) -> Iterator[IO[bytes]]:
    """The file, locked against other requests; a process that dies lets go of it."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(handle, "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError from None
        yield file


def finish(upload: Upload, user: Any, now: datetime) -> Recording | None:
    """Turn a complete upload into a recording; done twice it answers the same. None for what is no recording: it is thrown away.

    Raises OSError, InputError.
    """
    if upload.recording is not None:
        return Recording.objects.get(pk=upload.recording)
    path = path_of(upload)
    sender = service.sender(upload.device, upload.case, upload.agency, now, by=upload.person, user=user)
    received = receive(path, sender, now, name=upload.name, taken_at=upload.taken_at, ended_at=upload.ended_at)
    if received.recording is None:
        drop(upload)
        return None
    into_case(received.recording, sender, now)
    upload.recording, upload.sha256 = received.recording.id, received.recording.file_id
    upload.save(update_fields=["recording", "sha256"])
    path.unlink(missing_ok=True)
    if upload.act is not None:
        linking.attach_to(received.recording, upload.act, now, user=user)
    if upload.case:
        service.link_case(upload.case, now, user=user)
    return received.recording


def drop(upload: Upload) -> None:
    """Cancel an upload: its bytes go, and its row. A finished one loses its row only; the recording stays."""
    path_of(upload).unlink(missing_ok=True)
    upload.delete()


def expire(now: datetime) -> int:
    """Throw away uploads that nobody finished in a week."""
    rows = list(Upload.objects.filter(expires_at__lte=now)[:500])
    for row in rows:
        drop(row)
    return len(rows)
