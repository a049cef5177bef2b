"""The audit: acts a second from histories, and event logs from file to findings, beside pm4py in one run.

    .venv/bin/python benchmarks/audit.py rows HISTORY.jsonl --pack xuecheng [--people FILE]     # a log made by `xiezhi synthesize`
    .venv/bin/python benchmarks/audit.py log LOG.xes.gz --pack FOLDER --mapping FILE [--pm4py PYTHON]

CPU seconds, each measurement in a process of its own, imports not counted; "fixed work" says how free the machine was. `--pm4py` is the
Python of a scratch environment that holds pm4py (AGPL: never a dependency); it reads the same XES file and, for the rate, checks Declare.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import click

_OURS = """
import json, resource, sys, time
from pathlib import Path
from xiezhi.core.audit import audit
from xiezhi.core.audit.mapping import load_mapping
from xiezhi.core.audit.read.people import read_people
from xiezhi.core.law.clock import parse_time
from xiezhi.core.law.pack import load_pack
from xiezhi.core.law.calendar import Calendar
from xiezhi.core.procedure.book import open_book
path, pack_id, mapping, people, as_of, workers = json.loads(sys.argv[1])
if not path.endswith(".jsonl"):
    import polars
pack = load_pack(pack_id)
names = load_mapping(Path(mapping), pack.vocabulary) if mapping else None
known = read_people(Path(people)) if people else None
open_book(pack, Calendar.load())
began, ticked = time.perf_counter(), time.process_time()
report = audit([Path(path)], pack, known, parse_time(as_of), names=names, workers=workers)
wall, cpu = time.perf_counter() - began, time.process_time() - ticked
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
children = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([cpu + children.ru_utime, wall, peak, report.cases, report.acts, len(report.findings)]))
"""
_READ = """
import json, sys, time
import pm4py
ticked = time.process_time()
log = pm4py.read_xes(sys.argv[1])
print(json.dumps([time.process_time() - ticked, 0, 0, log["case:concept:name"].nunique(), len(log), 0]))
"""
_DECLARE = """
import json, sys, time
import pm4py
log = pm4py.read_xes(sys.argv[1])
model = pm4py.discover_declare(log)
ticked = time.process_time()
pm4py.conformance_declare(log, model)
print(json.dumps([time.process_time() - ticked, 0, 0, log["case:concept:name"].nunique(), len(log), 0]))
"""


def fixed_work() -> float:
    """Milliseconds of CPU for the same piece of Python as in requests.py."""
    ticked = time.process_time()
    sorted(str(number * 7919 % 10_007) for number in range(20_000))
    return 1000 * (time.process_time() - ticked)


def run(what: str, python: str, program: str, argument: str) -> list[float]:
    """One measurement: [CPU seconds, wall seconds, peak MB, cases, acts, findings]."""
    free = fixed_work()
    answer = subprocess.run([python, "-c", program, argument], capture_output=True, text=True, check=False)
    if answer.returncode:
        raise click.ClickException(f"{what}: {answer.stderr.strip().splitlines()[-1]}")
    found: list[float] = json.loads(answer.stdout.splitlines()[-1])
    cpu, wall, peak, cases, acts, findings = found
    more = f"{wall:7.2f} s wall  {peak:5.0f} MB  {findings:.0f} findings" if wall else ""
    print(
        f"  {what:<34} {cpu:7.2f} s CPU  {cases / cpu:9.0f} cases/s  {acts / cpu:9.0f} acts/s  {more}  (fixed work {free:.1f} ms)",
        flush=True,
    )
    return found


@click.group()
def main() -> None:
    """Audit benchmarks."""


@main.command()
@click.argument("history", type=click.Path(exists=True))
@click.option("--pack", required=True)
@click.option("--people", type=click.Path(exists=True))
@click.option("--as-of", default="2027-01-01T00:00:00+08:00")
@click.option("--workers", type=int, multiple=True, default=(1, 2))
def rows(history: str, pack: str, people: str | None, as_of: str, workers: tuple[int, ...]) -> None:
    """Histories in JSON Lines, with one process and with more."""
    calls = [(number, json.dumps([history, pack, None, people, as_of, number])) for number in workers]
    walls = [run(f"{number} process(es)", sys.executable, _OURS, call)[1] for number, call in calls]
    print(f"  wall of one process by that of {workers[-1]}: {walls[0] / walls[-1]:.2f}")


@main.command()
@click.argument("logs", nargs=-1, required=True, type=click.Path(exists=True))
@click.option("--pack", required=True)
@click.option("--mapping", required=True, type=click.Path(exists=True))
@click.option("--as-of", default="2014-01-01T00:00:00+00:00")
@click.option("--pm4py", type=click.Path(exists=True), help="A Python that holds pm4py.")
def log(logs: tuple[str, ...], pack: str, mapping: str, as_of: str, pm4py: str | None) -> None:
    """Event logs, from file to findings. Exit status 1 when a bar is missed."""
    kept = True
    ours: dict[str, list[float]] = {}
    for path in logs:
        ours[path] = run(f"{Path(path).name[-30:]}", sys.executable, _OURS, json.dumps([path, pack, mapping, None, as_of, 1]))
        kept &= _bar(f"{Path(path).name}: under 400 MB", ours[path][2] < 400)
        if not path.endswith((".xes", ".xes.gz")):
            kept &= _bar(f"{Path(path).name}: at most 2.5 s", ours[path][0] <= 2.5)
    xes = next((path for path in logs if path.endswith((".xes", ".xes.gz"))), None)
    if pm4py and xes:
        read = run("pm4py read_xes alone", pm4py, _READ, xes)
        kept &= _bar("XES to findings within 1.3 of pm4py's reading alone", ours[xes][0] <= 1.3 * read[0])
        declare = run("pm4py Declare, conformance alone", pm4py, _DECLARE, xes)
        best = min(ours.values(), key=lambda found: found[0])
        kept &= _bar("ten times the case rate of Declare", best[3] / best[0] >= 10 * declare[3] / declare[0])
    raise SystemExit(not kept)


def _bar(what: str, kept: bool) -> bool:
    print(f"    {'PASS' if kept else 'OVER'}  {what}", flush=True)
    return kept


if __name__ == "__main__":
    main()
