"""The browser after a change of keys: what an earlier key signed in its time holds as the beginning of the log, and nothing else of it."""

from __future__ import annotations

import base64
import json
import warnings
import zipfile

import pytest

from xiezhi.apps.record import queries, rotation, service, showing
from xiezhi.apps.record.export import export
from xiezhi.apps.record.key import keyring
from xiezhi.apps.record.sequencer import Sequencer
from xiezhi.core.ledger.note import Checkpoint

from .conftest import NOW, first, new_id
from .test_bundle import case, packed, shown, store, unpacked  # noqa: F401 - fixtures
from .test_bundle_against_log import forked
from .test_bundle_in_node import judged, pytestmark, zipped  # noqa: F401 - its marks are this file's too


@pytest.fixture
def proof(packed, tmp_path):  # noqa: F811
    """Some fields of an entry, under the head of before the change."""
    path = tmp_path / "old.proof.json"
    path.write_text(json.dumps({**shown(2, "kind", "data.party.kind"), "key": queries.verifier_key()}), encoding="utf-8")
    return path


def extract(store, tmp_path):  # noqa: F811
    """An extract of one entry, unpacked."""
    showing.write_extract("YX-1", [shown(2, "kind", "data.party.kind")], tmp_path / "public.zip", store)
    with zipfile.ZipFile(tmp_path / "public.zip") as file:
        file.extractall(tmp_path / "x")
    return tmp_path / "x" / "bundle-YX-1"


def changed(tmp_path, *, lost):
    """The log after a change of keys and two more cases."""
    rotation.rotate(NOW, lost=lost)
    service.perform(first("YX-3"), new_id(), NOW)
    Sequencer().drain(NOW)
    if not lost:
        rotation.retire(NOW)
    service.perform(first("YX-4"), new_id(), NOW)
    Sequencer().drain(NOW)
    export(tmp_path / "log", NOW)
    return tmp_path / "log"


@pytest.mark.parametrize("lost", [False, True])
def test_proofs_of_before_hold_after_a_change_of_keys(packed, proof, tmp_path, lost):  # noqa: F811
    log = changed(tmp_path, lost=lost)
    head = queries.checkpoint()
    seen = {"key": queries.verifier_key(), "size": head.size, "root": base64.b64encode(head.root).decode(), "at": "2026-11-25T00:00:00Z"}
    for told in [*judged(packed, proof, log=log), *judged(packed, proof, log=log, seen=seen)]:
        assert told["state"] == "proved", told
        assert any("以前的密钥" in words for _, words in told["steps"].values()), told


def test_a_history_that_a_lost_key_signs_afterwards_is_refused(packed, store, tmp_path):  # noqa: F811
    folder = extract(store, tmp_path)
    forked(folder, 1)
    [told] = judged(zipped(folder, tmp_path / "forged.zip"), log=changed(tmp_path, lost=True))
    assert told["state"] == "broken", told
    assert "不是现在日志的开头" in told["words"]


def test_a_lost_key_signs_nothing_beyond_its_time(packed, store, tmp_path):  # noqa: F811
    old = keyring(may_make=False)
    log = changed(tmp_path, lost=True)
    folder = extract(store, tmp_path)
    head = queries.checkpoint()
    path = folder / "data/proofs/0001.tlog-proof"
    begins = path.read_text(encoding="utf-8").split("\n\n")[0]
    path.write_text(f"{begins}\n\n{Checkpoint(head.origin, head.size, head.root).sign(*old.signers)}", encoding="utf-8")
    bundle = json.dumps({**shown(2, "kind"), "tlog_proof": path.read_text(encoding="utf-8"), "key": str(old.verifier)})
    (tmp_path / "late.proof.json").write_text(bundle, encoding="utf-8")
    [told] = judged(tmp_path / "late.proof.json", log=log)
    assert told["state"] == "broken", told
    assert "不在那把密钥的有效期内" in json.dumps(told, ensure_ascii=False)


def test_two_heads_of_one_size_are_found_by_the_browser_too(unpacked, tmp_path):  # noqa: F811
    forked(unpacked, 2)
    [told] = judged(zipped(unpacked, tmp_path / "forked.zip"))
    assert told["state"] == "broken", told
    assert "两个不同的根" in told["words"]


def test_a_zip_that_holds_a_name_twice_is_refused_as_verify_py_refuses_it(packed):  # noqa: F811
    with zipfile.ZipFile(packed, "a") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        file.writestr("bundle-YX-1/data/entries/0002.json", file.read("bundle-YX-1/data/entries/0002.json"))
    [told] = judged(packed)
    assert told["state"] == "broken", told
    assert "出现两次" in told["words"]
    assert "data/entries/0002.json" in told["words"]
