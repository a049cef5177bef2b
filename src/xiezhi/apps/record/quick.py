"""The quick look of `fsck`: whether the log agrees with itself throughout, a tile at a time; who disagrees is for `verify` to name.

The database joins entries and leaves by whole tiles and hands them over as bytes, so that no row of theirs is an object here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection

from xiezhi.core.ledger.fields import ENTRY_LENGTH
from xiezhi.core.ledger.note import Checkpoint
from xiezhi.core.ledger.tiles import TILE_BYTES, TILE_WIDTH, Edge, pyramid
from xiezhi.core.ledger.tree import HASH_LENGTH

from .tiles import read_tile

if TYPE_CHECKING:
    from psycopg import ServerCursor

_Part = tuple[int | None, int, int, int, bytes, bytes, int, int]  # a row of _PARTS

# One pass: tiles in order, then, as the row without a tile, the entries that have no leaf. Joined and sorted in memory where that is enough.
_MEMORY = "SET LOCAL work_mem = '128MB'"
_PARTS = """
SELECT l.seq / 256, count(*), min(l.seq), max(l.seq), string_agg(l.hash, ''::bytea ORDER BY l.seq),
       string_agg(e.entry, ''::bytea ORDER BY l.seq) FILTER (WHERE l.seq IS NOT NULL), min(length(e.entry)), max(length(e.entry))
FROM record_entry e LEFT JOIN record_leaf l ON l.entry_id = e.id GROUP BY 1 ORDER BY 1
"""
_PART = 64  # tiles of entries fetched at a time
_CHUNK = 4096  # tiles as stored, 32 MB
_LOWEST = "SELECT data FROM record_tile WHERE level = 0 ORDER BY idx"
# The queue: how many rows, and how many entries without a leaf they name.
_QUEUE = """
SELECT count(*), count(DISTINCT e.id) FROM record_pending p
LEFT JOIN record_entry e ON e.id = p.entry_id AND NOT EXISTS (SELECT FROM record_leaf l WHERE l.entry_id = e.id)
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
    with connection.cursor() as cursor:
        cursor.execute(_MEMORY)
        cursor.execute(_QUEUE)
        queue = cursor.fetchone()
    try:
        edge, tiles, waiting = _hold_leaves(heads)
    except _Disagrees:
        return None
    if any(size > edge.size for size in heads):
        return None
    for level, row in enumerate(edge.rows()):
        if row:
            tiles += 1
            if read_tile(level, edge.size >> (8 * (level + 1)), TILE_WIDTH) != row:
                return None
    return Look(edge.size, waiting, tiles) if queue == (waiting, waiting) else None


def _hold_leaves(heads: Mapping[int, Sequence[Checkpoint]]) -> tuple[Edge, int, int]:
    """The edge of the whole log, its full tiles, and how many entries have no leaf. Raises _Disagrees."""
    edge, tiles = Edge(), 0
    if any(head.root != edge.root() for head in heads.get(0, ())):
        raise _Disagrees
    by_tile: dict[int, list[Checkpoint]] = {}
    for size, signed in heads.items():
        by_tile.setdefault((size - 1) // TILE_WIDTH, []).extend(signed)
    with _stream("xz_lowest", _LOWEST) as lowest:
        stored = lowest.fetchmany(_CHUNK)
        with _stream("xz_parts", _PARTS) as parts, closing(_ahead(parts)) as rows:
            while stored:
                tiles += _grow(edge, [tile for (tile,) in stored], by_tile)
                for index, (tile,) in enumerate(stored, start=(edge.size - 1) // TILE_WIDTH + 1 - len(stored)):
                    _hold_part(index, tile, next(rows, None))
                stored = lowest.fetchmany(_CHUNK)
            return edge, tiles, _waiting(next(rows, None), next(rows, None))


def _grow(edge: Edge, stored: Sequence[bytes], heads: Mapping[int, Sequence[Checkpoint]]) -> int:
    """Grow the edge by stored tiles of level 0 and hold the tiles above and the heads to it; answers how many full tiles those are.

    The database is not asked before the end: it is busy with the entries meanwhile. Raises _Disagrees.
    """
    above: dict[tuple[int, int], bytes] = {}
    full = 0
    for tile in stored:
        if edge.size % TILE_WIDTH or not tile or len(tile) % HASH_LENGTH or len(tile) > TILE_BYTES:
            raise _Disagrees
        rows = pyramid(tile)
        for head in heads.get(edge.size // TILE_WIDTH, ()):
            count = head.size - edge.size
            if count * HASH_LENGTH <= len(tile) and edge.root_with(rows, count) != head.root:
                raise _Disagrees
        if len(tile) == TILE_BYTES:
            above |= edge.extend_whole(rows[-1])
            full += 1
        else:
            edge.extend(tile[at : at + HASH_LENGTH] for at in range(0, len(tile), HASH_LENGTH))
    if any(read_tile(level, index, TILE_WIDTH) != tile for (level, index), tile in above.items()):
        raise _Disagrees
    return full + len(above)


def _hold_part(index: int, tile: bytes, row: _Part | None) -> None:
    """Hold the entries and leaves of one tile to it. Raises _Disagrees."""
    if row is None:
        raise _Disagrees
    part, count, first, last, hashes, entries, shortest, longest = row
    if (part, first, last) != (index, index * TILE_WIDTH, index * TILE_WIDTH + count - 1) or (shortest, longest) != (ENTRY_LENGTH,) * 2:
        raise _Disagrees
    sha256 = hashlib.sha256
    made = b"".join([sha256(b"\x00" + entries[at : at + ENTRY_LENGTH]).digest() for at in range(0, len(entries), ENTRY_LENGTH)])
    if not made == hashes == tile:
        raise _Disagrees


def _waiting(row: _Part | None, more: _Part | None) -> int:
    """How many entries have no leaf: they make the last row, which stands in no tile. Raises _Disagrees when there are leaves yet."""
    if more is not None or (row is not None and row[0] is not None):
        raise _Disagrees
    return row[1] if row is not None else 0


def _ahead(cursor: ServerCursor[_Part]) -> Generator[_Part, None, None]:
    """The rows of a cursor, the next of which come while these are looked at; the first are asked for at once."""
    pool = ThreadPoolExecutor(1)
    first = pool.submit(cursor.fetchmany, _PART)

    def rows() -> Generator[_Part, None, None]:
        coming = first
        with pool:
            while part := coming.result():
                coming = pool.submit(cursor.fetchmany, _PART)
                yield from part

    return rows()


def _stream(name: str, query: str) -> ServerCursor[Any]:
    """Rows in the driver's binary form, which is bytes as they are; Django's cursors would read them as text."""
    cursor: ServerCursor[Any] = connection.connection.cursor(name, binary=True)
    cursor.execute(query)
    return cursor
