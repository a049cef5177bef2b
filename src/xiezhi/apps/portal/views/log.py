"""公示日志, for people: its head, its key, who else has signed it, and how anybody checks it. Machines read /log/."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localtime
from django.views.decorators.http import require_safe

from xiezhi.apps.portal import checking
from xiezhi.apps.portal.drawing import qr_of
from xiezhi.apps.record import queries as record
from xiezhi.core.ledger.errors import NoteError
from xiezhi.core.ledger.note import Checkpoint, text_of
from xiezhi.site.clock import now

DASH = "\N{EM DASH} "
# A witness signs with its key id (4 bytes), a time (8) and an Ed25519 signature (64): C2SP tlog-cosignature.
KEY_ID, TIME, SIGNATURE = 4, 8, 64
LONGEST = 400  # characters of a signature line on paper


@require_safe
def sheet(request: HttpRequest) -> HttpResponse:
    """The last checkpoint of the week that has ended, on one page to be printed, signed and kept: no computer can change it any more."""
    monday = localtime(now()).replace(hour=0, minute=0, second=0, microsecond=0)
    monday -= timedelta(days=monday.weekday())
    found = record.checkpoint_before(monday) or record.checkpoint_before(now())
    context: dict[str, object] = {"key": record.verifier_key(), "key_fingerprint": checking.fingerprint_of(record.verifier_key())}
    if found is not None:
        note = _plain(found[0])
        head = Checkpoint.parse(text_of(note))
        digits = head.root.hex()
        groups = [digits[at : at + 8] for at in range(0, 64, 8)]
        context |= {
            "note": note,
            "signed_at": found[1],
            "head": head,
            "groups": groups,
            "code": qr_of(note, "检查点原文的二维码"),
            "week": found[1] < monday,
        }
    return render(request, "portal/log_sheet.html", context)


def _plain(note: str) -> str:
    """The note without lines that are too long to be printed or typed: those of post-quantum signatures."""
    text = text_of(note)
    return text + "\n" + "".join(f"{line}\n" for line in note[len(text) + 1 :].split("\n") if 0 < len(line) < LONGEST)


def _others(note: str, origin: str) -> list[Witness]:
    """Who has signed the note and is neither the log nor one of the witnesses that the log asks."""
    asked = {one.key.partition("+")[0] for one in record.anchors()}
    return [one for one in witnesses(note, origin) if one.name not in asked]


@dataclass(frozen=True, slots=True)
class Witness:
    """A signature under the checkpoint besides the log's own, as it stands there; `at` where it names a time."""

    name: str
    line: str
    at: datetime | None


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    note, key = record.checkpoint_note(), record.verifier_key()
    try:
        head, damaged = record.checkpoint(), False
    except NoteError:
        head, damaged = None, True
    context = {
        "note": note if head is not None else None,
        "head": head,
        "root": base64.b64encode(head.root).decode() if head is not None else "",
        "damaged": damaged,
        "key": key,
        "signed_at": record.checkpoint_time(),
        "inspection": record.last_inspection(),
        "stamp": record.newest_stamp(),
        "anchors": [(one, head.size - (one.size or 0) if head else 0) for one in record.anchors()],
        "witnesses": _others(note, head.origin) if note and head is not None else [],
        "key_fingerprint": checking.fingerprint_of(key),
        "check_script": checking.script(),
        "base": request.build_absolute_uri("/").rstrip("/"),
    }
    return render(request, "portal/log.html", context)


def witnesses(note: str, origin: str) -> list[Witness]:
    """Who besides the log has signed the note. Only what is written there: their keys are theirs to tell, so nothing is checked here."""
    found = []
    for line in note.splitlines():
        if not line.startswith(DASH):
            continue
        name, _, signature = line.removeprefix(DASH).partition(" ")
        if name != origin:
            found.append(Witness(name, line, _time(signature)))
    return found


def _time(signature: str) -> datetime | None:
    try:
        data = base64.b64decode(signature, validate=True)
        if len(data) != KEY_ID + TIME + SIGNATURE:
            return None
        return datetime.fromtimestamp(int.from_bytes(data[KEY_ID : KEY_ID + TIME], "big"), UTC)
    except (binascii.Error, ValueError, OverflowError, OSError):
        return None
