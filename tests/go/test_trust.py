"""What the stranger believes: keys that change, witnesses and their quorum, and lines of signature types that he does not know."""

from __future__ import annotations

import threading

import pytest

from xiezhi.apps.record import export, queries, rotation, witnesses
from xiezhi.cli.witness import make_server
from xiezhi.cli.witness_home import Witness
from xiezhi.core.ledger.cosign import Cosigner
from xiezhi.core.ledger.cosign_mldsa import PostQuantumSigner
from xiezhi.core.ledger.note import KeySigner, VerifierKey
from xiezhi.core.ledger.policy import Group, Policy
from xiezhi.core.ledger.policy import Witness as Named
from xiezhi.site.clock import now

from .logs import KEY, ORIGIN, entries, head_of, kept, old_flags, write_log
from .test_record import grow, own_log  # noqa: F401 - a fixture

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("go")]
HELD = entries(300)
NEW = KeySigner(ORIGIN, bytes(range(1, 33)))
COSIGNERS = [Cosigner(f"sfj{number}.example/witness", bytes([number]) * 32) for number in range(3)]
NAMED = tuple(Named(f"w{number}", one.verifier) for number, one in enumerate(COSIGNERS))


def cosigned(log, *cosigners, at=1_800_000_000):
    path = log / "checkpoint"
    text = head_of(HELD).text()
    path.write_text(path.read_text(encoding="utf-8") + "".join(one.line(text, at) for one in cosigners), encoding="utf-8")
    return log


def test_a_line_of_an_unknown_type_is_passed_over(stranger, tmp_path):
    second = PostQuantumSigner(ORIGIN, bytes(range(32)))
    log = write_log(tmp_path / "log", HELD, KEY, second)
    assert stranger.accepts(log)["size"] == 300
    first = write_log(tmp_path / "first", HELD, second, KEY)
    assert stranger.accepts(first)["size"] == 300
    stranger.refuses(write_log(tmp_path / "only", HELD, second), says="no verifiable signatures")


def test_both_keys_of_an_overlap_are_enough_each(stranger, tmp_path):
    log = write_log(tmp_path / "log", HELD, NEW, KEY)
    stranger.accepts(log, KEY.verifier)
    stranger.accepts(log, NEW.verifier)
    old = kept(tmp_path, "old", head_of(HELD[:100]).sign(KEY))
    stranger.accepts(log, KEY.verifier, "-old", old)
    stranger.accepts(log, None, "-policy", kept(tmp_path, "policy", Policy((NEW.verifier, KEY.verifier)).text()), "-old", old)
    stranger.refuses(write_log(tmp_path / "later", HELD, NEW), KEY.verifier, says="no verifiable signatures")


def test_a_quorum_of_witnesses(stranger, tmp_path):
    policy = Policy((KEY.verifier,), NAMED, (Group("g", 2, ("w0", "w1")), Group("all", 2, ("g", "w2"))), "all")
    file = kept(tmp_path, "policy", policy.text())
    log = cosigned(write_log(tmp_path / "log", HELD), *COSIGNERS)
    told = stranger.accepts(log, None, "-policy", file)
    assert "3 cosignatures" in told["held"][0]
    stranger.refuses(cosigned(write_log(tmp_path / "two", HELD), *COSIGNERS[:2]), None, "-policy", file, says="no quorum")
    stranger.accepts(
        cosigned(write_log(tmp_path / "one", HELD), COSIGNERS[0]), KEY.verifier, "-witness", COSIGNERS[0].verifier, "-quorum", 1
    )
    alone = write_log(tmp_path / "alone", HELD)
    stranger.refuses(alone, KEY.verifier, "-witness", COSIGNERS[0].verifier, "-quorum", 1, says="no quorum")
    forged = cosigned(write_log(tmp_path / "forged", HELD), Cosigner(COSIGNERS[0].verifier.name, bytes([9]) * 32))
    stranger.refuses(forged, KEY.verifier, "-witness", COSIGNERS[0].verifier, "-quorum", 1, says="no quorum")
    other = write_log(tmp_path / "other", HELD)
    line = COSIGNERS[0].line(head_of(HELD[:9]).text(), 1)
    (other / "checkpoint").write_text(head_of(HELD).sign(KEY) + line, encoding="utf-8")
    stranger.refuses(other, KEY.verifier, "-witness", COSIGNERS[0].verifier, "-quorum", 1, says="invalid signature")


@pytest.mark.parametrize("text", ["", "quorum none\nquorum none\n", "quorum x\n", "log x\nquorum none\n"])
def test_a_policy_that_is_none(stranger, tmp_path, text):
    assert stranger.look(tmp_path, None, "-policy", kept(tmp_path, "policy", text))[0] == 2


def test_the_record_s_own_policy_witnesses_and_change_of_keys(fresh_database, live_server, stranger, tmp_path, settings, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    witness = Witness.make(tmp_path / "w", "sfj.example/witness")
    server = make_server(witness, "127.0.0.1", 0)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        settings.WITNESSES = f"sfj {witness.key.verifier} http://127.0.0.1:{server.server_port}"
        settings.WITNESS_QUORUM = 1
        held: list[bytes] = []
        olds = [kept(tmp_path, "old-7", grow(7, held))]
        first = queries.verifier_key()
        witness.add_log(VerifierKey.parse(first))
        rotation.rotate(now())
        rotation.add_second(now())
        held = entries_of_record()
        olds.append(kept(tmp_path, "old-9", queries.checkpoint_note()))
        assert queries.verifier_key() != first
        assert witnesses.ask_all() == ["sfj"]
        export.export(tmp_path / "out", now())
        policy = kept(tmp_path, "policy", queries.policy_text())
        for log in (f"{live_server.url}/log", tmp_path / "out"):
            for key, more in ((first, []), (queries.verifier_key(), []), (None, ["-policy", policy])):
                told = stranger.accepts(log, key, *more, *old_flags(olds[:1] if key != queries.verifier_key() else olds[1:]))
                assert told["size"] == len(held) == 9
        proof = kept(tmp_path, "8.tlog-proof", witnesses.witnessed_proof(8))
        stranger.accepts(None, None, "-policy", policy, "-proof", f"{proof}={held[8].hex()}")
        rotation.retire(now())
        entries_of_record()
        stranger.refuses(f"{live_server.url}/log", first, says="no verifiable signatures")
        stranger.accepts(f"{live_server.url}/log", queries.verifier_key())
    finally:
        server.shutdown()
        server.server_close()


def entries_of_record() -> list[bytes]:
    """Number what waits; every entry of the log."""
    from xiezhi.apps.record.sequencer import Sequencer
    from xiezhi.apps.record.tiles import read_entries

    Sequencer().drain(now())
    return read_entries(0)
