"""The columnar audit: rules over whole columns, and the row-wise engine for the cases that they leave in doubt. The findings are the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from xiezhi.core.audit.columns import Frame, NotColumnar
from xiezhi.core.audit.columns_rules import Columnar, Found
from xiezhi.core.audit.log import LogColumns
from xiezhi.core.procedure.act import Act
from xiezhi.core.procedure.book import Book
from xiezhi.core.procedure.finding import Finding, make_finding
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


def _findings(found: Found, frame: Frame, book: Book, doubtful: npt.NDArray[np.bool_]) -> Iterator[Finding]:
    """The findings of one rule. What they have in common is worked out once for each kind of act, the words once for each fault."""
    rows = found.rows[~doubtful[frame.case[found.rows]]]
    names, kinds = frame.log.case_names, frame.log.act_names
    models: dict[int, Finding] = {}
    words: dict[tuple[int, str, str], tuple[str, str]] = {}
    columns = rows.tolist(), frame.case[rows].tolist(), frame.kind[rows].tolist(), (rows - frame.start[rows]).tolist()
    for row, case, code, place in zip(*columns, strict=True):
        fault = found.cause(row)
        model = models.get(code)
        said = code, fault.note, fault.note_zh  # all that words are made of; texts remember their hash, times do not
        if model is None or said not in words:
            group = [(found.rule, found.live, fault)]
            model = finding_of(book, names[case], group, kind=kinds[code], at=frame.moment(row), place=place)
            models.setdefault(code, model)
            words[said] = (model.message, model.message_zh)
        message, message_zh = words[said]
        yield make_finding(
            names[case],
            model.severity,
            fault.kind,
            model.rule,
            model.cites,
            place,
            fault.at or frame.moment(row),
            fault.due,
            message,
            message_zh,
            model.live,
            model.breach,
            model.rules,
        )
