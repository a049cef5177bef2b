"""Our inclusion proofs as sigstore's client checks them: code that shares no line with ours."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from xiezhi.core.ledger.tiles import Edge, range_in_tiles
from xiezhi.core.ledger.tree import inclusion_proof, leaf_hash

merkle = pytest.importorskip("sigstore._internal.merkle", reason="sigstore is a tool of tests and is not installed here")
errors = pytest.importorskip("sigstore.errors")

ENTRIES = [b"\x01" + leaf_hash(bytes([at >> 16, at >> 8 & 255, at & 255])) for at in range(66_000)]


def look(entry, index, size, hashes, root):
    proof = SimpleNamespace(log_index=index, tree_size=size, hashes=list(hashes), root_hash=root)
    merkle.verify_merkle_inclusion(SimpleNamespace(_inner=SimpleNamespace(inclusion_proof=proof, canonicalized_body=entry)))


def log_of(size):
    edge = Edge()
    tiles = edge.extend(leaf_hash(entry) for entry in ENTRIES[:size])
    return edge.root(), range_in_tiles(size, lambda level, index, width: tiles[level, index][: width * 32])


@pytest.mark.parametrize("size", [*range(1, 34), 255, 256, 257, 511, 512, 513, 1000, 65_535, 65_536, 65_537, 66_000])
def test_sigstore_accepts_our_proofs_and_refuses_others(size):
    root, hash_of = log_of(size)
    for index in sorted({0, 1, size // 3, size // 2, size - 2, size - 1} & set(range(size))):
        hashes = inclusion_proof(index, size, hash_of)
        look(ENTRIES[index], index, size, hashes, root)
        wrong = [
            (ENTRIES[index - 1], index, hashes),
            *([(ENTRIES[index], index ^ 1, hashes), (ENTRIES[index], index, hashes[:-1])] if hashes else []),
            (ENTRIES[index], index, [*hashes, root]),
        ]
        for entry, place, given in wrong:
            with pytest.raises(errors.VerificationError):
                look(entry, place, size, given, root)
