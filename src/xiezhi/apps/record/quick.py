"""The quick look of `fsck`: whether the log agrees with itself throughout, a tile at a time; who disagrees is for `verify` to name.

The database joins entries and leaves by whole tiles and hands them over as bytes, so that no row of theirs is an object here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any, NamedTuple

from django.db import connection

from xiezhi.core.ledger.fields import ENTRY_LENGTH
from xiezhi.core.ledger.note import Checkpoint
from xiezhi.core.ledger.tiles import TILE_BYTES, TILE_WIDTH, Edge, pyramid
from xiezhi.core.ledger.tree import HASH_LENGTH

from .tiles import read_tile

_PARTS = """
SELECT l.seq / 256, count(*), min(l.seq), max(l.seq), string_agg(l.hash, ''::bytea ORDER BY l.seq),
       string_agg(e.entry, ''::bytea ORDER BY l.seq), min(length(e.entry)), max(length(e.entry))
FROM record_leaf l JOIN record_entry e ON e.id = l.entry_id GROUP BY 1 ORDER BY 1
"""
_PART = 64  # tiles fetched at a time
_LOWEST = "SELECT data FROM record_tile WHERE level = 0 ORDER BY idx"
_LOST = """
SELECT count(*), count(*) FILTER (WHERE p.id IS NULL) FROM record_entry e LEFT JOIN record_pending p ON p.entry_id = e.id
WHERE NOT EXISTS (SELECT FROM record_leaf l WHERE l.entry_id = e.id)
"""


class Look(NamedTuple):
    """What an undisturbed log was found to hold."""

    leaves: int
    waiting: int
    tiles: int


class _Disagrees(Exception):  # noqa: N818 - an answer, not an error
    pass


def look(heads: Mapping[int, Sequence[Checkpoint]]) -> Look | None:
    """Hold entries, leaves, tiles and the given heads (by size, signatures checked before) together; None when anything disagrees."""
    try:
        edge, tiles = _hold_leaves(heads)
    except _Disagrees:
        return None
    if any(size > edge.size for size in heads):
        return None
    for level, row in enumerate(edge.rows()):
        if row:
            tiles += 1
            if read_tile(level, edge.size >> (8 * (level + 1)), TILE_WIDTH) != row:
                return None
    with connection.cursor() as cursor:
        cursor.execute(_LOST)
        waiting, lost = cursor.fetchone()
    return None if lost else Look(edge.size, waiting, tiles)


def _hold_leaves(heads: Mapping[int, Sequence[Checkpoint]]) -> tuple[Edge, int]:
    edge, tiles = Edge(), 0
    if any(head.root != edge.root() for head in heads.get(0, ())):
        raise _Disagrees
    by_tile: dict[int, list[Checkpoint]] = {}
    for size, signed in heads.items():
        by_tile.setdefault((size - 1) // TILE_WIDTH, []).extend(signed)
    with closing(_lowest()) as lowest, closing(_parts()) as parts:
        for part, leaves in parts:
            tiles += _hold_part(part, leaves, next(lowest, b""), edge, by_tile.get(part, ()))
    return edge, tiles


def _hold_part(part: int, leaves: bytes, stored: bytes, edge: Edge, heads: Sequence[Checkpoint]) -> int:
    """Grow the edge by one tile; answers how many full tiles that made. Raises _Disagrees."""
    if part * TILE_WIDTH != edge.size or stored != leaves:
        raise _Disagrees
    rows = pyramid(leaves)
    for head in heads:
        count = head.size - part * TILE_WIDTH
        if count * HASH_LENGTH <= len(leaves) and edge.root_with(rows, count) != head.root:
            raise _Disagrees
    if len(leaves) < TILE_BYTES:
        edge.extend(leaves[at : at + HASH_LENGTH] for at in range(0, len(leaves), HASH_LENGTH))
        return 0
    above = edge.extend_whole(rows[-1])
    if any(read_tile(level, index, TILE_WIDTH) != tile for (level, index), tile in above.items()):
        raise _Disagrees
    return 1 + len(above)


def _parts() -> Generator[tuple[int, bytes], None, None]:
    """The leaf hashes of each tile, made from its entries and found the same in its leaves. Raises _Disagrees."""
    sha256 = hashlib.sha256
    for part, count, first, last, hashes, entries, shortest, longest in _stream("xz_parts", _PARTS):
        if (first, last) != (part * TILE_WIDTH, part * TILE_WIDTH + count - 1) or (shortest, longest) != (ENTRY_LENGTH,) * 2:
            raise _Disagrees
        made = b"".join([sha256(b"\x00" + entries[at : at + ENTRY_LENGTH]).digest() for at in range(0, len(entries), ENTRY_LENGTH)])
        if made != hashes:
            raise _Disagrees
        yield part, made


def _lowest() -> Generator[bytes, None, None]:
    for (data,) in _stream("xz_lowest", _LOWEST):
        yield data


def _stream(name: str, query: str) -> Iterator[tuple[Any, ...]]:
    """Rows in the driver's binary form, which is bytes as they are; Django's cursors would read them as text."""
    with connection.connection.cursor(name, binary=True) as cursor:
        cursor.itersize = _PART
        yield from cursor.execute(query)
