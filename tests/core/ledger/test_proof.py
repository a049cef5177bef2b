from __future__ import annotations

from dataclasses import replace

import pytest

from xiezhi.core.ledger.errors import ProofError
from xiezhi.core.ledger.note import Checkpoint, KeySigner
from xiezhi.core.ledger.proof import LogProof
from xiezhi.core.ledger.tree import inclusion_proof, leaf_hash, range_of, root_of

KEY = KeySigner("yuncheng.example/log", bytes(range(32)))
ENTRIES = [bytes([1]) + bytes([i]) * 32 for i in range(21)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
NOTE = Checkpoint(KEY.verifier.name, 21, root_of(LEAVES)).sign(KEY)


def proof_of(index, extra=None):
    return LogProof(index, tuple(inclusion_proof(index, 21, range_of(LEAVES))), NOTE, extra)


@pytest.mark.parametrize("index", range(21))
def test_a_proof_travels_as_text(index):
    proof = proof_of(index, b"\x00extra" if index % 2 else None)
    assert LogProof.parse(proof.text()) == proof
    assert LogProof.parse(proof.text()).verify(ENTRIES[index], KEY.verifier).size == 21


def test_a_log_of_one_leaf_needs_no_hashes():
    note = Checkpoint(KEY.verifier.name, 1, LEAVES[0]).sign(KEY)
    proof = LogProof(0, (), note)
    assert LogProof.parse(proof.text()).verify(ENTRIES[0], KEY.verifier).root == LEAVES[0]


def test_what_does_not_hold_is_said():
    proof = proof_of(4)
    with pytest.raises(ProofError, match="index 4"):
        proof.verify(ENTRIES[5], KEY.verifier)
    with pytest.raises(ProofError, match="index 5"):
        replace(proof, index=5).verify(ENTRIES[4], KEY.verifier)
    with pytest.raises(ProofError, match="checkpoint"):
        proof.verify(ENTRIES[4], KeySigner("yuncheng.example/log", bytes(32)).verifier)
    with pytest.raises(ProofError, match="index 4"):
        replace(proof, hashes=proof.hashes[:-1]).verify(ENTRIES[4], KEY.verifier)


@pytest.mark.parametrize(
    "change",
    [("c2sp", "C2SP"), ("index 4", "index 04"), ("index 4\n", ""), ("\n\n", "\n"), ("index 4", "index 4\nAAAA"), ("index 4", "index 4\n!")],
)
def test_other_writings_are_refused(change):
    with pytest.raises(ProofError):
        LogProof.parse(proof_of(4).text().replace(*change)).verify(ENTRIES[4], KEY.verifier)
