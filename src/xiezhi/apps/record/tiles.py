"""Tiles and entries of the log as they stand in the database."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from xiezhi.core.ledger.tiles import TILE_HEIGHT, TILE_WIDTH, Edge, ReadTile, tile_width
from xiezhi.core.ledger.tree import HASH_LENGTH


def read_tile(level: int, index: int, width: int) -> bytes:
    """The first `width` hashes of a tile; fewer, or none, where the log is not that far."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT substring(data FROM 1 FOR %s) FROM record_tile WHERE level = %s AND idx = %s", [width * HASH_LENGTH, level, index]
        )
        row = cursor.fetchone()
    return bytes(row[0]) if row else b""


def read_ahead(index: int, size: int) -> ReadTile:
    """A reader for the inclusion proof of one leaf: the tiles above it and those of the right edge come in one query."""
    places = set()
    level = 0
    while size >> (TILE_HEIGHT * level):
        for at in (index, size):
            place = at >> (TILE_HEIGHT * (level + 1))
            if tile_width(level, place, size):
                places.add((level, place))
        level += 1
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.level, t.idx, t.data FROM record_tile t JOIN unnest(%s::int[], %s::bigint[]) AS w(level, idx) USING (level, idx)",
            [[level for level, _ in places], [idx for _, idx in places]],
        )
        tiles = {(level, idx): bytes(data) for level, idx, data in cursor.fetchall()}

    def read(level: int, index: int, width: int) -> bytes:
        data = tiles.get((level, index))
        return data[: width * HASH_LENGTH] if data is not None else read_tile(level, index, width)

    return read


def edge_of(size: int) -> Edge:
    """The right edge of the log of `size` leaves. Raises TileError when the tiles do not fit the size."""
    rows = []
    level = 0
    while size >> (TILE_HEIGHT * level):
        index = size >> (TILE_HEIGHT * (level + 1))
        rows.append(read_tile(level, index, tile_width(level, index, size)))
        level += 1
    return Edge(size, rows)


def write_tiles(tiles: dict[tuple[int, int], bytes]) -> None:
    """Insert tiles, or let partial ones grow."""
    places = sorted(tiles)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO record_tile (level, idx, data) SELECT * FROM unnest(%s::int[], %s::bigint[], %s::bytea[]) "
            "ON CONFLICT (level, idx) DO UPDATE SET data = EXCLUDED.data",
            [[level for level, _ in places], [idx for _, idx in places], [tiles[place] for place in places]],
        )


def read_entries(index: int, width: int = TILE_WIDTH) -> list[bytes]:
    """The entries of a bundle, as far as they are numbered."""
    first = index * TILE_WIDTH
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.entry FROM record_leaf l JOIN record_entry e ON e.id = l.entry_id WHERE l.seq >= %s AND l.seq < %s ORDER BY l.seq",
            [first, first + width],
        )
        return [bytes(entry) for (entry,) in cursor.fetchall()]


def copy_leaves(rows: Iterable[tuple[int, object, bytes]]) -> None:
    """COPY numbered leaves: seq, entry id, leaf hash."""
    with connection.cursor() as cursor, cursor.copy("COPY record_leaf (seq, entry_id, hash) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
