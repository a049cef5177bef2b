"""A log as columns in fold order, and what guards ask of them: the last act of a kind before each row, the facts as they stand at it.

Rows of one case lie together, ordered by time and place (contracts.md 3). All answers are for every row at once and are kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from xiezhi.core.audit.log import LogColumns
from xiezhi.core.law.vocabulary import Vocabulary
from xiezhi.core.procedure.act import Act, make_act

Rows: TypeAlias = npt.NDArray[np.int64]
Mask: TypeAlias = npt.NDArray[np.bool_]
Numbers: TypeAlias = npt.NDArray[np.int64]

SCALE = 10**6
"""Numbers are whole millionths, so that sums and comparisons are exact."""
_LIMIT = 10**12
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = 86_400_000_000
_EIGHT_HOURS = 8 * 3_600_000_000
_SINCE = (datetime(1992, 1, 1, tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
_EPOCH_DAY = date(1970, 1, 1).toordinal()


class NotColumnar(Exception):  # noqa: N818  it never leaves this package
    """What is asked has no columnar form; the row-wise engine judges instead."""


class Frame:
    """The columns of a log, sorted. Raises NotColumnar for a log that names procedures by row, or reaches back before 1992, when China's
    clocks still changed.
    """

    def __init__(self, log: LogColumns, vocabulary: Vocabulary) -> None:
        if log.procedure is None or len(log) == 0 or int(log.at.min()) < _SINCE:
            raise NotColumnar
        self.vocabulary = vocabulary
        self.log = log
        self.order: Rows = np.lexsort((log.place, log.at, log.case))
        self.case = log.case[self.order]
        self.kind = log.act[self.order]
        self.at = log.at[self.order]
        self.count = len(log)
        self.rows: Rows = np.arange(self.count, dtype=np.int64)
        fresh = np.concatenate(([True], self.case[1:] != self.case[:-1]))
        self.starts: Rows = np.flatnonzero(fresh)
        self.start: Rows = self.starts[np.cumsum(fresh) - 1]
        self.codes = {name: code for code, name in enumerate(log.act_names)}
        self._last: dict[tuple[str, ...], Rows] = {}
        self._own: dict[str, tuple[Any, Mask]] = {}
        self._fact: dict[str, Rows] = {}
        self._moments: dict[tuple[int, int], datetime] = {}

    @cached_property
    def day(self) -> Rows:
        """The day in China of each row, as an ordinal."""
        return (self.at + _EIGHT_HOURS) // _DAY + _EPOCH_DAY

    def is_kind(self, kinds: Iterable[str]) -> Mask:
        codes = [self.codes[kind] for kind in kinds if kind in self.codes]
        return np.isin(self.kind, np.array(codes, dtype=self.kind.dtype))

    def last_before(self, kinds: tuple[str, ...]) -> Rows:
        """The row of the latest earlier act of these kinds in the case of each row; -1 for none."""
        known = self._last.get(kinds)
        if known is None:
            known = self._last[kinds] = self._nearest(self.is_kind(kinds), earlier=True)
        return known

    def first_before(self, kinds: tuple[str, ...]) -> Rows:
        """The same for the first act of these kinds in the case."""
        marked = np.where(self.is_kind(kinds), self.rows, self.count)
        following = np.minimum.accumulate(marked[::-1])[::-1]
        first = following[self.start]
        return np.where(first < self.rows, first, -1)

    def next_after(self, kinds: Iterable[str]) -> Rows:
        """The row of the next later act of these kinds in the case of each row; -1 for none."""
        marked = np.where(self.is_kind(kinds), self.rows, self.count)
        following = np.minimum.accumulate(marked[::-1])[::-1]
        following = np.concatenate((following[1:], [self.count]))
        inside = following < self.count
        inside[inside] = self.case[following[inside]] == self.case[inside]
        return np.where(inside, following, -1)

    def own(self, name: str) -> tuple[Any, Mask]:
        """(values, which are stated) of a data key, as the act of each row states it; kinds of values are bool, number and text."""
        known = self._own.get(name)
        if known is None:
            known = self._own[name] = self._read(name)
        return known

    def stands(self, name: str) -> Rows:
        """The row of the latest act, this one included, that states the fact; -1 for none."""
        known = self._fact.get(name)
        if known is None:
            known = self._fact[name] = self._nearest(self.own(name)[1], earlier=False)
        return known

    def is_stated(self, name: str) -> bool:
        """Whether any act of the log states the key."""
        return self.log.facts.get(name) is not None and bool(self.own(name)[1].any())

    def _nearest(self, marked: Mask, *, earlier: bool) -> Rows:
        held = np.maximum.accumulate(np.where(marked, self.rows, -1))
        if earlier:
            held = np.concatenate(([-1], held[:-1]))
        return np.where(held >= self.start, held, -1)

    def _read(self, name: str) -> tuple[Any, Mask]:
        column = self.log.facts.get(name)
        if column is None:
            return np.zeros(self.count, dtype=np.int64), np.zeros(self.count, dtype=bool)
        column = column[self.order]
        nothing: Any = None
        stated: Mask = np.not_equal(column, nothing).astype(bool)
        values = column[stated]
        kinds = {type(value) for value in values}
        if kinds <= {bool}:
            data: Any = np.zeros(self.count, dtype=bool)
            data[stated] = values.astype(bool)
        elif kinds <= {int, Decimal}:
            data = np.zeros(self.count, dtype=np.int64)
            listed = values.tolist()
            known = {value: scaled(value) for value in set(listed)}
            data[stated] = np.fromiter(map(known.__getitem__, listed), dtype=np.int64, count=len(listed))
        elif kinds <= {str}:
            data = np.full(self.count, None, dtype=object)
            data[stated] = values
        else:
            raise NotColumnar
        return data, stated

    # --- back to acts

    def moment(self, row: int) -> datetime:
        """When the act of this row was done, in the zone in which it was written."""
        key = int(self.at[row]), int(self.log.offset[self.order[row]])
        known = self._moments.get(key)
        if known is None:
            zone = timezone(timedelta(minutes=key[1]))
            known = self._moments[key] = (_EPOCH + timedelta(microseconds=key[0])).astimezone(zone)
        return known

    def acts(self, start: int, end: int) -> list[Act]:
        """The acts of these rows, as the row-wise engine takes them."""
        return [self._act(row, first=row == start) for row in range(start, end)]

    def _act(self, row: int, *, first: bool) -> Act:
        source = int(self.order[row])
        at = self.moment(row)
        own = {name: column[source] for name, column in self.log.facts.items() if column is not None and column[source] is not None}
        facts = {name: value for name, value in own.items() if name in self.vocabulary.facts}
        case, kind = self.log.case_names[int(self.case[row])], self.log.act_names[int(self.kind[row])]
        procedure = self.log.procedure if first else None
        agency = self.log.agency if first else None
        day = date.fromordinal(int(self.day[row]))
        return make_act(None, case, kind, at, None, at, procedure, agency, None, (), own, (), {}, (), None, None, day, own, facts)


def scaled(value: int | Decimal) -> int:
    """The number in millionths. Raises NotColumnar for one that is too fine or too large."""
    fine = value * SCALE
    found = int(fine)
    if found != fine or not -_LIMIT <= value <= _LIMIT:
        raise NotColumnar
    return found
