"""Copies that play, posters and small pictures: made by the worker after a recording has arrived, kept beside it, never instead of it.

Each is made by a process of its own with limits of time and memory, and told in custody with the digest of its source and how it was made.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Subquery

from xiezhi.apps.evidence import custody
from xiezhi.apps.evidence.models import Derivative, StoredFile
from xiezhi.apps.evidence.stores import store, store_at
from xiezhi.apps.paperwork import queries as papers
from xiezhi.apps.paperwork import service as paperwork
from xiezhi.core.media.derive import Play, playing, shape

SECONDS = 900  # a card's largest file is copied in less
AT_ONCE = 5  # files looked at in one turn of the worker
NOTHING = "none"  # the file was looked at and needs nothing
UNREAD = "unread"  # the store did not give the file; when that was tried last, and why


def make_missing(now: datetime, limit: int = AT_ONCE) -> int:
    """Look at files that nobody has looked at yet and make what they need; answers how many were looked at. What could not be read waits
    behind all that was not tried since.
    """
    own = Derivative.objects.filter(source=OuterRef("pk"))
    rows = list(
        StoredFile.objects.filter(~Exists(own.exclude(kind=UNREAD)), gone_at=None)
        .annotate(tried=Subquery(own.filter(kind=UNREAD).values("made_at")[:1]))
        .order_by(F("tried").asc(nulls_first=True), "stored_at")[:limit]
    )
    for row in rows:
        make(row, now)
    return len(rows)


def make(row: StoredFile, now: datetime) -> list[Derivative]:
    """Make what one file needs; what is there already is left. What could not be made is kept as such, with the reason."""
    try:
        with _on_disk(row) as path:
            wanted = _wanted(row, path)
            found = [made for kind in wanted or (NOTHING,) if (made := _one(row, kind, path, now)) is not None]
    except (papers.NotStoredError, OSError) as error:  # the store does not answer: a later turn tries again
        why = str(error)[:200] or "unread"
        Derivative.objects.update_or_create(source=row, kind=UNREAD, defaults={"made_at": now, "failed": why, "place": row.place})
        return []
    Derivative.objects.filter(source=row, kind=UNREAD).delete()
    return found


def play_of(row: StoredFile) -> Play:
    """How a browser plays the file as far as its type and codecs tell."""
    codecs = tuple(str(one["codec"]) for one in row.probe.get("streams", ()) if one.get("kind") in {"video", "audio"})
    return playing(row.media_type, codecs)


def made_of(row: StoredFile, kind: str) -> Derivative | None:
    return Derivative.objects.filter(source=row, kind=kind, failed="", gone_at=None).first()


def _wanted(row: StoredFile, path: Path) -> list[str]:
    kinds = {str(one.get("kind")) for one in row.probe.get("streams", ())}
    wanted = ["poster"] if "video" in kinds or row.media_type.startswith("image/") else []
    codecs = tuple(str(one["codec"]) for one in row.probe.get("streams", ()) if one.get("kind") in {"video", "audio"})
    lasting = not row.media_type.startswith("image/") and float(row.probe.get("length") or 0) > 0
    if lasting and playing(row.media_type, codecs, late=shape(path).late).how == "copy":
        wanted.append("copy")
    return wanted


def _one(row: StoredFile, kind: str, path: Path, now: datetime) -> Derivative | None:
    made = Derivative(source=row, kind=kind, made_at=now, place=store().place)
    with tempfile.TemporaryDirectory(dir=paperwork.incoming()) as folder:
        target = Path(folder) / ("copy.mp4" if kind == "copy" else f"{kind}.jpg")
        if kind != NOTHING:
            said = _run(kind, path, target)
            made.recipe, made.failed = str(said.get("recipe", ""))[:200], str(said.get("failed", ""))[:200]
            if not made.failed:
                with target.open("rb") as file:
                    digest, made.media_type = store().put(file, target.name)
                made.sha256, made.size = digest.sha256, digest.size
        return _kept(made, row, now)


def _kept(made: Derivative, row: StoredFile, now: datetime) -> Derivative | None:
    try:
        with transaction.atomic():
            made.save(force_insert=True)
            if made.sha256:
                recording = row.recordings.order_by("received_at").first()
                custody.note(
                    "derived",
                    now,
                    recording=recording,
                    sha256=row.sha256,
                    kind=made.kind,
                    recipe=made.recipe,
                    made=made.sha256,
                    size=made.size,
                )
    except IntegrityError:  # another worker was quicker
        return None
    return made


def _run(kind: str, path: Path, target: Path) -> dict[str, Any]:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "xiezhi.core.media.derive", kind, str(path), str(target)],
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        found = json.loads(done.stdout or b"{}")
    except subprocess.TimeoutExpired:
        return {"failed": f"not done in {SECONDS} seconds"}
    except ValueError:
        found = {}
    if not isinstance(found, dict) or (done.returncode and not found.get("failed")) or not (found.get("failed") or target.exists()):
        return {"failed": f"the decoder ended with status {done.returncode}"}
    return found


@contextmanager
def _on_disk(row: StoredFile) -> Iterator[Path]:
    """The file as a path: of a bucket a copy that goes again. Raises NotStoredError, UnknownStoreError, OSError."""
    if row.place == "local":
        path = papers.path_of(row.sha256)
        if not path.exists():
            raise papers.NotStoredError(row.sha256)
        yield path
        return
    with tempfile.NamedTemporaryFile(dir=paperwork.incoming()) as spool:
        for block in store_at(row.place).read(row.sha256):
            spool.write(block)
        spool.flush()
        yield Path(spool.name)
