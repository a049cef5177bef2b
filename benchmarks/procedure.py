"""Fold, step and explain of one long case. Prints microseconds of CPU; the best of several rounds, since a machine is seldom free.

python benchmarks/procedure.py [PACK]
"""

from __future__ import annotations

import sys
import time
from datetime import datetime, timedelta

from xiezhi.core.law.calendar import Calendar
from xiezhi.core.law.pack import load_pack
from xiezhi.core.procedure.book import open_book
from xiezhi.core.procedure.explain import explain
from xiezhi.core.procedure.fold import begin, fold
from xiezhi.core.procedure.history import act_from_line
from xiezhi.core.procedure.step import step_on

KINDS = ["identity_shown", "rights_informed", "site_inspected", "inquiry_made", "evidence_obtained", "document_served"]


def best(work, rounds: int = 40) -> float:
    spent = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return min(spent) * 1e6


def history(vocabulary, number: int):
    start = datetime.fromisoformat("2021-08-02T09:00:00+08:00")
    lines = [{"act": "case_filed", "data": {"party": {"kind": "citizen"}, "penalty": {"fine": 8000}}}]
    lines += [
        {"act": KINDS[n % 6], "documents": ["inquiry_record"], "signed": {"party": "signed", "officers": 2}} for n in range(number - 1)
    ]
    return [
        act_from_line(
            {"case": "B", "procedure": "penalty", "by": ["o1", "o2"], "at": (start + timedelta(hours=3 * n)).isoformat(), **line},
            vocabulary,
        )
        for n, line in enumerate(lines)
    ]


def main() -> None:
    book = open_book(load_pack(sys.argv[1] if len(sys.argv) > 1 else "xuecheng"), Calendar.load())
    acts = history(book.vocabulary, 60)
    marking = fold(book, acts, None)

    def stepwise() -> None:
        running = begin(book, acts, None)
        for one in acts:
            step_on(running, one)

    print(f"rules {len(book.compiled)}  acts {len(acts)}  findings {len(marking.findings)}")
    print(f"fold     {best(lambda: fold(book, acts, None)) / 60:8.1f} µs an act")
    print(f"step     {best(stepwise) / 60:8.1f} µs an act")
    print(f"explain  {best(lambda: explain(book, marking, None, acts[-1].at)) / 1000:8.2f} ms a case")


if __name__ == "__main__":
    main()
