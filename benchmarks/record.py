"""The record's speed, as ratios of one run: each pair is measured in turns, and the median of the turns' ratios is told.

    .venv/bin/python benchmarks/record.py acts [--seconds 3] [--rounds 5]     acts through `perform` with and without the log; lag
    .venv/bin/python benchmarks/record.py log [--leaves 300000]               fsck, proofs, verification
    .venv/bin/python benchmarks/record.py evidence [--size 256]               hashing and storing recordings

An embedded server in a passing home of its own. A bound that is OVER makes the exit status 1.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click


@contextlib.contextmanager
def _home() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="xz-bench-"))
    os.environ |= {"XIEZHI_HOME": str(place)}
    os.environ.pop("DATABASE_URL", None)
    try:
        from xiezhi.cli.frame import with_django

        with with_django():
            print(f"load {', '.join(f'{one:.1f}' for one in os.getloadavg())} on {os.cpu_count()} cores", flush=True)
            yield place
            print(f"load {', '.join(f'{one:.1f}' for one in os.getloadavg())} afterwards", flush=True)
    finally:
        shutil.rmtree(place, ignore_errors=True)


class Told:
    """Prints what was measured beside its bound, and remembers whether all were kept."""

    def __init__(self) -> None:
        self.kept = True

    def __call__(
        self, what: str, value: float, unit: str, *, least: float | None = None, most: float | None = None, more: str = ""
    ) -> None:
        good = (least is None or value >= least) and (most is None or value <= most)
        self.kept = self.kept and good
        bound = (
            ""
            if least is None and most is None
            else f"{'PASS' if good else 'OVER'} ({f'≥ {least:g}' if least is not None else f'≤ {most:g}'})"
        )
        shown = f"{value:,.0f}" if value >= 100 else f"{value:.2f}"
        print(f"  {what:<58} {shown:>9} {unit:<9} {bound:<15} {more}".rstrip(), flush=True)


def in_turns(one: Callable[[], float], other: Callable[[], float], rounds: int) -> tuple[float, str]:
    """The median of one ÷ other over rounds, each round both, in changing order; and the span of the ratios and both medians in words."""
    ratios, ones, others = [], [], []
    for number in range(rounds):
        pair = (one(), other()) if number % 2 == 0 else (other(), one())[::-1]
        ones.append(pair[0])
        others.append(pair[1])
        ratios.append(pair[0] / pair[1])
    words = f"{min(ratios):.2f}-{max(ratios):.2f}; {statistics.median(ones):,.0f} to {statistics.median(others):,.0f} a second"
    return statistics.median(ratios), words


@click.group()
def command() -> None:
    """Measure the record."""


@command.command()
@click.option("--seconds", type=float, default=3.0, show_default=True)
@click.option("--rounds", type=int, default=5, show_default=True)
def acts(seconds: float, rounds: int) -> None:
    """Committed acts with the log and without, the chained table, and the lag from commit to signed checkpoint."""
    told = Told()
    with _home():
        import district
        from django.db import connection, connections
        from record_writers import CHAIN, Clients, Order, sequencing

        from xiezhi.apps.record.sequencer import Sequencer
        from xiezhi.site import clock

        district.build(clock.now())
        Sequencer().drain(clock.now(), 600)
        with connection.cursor() as cursor:
            cursor.execute(CHAIN)
        connections.close_all()
        clients = Clients(8)
        try:
            with sequencing():

                def rate(how: str, count: int) -> Callable[[], float]:
                    return lambda: sum(len(done) / took for done, took in clients.do(Order(how, seconds), count))

                for how in ("perform", "perform, no log", "statement", "statement, chain"):
                    clients.do(Order(how, 1.0), 8)  # packs and plans are read once
                for count in (1, 8):
                    ratio, more = in_turns(rate("perform", count), rate("perform, no log", count), rounds)
                    told(f"perform ÷ perform without the log, {count} clients", ratio, "", least=0.8, more=more)
                ratio, more = in_turns(rate("statement", 8), rate("statement, chain", 8), rounds)
                told("statement alone ÷ chained under a lock, 8 clients", ratio, "", least=5.0, more=more)
                _drained()
                for how, goal in (("statement", 100.0), ("perform", 100.0)):
                    _lag(told, lambda how=how, goal=goal: clients.do(Order(how, 4 * seconds, goal), 8), how, goal)
        finally:
            clients.close()
    raise SystemExit(not told.kept)


def _drained() -> None:
    from django.db import connections

    from xiezhi.apps.record.models import Pending

    while Pending.objects.exists():
        time.sleep(0.1)
    connections.close_all()


def _lag(told: Told, write: Callable[[], list[tuple[list[tuple[str, float]], float]]], how: str, goal: float) -> None:
    """From the return of the commit until the published checkpoint covers the act, seen by looking at the file every 5 ms."""
    from django.db import connection

    from xiezhi.apps.record import queries

    seen: list[tuple[float, int]] = []
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(0.005):
            head = queries.checkpoint()
            if head is not None and (not seen or head.size > seen[-1][1]):
                seen.append((time.time(), head.size))

    watcher = threading.Thread(target=watch)
    watcher.start()
    begun = time.time()
    done = [one for of_client, _ in write() for one in of_client]
    took = time.time() - begun
    _drained()
    time.sleep(0.5)
    stop.set()
    watcher.join()
    with connection.cursor() as cursor:
        cursor.execute("SELECT entry_id::text, seq FROM record_leaf WHERE entry_id = ANY(%s::uuid[])", [[id_ for id_, _ in done]])
        places = dict(cursor.fetchall())
    lags = []
    for id_, committed in done:
        covered = next(at for at, size in seen if size > places[id_])
        lags.append(max(0.0, 1000 * (covered - committed)))
    lags.sort()
    more = f"{len(done) / took:.0f} acts a second reached of {goal:.0f}"
    told(f"commit to signed checkpoint by {how}, p50", lags[len(lags) // 2], "ms", more=more)
    told(f"commit to signed checkpoint by {how}, p99", lags[len(lags) * 99 // 100], "ms", most=500)


@command.command()
@click.option("--leaves", type=int, default=300_000, show_default=True)
@click.option("--rounds", type=int, default=5, show_default=True)
def log(leaves: int, rounds: int) -> None:
    """fsck over a synthetic log, proofs from its tiles, and their verification."""
    told = Told()
    with _home():
        import synthetic_log

        from xiezhi.apps.record.verify import verify

        synthetic_log.lay(leaves)

        def fsck() -> None:
            report = verify(bodies=False)
            assert (report.leaves, report.faults) == (leaves, []), report.faults[:3]

        rate, more = _rate(fsck, leaves, rounds)
        told(f"fsck of {leaves:,} leaves", rate, "leaves/s", least=250_000, more=more)
        _proofs(told, leaves, rounds)
    raise SystemExit(not told.kept)


def _rate(do: Callable[[], object], count: int, rounds: int) -> tuple[float, str]:
    """The median of how many a second, and the best with this process's own CPU in words; once before to warm up."""
    do()
    rates, spent = [], []
    for _ in range(rounds):
        began, ticked = time.perf_counter(), time.process_time()
        do()
        rates.append(count / (time.perf_counter() - began))
        spent.append(time.process_time() - ticked)
    return statistics.median(rates), f"best {max(rates):,.0f}; {min(spent) / count * 1e6:.1f} µs CPU each here"


def _proofs(told: Told, size: int, rounds: int) -> None:
    from xiezhi.apps.record import published, queries
    from xiezhi.apps.record.tiles import read_entries, read_tile
    from xiezhi.core.ledger.note import Checkpoint, VerifierKey
    from xiezhi.core.ledger.proof import LogProof
    from xiezhi.core.ledger.tiles import range_in_tiles
    from xiezhi.core.ledger.tree import inclusion_proof, leaf_hash, verify_inclusion

    note, key = published.read_checkpoint(), VerifierKey.parse(queries.verifier_key() or "")
    assert note is not None
    places = [random.Random(7).randrange(size) for _ in range(20_000)]
    proofs: list[str] = []

    def prove() -> None:
        hash_of = range_in_tiles(size, read_tile)
        proofs[:] = [LogProof(place, tuple(inclusion_proof(place, size, hash_of)), note).text() for place in places]

    rate, more = _rate(prove, len(places), rounds)
    told(".tlog-proof from tiles, random places, nothing kept before", rate, "proofs/s", least=5000, more=more)
    few = [LogProof.parse(text) for text in proofs[:2000]]
    entries = [read_entries(one.index // 256)[one.index % 256] for one in few]
    leaves, head = [leaf_hash(entry) for entry in entries], Checkpoint.open(note, key)

    def verify() -> None:
        for leaf, one in zip(leaves, few, strict=True):
            assert verify_inclusion(leaf, one.index, size, one.hashes, head.root)

    rate, more = _rate(verify, len(few), rounds)
    told("inclusion verified", rate, "proofs/s", least=20_000, more=more)

    def verify_whole() -> None:
        for entry, text in zip(entries[:300], proofs, strict=False):
            LogProof.parse(text).verify(entry, key)

    rate, more = _rate(verify_whole, 300, rounds)
    told("the whole file read and verified, with its signature", rate, "proofs/s", more=more)


@command.command()
@click.option("--size", type=int, default=256, show_default=True, help="MiB of a recording.")
@click.option("--rounds", type=int, default=5, show_default=True)
def evidence(size: int, rounds: int) -> None:
    """Hashing a recording beside hashlib, and storing it beside a plain copy."""
    told = Told()
    with _home() as home:
        from record_storing import hashing, storing

        ratio, more = in_turns(*hashing(size), rounds)
        told("hashing (whole and chunks) ÷ hashlib", ratio, "", least=0.9, more=more)
        for name, pair in storing(home, size):
            ratio, more = in_turns(*pair, rounds)
            told(name, ratio, "", least=0.5 if "made durable" in name else None, more=more)
    raise SystemExit(not told.kept)


if __name__ == "__main__":
    command()
