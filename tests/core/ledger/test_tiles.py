from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiezhi.core.ledger.errors import TileError
from xiezhi.core.ledger.tiles import Edge, bundle, entries_path, parse_index, range_in_tiles, tile_path, tiles_of, unbundle
from xiezhi.core.ledger.tree import inclusion_proof, leaf_hash, root_of, verify_inclusion

from . import second

LEAVES = [leaf_hash(str(i).encode()) for i in range(70_000)]


def grown(size, steps):
    edge, tiles, at = Edge(), {}, 0
    for step in steps:
        tiles.update(edge.extend(LEAVES[at : min(size, at + step)]))
        at = min(size, at + step)
    tiles.update(edge.extend(LEAVES[at:size]))
    return edge, tiles


def test_the_tree_of_70000_leaves_has_the_tiles_of_the_specification():
    edge, tiles = grown(70_000, [5000] * 14)
    by_level = {level: sorted(len(data) // 32 for (at, _), data in tiles.items() if at == level) for level in range(3)}
    assert by_level == {0: [112, *[256] * 273], 1: [17, 256], 2: [1]}
    assert edge.root() == root_of(LEAVES)
    assert {(level, index, len(data) // 32) for (level, index), data in tiles.items()} == set(tiles_of(70_000))
    for level, index in [(0, 0), (0, 273), (1, 0), (1, 1), (2, 0)]:
        assert tiles[level, index] == second.tile(LEAVES, level, index)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1200), st.lists(st.integers(1, 400), max_size=8))
def test_a_log_grown_in_any_steps_is_the_same_log(size, steps):
    edge, tiles = grown(size, steps)
    assert edge.size == size
    assert edge.root() == root_of(LEAVES[:size])
    whole = {(level, index): width for level, index, width in tiles_of(size)}
    assert {place: len(data) // 32 for place, data in tiles.items()} == whole


@pytest.mark.parametrize("size", [1, 255, 256, 257, 512, 65_535, 65_536, 65_537, 70_000])
def test_proofs_read_from_tiles_hold(size):
    edge, tiles = grown(size, [size])
    hash_of = range_in_tiles(size, lambda level, index, width: tiles[level, index][: width * 32])
    assert hash_of(0, size) == edge.root()
    for index in {0, size // 3, size // 2, size - 1}:
        assert verify_inclusion(LEAVES[index], index, size, inclusion_proof(index, size, hash_of), edge.root())


def test_an_older_head_is_read_from_newer_tiles():
    _, tiles = grown(1000, [1000])
    hash_of = range_in_tiles(700, lambda level, index, width: tiles[level, index][: width * 32])
    assert hash_of(0, 700) == root_of(LEAVES[:700])


def test_a_tile_cut_short_is_named():
    with pytest.raises(TileError, match=r"tile/0/000\.p/3 has 32 bytes"):
        range_in_tiles(3, lambda *_: bytes(32))(0, 3)


def test_an_edge_that_does_not_fit_its_size_is_refused():
    with pytest.raises(TileError, match="level 0"):
        Edge(3, [bytes(64)])


@pytest.mark.parametrize(("index", "path"), [(0, "000"), (67, "067"), (1000, "x001/000"), (1234067, "x001/x234/067")])
def test_paths(index, path):
    assert tile_path(0, index) == f"tile/0/{path}"
    assert entries_path(index, 12) == f"tile/entries/{path}.p/12"
    assert parse_index(path) == (index, 256)
    assert parse_index(f"{path}.p/12") == (index, 12)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "0",
        "0000",
        "x000/001",
        "001/002",
        "x001/x234/67",
        "000.p/0",
        "000.p/256",
        "000.p/012",
        "000.p/",
        "../000",
        "000 ",
        "٠٠٠",
        "x001/000\n",
    ],
)
def test_other_writings_of_a_path_are_refused(path):
    with pytest.raises(TileError):
        parse_index(path)


@given(st.lists(st.binary(max_size=40), max_size=10))
def test_bundles_come_apart_again(entries):
    assert unbundle(bundle(entries)) == entries


def test_a_bundle_cut_short_is_refused():
    with pytest.raises(TileError, match="cut short"):
        unbundle(bundle([b"abc"])[:-1])
    with pytest.raises(TileError, match="65536"):
        bundle([bytes(65_536)])
