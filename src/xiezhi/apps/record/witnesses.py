"""Asking the witnesses of XIEZHI_WITNESSES to cosign the published checkpoint (C2SP tlog-witness). Numbering and signing never wait for them.

What they signed is published beside the checkpoint; what each saw last is kept in `log/witnesses/`, so that the next proof begins there.
"""

from __future__ import annotations

import hashlib
import http.client
import logging
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from xiezhi.core.ledger.cosign import time_of
from xiezhi.core.ledger.cosign_request import MOST_BYTES, Submission
from xiezhi.core.ledger.errors import LedgerError, NoteError
from xiezhi.core.ledger.note import Checkpoint, lines_of, text_of, with_lines
from xiezhi.core.ledger.policy import Policy, Witness
from xiezhi.core.ledger.proof import LogProof
from xiezhi.core.ledger.tiles import range_in_tiles
from xiezhi.core.ledger.tree import consistency_proof, inclusion_proof

from . import halt, published
from .policy import read_policy, verifiers, with_witnesses
from .tiles import read_tile

log = logging.getLogger(__name__)

TIMEOUT = 10.0  # seconds for one witness
# Sends a request body to an address; answers status, content type and body. Raises OSError.
Post = Callable[[str, bytes], tuple[int, str, bytes]]


@dataclass(frozen=True, slots=True)
class Anchor:
    """A witness of this log: what it cosigned last and when by its own clock, and why it did not the last time (empty: it did)."""

    name: str
    key: str
    size: int | None = None
    at: datetime | None = None
    trouble: str = ""


def anchors() -> list[Anchor]:
    """The configured witnesses, as they stand."""
    policy = read_policy()
    return [_anchor(one) for one in policy.witnesses] if policy else []


def witnessed_note() -> str | None:
    """The newest checkpoint that witnesses have cosigned, with their lines; None before the first."""
    return published.read_text("checkpoint.witnessed")


def checkpoint_note() -> str | None:
    """The published note, with the cosignatures where witnesses have signed this very head."""
    note, witnessed = published.read_checkpoint(), witnessed_note()
    if note is None or witnessed is None:
        return note
    try:
        same = text_of(note) == text_of(witnessed)
    except NoteError:
        return note
    return with_lines(note, witnessed[len(text_of(witnessed)) + 1 :]) if same else note


def witnessed_proof(index: int) -> str | None:
    """The `.tlog-proof` of a leaf under the newest cosigned checkpoint; None while witnesses have not seen it."""
    note = witnessed_note()
    size = Checkpoint.parse(text_of(note)).size if note else 0
    if note is None or index >= size:
        return None
    return LogProof(index, tuple(inclusion_proof(index, size, range_in_tiles(size, read_tile))), note).text()


def ask_all(post: Post | None = None, *, anew: bool = False) -> list[str]:
    """Ask each witness that has not cosigned the published checkpoint; answers the names of those that did now. Troubles are logged and kept.

    `anew` asks also those who have, as our files say: those may have been restored with the database, and the witness has seen more since.
    """
    note, keys = published.read_checkpoint(), verifiers()
    policy = with_witnesses(keys)
    if note is None or not keys or not policy.witnesses:
        return []
    head = Checkpoint.open(note, *keys)
    signed = [one.name for one in policy.witnesses if _ask(one, note, head, post or _post, anew=anew)]
    if signed:
        _publish(note, policy)
    return signed


def _ask(witness: Witness, note: str, head: Checkpoint, post: Post, *, anew: bool) -> bool:
    kept = _kept(witness)
    done = kept is not None and text_of(kept) == text_of(note)
    if done and not anew:
        return False
    old = Checkpoint.parse(text_of(kept)).size if kept else 0
    try:
        line = _cosigned(witness, note, head, old, post)
    except (OSError, http.client.HTTPException, LedgerError) as error:
        trouble = str(error) or type(error).__name__
        if trouble != _trouble(witness):
            log.warning("the witness %s did not cosign: %s", witness.name, trouble)
        published.write_file(_path(witness, "trouble"), trouble)
        return False
    published.write_file(_path(witness, "note"), with_lines(note, line))
    _path(witness, "trouble").unlink(missing_ok=True)
    return not done


def _cosigned(witness: Witness, note: str, head: Checkpoint, old: int, post: Post) -> str:
    """The witness's signature line over the note. Raises NoteError, OSError."""
    for again in (True, False):
        status, _, body = post(f"{witness.url.rstrip('/')}/add-checkpoint", _submission(note, head, old).body())
        text = body.decode("utf-8", "replace")
        if status == 200:
            line = lines_of(with_lines(note, text), witness.key).get(witness.key)
            if line is None:
                raise NoteError("its answer holds no cosignature by the key that we know of it")
            return line[0]
        size = _size(text) if status == 409 else None
        if size is None or size == old or not again:
            break
        if size > head.size:
            halt.stop(size, witness.name)  # it saw them under this log's key, which it asks for before it compares
            raise NoteError(
                f"it has seen {size} leaves, this log has {head.size}: leaves that were published are lost, or another has signed with the log's key. "
                f"见证人见过 {size} 条，本日志只有 {head.size} 条。"
            )
        old = size  # it has seen more, or less, than we knew
    raise NoteError(f"it answered {status}: {' '.join(text.split())[:200]}")


def _submission(note: str, head: Checkpoint, old: int) -> Submission:
    proof = consistency_proof(old, head.size, range_in_tiles(head.size, read_tile)) if 0 < old <= head.size else []
    return Submission(min(old, head.size), tuple(proof), note)


def _size(text: str) -> int | None:
    return int(text) if text.endswith("\n") and text[:-1].isascii() and text[:-1].isdigit() and len(text) < 20 else None


def _publish(note: str, policy: Policy) -> None:
    """Publish the note with the lines of all who cosigned this head, once they are as many as the policy asks for."""
    witnessed = note
    for witness in policy.witnesses:
        kept = _kept(witness)
        if kept is not None and text_of(kept) == text_of(note):
            witnessed = with_lines(witnessed, "".join(line for line, _ in lines_of(kept, witness.key).values()))
    if policy.has_quorum(policy.cosigners(witnessed)):
        published.write_file(Path(settings.LOG_PUBLISHED) / "checkpoint.witnessed", witnessed)


def _anchor(witness: Witness) -> Anchor:
    kept = _kept(witness)
    if kept is None:
        return Anchor(witness.name, str(witness.key), trouble=_trouble(witness))
    (_, signature), *_ = lines_of(kept, witness.key).values()
    at = datetime.fromtimestamp(time_of(signature), UTC)
    return Anchor(witness.name, str(witness.key), Checkpoint.parse(text_of(kept)).size, at, _trouble(witness))


def _kept(witness: Witness) -> str | None:
    """The note that this witness cosigned last; None also where the file is damaged: the witness itself then tells where it stands."""
    try:
        note = _path(witness, "note").read_text(encoding="utf-8")
        return note if lines_of(note, witness.key) else None
    except (FileNotFoundError, UnicodeDecodeError, NoteError):
        return None


def _trouble(witness: Witness) -> str:
    try:
        return _path(witness, "trouble").read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        return ""


def _path(witness: Witness, what: str) -> Path:
    return Path(settings.LOG_PUBLISHED) / "witnesses" / f"{hashlib.sha256(str(witness.key).encode()).hexdigest()[:16]}.{what}"


def _post(address: str, body: bytes) -> tuple[int, str, bytes]:
    if not address.startswith(("http://", "https://")):
        raise NoteError(f"its address {address!r} is none of http or https")
    request = urllib.request.Request(address, body, {"Content-Type": "text/plain; charset=utf-8"})  # noqa: S310 - checked above
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 - as above
            return answer.status, answer.headers.get("Content-Type", ""), answer.read(MOST_BYTES)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers.get("Content-Type", ""), error.read(MOST_BYTES)
