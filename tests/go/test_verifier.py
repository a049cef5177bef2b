"""A stranger's verifier, written on Go's own log library, accepts an honest log and refuses each corruption of it."""

from __future__ import annotations

import pytest

from xiezhi.core.ledger.note import Checkpoint, KeySigner, sign_note
from xiezhi.core.ledger.proof import LogProof
from xiezhi.core.ledger.tiles import entries_path, tile_path
from xiezhi.core.ledger.tree import inclusion_proof, leaf_hash, range_of, root_of

from .logs import KEY, ORIGIN, entries, flip, head_of, kept, old_flags, write_log

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("go")]
SIZES = [0, 1, 2, 255, 256, 257, 511, 512, 65_536, 65_793]
HELD = entries(600)


@pytest.mark.parametrize("size", SIZES)
def test_an_honest_log_of_any_size(stranger, tmp_path, size):
    held = entries(size)
    log = write_log(tmp_path / "log", held)
    olds = [kept(tmp_path, f"old{one}", head_of(held[:one]).sign(KEY)) for one in SIZES if one <= size and one < 1000]
    told = stranger.accepts(log, KEY.verifier, *old_flags(olds))
    assert (told["origin"], told["size"], told["entries"]) == (ORIGIN, size, size)
    if size:
        places = {0, size // 2, size - 1}
        stranger.accepts(log, KEY.verifier, "-fast", *[w for at in places for w in ("-entry", f"{at}={held[at].hex()}")])


@pytest.fixture
def log(tmp_path):
    return write_log(tmp_path / "log", HELD)


def _edit(log, change):
    path = log / "checkpoint"
    path.write_bytes(change(path.read_text(encoding="utf-8")).encode())


def _sign(log, text):
    (log / "checkpoint").write_text(sign_note(text, KEY), encoding="utf-8")


def _root(held):
    return Checkpoint("x", 0, root_of([leaf_hash(one) for one in held])).text().split("\n")[2]


def _swap(log):
    """Two entries and their leaves change places; the signed root stays."""
    note = (log / "checkpoint").read_bytes()
    write_log(log, [*HELD[:10], HELD[11], HELD[10], *HELD[12:]])
    (log / "checkpoint").write_bytes(note)


CORRUPTIONS = {
    "a bit of a full tile": (lambda log: flip(log / tile_path(0, 0), 4000), "entry 125 does not hash"),
    "a bit of a partial tile": (lambda log: flip(log / tile_path(0, 2, 88), 0), "entry 512 does not hash"),
    "a bit of an upper tile": (lambda log: flip(log / tile_path(1, 0, 2), 9), "tile/1/000.p/2 is not what the tiles below give"),
    "a bit of an entry": (lambda log: flip(log / entries_path(1), 40), "entry 257 does not hash"),
    "a length of an entry": (lambda log: flip(log / entries_path(1), 1), "tile/entries/001"),
    "a cut tile": (lambda log: (log / tile_path(0, 1)).write_bytes((log / tile_path(0, 1)).read_bytes()[:-1]), "8191 bytes"),
    "a cut bundle": (lambda log: (log / entries_path(0)).write_bytes((log / entries_path(0)).read_bytes()[:-5]), "cut short"),
    "a missing tile": (lambda log: (log / tile_path(0, 1)).unlink(), "tile/0/001 is missing"),
    "a missing partial tile": (lambda log: (log / tile_path(0, 2, 88)).unlink(), "tile/0/002.p/88 is missing"),
    "a missing upper tile": (lambda log: (log / tile_path(1, 0, 2)).unlink(), "tile/1/000.p/2 is missing"),
    "a missing bundle": (lambda log: (log / entries_path(2, 88)).unlink(), "tile/entries/002.p/88 is missing"),
    "no checkpoint": (lambda log: (log / "checkpoint").unlink(), "checkpoint is missing"),
    "a bit of the checkpoint's root": (lambda log: _edit(log, lambda note: note.replace("\n600\n", "\n601\n")), "invalid signature"),
    "a bit of the signature": (
        lambda log: _edit(log, lambda note: f"{note[:-10]}{'A' if note[-10] != 'A' else 'B'}{note[-9:]}"),
        "invalid",
    ),
    "no newline at the end": (lambda log: _edit(log, lambda note: note[:-1]), "malformed note"),
    "a carriage return": (lambda log: _edit(log, lambda note: note.replace("\n", "\r\n")), "malformed note"),
    "a size with a zero before it": (lambda log: _sign(log, f"{ORIGIN}\n0600\n{_root(HELD)}\n"), '"0600" is no size'),
    "another root, signed": (lambda log: _sign(log, f"{ORIGIN}\n600\n{_root(HELD[:-1])}\n"), "signed is"),
    "another origin, signed": (lambda log: _sign(log, f"other.example/log\n600\n{_root(HELD)}\n"), "is not that of the key"),
    "leaves swapped": (_swap, "signed is"),
}


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_each_corruption_is_refused(stranger, log, name):
    corrupt, says = CORRUPTIONS[name]
    corrupt(log)
    stranger.refuses(log, says=says)


def test_a_history_rebuilt_and_signed_again_is_caught_by_an_older_checkpoint(stranger, tmp_path):
    old = kept(tmp_path, "old", head_of(HELD[:300]).sign(KEY))
    held = {
        "dropped": [*HELD[:100], *HELD[101:]],
        "altered": [*HELD[:100], entries(1, "other")[0], *HELD[101:]],
        "fork": [*HELD[:299], *entries(301, "fork")],
    }
    for name, other in held.items():
        log = write_log(tmp_path / name, other)
        stranger.accepts(log)  # by itself it is whole: only the kept checkpoint shows it
        stranger.refuses(log, KEY.verifier, "-old", old, says="no longer holds what it signed")
        stranger.refuses(log, KEY.verifier, "-fast", "-old", old, says="no longer holds what it signed")
    shrunk = write_log(tmp_path / "shrunk", HELD[:299])
    stranger.refuses(shrunk, KEY.verifier, "-old", old, says="only 299 leaves")


def test_another_key_and_another_name_are_refused(stranger, log):
    stranger.refuses(log, KeySigner(ORIGIN, bytes(32)).verifier, says="no verifiable signatures")
    stranger.refuses(log, KeySigner("other.example/log", bytes(range(32))).verifier, says="no verifiable signatures")
    assert stranger.look(log, "not a key")[0] == 2


def test_entries_are_proved_where_they_stand_and_nowhere_else(stranger, log):
    stranger.accepts(log, KEY.verifier, "-entry", f"599={HELD[599].hex()}")
    stranger.refuses(log, KEY.verifier, "-entry", f"598={HELD[599].hex()}", says="entry 598")
    stranger.refuses(log, KEY.verifier, "-entry", f"600={HELD[599].hex()}", says="600 entries")


def test_a_light_client_refuses_a_wrong_tile(stranger, log):
    flip(log / tile_path(0, 0), 4000)
    stranger.refuses(log, KEY.verifier, "-fast", "-entry", f"3={HELD[3].hex()}", says="entry 3")


def test_proof_files(stranger, tmp_path):
    leaves = [leaf_hash(one) for one in HELD]
    for at in (0, 255, 256, 599):
        proof = LogProof(at, tuple(inclusion_proof(at, 600, range_of(leaves))), head_of(HELD).sign(KEY), b"\x00extra" if at else None)
        file = kept(tmp_path, f"{at}.tlog-proof", proof.text())
        stranger.accepts(None, KEY.verifier, "-proof", f"{file}={HELD[at].hex()}")
        stranger.refuses(None, KEY.verifier, "-proof", f"{file}={HELD[at - 1].hex()}", says="invalid")
        bad = kept(tmp_path, "bad.tlog-proof", proof.text().replace(f"index {at}\n", f"index {at + 1}\n"))
        assert stranger.look(None, KEY.verifier, "-proof", f"{bad}={HELD[at].hex()}")[0] == 1


def test_what_cannot_be_reached_is_not_called_wrong(stranger):
    assert stranger.look("http://127.0.0.1:1/log")[0] == 2
