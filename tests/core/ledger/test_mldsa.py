from __future__ import annotations

import struct

import pytest
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from xiezhi.core.ledger.cosign_mldsa import PostQuantumKey, PostQuantumSigner
from xiezhi.core.ledger.errors import NoteError
from xiezhi.core.ledger.note import Checkpoint, KeySigner, lines_of, open_note

ORIGIN = "yunxi.example/log"
FIRST, SECOND = KeySigner(ORIGIN, bytes(range(32))), PostQuantumSigner(ORIGIN, bytes(range(32)))
HEAD = Checkpoint(ORIGIN, 300, bytes(range(32)))
NOTE = HEAD.sign(FIRST, SECOND)


def test_strangers_pass_the_second_line_over():
    assert open_note(NOTE, FIRST.verifier) == HEAD.text()
    assert Checkpoint.open(NOTE, FIRST.verifier) == HEAD


def test_the_second_line_is_that_of_the_text():
    """cosigned_message of tlog-cosignature, written here field by field."""
    assert open_note(NOTE, SECOND.verifier) == HEAD.text()
    [(_, signature)] = lines_of(NOTE, SECOND.verifier).values()
    assert (len(signature), signature[:8]) == (8 + 2420, bytes(8))
    name = bytes([len(ORIGIN)]) + ORIGIN.encode()
    message = b"subtree/v1\n\0" + name + bytes(8) + name + struct.pack(">QQ", 0, 300) + HEAD.root
    MLDSA44PublicKey.from_public_bytes(SECOND.verifier.public).verify(signature[8:], message)


def test_another_head_is_refused():
    other = NOTE.replace("\n300\n", "\n301\n")
    with pytest.raises(NoteError, match="is wrong"):
        open_note(other, SECOND.verifier)
    assert not SECOND.verifier.accepts(b"no checkpoint\n", bytes(2428))
    assert not SECOND.verifier.accepts(HEAD.text().encode(), b"short")


def test_keys_travel_as_text():
    assert PostQuantumKey.parse(str(SECOND.verifier)) == SECOND.verifier
    assert PostQuantumSigner.parse(SECOND.secret()).verifier == SECOND.verifier
    for wrong in (str(FIRST.verifier), str(SECOND.verifier).replace("yunxi", "other")):
        with pytest.raises(NoteError):
            PostQuantumKey.parse(wrong)
    with pytest.raises(NoteError):
        PostQuantumSigner.parse(FIRST.secret())
