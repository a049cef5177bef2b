"""An audit on all cores: a file of JSON Lines is cut where cases end, and each process takes parts of it.

The answer is that of one process, byte for byte. Whatever is out of the ordinary (a case that comes back, a line that cannot be read) ends the
attempt, and the audit runs in one process, which deals with it or names file and line.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeVar

SMALLEST = 2_000_000
"""Files of fewer bytes are read faster than processes are started."""
_LARGEST = 16_000_000
_PER_WORKER = 8
"""Parts for each process: at the end one waits for the other's last part, a sixteenth of the work where two share it."""

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes of a file that hold whole cases."""

    path: Path
    begin: int
    end: int


def can_share(paths: list[Path], workers: int) -> bool:
    """Whether more processes help: plain JSON Lines of some size, and no thread that a forked process would lose."""
    if workers < 2 or not _alone() or "fork" not in multiprocessing.get_all_start_methods():
        return False
    if not all(path.name.lower().endswith((".jsonl", ".ndjson")) and path.is_file() for path in paths):
        return False
    return sum(path.stat().st_size for path in paths) >= SMALLEST


def _alone() -> bool:
    """Whether no other thread runs here, polars' own among them: a fork would find its locks taken."""
    return "polars" not in sys.modules and threading.active_count() == 1


def parts_of(paths: list[Path], workers: int) -> list[Part]:
    """All files in parts of about the same size, cut where one case ends and the next begins. Raises ValueError for a line without a case."""
    total = sum(path.stat().st_size for path in paths)
    size = max(min(total // (workers * _PER_WORKER), _LARGEST), SMALLEST // 4)
    return [part for path in paths for part in _parts(path, size)]


def _parts(path: Path, size: int) -> Iterator[Part]:
    end = path.stat().st_size
    begin = 0
    with path.open("rb") as file:
        while begin < end:
            cut = _cut(file, begin + size) if begin + size < end else end
            yield Part(path, begin, cut)
            begin = cut


def _cut(file: IO[bytes], near: int) -> int:
    """The first place at or after `near` at which another case begins, or the end of the file."""
    file.seek(near)
    file.readline()  # the rest of a line that began before
    case: object = None
    while True:
        place = file.tell()
        raw = file.readline()
        if not raw:
            return place
        if not raw.strip():
            continue
        found = json.loads(raw)["case"]
        if case is not None and found != case:
            return place
        case = found


_work: Callable[[Part], object] | None = None


def _do(part: Part) -> object:
    assert _work is not None  # noqa: S101  set before the processes were forked
    return _work(part)


def shared(parts: list[Part], workers: int, work: Callable[[Part], R]) -> Iterator[R]:
    """What `work` says of each part, in their order. It runs in forked processes, so that nothing it closes over is copied or pickled."""
    global _work  # noqa: PLW0603  how a forked process comes by what cannot be pickled
    _work = work
    gc.freeze()  # what stands is shared with the processes: none looks through it for circles, which would copy it
    try:
        with ProcessPoolExecutor(workers, multiprocessing.get_context("fork")) as processes:
            yield from processes.map(_do, parts)  # type: ignore[misc]
    finally:
        gc.unfreeze()
        _work = None
