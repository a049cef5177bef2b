"""The whole record looked at each night by the worker: the log derived again, then every body proved again in random order.

What was found is kept in a file beside the published checkpoint, so that it is told also when the database cannot be asked.
"""

from __future__ import annotations

import json
import logging
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection

from xiezhi.core.law.clock import SHANGHAI
from xiezhi.core.ledger.body import read as read_body
from xiezhi.core.ledger.errors import BodyError
from xiezhi.core.ledger.fields import field_tree
from xiezhi.core.ledger.tiles import TILE_WIDTH, hashes_of
from xiezhi.core.ledger.tree import leaf_hash
from xiezhi.core.ledger.verify import Fault
from xiezhi.site import clock

from .derived import drift
from .key import LogRefused
from .models import Case
from .published import write_file
from .tiles import read_tile
from .tombstones import stones
from .verify import verify

log = logging.getLogger(__name__)

HOUR = 2  # of the night, in China: when the day's inspection is due
FIRST_AFTER = timedelta(minutes=10)  # of the worker's life, where none was ever made
LONGEST = 2 * 3600.0  # seconds for the bodies; where that is too short, other ones are chosen each night
BREATH = 0.01  # seconds between tiles, so that work goes before
CASES = 200  # whose derived rows are derived again each night
TOLD = 50  # faults that are kept
CADENCE = 30.0  # seconds between looks at the clock
LATER = 600.0  # seconds until one that could not be made is tried again

_TILE = """
SELECT l.seq, e.id, e.class || ' ' || e.id || ' in case ' || e.case_id || ' (no. ' || e.case_seq || ')', b.seed, b.text
FROM record_leaf l JOIN record_entry e ON e.id = l.entry_id LEFT JOIN record_entry_body b ON b.entry_id = e.id
WHERE l.seq >= %s AND l.seq < %s ORDER BY l.seq
"""


@dataclass(frozen=True, slots=True)
class Inspection:
    """`bodies` proved again, of `leaves`; `count` of all faults, the first of them in words."""

    began: datetime
    ended: datetime
    leaves: int
    bodies: int
    count: int
    faults: list[dict[str, str]] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        return self.count == 0


def path() -> Path:
    return Path(settings.LOG_PUBLISHED) / "inspection.json"


def last() -> Inspection | None:
    """The newest inspection; None before the first, or where its file cannot be read."""
    try:
        found: dict[str, Any] = json.loads(path().read_text(encoding="utf-8"))
        times = {name: datetime.fromisoformat(found[name]) for name in ("began", "ended")}
        return Inspection(**{**found, **times})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def inspect(now: Callable[[], datetime] = clock.now, stop: threading.Event | None = None, seed: int | None = None) -> Inspection | None:
    """Look at everything once, keep and log what was found. None when it was stopped, or when the log has not begun."""
    stop = stop or threading.Event()
    began = now()
    try:
        report = verify(bodies=False)
    except LogRefused as refusal:
        log.error("the night's inspection cannot be made: %s", refusal)  # noqa: TRY400 - the message is the whole story
        return None
    chance = random.Random(seed)  # noqa: S311 - an order, no secret
    faults, bodies = list(report.faults), 0
    for proved, found in _bodies(report.leaves, chance):
        bodies += proved
        faults += found
        if stop.wait(BREATH):
            return None
    ids = list(Case.objects.exclude(id="").values_list("id", flat=True))
    faults += drift(now(), chance.sample(ids, min(CASES, len(ids))))
    told = [{"item": one.item, "what": one.what, "what_zh": one.what_zh} for one in faults[:TOLD]]
    done = Inspection(began, now(), report.leaves, bodies, len(faults), told)
    write_file(path(), json.dumps(asdict(done), ensure_ascii=False, default=datetime.isoformat))
    if faults:
        log.error("the night's inspection found %d bad items, the first: %s. Run `xiezhi ledger verify`.", len(faults), faults[0])
    return done


def _bodies(size: int, chance: random.Random) -> Iterator[tuple[int, list[Fault]]]:
    """Tile by tile in random order: how many bodies were proved, and the faults."""
    until = time.monotonic() + LONGEST
    places = list(range((size + TILE_WIDTH - 1) // TILE_WIDTH))
    chance.shuffle(places)
    for place in places:
        if time.monotonic() > until:
            return
        yield _tile(place, size)


def _tile(place: int, size: int) -> tuple[int, list[Fault]]:
    first = place * TILE_WIDTH
    with connection.cursor() as cursor:
        cursor.execute(_TILE, [first, min(first + TILE_WIDTH, size)])
        rows = cursor.fetchall()
    stored = hashes_of(read_tile(0, place, TILE_WIDTH))
    proved, faults = 0, []
    for seq, id_, name, seed, text in rows:
        if text is None:
            if id_ not in stones():
                faults.append(Fault(f"body of {name}", "is missing", "缺失"))
        elif seq - first < len(stored) and _leaf(text, bytes(seed)) == stored[seq - first]:
            proved += 1
        else:
            faults.append(Fault(f"body of {name}", "does not give the leaf that was logged", "正文与已入日志的叶子不符"))
    return proved, faults


def _leaf(text: str, seed: bytes) -> bytes:
    try:
        return leaf_hash(field_tree(read_body(text), seed))
    except (BodyError, ValueError):
        return b""


def is_due(now: datetime, since: datetime) -> bool:
    """Whether one is to be made: none since the last night's hour; the very first some minutes after the worker began (`since`)."""
    before = last()
    if before is None:
        return now >= since + FIRST_AFTER
    local = now.astimezone(SHANGHAI)
    night = local.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    if night > local:
        night -= timedelta(days=1)
    return before.ended < night or before.began > now + timedelta(minutes=5)  # a time in the future was written by a false clock


def run(stop: threading.Event, now: Callable[[], datetime] = clock.now) -> None:
    """Wait for the hour, look, and wait for the next, until `stop` is set. What keeps one from being made is logged and tried again."""
    since = now()
    while not stop.wait(CADENCE):
        if not is_due(now(), since):
            continue
        try:
            if inspect(now, stop) is None:
                stop.wait(LATER)
        except (DatabaseError, OSError) as error:
            log.warning("the inspection waits: %s", str(error).strip())
            stop.wait(LATER)
        finally:
            connection.close()
