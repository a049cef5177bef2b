"""The log as tiles and entry bundles: C2SP tlog-tiles."""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Callable, Iterable

from .errors import TileError
from .tree import EMPTY_ROOT, HASH_LENGTH, RangeHash, node_hash, root_of, split

TILE_WIDTH = 256
TILE_HEIGHT = 8
TILE_BYTES = TILE_WIDTH * HASH_LENGTH
MOST_TILES = 4096  # kept by one reader of proofs: about 64 MB, the lowest tiles of a million leaves

# Reads a tile: level, index, width in hashes -> width × 32 bytes.
ReadTile = Callable[[int, int, int], bytes]

_PATH = re.compile(r"(?P<groups>(?:x\d{3}/)*\d{3})(?:\.p/(?P<width>[1-9]\d{0,2}))?")


def index_path(index: int, width: int = TILE_WIDTH) -> str:
    """`x001/x234/067` for 1234067; with `.p/<width>` for a partial tile."""
    path = f"{index % 1000:03d}"
    while index := index // 1000:
        path = f"x{index % 1000:03d}/{path}"
    return path if width == TILE_WIDTH else f"{path}.p/{width}"


def tile_path(level: int, index: int, width: int = TILE_WIDTH) -> str:
    """The path of a tile of hashes below the log's prefix."""
    return f"tile/{level}/{index_path(index, width)}"


def entries_path(index: int, width: int = TILE_WIDTH) -> str:
    """The path of an entry bundle below the log's prefix."""
    return f"tile/entries/{index_path(index, width)}"


def parse_index(path: str) -> tuple[int, int]:
    """Index and width of `x001/x234/067` or `067.p/12`. Raises TileError for any other writing of them."""
    match = _PATH.fullmatch(path)
    if match is None:
        raise TileError(f"{path!r} is no tile index")
    index = int(match["groups"].replace("x", "").replace("/", ""))
    width = int(match["width"] or TILE_WIDTH)
    if (match["width"] and width >= TILE_WIDTH) or index_path(index, width) != path:
        raise TileError(f"{path!r} is no tile index")
    return index, width


def tile_width(level: int, index: int, size: int) -> int:
    """How many hashes this tile has in a tree of `size` leaves (0: it is not there)."""
    hashes = (size >> (TILE_HEIGHT * level)) - index * TILE_WIDTH
    return max(0, min(TILE_WIDTH, hashes))


def tiles_of(size: int) -> Iterable[tuple[int, int, int]]:
    """Every tile of a tree: level, index, width, from level 0 upwards."""
    level = 0
    while hashes := size >> (TILE_HEIGHT * level):
        for index in range((hashes + TILE_WIDTH - 1) // TILE_WIDTH):
            yield level, index, tile_width(level, index, size)
        level += 1


def hashes_of(tile: bytes) -> list[bytes]:
    """The hashes of a tile."""
    return [tile[i : i + HASH_LENGTH] for i in range(0, len(tile), HASH_LENGTH)]


def pyramid(tile: bytes) -> list[bytes]:
    """All complete subtrees of a tile: its hashes joined, then those of pairs, of fours … up to the whole of a full tile."""
    rows = [tile]
    node = hashlib.sha256
    while len(tile) >= 2 * HASH_LENGTH:
        end = len(tile) - len(tile) % (2 * HASH_LENGTH)
        tile = b"".join([node(b"\x01" + tile[at : at + 64]).digest() for at in range(0, end, 64)])
        rows.append(tile)
    return rows


class Edge:
    """The right edge of a growing log: its partial tiles, one per level, from which tiles and roots are derived."""

    __slots__ = ("_rows", "size")

    def __init__(self, size: int = 0, rows: Iterable[bytes] = ()) -> None:
        """`rows` are the partial tiles of a log of `size` leaves, level 0 first. Raises TileError when their widths do not fit."""
        self.size = size
        self._rows = [bytearray(row) for row in rows]
        for level, row in enumerate(self._rows):
            if len(row) != (size >> (TILE_HEIGHT * level)) % TILE_WIDTH * HASH_LENGTH:
                raise TileError(f"the partial tile of level {level} does not fit a log of {size} leaves")

    def copy(self) -> Edge:
        return Edge(self.size, self.rows())

    def rows(self) -> list[bytes]:
        """The partial tiles, level 0 first; empty where a level is full to the brim."""
        return [bytes(row) for row in self._rows]

    def extend(self, leaves: Iterable[bytes]) -> dict[tuple[int, int], bytes]:
        """Append leaf hashes; answers the tiles that changed, full or partial, by level and index."""
        changed: dict[tuple[int, int], bytes] = {}
        partial: set[int] = set()
        for leaf in leaves:
            self._append(0, leaf, changed, partial)
            self.size += 1
        for level in partial:
            if row := self._rows[level]:
                changed[level, self.size >> (TILE_HEIGHT * (level + 1))] = bytes(row)
        return changed

    def _append(self, level: int, value: bytes, changed: dict[tuple[int, int], bytes], partial: set[int]) -> None:
        if level == len(self._rows):
            self._rows.append(bytearray())
        row = self._rows[level]
        row += value
        partial.add(level)
        if len(row) == TILE_BYTES:
            tile = bytes(row)
            changed[level, self.size >> (TILE_HEIGHT * (level + 1))] = tile
            row.clear()
            self._append(level + 1, root_of(hashes_of(tile)), changed, partial)

    def extend_whole(self, head: bytes) -> dict[tuple[int, int], bytes]:
        """Append a whole tile of leaves by its root alone, to a log that ends with a full tile; answers the tiles above that changed."""
        if self.size % TILE_WIDTH:
            raise TileError(f"a whole tile does not follow {self.size} leaves")
        if not self._rows:
            self._rows.append(bytearray())
        changed: dict[tuple[int, int], bytes] = {}
        self.size += TILE_WIDTH - 1  # as `extend`: the place of a tile is told before its last leaf is counted
        self._append(1, head, changed, set())
        self.size += 1
        return changed

    def root_with(self, rows: list[bytes], count: int) -> bytes:
        """The head with the first `count` leaves of the next tile, whose pyramid is given; as `extend_whole`, after a full tile."""
        head: bytes | None = None
        while count:
            height = (count & -count).bit_length() - 1
            count &= count - 1
            at = (count >> height) * HASH_LENGTH
            subtree = rows[height][at : at + HASH_LENGTH]
            head = subtree if head is None else node_hash(subtree, head)
        if self.size == 0:
            return EMPTY_ROOT if head is None else head
        return self.root() if head is None else self._root(head)

    def root(self) -> bytes:
        """RFC 6962's tree head over all leaves."""
        return self._root(None)

    def _root(self, head: bytes | None) -> bytes:
        for row in self._rows:
            hashes = hashes_of(bytes(row))
            while hashes:
                take = len(hashes) & -len(hashes)  # the smallest complete subtree stands rightmost
                subtree = root_of(hashes[-take:])
                del hashes[-take:]
                head = subtree if head is None else node_hash(subtree, head)
        return EMPTY_ROOT if head is None else bytes(head)


def range_in_tiles(size: int, read: ReadTile) -> RangeHash:
    """A RangeHash that reads the tiles of a log of `size` leaves, each tile once, and hashes it once: many proofs may share one."""
    tiles: dict[tuple[int, int], list[bytes]] = {}
    ragged: dict[tuple[int, int], bytes] = {}  # ranges at the right edge, which every proof meets

    def complete(height: int, place: int) -> bytes:
        level, above = divmod(height, TILE_HEIGHT)
        index, first = divmod(place << above, TILE_WIDTH)
        rows = tiles.get((level, index))
        if rows is None:
            width = tile_width(level, index, size)
            tile = read(level, index, width)
            if len(tile) != width * HASH_LENGTH:
                raise TileError(f"{tile_path(level, index, width)} has {len(tile)} bytes, expected {width * HASH_LENGTH}")
            if len(tiles) >= MOST_TILES:
                del tiles[next(iter(tiles))]
            rows = tiles[level, index] = pyramid(tile)
        at = (first >> above) * HASH_LENGTH
        return rows[above][at : at + HASH_LENGTH]

    def hash_of(start: int, end: int) -> bytes:
        count = end - start
        if count == 0:
            return EMPTY_ROOT
        if count & (count - 1) == 0 and start % count == 0:
            height = count.bit_length() - 1
            return complete(height, start >> height)
        if (start, end) not in ragged:
            middle = start + split(count)
            ragged[start, end] = node_hash(hash_of(start, middle), hash_of(middle, end))
        return ragged[start, end]

    return hash_of


def bundle(entries: Iterable[bytes]) -> bytes:
    """An entry bundle: each entry after its length as a big-endian uint16. Raises TileError for an entry of 64 KiB or more."""
    parts = []
    for entry in entries:
        if len(entry) > 0xFFFF:
            raise TileError(f"an entry of {len(entry)} bytes does not fit a bundle")
        parts.append(struct.pack(">H", len(entry)) + entry)
    return b"".join(parts)


def unbundle(data: bytes) -> list[bytes]:
    """The entries of a bundle. Raises TileError when it is cut short."""
    entries, at = [], 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if at + 2 > len(data) or end > len(data):
            raise TileError(f"an entry bundle is cut short at byte {at}")
        entries.append(data[at + 2 : end])
        at = end
    return entries
