from __future__ import annotations

import pytest

from xiezhi.core.ledger.errors import NoteError
from xiezhi.core.ledger.note import Checkpoint, KeySigner, VerifierKey, open_note, sign_note
from xiezhi.core.ledger.tree import EMPTY_ROOT

# The worked example of the note format's own documentation.
PETER = VerifierKey.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
POEM = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
POEM_SIGNED = POEM + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"

KEY = KeySigner("yuncheng.example/log", bytes(range(32)))
OTHER = KeySigner("witness.example/w", bytes(range(1, 33)))
HEAD = Checkpoint(KEY.verifier.name, 0, EMPTY_ROOT)


def test_the_published_example_opens():
    assert open_note(POEM_SIGNED, PETER) == POEM


def test_keys_are_written_and_read():
    assert VerifierKey.parse(str(KEY.verifier)) == KEY.verifier
    assert KeySigner.parse(KEY.secret()).verifier == KEY.verifier
    assert "PRIVATE" not in repr(KEY)


def test_a_checkpoint_of_an_empty_log():
    note = HEAD.sign(KEY)
    assert note.startswith("yuncheng.example/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n— yuncheng.example/log ")
    assert Checkpoint.open(note, KEY.verifier) == HEAD


def test_unknown_signatures_are_passed_over():
    assert Checkpoint.open(HEAD.sign(OTHER, KEY), KEY.verifier) == HEAD
    with pytest.raises(NoteError, match="no known key"):
        open_note(HEAD.sign(OTHER), KEY.verifier)


def test_a_cosigner_does_not_make_another_log():
    with pytest.raises(NoteError, match="is of the log"):
        Checkpoint.open(HEAD.sign(OTHER), OTHER.verifier)


@pytest.mark.parametrize("at", range(0, 170, 7))
def test_a_flipped_byte_is_refused(at):
    note = bytearray(HEAD.sign(KEY).encode())
    note[at % len(note)] ^= 1
    with pytest.raises((NoteError, UnicodeDecodeError)):
        Checkpoint.open(note.decode(), KEY.verifier)


@pytest.mark.parametrize("size", ["01", "+1", "-1", "1.0", "", "１"])
def test_other_writings_of_a_size_are_refused(size):
    with pytest.raises(NoteError):
        Checkpoint.open(sign_note(f"{KEY.verifier.name}\n{size}\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", KEY), KEY.verifier)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u3000b", "a\nb"])
def test_names_with_spaces_or_plus_are_refused(name):
    with pytest.raises(NoteError, match="key name"):
        KeySigner(name, bytes(32))


@pytest.mark.parametrize("text", ["", "x", "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "P+c74f20a3+AhpcAA=="])
def test_broken_keys_are_refused(text):
    with pytest.raises(NoteError):
        VerifierKey.parse(text)


def test_a_note_without_a_final_newline_is_not_signed():
    with pytest.raises(NoteError, match="newline"):
        sign_note("text", KEY)
    with pytest.raises(NoteError, match="signature lines"):
        open_note("text\n", KEY.verifier)
