"""Who viewed what part: one entry for a sitting, never one for each range that a browser asks for.

A sitting is a row that grows; when nothing was asked for `QUIET`, it becomes one entry of custody with what was sent, joined. The row is
durable from the first byte on, and the worker closes what has grown quiet.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from xiezhi.apps.evidence import custody
from xiezhi.apps.evidence.models import AccessGrant, Recording, Viewing

QUIET = timedelta(minutes=10)
AT_MOST = 200  # parts kept apart: beyond that the nearest are joined
Part = tuple[int, int]


def seen(
    now: datetime,
    part: Part,
    *,
    recording: Recording | None = None,
    sha256: str = "",
    case: str = "",
    agency: str = "",
    user: Any = None,
    grant: AccessGrant | None = None,
) -> None:
    """Bytes (first, last) of a recording or page (n, n) of a paper were sent to somebody."""
    whose = {
        "sha256": sha256 or (recording.file_id if recording else ""),
        "case": case or (recording.case if recording else ""),
        "account": str(getattr(user, "username", "") or ""),
        "grant": grant,
        "closed": False,
    }
    for _ in range(2):
        with transaction.atomic():
            row = Viewing.objects.select_for_update().filter(**whose).first()
            if row is not None and row.last >= now - QUIET:
                row.parts, row.last = joined([*map(tuple, row.parts), part]), now
                row.save(update_fields=["parts", "last"])
                return
            if row is not None:
                _close(row, now)
        with contextlib.suppress(IntegrityError), transaction.atomic():  # else another request of the same sitting was quicker
            Viewing.objects.create(
                **whose,
                recording=recording,
                agency=agency or (recording.agency if recording else ""),
                by=str(getattr(user, "person_id", None) or ""),
                began=now,
                last=now,
                parts=[part],
            )
            return


def close_quiet(now: datetime, limit: int = 200) -> int:
    """Make entries of the sittings that have grown quiet; answers how many."""
    done = 0
    for key in list(Viewing.objects.filter(closed=False, last__lt=now - QUIET).order_by("last").values_list("pk", flat=True)[:limit]):
        with transaction.atomic():
            row = Viewing.objects.select_for_update(of=("self",)).filter(pk=key, closed=False, last__lt=now - QUIET).first()
            if row is not None:
                _close(row, now)
                done += 1
    return done


def open_ones(*, case: str = "", recording: Any = None) -> list[Viewing]:
    """Sittings that are no entry yet, the latest first."""
    asked = Q(recording=recording) if recording else Q(case=case)
    return list(Viewing.objects.filter(asked, closed=False).select_related("recording", "grant").order_by("-began")[:50])


def _close(row: Viewing, now: datetime) -> None:
    detail: dict[str, Any] = {"until": row.last.isoformat()}
    if row.recording is not None:
        detail["bytes"] = [f"{first}-{last}" for first, last in row.parts]
        detail["shown"] = spoken(row)
    else:
        detail["pages"] = [f"{first}-{last}" if last > first else str(first) for first, last in row.parts]
    if row.grant is not None:
        detail["grant"] = str(row.grant_id)
    custody.note(
        "shared" if row.grant is not None else "viewed",
        now,
        since=row.began,
        recording=row.recording,
        sha256=row.sha256,
        case=row.case,
        agency=row.agency,
        by=row.by,
        account=row.account,
        **detail,
    )
    row.closed = True
    row.save(update_fields=["closed"])


def spoken(row: Viewing) -> str:
    """The parts in words: of a recording where they lie in its length, told from the bytes and so to some seconds; of a paper its pages."""
    if row.recording is None:
        return "第 " + "、".join(f"{a}–{b}" if b > a else str(a) for a, b in row.parts) + " 页"
    size = max(row.recording.file.size, 1)
    length = (row.recording.end - row.recording.begin).total_seconds()
    if row.recording.kind == "photo" or length <= 0:
        return ""
    spans = joined([(int(first * length / size), int((last + 1) * length / size)) for first, last in row.parts])
    return "、".join(f"{_clock(a)}–{_clock(b)}" for a, b in spans)


def joined(parts: Sequence[Any]) -> list[Part]:
    """Parts in order, those that touch made one; beyond `AT_MOST` the ones with the smallest hole between them."""
    found: list[Part] = []
    for first, last in sorted((int(a), int(b)) for a, b in parts):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    while len(found) > AT_MOST:
        place = min(range(len(found) - 1), key=lambda at: found[at + 1][0] - found[at][1])
        found[place : place + 2] = [(found[place][0], found[place + 1][1])]
    return found


def _clock(second: int) -> str:
    return f"{second // 60:02}:{second % 60:02}"
