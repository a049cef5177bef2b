from __future__ import annotations

import pytest

from xiezhi.core.ledger.note import Checkpoint, KeySigner
from xiezhi.core.ledger.tiles import Edge, bundle, entries_path, tile_path, tiles_of
from xiezhi.core.ledger.tree import leaf_hash
from xiezhi.core.ledger.verify import verify_log

KEY = KeySigner("yuncheng.example/log", bytes(range(32)))
ENTRIES = [bytes([1]) + i.to_bytes(32, "big") for i in range(600)]


def published(entries):
    edge = Edge()
    tiles = edge.extend(leaf_hash(entry) for entry in entries)
    files = {tile_path(level, index, width): tiles[level, index] for level, index, width in tiles_of(len(entries))}
    files |= {
        entries_path(index, width): bundle(entries[index * 256 : index * 256 + width])
        for level, index, width in tiles_of(len(entries))
        if level == 0
    }
    files["checkpoint"] = Checkpoint(KEY.verifier.name, len(entries), edge.root()).sign(KEY).encode()
    return files


def faults(files, older=None):
    return [fault.item for fault in verify_log(files.get, KEY.verifier, older)]


def flip(files, path, at):
    data = bytearray(files[path])
    data[at] ^= 1
    return {**files, path: bytes(data)}


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 512, 600])
def test_an_honest_log_has_no_fault(size):
    assert faults(published(ENTRIES[:size])) == []


@pytest.mark.parametrize("path", [path for path in published(ENTRIES) if path.startswith("tile/") and "entries" not in path])
def test_a_flipped_byte_in_a_tile_names_it(path):
    assert path in faults(flip(published(ENTRIES), path, 40))


def test_a_flipped_byte_in_an_entry_names_the_leaf():
    assert faults(flip(published(ENTRIES), "tile/entries/001", 35 * 3 + 20))[0] == "leaf 259"


def test_a_cut_bundle_a_missing_tile_and_a_missing_checkpoint_are_named():
    files = published(ENTRIES)
    assert faults({**files, "tile/entries/001": files["tile/entries/001"][:-1]}) == ["tile/entries/001"]
    assert faults({path: data for path, data in files.items() if path != "tile/0/000"}) == ["tile/0/000"]
    assert faults({path: data for path, data in files.items() if path != "checkpoint"}) == ["checkpoint"]


def test_a_rewritten_and_signed_again_log_is_exposed_by_an_older_checkpoint():
    older = Checkpoint.open(published(ENTRIES[:300])["checkpoint"].decode(), KEY.verifier)
    assert faults(published(ENTRIES), older) == []
    assert faults(published([*ENTRIES[:10], bytes(33), *ENTRIES[11:]]), older) == ["checkpoint 300"]
    assert faults(published(ENTRIES[:299]), older) == ["checkpoint 300"]
