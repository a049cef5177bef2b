"""What `record.py evidence` measures: recordings hashed and stored, in MiB a second, each beside the plain thing."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

MIB = 1 << 20
Pair = tuple[Callable[[], float], Callable[[], float]]


def hashing(size: int) -> Pair:
    """Ours and hashlib's over the same blocks in memory."""
    from xiezhi.core.media.digest import Hashing

    block = os.urandom(MIB)

    def over(hasher: Callable[[], object]) -> Callable[[], float]:
        def run() -> float:
            began, one = time.perf_counter(), hasher()
            for _ in range(size):
                one.update(block)  # type: ignore[attr-defined]
            (one.digest if isinstance(one, Hashing) else one.hexdigest)()  # type: ignore[attr-defined]
            return size / (time.perf_counter() - began)

        return run

    return over(Hashing), over(hashlib.sha256)


def storing(home: Path, size: int) -> Iterator[tuple[str, Pair]]:
    """A file put into the store (hashed, fsynced, linked) beside a copy that is fsynced too, and beside one that is left to the cache."""
    from xiezhi.apps.evidence.stores import store

    source = home / "recording.bin"

    def fresh() -> None:
        with source.open("r+b" if source.exists() else "wb") as file:  # other bytes each time: the store keeps the same only once
            file.write(os.urandom(64))
            if file.seek(0, io.SEEK_END) < size * MIB:
                for _ in range(size):
                    file.write(os.urandom(MIB))
            os.fsync(file.fileno())

    def put() -> float:
        fresh()
        with source.open("rb") as file:
            began = time.perf_counter()
            digest, _ = store().put(file, "recording.bin")
            took = time.perf_counter() - began
        store().remove(digest.sha256)
        return size / took

    def copy(*, durable: bool) -> Callable[[], float]:
        def run() -> float:
            fresh()
            target = home / "copy.bin"
            began = time.perf_counter()
            with source.open("rb") as read, target.open("wb") as write:
                shutil.copyfileobj(read, write, MIB)
                if durable:
                    write.flush()
                    os.fsync(write.fileno())
            took = time.perf_counter() - began
            target.unlink()
            return size / took

        return run

    yield "hash and store ÷ plain copy made durable (fsync)", (put, copy(durable=True))
    yield "hash and store ÷ plain copy left to the cache", (put, copy(durable=False))
