"""The seam between readers of files and the engines: a log as cases of acts, and, where it has that form, as columns.

Readers stand under `audit/read`: `open_log(path, vocabulary, mapping=None) -> Log`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from xiezhi.core.procedure.act import Act

Codes32: TypeAlias = npt.NDArray[np.int32]
Codes16: TypeAlias = npt.NDArray[np.int16]
Micros: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LogColumns:
    """A log as columns of equal length, one row an act, in any order.

    `case[i]` and `act[i]` are places in `case_names` and `act_names` (act ids of the vocabulary). `at[i]` is in microseconds since
    1970-01-01T00:00Z, `offset[i]` the zone's offset as written, in minutes east of UTC. `facts` are columns of values by dotted path, None where
    the whole column is absent; a single absent value is None (object columns) or NaN. `place[i]` is the place in the file: what stands at
    one time keeps this order. `procedure` and `agency` hold for all cases; None where rows name them themselves, and then the row-wise
    engine reads the log.
    """

    case: Codes32
    case_names: Sequence[str]
    act: Codes16
    act_names: Sequence[str]
    at: Micros
    offset: Codes16
    facts: Mapping[str, npt.NDArray[Any] | None]
    place: Micros
    procedure: str | None = None
    agency: str | None = None

    def __len__(self) -> int:
        return len(self.at)


class Log(Protocol):
    """One opened file. Both forms may be asked for again; reading errors are InputErrors that name file, line and field."""

    def cases(self) -> Iterator[tuple[str, list[Act]]]:
        """(case id, its acts in file order). Each case comes once, with all its acts."""
        ...

    def columns(self) -> LogColumns | None:
        """The same log as columns; None where it cannot be read so (histories with documents, persons, recordings)."""
        ...
