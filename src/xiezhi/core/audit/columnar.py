"""The columnar audit: rules over whole columns, and the row-wise engine for the cases that they leave in doubt. The findings are the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from xiezhi.core.audit.columns import Frame, NotColumnar
from xiezhi.core.audit.columns_rules import Columnar, Found
from xiezhi.core.audit.log import LogColumns
from xiezhi.core.procedure.act import Act
from xiezhi.core.procedure.book import Book
from xiezhi.core.procedure.finding import Finding
from xiezhi.core.procedure.judging import finding_of


@dataclass(frozen=True, slots=True)
class Outcome:
    """`findings` of the `cases` that columns alone decide, with `acts` acts; `left` are the acts of each other case."""

    findings: list[Finding]
    cases: int
    acts: int
    left: Callable[[], Iterator[list[Act]]]


def judge_columns(log: LogColumns, book: Book) -> Outcome | None:
    """Judge a log by columns; None when the log or a rule that looks at its acts has no columnar form."""
    try:
        frame = Frame(log, book.vocabulary)
        engine = Columnar(book, frame)
        found = list(engine.found())
    except NotColumnar:
        return None
    doubtful = np.zeros(len(log.case_names), dtype=bool)
    for one in found:
        doubtful[frame.case[one.doubt]] = True
    if not engine.apart:
        rows = np.concatenate([one.rows for one in found]) if found else np.zeros(0, dtype=np.int64)
        doubtful |= np.bincount(frame.case[rows], minlength=len(doubtful)) > 1
    findings = [finding for one in found for finding in _findings(one, frame, book, doubtful)]
    ends = np.append(frame.starts[1:], frame.count)
    left = np.flatnonzero(doubtful[frame.case[frame.starts]])

    def cases_left() -> Iterator[list[Act]]:
        for number in left:
            yield frame.acts(int(frame.starts[number]), int(ends[number]))

    acts_left = int((ends[left] - frame.starts[left]).sum())
    return Outcome(findings, len(frame.starts) - len(left), frame.count - acts_left, cases_left)


def _findings(found: Found, frame: Frame, book: Book, doubtful: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Iterator[Finding]:
    for row in found.rows[~doubtful[frame.case[found.rows]]].tolist():
        yield finding_of(
            book,
            frame.log.case_names[int(frame.case[row])],
            [(found.rule, found.live, found.cause(row))],
            kind=frame.log.act_names[int(frame.kind[row])],
            at=frame.moment(row),
            place=row - int(frame.start[row]),
        )
