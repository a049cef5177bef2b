"""SHA-256 of a stream, and a Merkle tree (RFC 6962) over its chunks of 4 MiB: a range of a long recording can then be proved alone."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

from xiezhi.core.ledger.tree import leaf_hash, root_of

CHUNK = 4 << 20  # bytes
BESIDE = 64 << 10  # bytes of a block from which a second thread is worth its while
_SIZE = 32


@dataclass(frozen=True, slots=True)
class Digest:
    """`sha256` in hex, `size` in bytes, `chunks`: the leaf hashes one after the other (32 bytes each), `root` of their tree in hex."""

    sha256: str
    size: int
    chunks: bytes
    root: str


class Hashing:
    """Takes a stream in blocks of any size. Memory: one hash per chunk, never a chunk itself."""

    def __init__(self) -> None:
        self._whole = hashlib.sha256()
        self._chunk = _leaf()
        self._filled = 0
        self._chunks = bytearray()
        self._size = 0

    def update(self, block: bytes | memoryview) -> None:
        self._size += len(block)
        if len(block) < BESIDE:
            self._whole.update(block)
            self._update_chunks(block)
            return
        beside = _second().submit(self._whole.update, block)  # hashlib lets other threads run: two digests in the time of one
        try:
            self._update_chunks(block)
        finally:
            beside.result()

    def _update_chunks(self, block: bytes | memoryview) -> None:
        view = memoryview(block)
        while view:
            part = view[: CHUNK - self._filled]
            self._chunk.update(part)
            self._filled += len(part)
            view = view[len(part) :]
            if self._filled == CHUNK:
                self._close()

    def hexdigest(self) -> str:
        """The SHA-256 of all of it, as hashlib's own objects say it."""
        return self._whole.hexdigest()

    def digest(self) -> Digest:
        """What was taken in so far; the stream may go on afterwards."""
        chunks = bytes(self._chunks)
        if self._filled or not chunks:
            chunks += self._chunk.digest()
        return Digest(self._whole.hexdigest(), self._size, chunks, root_of(split_chunks(chunks)).hex())

    def _close(self) -> None:
        self._chunks += self._chunk.digest()
        self._chunk, self._filled = _leaf(), 0


@lru_cache(maxsize=1)
def _second() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="digest")


os.register_at_fork(after_in_child=_second.cache_clear)  # threads do not follow into a child


def _leaf() -> hashlib._Hash:
    return hashlib.sha256(b"\x00")


def digest_of(blocks: Iterable[bytes]) -> Digest:
    """The digest of a whole stream."""
    hashing = Hashing()
    for block in blocks:
        hashing.update(block)
    return hashing.digest()


def split_chunks(chunks: bytes) -> list[bytes]:
    """The leaf hashes of `Digest.chunks`."""
    return [chunks[place : place + _SIZE] for place in range(0, len(chunks), _SIZE)]


def damaged(blocks: Iterable[bytes], expected: bytes) -> list[int]:
    """The numbers (from 0) of the chunks that are not as `expected` says, those that are absent or too many included."""
    return differing(digest_of(blocks).chunks, expected)


def differing(chunks: bytes, expected: bytes) -> list[int]:
    """As `damaged`, of leaf hashes."""
    found, wanted = split_chunks(chunks), split_chunks(expected)
    return [
        place
        for place in range(max(len(found), len(wanted)))
        if place >= len(found) or place >= len(wanted) or found[place] != wanted[place]
    ]


def chunk_is(content: bytes, number: int, chunks: bytes) -> bool:
    """Whether these bytes are chunk `number` of a file with these leaf hashes."""
    leaves = split_chunks(chunks)
    return 0 <= number < len(leaves) and leaf_hash(content) == leaves[number]
