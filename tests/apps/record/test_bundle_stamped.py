"""A bundle carries a time stamp where one is kept, tied to its checkpoint; a bent one is named."""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import sys
import zipfile

import pytest

from xiezhi.apps.record import bundle, service, stamps
from xiezhi.apps.record.sequencer import Sequencer
from xiezhi.core.ledger import alone

from .authority import Authority
from .conftest import NOW, first, line, new_id
from .test_bundle import Memory, remade

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db,
    pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not here: it plays the authority"),
]


@pytest.fixture
def stamped(agency, tmp_path, settings, monkeypatch):
    """A case of two acts, stamped after them and after others, then more of other cases."""
    monkeypatch.setenv("no_proxy", "*")
    authority = Authority(tmp_path / "tsa")
    settings.TSA, settings.TSA_ROOT = authority.address, str(authority.root)
    try:
        service.perform(first(), new_id(), NOW)
        service.perform(line("case_filed", 1), new_id(), NOW)
        for number in range(2, 5):
            service.perform(first(f"YX-{number}"), new_id(), NOW)
        Sequencer().drain(NOW)
        assert stamps.stamp().size == 5
        for number in range(5, 9):
            service.perform(first(f"YX-{number}"), new_id(), NOW)
        closing = bundle.close("YX-1", Memory(), NOW)
        Sequencer().drain(NOW)
        bundle.write(closing, tmp_path / "case.zip", Memory())
        with zipfile.ZipFile(tmp_path / "case.zip") as file:
            file.extractall(tmp_path)
        folder = tmp_path / "bundle-YX-1"
        assert authority.accepts(folder / "stamps/5.note", folder / "stamps/5.tsr")
        return folder
    finally:
        authority.close()


def check(folder):
    done = subprocess.run([sys.executable, "-I", alone.__file__, folder], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_the_stamp_is_tied_to_the_checkpoint_and_says_what_it_covers(stamped):
    status, told = check(stamped)
    assert status == 0, told
    assert "签名未核验" in told
    assert "已在日志里的有 2 条" in told


def test_a_token_made_by_hand_is_not_told_as_a_proof(stamped):
    """No authority has signed these 51 bytes; whoever carries the bundle can write them."""
    note = (stamped / "stamps/5.note").read_bytes()
    (stamped / "stamps/5.tsr").write_bytes(b"\x04\x20" + hashlib.sha256(note).digest() + b"\x18\x0f19490101000000Z")
    remade(stamped)
    told = check(stamped)[1]
    [line] = [one for one in told.splitlines() if "19490101000000Z" in one]
    assert "签名未核验" in line
    assert "not verified" in line
    assert "openssl ts -verify -in stamps/5.tsr -data stamps/5.note" in told


@pytest.mark.parametrize(
    ("name", "change", "named"),
    [
        ("5.tsr", lambda data: data.replace(b"\x04\x20", b"\x04\x21"), "stamps/5.tsr"),
        ("5.consistency", lambda _: base64.b64encode(bytes(32)) + b"\n", "stamps/5.note"),
        ("5.consistency", lambda data: data.split(b"\n")[0] + b"\n", "stamps/5.note"),
        ("5.note", lambda data: data.replace(b"\n5\n", b"\n4\n"), "检查点的签名不对"),
    ],
)
def test_a_bent_stamp_is_named(stamped, name, change, named):
    path = stamped / "stamps" / name
    path.write_bytes(change(path.read_bytes()))
    remade(stamped)
    assert check(stamped)[0] == 1
    told = check(stamped)[1]
    assert named in told, told
