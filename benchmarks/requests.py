"""What one request costs: queries and CPU, on an embedded server in a home of its own.

    .venv/bin/python benchmarks/requests.py --cases 3500 --cases 200000

CPU is of this process (Python's part of the request, with the sequencer's round where a leaf is made), since wall time on a busy machine
says little. Each bound is said to PASS or to be OVER; one that is OVER makes the exit status 1.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import statistics
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

ROUNDS = 30
PART = 500  # cases that a process loads at a time


@dataclass(frozen=True)
class Bound:
    """The most queries and milliseconds of CPU (issue SKELETON, Done 4); None: measured only."""

    queries: int | None
    cpu_ms: float | None


@dataclass(frozen=True)
class Measured:
    what: str
    queries: int
    cpu_ms: float
    wall_ms: float
    bound: Bound

    @property
    def kept(self) -> bool:
        few = self.bound.queries is None or self.queries <= self.bound.queries
        return few and (self.bound.cpu_ms is None or self.cpu_ms <= self.bound.cpu_ms)

    def __str__(self) -> str:
        limits = [f"{most} {unit}" for most, unit in ((self.bound.queries, "queries"), (self.bound.cpu_ms, "ms")) if most is not None]
        mark = f"{'PASS' if self.kept else 'OVER'} (at most {', '.join(limits)})" if limits else ""
        return f"  {self.what:<34} {self.queries:>3} queries  {self.cpu_ms:7.1f} ms CPU  {self.wall_ms:7.1f} ms wall  {mark}".rstrip()


def measure(what: str, do: Callable[[int], object], bound: Bound, rounds: int = ROUNDS) -> Measured:
    """Medians over `rounds`, after three to warm up; queries of the costliest round."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for warm in range(3):
        do(-1 - warm)
    queries, cpu, wall = [], [], []
    for number in range(rounds):
        with CaptureQueriesContext(connection) as captured:
            do(number)
        queries.append(len(captured))
    for number in range(rounds, 2 * rounds):  # apart from the counting, which costs time itself
        began, ticked = time.perf_counter(), time.process_time()
        do(number)
        cpu.append(1000 * (time.process_time() - ticked))
        wall.append(1000 * (time.perf_counter() - began))
    return Measured(what, max(queries), statistics.median(cpu), statistics.median(wall), bound)


def measure_all(user: Any) -> list[Measured]:
    import district
    from django.test import Client
    from django.urls import reverse

    from xiezhi.apps.record import queries, service
    from xiezhi.apps.record.sequencer import Sequencer
    from xiezhi.core.procedure.explain import explain
    from xiezhi.site import clock

    sequencer = Sequencer()
    sequencer.drain(clock.now(), 600)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    def record(case: str) -> None:
        answer = service.perform(district.inspection(case, clock.now()), uuid.uuid4(), clock.now())
        if not isinstance(answer, service.Receipt):
            raise TypeError(answer.message_zh)

    def record_with_leaf(case: str) -> None:
        record(case)
        sequencer.round(clock.now())

    def page(address: str, rows: int = 0) -> Callable[[int], None]:
        def get(_: int) -> None:
            answer = client.get(address)
            listed = answer.content.count(b"data-row")
            if answer.status_code != 200 or listed != rows:
                raise RuntimeError(f"{address} answered {answer.status_code} with {listed} rows, not {rows}")

        return get

    filed, investigated = district.standing_at("filed", 100), district.standing_at("investigated", 100)
    long, growing = _long_case(60), _long_case(60)  # what is recorded in one would make its page longer
    book, marking = queries.marking(long)
    act, read, most = Bound(14, 30), Bound(10, 40), Bound(0, 5)
    return [
        measure("record an act, case of 2", lambda n: record(filed[n]), Bound(14, None), 10),
        measure("  with its leaf", lambda n: record_with_leaf(filed[n + 30]), Bound(None, act.cpu_ms), 10),
        measure("record an act, case of 11", lambda n: record(investigated[n]), Bound(14, None), 10),
        measure("  with its leaf", lambda n: record_with_leaf(investigated[n + 30]), Bound(None, act.cpu_ms), 10),
        measure("record an act, case of 60", lambda _: record(growing), Bound(14, act.cpu_ms), 10),
        measure("case page, 2 acts", page(reverse("casework:case", args=[filed[-1]])), read),
        measure("case page, 11 acts", page(reverse("casework:case", args=[investigated[-1]])), read),
        measure("case page, 60 acts", page(reverse("casework:case", args=[long])), read),
        measure("workbench, 100 cases", page(reverse("casework:workbench") + "?size=100", 100), Bound(8, 90)),
        measure("explain, 60 acts", lambda _: explain(book, marking, {}, clock.now()), most),
    ]


def fixed_work() -> float:
    """Milliseconds of CPU for the same piece of Python as ever: the median of nine."""
    spent = []
    for _ in range(9):
        ticked = time.process_time()
        sorted(str(number * 7919 % 10_007) for number in range(20_000))
        spent.append(1000 * (time.process_time() - ticked))
    return statistics.median(spent)


def _long_case(acts: int) -> str:
    import district

    from xiezhi.apps.record import service
    from xiezhi.site import clock

    case, begun = str(uuid.uuid4()), clock.now() - timedelta(days=20)
    lines = [district.filing(case, begun, f"云城管立〔2020〕{uuid.uuid4().int % 10**9}号")]
    lines += [district.inspection(case, begun + timedelta(hours=number)) for number in range(1, acts)]
    service.load_histories(lines, clock.now())
    return case


def parallel_filings(each: int = 5) -> str:
    """Eight at once draw numbers from one series: none fails, none is doubled, none is missing. Raises AssertionError."""
    import district
    from django.db import connection

    from xiezhi.apps.casework import service as casework
    from xiezhi.apps.record import queries, service
    from xiezhi.site import clock

    numbers: list[str] = []
    failures: list[BaseException] = []
    gate = threading.Barrier(8)

    def file() -> None:
        try:
            gate.wait()
            for _ in range(each):
                case = uuid.uuid4()
                answer = casework.perform(district.filing(str(case), clock.now()), case, clock.now())
                assert isinstance(answer, service.Receipt), answer
                numbers.append(queries.history(str(case))[0].body["data"]["case"]["number"])
        except BaseException as error:  # noqa: BLE001 - told by the main thread
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=file) for _ in range(8)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    assert not failures, failures
    drawn = sorted(int(number.split("〕")[1].rstrip("号")) for number in numbers)
    assert drawn == list(range(drawn[0], drawn[0] + 8 * each)), drawn
    return f"  8 parallel filings                 {8 * each} cases, numbers without gap or double, {took / (8 * each) * 1000:.0f} ms each"


@click.command()
@click.option(
    "--cases", "sizes", type=int, multiple=True, default=(3500,), help="How many cases to measure at; may be given again, growing."
)
@click.option("--home", type=click.Path(path_type=Path), help="Keep the data here instead of a passing folder.")
def command(sizes: tuple[int, ...], home: Path | None) -> None:
    place = home or Path(tempfile.mkdtemp(prefix="xz-bench-"))
    os.environ |= {"XIEZHI_HOME": str(place)}
    os.environ.pop("DATABASE_URL", None)
    kept = True
    try:
        from xiezhi.cli.frame import with_django

        with with_django():
            kept = _at_all(sorted(sizes))
    finally:
        if home is None:
            shutil.rmtree(place, ignore_errors=True)
    raise SystemExit(not kept)


def _at_all(sizes: list[int]) -> bool:
    import district
    from django.conf import settings
    from django.db import connection

    from xiezhi.apps.record import queries
    from xiezhi.site import clock

    settings.ALLOWED_HOSTS = ["testserver"]
    user, kept = district.build(clock.now()), True
    there = max((size for size in sizes if queries.case(district.name(size - 1))), default=0)  # a kept home has some already
    for size in sizes:
        began = time.perf_counter()
        acts = load(there, size - there) if size > there else 0
        took = time.perf_counter() - began
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        print(f"{max(size, there)} cases ({acts} acts loaded in {took:.0f} s, {acts / max(took, 0.001):.0f} a second)", flush=True)
        there = max(size, there)
        print(f"  a fixed piece of work takes {fixed_work():.1f} ms CPU (says how free the machine is)", flush=True)
        for one in measure_all(user):
            print(one, flush=True)
            kept = kept and one.kept
        print(parallel_filings(), flush=True)
    return kept


def load(first: int, count: int) -> int:
    """Load cases in two processes over disjoint parts; the number of acts."""
    from django.db import connections

    parts = [(start, min(PART, first + count - start)) for start in range(first, first + count, PART)]
    connections.close_all()  # a forked process must not share a connection
    with ProcessPoolExecutor(2, multiprocessing.get_context("fork")) as processes:
        return sum(processes.map(_load_part, parts))


def _load_part(part: tuple[int, int]) -> int:
    import district

    from xiezhi.apps.record import service
    from xiezhi.site import clock

    return service.load_histories(district.cases(*part, clock.now()), batch=200)


if __name__ == "__main__":
    command()
