"""The record asks its witnesses, shows what they signed, and goes on without those that are down; a witness refuses a second history."""

from __future__ import annotations

import json
import threading

import pytest
from django.db import transaction

from xiezhi.apps.record import halt, published, queries, service, witnesses
from xiezhi.apps.record.export import export
from xiezhi.apps.record.key import LogRefused
from xiezhi.apps.record.policy import configured
from xiezhi.apps.record.sequencer import Sequencer
from xiezhi.cli.witness import make_server
from xiezhi.cli.witness_home import Witness
from xiezhi.core.ledger.note import VerifierKey
from xiezhi.core.ledger.policy import parse
from xiezhi.core.ledger.proof import LogProof

from .conftest import NOW, first, histories, new_id

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CLOCK = 1_800_000_000


def act(case):
    receipt = service.perform(first(case), new_id(), NOW)
    Sequencer().drain(NOW)
    return receipt


@pytest.fixture
def bureaus(tmp_path, settings, monkeypatch):
    """Two witnesses that serve, both named in the settings."""
    monkeypatch.setenv("no_proxy", "*")
    made, servers, lines = [], [], []
    for number in (1, 2):
        witness = Witness.make(tmp_path / f"w{number}", f"sfj{number}.example/witness")
        made.append(Witness(witness.home, lambda: CLOCK))
        servers.append(make_server(made[-1], "127.0.0.1", 0))
        threading.Thread(target=servers[-1].serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        lines.append(f"sfj{number} {witness.key.verifier} http://127.0.0.1:{servers[-1].server_port}/")
    settings.WITNESSES = "; ".join(lines)
    settings.WITNESS_QUORUM = 1
    yield made
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def log(agency, bureaus):
    service.load_histories(histories(15))
    Sequencer().drain(NOW)
    for witness in bureaus:
        witness.add_log(VerifierKey.parse(queries.verifier_key()))


def test_witnesses_cosign_as_the_log_grows(log, client, tmp_path):
    receipt = act("YX-1")
    assert witnesses.ask_all() == ["sfj1", "sfj2"]
    assert witnesses.ask_all() == []  # nothing new
    policy = parse(client.get("/log/policy").content.decode())
    assert policy.quorum == "witnesses"
    assert "127.0.0.1" not in policy.text()  # where a bureau is reached inside is not told outside
    served = client.get("/log/checkpoint").content.decode()
    assert policy.open(served, with_quorum=True).size == 301
    assert set(policy.cosigners(served)) == {"sfj1", "sfj2"}
    assert "sfj1" not in published.read_checkpoint()  # what the sequencer holds itself to stays its own
    proof = witnesses.witnessed_proof(receipt.index)
    assert LogProof.parse(proof).verify(bytes.fromhex(receipt.entry), *queries.verifier_keys()).size == 301
    act("YX-2")
    assert client.get("/log/checkpoint").content.decode() == published.read_checkpoint()
    assert policy.open(client.get("/log/checkpoint.witnessed").content.decode(), with_quorum=True).size == 301
    assert witnesses.witnessed_proof(301) is None
    assert witnesses.ask_all() == ["sfj1", "sfj2"]
    assert [(one.name, one.size, one.at.timestamp(), one.trouble) for one in witnesses.anchors()] == [
        ("sfj1", 302, CLOCK, ""),
        ("sfj2", 302, CLOCK, ""),
    ]
    assert "sfj1.example/witness" in json.dumps(client.get("/log").content.decode())
    export(tmp_path / "out", NOW)
    assert policy.open((tmp_path / "out" / "checkpoint").read_text(encoding="utf-8"), with_quorum=True).size == 302
    assert (tmp_path / "out" / "checkpoint.witnessed").is_file()


def test_a_witness_that_is_down_delays_nobody(log, bureaus, settings):
    lines = settings.WITNESSES.split(";")
    key = lines[0].split()[1]
    settings.WITNESSES = f"down {key} http://127.0.0.1:1/;{lines[1]}"
    act("YX-1")
    assert witnesses.ask_all() == ["sfj2"]
    down, up = witnesses.anchors()
    assert (down.size, up.size, up.trouble) == (None, 301, "")
    assert "refused" in down.trouble


def test_without_a_quorum_nothing_is_published_as_witnessed(log, settings):
    settings.WITNESS_QUORUM = 2
    good, key = settings.WITNESSES, settings.WITNESSES.split(";")[1].split()[1]
    settings.WITNESSES = f"{good.split(';')[0]}; sfj2 {key} http://127.0.0.1:1/"
    act("YX-1")
    assert witnesses.ask_all() == ["sfj1"]
    assert witnesses.witnessed_note() is None
    settings.WITNESSES = good
    assert witnesses.ask_all() == ["sfj2"]
    assert witnesses.witnessed_note() == witnesses.checkpoint_note()


def test_a_second_history_under_the_same_key_is_refused(log, bureaus):
    restore, early = transaction.savepoint(), published.read_checkpoint()
    for number in range(4):
        act(f"YX-{number}")
    witnesses.ask_all()
    seen = bureaus[0].seen("yunxi.example/log")
    assert seen.size == 304
    transaction.savepoint_rollback(restore)  # an insider restores the database and the published file, and goes on otherwise
    published.publish_checkpoint(early)
    for path in (published.checkpoint_path().parent / "witnesses").iterdir():
        path.unlink()
    act("YX-other")
    assert witnesses.ask_all() == []  # shorter than what was witnessed
    assert "304" in witnesses.anchors()[0].trouble
    with pytest.raises(LogRefused, match="304"):
        act("YX-more")  # and nothing more is signed
    halt.path().unlink()  # somebody does not listen
    for number in range(9):
        act(f"YX-more{number}")
    assert witnesses.ask_all() == []  # longer, and not the same
    assert "422" in witnesses.anchors()[0].trouble
    assert bureaus[0].seen("yunxi.example/log") == seen


def test_what_a_witness_has_seen_stops_signing_also_where_everything_was_restored_together(log, bureaus):
    witnesses.ask_all()
    folder = published.checkpoint_path().parent
    restore, early = transaction.savepoint(), {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    act("YX-1")
    act("YX-2")
    witnesses.ask_all()
    transaction.savepoint_rollback(restore)  # database and log/ of one evening: they agree
    for path, content in early.items():
        path.write_bytes(content)
    assert witnesses.ask_all() == []  # as the process goes on, nobody is asked twice about one head
    assert witnesses.ask_all(anew=True) == []  # as it starts
    assert "302" in halt.path().read_text(encoding="utf-8")
    with pytest.raises(LogRefused, match="a witness has seen 302 leaves") as refused:
        act("YX-fork")
    assert "见证人" in str(refused.value)
    assert published.read_checkpoint() == early[published.checkpoint_path()].decode()


def test_a_halt_ends_by_itself_once_the_leaves_are_there(log, bureaus):
    halt.stop(302, "sfj1")
    halt.stop(301, "sfj2")  # the larger one stands
    act_ = service.perform(first("YX-1"), new_id(), NOW)
    with pytest.raises(LogRefused, match="302"):
        Sequencer().drain(NOW)
    halt.path().write_text("300 sfj1\n", encoding="utf-8")
    Sequencer().drain(NOW)
    assert queries.receipt(act_.act_id).index == 300
    assert not halt.path().exists()
    halt.path().write_bytes(b"\xff")  # damaged: nobody knows how much was seen
    with pytest.raises(LogRefused, match="damaged"):
        Sequencer().drain(NOW)


def test_a_lost_memory_of_what_a_witness_saw_is_asked_anew(log):
    witnesses.ask_all()
    for path in (published.checkpoint_path().parent / "witnesses").iterdir():
        path.write_text("damaged")
    act("YX-1")
    assert witnesses.ask_all() == ["sfj1", "sfj2"]


def test_an_answer_that_is_no_cosignature_is_not_believed(log):
    other = "\u2014 sfj1.example/witness AAAAAAAAAAAA\n".encode()
    for answer in ((200, "", b""), (200, "", other), (200, "", b"\xff"), (409, "", b"many\n"), (409, "", b"299\n"), (500, "", b"<html>")):
        assert witnesses.ask_all(lambda *_, answer=answer: answer) == []
    assert witnesses.witnessed_note() is None


def test_wrong_settings_about_witnesses_do_not_stop_the_log(log, settings, client):
    settings.WITNESSES, settings.WITNESS_QUORUM = "nonsense", 3
    act("YX-1")
    assert parse(client.get("/log/policy").content.decode()).quorum == "none"
    assert client.get("/log").status_code == 200


@pytest.mark.parametrize("text", ["sfj1", "sfj1 nonsense http://x/", "a b c d e"])
def test_settings_that_are_none_are_said(settings, text):
    settings.WITNESSES = text
    with pytest.raises(LogRefused, match="XIEZHI_WITNESSES"):
        configured()
