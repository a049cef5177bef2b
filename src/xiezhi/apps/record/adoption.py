"""Taking a checkpoint for the published one, where the file is lost or damaged: a person's decision, never the sequencer's.

Only a head that the database holds is taken, and nothing published is replaced by something shorter: neither can make a fork that
somebody has seen already, unless leaves were signed after the head that is taken. The person who adopts answers for that.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from xiezhi.core.ledger.errors import NoteError
from xiezhi.core.ledger.note import Checkpoint, VerifierKey

from . import published
from .fence import hold, opened
from .key import LogRefused, keyring, publish_verifier
from .policy import known


def candidate(copy: str | None = None) -> Checkpoint:
    """The head that `adopt` would take, checked: that of the copy, else the database's own newest. Raises LogRefused."""
    return _checked(_chosen(copy), known(keyring(may_make=False)))


def adopt(copy: str | None = None) -> Checkpoint:
    """Publish the copy of a checkpoint, or the database's own newest. Raises LogRefused where it would hide or contradict something."""
    ring, note = keyring(may_make=False), _chosen(copy)
    head = _checked(note, known(ring))
    publish_verifier(ring.verifier)
    published.publish_checkpoint(note)
    return head


def _chosen(copy: str | None) -> str:
    if copy is not None:
        return copy
    with connection.cursor() as cursor:
        cursor.execute("SELECT note FROM record_checkpoint ORDER BY size DESC LIMIT 1")
        row = cursor.fetchone()
    if row is None:
        raise LogRefused("the database holds no checkpoint yet: there is nothing to adopt. 数据库中还没有检查点，无可采用。")
    return str(row[0])


def _checked(note: str, keys: Sequence[VerifierKey]) -> Checkpoint:
    with connection.cursor() as cursor:
        cursor.execute("SELECT size FROM record_log_state")
        (size,) = cursor.fetchone()
    head = opened(note, keys, "the checkpoint to adopt")
    hold(head, size)
    there = published.read_checkpoint()
    if there is not None:
        try:
            before = Checkpoint.open(there, *keys)
        except NoteError:
            return head  # damaged: that is what is being mended
        if before.size > head.size:
            raise LogRefused(
                f"{before.size} leaves are published already; a checkpoint of {head.size} would hide {before.size - head.size}. Nothing is changed. "
                "已公布的检查点更新，不能用更旧的替换。"
            )
    return head
