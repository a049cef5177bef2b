"""A log grown by whole tiles, and heads inside a tile, are those of the log grown leaf by leaf; shared proofs are those made alone."""

from __future__ import annotations

import hashlib

import pytest

from xiezhi.core.ledger.errors import TileError
from xiezhi.core.ledger.tiles import Edge, pyramid, range_in_tiles
from xiezhi.core.ledger.tree import inclusion_proof, range_of, root_of

LEAVES = [hashlib.sha256(str(number).encode()).digest() for number in range(1100)]


def test_heads_inside_a_tile_are_those_of_the_leaves():
    edge = Edge()
    for first in range(0, 1024, 256):
        rows = pyramid(b"".join(LEAVES[first : first + 256]))
        for count in (0, 1, 2, 3, 100, 128, 255, 256):
            assert edge.root_with(rows, count) == root_of(LEAVES[: first + count])
        edge.extend_whole(rows[-1])
        assert edge.root() == root_of(LEAVES[: first + 256])
    assert edge.extend(LEAVES[1024:])
    assert edge.root() == root_of(LEAVES)


def test_the_tiles_above_are_the_same():
    whole, single = Edge(), Edge()
    heads = LEAVES[:3] * 100
    one = b"".join(LEAVES[:256])
    for _ in heads[:257]:
        above = whole.extend_whole(pyramid(one)[-1])
        changed = single.extend(LEAVES[:256])
        assert above == {place: tile for place, tile in changed.items() if place[0] and len(tile) == 8192}
    assert whole.rows() == single.rows()


def test_a_whole_tile_follows_a_full_one_only():
    with pytest.raises(TileError, match="does not follow 3 leaves"):
        Edge(3, [b"".join(LEAVES[:3])]).extend_whole(LEAVES[0])


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 1000, 1100])
def test_proofs_that_share_a_reader_are_those_made_alone(size):
    edge, tiles = Edge(), {}
    tiles.update(edge.extend(LEAVES[:size]))
    shared = range_in_tiles(size, lambda level, index, width: tiles[level, index][: width * 32])
    for index in {0, size // 2, size - 1}:
        assert inclusion_proof(index, size, shared) == inclusion_proof(index, size, range_of(LEAVES[:size]))
