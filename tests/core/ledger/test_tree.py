from __future__ import annotations

import json
from pathlib import Path

import pymerkle
import pytest

from xiezhi.core.ledger.tree import consistency_proof, inclusion_proof, leaf_hash, range_of, root_of, verify_consistency, verify_inclusion

from . import second

VECTORS = json.loads((Path(__file__).parent / "vectors" / "tree.json").read_text())
LEAVES = [leaf_hash(str(i).encode()) for i in range(70)]


def test_the_roots_that_certificate_transparency_publishes():
    """The test tree of the RFC 6962 reference implementations: eight inputs, known roots."""
    leaves = [leaf_hash(bytes.fromhex(text)) for text in VECTORS["inputs"]]
    for size, root in enumerate(VECTORS["roots"]):
        assert root_of(leaves[:size]).hex() == root


@pytest.mark.parametrize("size", range(70))
def test_roots_agree_with_the_second_implementation(size):
    assert root_of(LEAVES[:size]) == second.mth(LEAVES[:size])


def test_roots_and_proofs_agree_with_pymerkle():
    foreign = pymerkle.InmemoryTree(algorithm="sha256")
    for i in range(70):
        foreign.append_entry(str(i).encode())
        assert foreign.get_root() == root_of(LEAVES[: i + 1])
    for index in range(70):
        ours = inclusion_proof(index, 70, range_of(LEAVES))
        assert [bytes.fromhex(text) for text in foreign.prove_inclusion(index + 1, 70).serialize()["path"]][1:] == ours


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 13, 64, 70])
def test_inclusion_of_every_leaf_and_of_no_other(size):
    root = root_of(LEAVES[:size])
    for index in range(size):
        proof = inclusion_proof(index, size, range_of(LEAVES))
        assert verify_inclusion(LEAVES[index], index, size, proof, root)
        assert not verify_inclusion(LEAVES[index], index, size, [*proof, root], root)
        assert not verify_inclusion(LEAVES[index], index + size, size, proof, root)
        if size > 1:
            assert not verify_inclusion(LEAVES[index - 1], index, size, proof, root)
            assert not verify_inclusion(LEAVES[index], (index + 1) % size, size, proof, root)
            assert not verify_inclusion(LEAVES[index], index, size, proof[:-1], root)


def test_consistency_between_all_sizes():
    for new in range(1, 40):
        for old in range(1, new + 1):
            proof = consistency_proof(old, new, range_of(LEAVES))
            roots = root_of(LEAVES[:old]), root_of(LEAVES[:new])
            assert verify_consistency(old, new, proof, *roots)
            assert not verify_consistency(old, new, proof, roots[0], bytes(32))
            assert not verify_consistency(old, new, proof, bytes(32), roots[1])
            assert not verify_consistency(old, new, [*proof, bytes(32)], *roots)


def test_the_empty_tree_is_a_prefix_of_any():
    assert verify_consistency(0, 5, [], root_of([]), root_of(LEAVES[:5]))
    assert not verify_consistency(0, 5, [], bytes(32), root_of(LEAVES[:5]))


def test_no_proof_for_what_is_not_there():
    with pytest.raises(ValueError, match="no leaf 5"):
        inclusion_proof(5, 5, range_of(LEAVES))
    with pytest.raises(ValueError, match="from 6 to 5"):
        consistency_proof(6, 5, range_of(LEAVES))
