"""Clients of `record.py`: processes that write to the record for a while, with its log, without it, or in a chain under one lock."""

from __future__ import annotations

import contextlib
import hashlib
import multiprocessing
import os
import secrets
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from multiprocessing.connection import Connection
from typing import Any

READY = 1500  # entries sealed before the clock runs: at most so many are written in one turn
ACTS = 6  # of a case, then the next one is begun
CHAIN = "CREATE TABLE IF NOT EXISTS bench_chain (id int PRIMARY KEY, head bytea NOT NULL); INSERT INTO bench_chain VALUES (1, '\\x00')"


@dataclass(frozen=True)
class Order:
    """What a client is to do: `how` (see `_ways`), for how many seconds, at most how many acts a second (0: as fast as it can)."""

    how: str
    seconds: float
    rate: float = 0.0


class Clients:
    """Processes, forked before this one has a connection, that wait for orders."""

    def __init__(self, count: int) -> None:
        fork = multiprocessing.get_context("fork")
        self.ends: list[Connection] = []
        self.processes = []
        for number in range(count):
            ours, theirs = fork.Pipe()
            process = fork.Process(target=_client, args=(theirs, number), daemon=True)
            process.start()
            self.ends.append(ours)
            self.processes.append(process)

    def do(self, order: Order, clients: int) -> list[tuple[list[tuple[str, float]], float]]:
        """Let so many clients work at once; for each, the ids that were committed and when (by the clock), and how many seconds it worked."""
        share = replace(order, rate=order.rate / clients)
        for end in self.ends[:clients]:
            end.send(share)
        return [end.recv() for end in self.ends[:clients]]

    def close(self) -> None:
        for end, process in zip(self.ends, self.processes, strict=True):
            with contextlib.suppress(OSError):
                end.send(None)
            process.join(5)
            if process.is_alive():
                process.terminate()


@contextlib.contextmanager
def sequencing() -> Iterator[None]:
    """A sequencer at work, in a process of its own as in an installation."""
    process = multiprocessing.get_context("fork").Process(target=_sequence, daemon=True)
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join(10)


def _sequence() -> None:
    from xiezhi.apps.record import sequencer

    sequencer.run(threading.Event())


def _client(end: Connection, number: int) -> None:
    from django.db import connection

    ways = _ways(number)
    while (order := end.recv()) is not None:
        write = ways[order.how]()
        done, begun = [], time.monotonic()
        while (spent := time.monotonic() - begun) < order.seconds and len(done) < READY:
            if order.rate and len(done) / order.rate > spent:
                time.sleep(max(0.0, len(done) / order.rate - spent))
            id_ = write()
            done.append((id_, time.time()))
        end.send((done, time.monotonic() - begun))
    connection.close()
    os._exit(0)


def _ways(number: int) -> dict[str, Callable[[], Callable[[], str]]]:
    """perform            record.service.perform with its projections
    perform, no log       the same without field tree and queue: an entry of 0x01 and zeros, no pending row
    statement             the one insert statement of entry, body, queue and outbox alone, sealed beforehand, one commit each
    statement, chain      the same with a head of all entries, kept by hashing under its row's lock: the usual chained table
    """
    return {
        "perform": lambda: _performing(number),
        "perform, no log": lambda: _without_log(_performing(number)),
        "statement": lambda: _stating(number, chained=False),
        "statement, chain": lambda: _stating(number, chained=True),
    }


def _performing(number: int) -> Callable[[], str]:
    from xiezhi.apps.record import service
    from xiezhi.site import clock

    lines = _lines(number)

    def write() -> str:
        id_ = uuid.uuid4()
        answer = service.perform(next(lines), id_, clock.now())
        if not isinstance(answer, service.Receipt):
            raise TypeError(answer.message_zh)
        return str(id_)

    return write


def _lines(number: int) -> Iterator[dict[str, Any]]:
    import district

    from xiezhi.site import clock

    while True:
        case, begun = f"B{number}-{secrets.token_hex(5)}", clock.now() - timedelta(days=2)
        yield district.lead(case, begun)
        for place in range(1, ACTS):
            yield district.inspection(case, begun + timedelta(hours=place))


def _without_log(write: Callable[[], str]) -> Callable[[], str]:
    """Switched in this benchmark's processes alone; the product has no such switch."""
    from xiezhi.apps.record import entry, insert

    def unlogged(*_: object) -> bytes:
        return b"\x01" + bytes(32)

    statement = insert._INSERT.replace("     p AS (INSERT INTO record_pending (entry_id) VALUES (%s)),\n", "     p AS (SELECT %s::uuid),\n")
    if statement == insert._INSERT:
        raise RuntimeError("the statement of record.insert is not what this benchmark knows")

    def switched() -> str:
        kept = entry.field_tree, insert._INSERT
        entry.field_tree, insert._INSERT = unlogged, statement  # type: ignore[assignment]
        try:
            return write()
        finally:
            entry.field_tree, insert._INSERT = kept

    return switched


def _stating(number: int, *, chained: bool) -> Callable[[], str]:
    from django.db import connection, transaction

    from xiezhi.apps.record.insert import insert

    case, ready = _sealed(number)

    def write() -> str:
        sealed = ready.pop()
        with transaction.atomic():
            if chained:
                with connection.cursor() as cursor:  # the head is read, hashed on and written back as such tables do it
                    cursor.execute("SELECT head FROM bench_chain WHERE id = 1 FOR UPDATE")
                    head = hashlib.sha256(bytes(cursor.fetchone()[0]) + sealed.entry).digest()
                    insert(sealed, case)
                    cursor.execute("UPDATE bench_chain SET head = %s WHERE id = 1", [head])
            else:
                insert(sealed, case)
        return str(sealed.id)

    return write


def _sealed(number: int) -> tuple[Any, list[Any]]:
    """A case of its own, and entries of it ready to be written, the first last."""
    from xiezhi.apps.record.case import place_of
    from xiezhi.apps.record.entry import Statement, seal
    from xiezhi.apps.record.models import Case
    from xiezhi.core.law.clock import utc_text
    from xiezhi.site import clock

    now = clock.now()
    case = Case.objects.create(
        id=f"C{number}-{secrets.token_hex(5)}", procedure="penalty", agency_id="yx-cg", pack_id="demo", opened_at=now
    )
    own = {"data": {"content": "占道堆放建材约三立方米", "place": "云溪大道 1 号"}, "documents": ["inspection_record"]}
    ready: list[Any] = []
    for _ in range(READY):
        sealed = seal(
            Statement("act", "site_inspected", uuid.uuid4(), utc_text(now), ["yx-o1"], own, "happened"), place_of(case, "yx-cg", now)
        )
        case.next_seq, case.last_entry = case.next_seq + 1, sealed.entry
        ready.append(sealed)
    return case, ready[::-1]
