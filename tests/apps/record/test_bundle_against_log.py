"""verify.py beside a log: in the folder of a bundle, with a kept checkpoint, after a lost key; and heads that contradict each other."""

from __future__ import annotations

import base64
import subprocess
import sys
import zipfile

import pytest

from xiezhi.apps.record import queries, rotation, service, showing
from xiezhi.apps.record.export import export
from xiezhi.apps.record.key import keyring
from xiezhi.apps.record.sequencer import Sequencer
from xiezhi.core.ledger import alone
from xiezhi.core.ledger.note import Checkpoint

from .conftest import NOW, first
from .test_bundle import case, check, edited, entry, packed, remade, shown, store, unpacked  # noqa: F401 - fixtures

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def address(packed, tmp_path):  # noqa: F811
    export(tmp_path / "log", NOW)
    return f"{(tmp_path / 'log').as_uri()}/"


def test_a_kept_checkpoint_without_the_log_is_refused_since_nothing_would_be_compared(packed, check, tmp_path, capsys):  # noqa: F811
    other = Checkpoint(keyring(may_make=False).verifier.name, 10, bytes(32)).sign(*keyring(may_make=False).signers)
    (tmp_path / "kept").write_text(other, encoding="utf-8")
    with pytest.raises(SystemExit) as stopped:
        check(packed, "--key", queries.verifier_key(), "--checkpoint", tmp_path / "kept")
    assert stopped.value.code == 2
    assert "--log" in capsys.readouterr().err


def test_in_the_folder_of_a_bundle_the_log_is_read_beside_the_bundle(unpacked, address):  # noqa: F811
    def run():
        words = [sys.executable, "-I", unpacked / "verify.py", "--log", address]
        done = subprocess.run(words, cwd=unpacked, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    status, told = run()
    assert status == 0, told
    assert "每一条都算过" in told
    assert "一条不少" in told
    edited(entry(unpacked, 3), lambda given: given["body"].update(by=["yx-o9"]))
    assert run()[0] == 1


def test_what_a_lost_key_signed_in_its_time_holds_beside_the_log_and_nothing_later(packed, check, tmp_path):  # noqa: F811
    old = keyring(may_make=False)
    rotation.rotate(NOW, lost=True)
    service.perform(first("YX-3"), "018f0000-0000-7000-8000-000000000003", NOW)
    Sequencer().drain(NOW)
    export(tmp_path / "log", NOW)
    address = f"{(tmp_path / 'log').as_uri()}/"
    status, told = check(packed, "--log", address)
    assert status == 0, told
    assert "每一条都算过" in told
    keys = alone.keys_of_log(address)
    head = queries.checkpoint()
    with pytest.raises(alone.Wrong):
        alone.open_checkpoint(Checkpoint(head.origin, head.size, head.root).sign(*old.signers), keys)


def forked(folder, number):
    """A proof of the entry under a root of the same size that is not the log's, signed by the log's own key."""
    path = folder / f"data/proofs/{number:04d}.tlog-proof"
    index, hashes, note = alone.parse_proof(path.read_text(encoding="utf-8"))
    size = alone.open_checkpoint(note, queries.verifier_key())[0]
    hashes[0] = bytes(32)
    leaf = alone.sha256(b"\x00" + bytes.fromhex(alone.strict(entry(folder, number).read_bytes())["entry"]))
    ring = keyring(may_make=False)
    head = Checkpoint(ring.verifier.name, size, alone.root_of(leaf, index, size, hashes))
    lines = "".join(f"{base64.b64encode(one).decode()}\n" for one in hashes)
    path.write_text(f"c2sp.org/tlog-proof@v1\nindex {index}\n{lines}\n{ring.sign(head)}", encoding="utf-8")
    remade(folder)


def test_two_heads_of_one_size_in_a_whole_bundle_are_named(unpacked, check):  # noqa: F811
    forked(unpacked, 2)
    status, told = check(unpacked)
    assert status == 1, told
    assert "data/proofs/0002.tlog-proof" in told


def test_two_heads_of_one_size_in_an_extract_are_named(packed, store, check, tmp_path):  # noqa: F811
    showing.write_extract("YX-1", [shown(1, "kind", "at"), shown(2, "kind", "data.party.kind")], tmp_path / "public.zip", store)
    with zipfile.ZipFile(tmp_path / "public.zip") as file:
        file.extractall(tmp_path / "x")
    bag = tmp_path / "x" / "bundle-YX-1"
    assert check(bag)[0] == 0
    forked(bag, 2)
    status, told = check(bag)
    assert status == 1, told
    assert "data/proofs/0002.tlog-proof" in told
