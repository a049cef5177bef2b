"""The one that numbers leaves: takes pending entries in order, folds tiles, signs, commits, and only then publishes.

A signature whose transaction failed never leaves the process, and nothing is signed when the database is behind what is published.
"""

from __future__ import annotations

import errno
import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import DatabaseError, connection, transaction
from psycopg.errors import DiskFull

from xiezhi.core.ledger.errors import LedgerError
from xiezhi.core.ledger.note import Checkpoint
from xiezhi.core.ledger.tiles import Edge
from xiezhi.core.ledger.tree import leaf_hash
from xiezhi.site import clock

from . import published
from .fence import Fence, root_of
from .key import Keyring, LogRefused, keyring, publish_verifier, stamp
from .policy import publish_policy
from .sealing import sealed_text
from .tiles import copy_leaves, edge_of, write_tiles

log = logging.getLogger(__name__)

CADENCE = 0.1  # seconds between looks at the queue
AFTER_REFUSAL = 5.0
AFTER_FAILURE = 1.0
CLOCK_PATIENCE = timedelta(seconds=5)  # an NTP step is no fault
BATCH = 5000  # entries in one transaction
ADVISORY_LOCK = 0x78_7A_6C_6F_67  # "xzlog"

# Deleting in the numbering transaction loses nothing and leaves no gap; a cursor over ids would lose what commits late.
# ARRAY makes the limited look-up run once: as `IN` the planner may run it for every row, and a batch would take more than its limit.
_TAKE = """
WITH taken AS (
    DELETE FROM record_pending WHERE id = ANY(ARRAY(SELECT id FROM record_pending ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED))
    RETURNING id, entry_id
)
SELECT t.entry_id, e.entry FROM taken t JOIN record_entry e ON e.id = t.entry_id ORDER BY t.id
"""


class Sequencer:
    """Numbers leaves for one log. Two at once are harmless: the second finds the lock taken."""

    def __init__(self) -> None:
        self._ring: Keyring | None = None
        self._ring_stamp: object = None
        self._policy_written = False
        self._edge: Edge | None = None
        self._fence = Fence()
        self._signed_at: datetime | None = None
        self._clock_told = False

    def round(self, now: datetime) -> int | None:
        """One batch: how many leaves were numbered; None when another sequencer is at it. Raises LogRefused, DatabaseError."""
        with transaction.atomic(durable=True):
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ADVISORY_LOCK])
                if not cursor.fetchone()[0]:
                    return None
                cursor.execute("SELECT origin, size FROM record_log_state FOR UPDATE")
                origin, size = cursor.fetchone()
            key = self._key(origin, size)
            self._fence.check(key, origin, size)
            if not self._policy_written:
                publish_policy(key)
                self._policy_written = True
            edge = self._edge_at(size)
            taken = _take()
            if not taken and (note := _note_at(size)):
                grown, numbered = edge, 0
            else:
                self._watch_clock(size, now)
                grown, numbered = edge.copy(), len(taken)
                _number(grown, taken)
                note = key.sign(Checkpoint(key.verifier.name, grown.size, grown.root()))
                _keep(note, key, grown.size, size if _note_at(size) else None, now)
        self._edge = grown
        if note != published.read_checkpoint():
            published.publish_checkpoint(note)
            publish_verifier(key.verifier)  # after the first checkpoint that a new key has signed
        return numbered

    def drain(self, now: datetime, patience: float = 30.0) -> int:
        """Number everything that is pending, the fence held also when nothing is. Raises LogRefused, also when another sequencer does not
        finish in `patience` seconds.
        """
        total, until = 0, time.monotonic() + patience
        while True:
            numbered = self.round(now)
            if numbered is not None:
                total += numbered
                if not _is_pending():
                    return total
            elif time.monotonic() > until:
                raise LogRefused("another sequencer holds the log and does not finish. 另一进程正在编号，请稍后再试。")
            else:
                time.sleep(0.05)

    def _key(self, origin: str, size: int) -> Keyring:
        if self._ring is None or self._ring_stamp != stamp():  # a change of keys is seen at once
            self._ring = keyring(may_make=size == 0 and not origin)
            self._ring_stamp = stamp()
        if origin and self._ring.verifier.name != origin:
            raise LogRefused(
                f"this database holds the log {origin}, but the key is of {self._ring.verifier.name}. Put back the key that belongs to it. "
                "签名密钥与数据库中的日志不是一套，请恢复原密钥。"
            )
        return self._ring

    def _watch_clock(self, size: int, now: datetime) -> None:
        """Tell once of a clock that was set back. The log goes by its own order, never by the clock; times of recording do not."""
        if self._signed_at is None:
            self._signed_at = _signed_at(size)
        if self._signed_at is not None and now < self._signed_at - CLOCK_PATIENCE:
            if not self._clock_told:
                log.warning(
                    "the clock of this server was set back: it says %s, the last checkpoint was signed at %s. Set it right and let it be kept "
                    "by NTP; acts are numbered all the same, but bear a false time of recording. 服务器时钟被调回，请校准；日志照常编号。",
                    now.isoformat(),
                    self._signed_at.isoformat(),
                )
            self._clock_told = True
        else:
            self._signed_at, self._clock_told = now, False

    def _edge_at(self, size: int) -> Edge:
        if self._edge is None or self._edge.size != size:
            try:
                self._edge = edge_of(size)
            except LedgerError as error:
                raise LogRefused(f"{error}. Nothing is signed; run `xiezhi ledger verify`. 日志分块残缺，已停止签名。") from error
        # asked of an edge kept from the last round too: the database may have been restored behind this process
        if (note := _note_at(size)) and root_of(note) != self._edge.root():
            self._edge = None
            raise LogRefused(
                "the tiles do not give the signed root. Nothing is signed; run `xiezhi ledger verify`. 日志分块与已签根哈希不符，已停止签名。"
            )
        return self._edge


def lock_log() -> None:
    """Wait for the round that is under way, and keep others from signing until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])


def _take() -> list[tuple[object, bytes]]:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [BATCH])
        return [(entry_id, bytes(entry)) for entry_id, entry in cursor.fetchall()]


def _number(edge: Edge, taken: list[tuple[object, bytes]]) -> None:
    hashes = [leaf_hash(entry) for _, entry in taken]
    copy_leaves((edge.size + place, entry_id, hashes[place]) for place, (entry_id, _) in enumerate(taken))
    if hashes:
        write_tiles(edge.extend(hashes))


def _keep(note: str, key: Keyring, size: int, after: int | None, now: datetime) -> None:
    origin = key.verifier.name
    seal = key.signers[0].sign(sealed_text(origin, size, after, now))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO record_checkpoint (size, note, at, after, seal) VALUES (%s, %s, %s, %s, %s)", [size, note, now, after, seal]
        )
        cursor.execute("UPDATE record_log_state SET size = %s, origin = %s", [size, origin])


def _note_at(size: int) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT note FROM record_checkpoint WHERE size = %s", [size])
        row = cursor.fetchone()
    return row[0] if row else None


def _signed_at(size: int) -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT at FROM record_checkpoint WHERE size = %s", [size])
        row = cursor.fetchone()
    return row[0] if row else None


def _is_pending() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM record_pending)")
        return bool(cursor.fetchone()[0])


def _why(error: Exception) -> str:
    """What keeps the log, and what to do; it is tried again by itself."""
    text = str(error).strip()
    if isinstance(error, OSError):
        text = f"{text} (under {published.checkpoint_path().parent})"
    if getattr(error, "errno", None) == errno.ENOSPC or isinstance(error.__cause__, DiskFull):
        text += ". Free some room: acts are kept and wait for their leaves, and the log goes on by itself. 磁盘已满，请清理空间；日志会自行恢复。"
    return text


def run(stop: threading.Event, now: Callable[[], datetime] = clock.now) -> None:
    """Number leaves until `stop` is set. A lost database or a refusal is logged and tried again; it never ends the loop."""
    sequencer = Sequencer()
    fresh = True
    while not stop.is_set():
        wait = CADENCE
        try:
            if fresh or _is_pending():
                numbered = sequencer.round(now())
                fresh = numbered is None
                wait = 0.0 if numbered == BATCH else CADENCE
        except LogRefused as refusal:
            log.error("the log is not signed: %s", refusal)  # noqa: TRY400 - the message is the whole story
            sequencer, fresh, wait = Sequencer(), True, AFTER_REFUSAL
        except (DatabaseError, OSError) as error:
            log.warning("the log waits: %s", _why(error))
            connection.close()
            sequencer, fresh, wait = Sequencer(), True, AFTER_FAILURE
        stop.wait(wait)
    connection.close()
