"""The audit itself: case by case, fold, judge, forget."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from xiezhi.core.audit.columnar import judge_columns
from xiezhi.core.audit.gather import Interleaved, Placed, acts_of, case_of, grouped, spilled, standing_together
from xiezhi.core.audit.mapping import Mapping as Names
from xiezhi.core.audit.parallel import Part, can_share, parts_of, shared
from xiezhi.core.audit.read import Reading
from xiezhi.core.audit.read.jsonl import read_part
from xiezhi.core.audit.read.opened import Opened
from xiezhi.core.audit.report import Report, Unjudged
from xiezhi.core.law.calendar import Calendar
from xiezhi.core.law.errors import InputError
from xiezhi.core.law.pack import Pack
from xiezhi.core.procedure.book import Book, open_book
from xiezhi.core.procedure.finding import Finding
from xiezhi.core.procedure.fold import fold
from xiezhi.core.procedure.history import Act, Person
from xiezhi.core.procedure.judge import judge


@dataclass(slots=True)
class _Tally:
    book: Book
    people: Mapping[str, Person] | None
    as_of: datetime
    regardless: bool
    cases: int = 0
    acts: int = 0
    findings: list[Finding] = field(default_factory=list)
    agencies: dict[str, str] = field(default_factory=dict)
    unjudged: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def add(self, acts: list[Act]) -> None:
        marking = fold(self.book, acts, self.people, regardless_of_validity=self.regardless)
        self.cases += 1
        self.acts += len(acts)
        found = judge(marking.book, marking, self.as_of)
        self.findings.extend(found)
        if found and marking.agency:
            self.agencies[marking.case] = marking.agency
        for item in marking.not_judged:
            key = (item.rule, item.why, item.why_zh)
            self.unjudged[key] = self.unjudged.get(key, 0) + 1

    def take(self, part: _Part) -> None:
        """Add what another process found in its part."""
        self.cases += part.cases
        self.acts += part.acts
        self.findings.extend(part.findings)
        self.agencies.update(part.agencies)
        for key, cases in part.unjudged.items():
            self.unjudged[key] = self.unjudged.get(key, 0) + cases

    def report(self, pack: Pack, unmapped: Mapping[str, int] | None = None) -> Report:
        self.findings.sort(key=lambda finding: (finding.case, finding.at, finding.rule, -1 if finding.act is None else finding.act))
        return Report(
            pack=pack.id,
            pack_version=pack.version,
            pack_hash=pack.hash,
            as_of=self.as_of,
            cases=self.cases,
            acts=self.acts,
            findings=tuple(self.findings),
            not_judged=tuple(sorted(Unjudged(*key, cases) for key, cases in self.unjudged.items())),
            unmapped=unmapped,
            agencies=self.agencies,
        )


@dataclass(frozen=True, slots=True)
class _Part:
    """What one process found in its part of a file. `seen` are the hashes of its cases."""

    cases: int
    acts: int
    findings: list[Finding]
    agencies: dict[str, str]
    unjudged: dict[tuple[str, str, str], int]
    seen: frozenset[int]


def audit(
    histories: Iterable[Path],
    pack: Pack,
    people: Mapping[str, Person] | None,
    as_of: datetime,
    *,
    calendar: Calendar | None = None,
    regardless_of_validity: bool = False,
    progress: Callable[[int], None] | None = None,
    names: Names | None = None,
    workers: int = 1,
) -> Report:
    """Hold the cases of these files against the pack; duties are judged up to `as_of` (aware).

    `people` None: rules about certificates are not judged and the report says so. `regardless_of_validity` applies the pack's own
    rules to acts of any day. `progress` is called with the number of cases done. `names` is the mapping of another system's names.
    `workers` processes share large files of JSON Lines; the answer is the same. Raises InputError naming file and line.
    """
    paths = list(histories)
    if not paths:
        raise InputError("there is no history file to read", "没有要读取的案件历史文件")
    book = open_book(pack, calendar or Calendar.load())
    reading = Reading(pack.vocabulary, names)

    def run(cases: Iterable[list[Placed]]) -> Report:
        tally = _Tally(book, people, as_of, regardless_of_validity)
        for lines in cases:
            _one(tally, lines)
            if progress is not None:
                progress(tally.cases)
        return tally.report(pack, reading.unmapped if names is not None else None)

    with _rarely_collected():
        if len(paths) == 1 and (names is not None or not paths[0].name.lower().endswith(_HISTORIES)):
            tally = _Tally(book, people, as_of, regardless_of_validity)
            if _by_columns(tally, paths[0], reading):
                return tally.report(pack, reading.unmapped if names is not None else None)
        if names is None and can_share(paths, workers):
            tally = _Tally(book, people, as_of, regardless_of_validity)
            if _in_parts(tally, paths, workers, progress):
                return tally.report(pack)
        try:
            return run(standing_together(paths, reading))
        except Interleaved:
            return run(spilled(paths, reading))
        except InputError as error:
            if error.field != "procedure":
                raise
            # The line that names the procedure may stand further down, after lines of other cases.
            return run(spilled(paths, reading))


_HISTORIES = (".jsonl", ".ndjson", ".jsonl.gz")
"""Files of histories: they hold persons and documents, which have no columns."""


def _by_columns(tally: _Tally, path: Path, reading: Reading) -> bool:
    """Fill the tally from the columns of an event log; False when log or rules are such that it must be read row by row."""
    log = Opened(path, reading).columns()
    outcome = judge_columns(log, tally.book.regardless_of_validity() if tally.regardless else tally.book) if log is not None else None
    if log is None or outcome is None:
        return False
    tally.cases += outcome.cases
    tally.acts += outcome.acts
    tally.findings.extend(outcome.findings)
    if log.agency:
        tally.agencies.update((finding.case, log.agency) for finding in outcome.findings)
    for acts in outcome.left():
        tally.add(acts)
    return True


@contextmanager
def _rarely_collected() -> Iterator[None]:
    """Cases are trees that go when the last name of them goes; looking for circles among millions of acts took a third of the time."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _one(tally: _Tally, lines: list[Placed]) -> None:
    acts = acts_of(lines, tally.book.vocabulary)
    try:
        tally.add(acts)
    except InputError as error:
        error.file = error.file or str(lines[0][0])
        error.line = error.line or lines[0][1]
        raise


def _in_parts(tally: _Tally, paths: list[Path], workers: int, progress: Callable[[int], None] | None) -> bool:
    """Fill the tally from parts that other processes judge; False when the files are out of the ordinary and one process must read them."""
    seen: set[int] = set()

    def judged(part: Part) -> _Part | None:
        own = _Tally(tally.book, tally.people, tally.as_of, tally.regardless)
        here: set[int] = set()
        try:
            for lines in grouped((part.path, number, line) for number, line in read_part(part.path, part.begin, part.end)):
                case = hash(case_of(lines[0]))
                if case in here:
                    return None
                here.add(case)
                own.add(acts_of(lines, own.book.vocabulary))
        except (InputError, OSError):
            return None
        return _Part(own.cases, own.acts, own.findings, own.agencies, own.unjudged, frozenset(here))

    try:
        parts = parts_of(paths, workers)
    except (ValueError, KeyError, TypeError, OSError):
        return False
    for found in shared(parts, workers, judged):
        if found is None or not seen.isdisjoint(found.seen):
            return False
        seen |= found.seen
        tally.take(found)
        if progress is not None:
            progress(tally.cases)
    return True
