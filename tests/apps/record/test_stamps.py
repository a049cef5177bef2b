"""An authority for time stamps the checkpoint; a false reply is refused; an authority that is down holds nobody up."""

from __future__ import annotations

import logging
import shutil
import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from xiezhi.apps.record import anchoring, published, queries, service, stamps
from xiezhi.apps.record.export import export
from xiezhi.apps.record.outbox import Written
from xiezhi.apps.record.sequencer import Sequencer
from xiezhi.cli.ledger import command as ledger
from xiezhi.site.clock import now

from .authority import Authority
from .conftest import NOW, first, make_agency, new_id

pytestmark = [pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not here: it plays the authority"), pytest.mark.slow]


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    made = Authority(tmp_path_factory.mktemp("tsa") / "own")
    yield made
    made.close()


@pytest.fixture(autouse=True)
def configured(authority, settings, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    authority.down = False
    settings.TSA, settings.TSA_ROOT = authority.address, str(authority.root)


def act(case):
    service.perform(first(case), new_id(), NOW)
    Sequencer().drain(NOW)


@pytest.mark.django_db
def test_a_checkpoint_is_stamped_kept_shown_and_exported(agency, authority, client, tmp_path):
    act("YX-1")
    assert stamps.is_due(now())
    made = stamps.stamp()
    assert (made.size, abs(made.at - now()) < timedelta(minutes=2)) == (1, True)
    folder = published.checkpoint_path().parent / "stamps"
    assert authority.accepts(folder / "1.note", folder / "1.tsr")
    assert not authority.accepts(published.checkpoint_path().parent / "key", folder / "1.tsr")
    assert stamps.check_held(1, 1) == queries.newest_stamp() == made
    assert client.get("/log/stamps/1.note").content == published.read_checkpoint().encode()
    reply = client.get("/log/stamps/1.tsr")
    assert (reply["Content-Type"], reply.content) == ("application/timestamp-reply", (folder / "1.tsr").read_bytes())
    assert client.get("/log/stamps/2.tsr").status_code == client.get("/log/stamps/01.tsr").status_code == 404
    assert "时间戳" in client.get("/log").content.decode()
    export(tmp_path / "out", NOW)
    assert authority.accepts(tmp_path / "out/stamps/1.note", tmp_path / "out/stamps/1.tsr")
    assert (tmp_path / "out/stamps/authority.pem").read_bytes() == authority.root.read_bytes()


@pytest.mark.django_db
def test_one_a_day_and_one_after_a_major_decision(agency, monkeypatch):
    act("YX-1")
    stamps.stamp()
    assert not stamps.is_due(now() + timedelta(days=3))  # the log has not grown
    act("YX-2")
    assert not stamps.is_due(now() + timedelta(hours=23))
    assert stamps.is_due(now() + timedelta(hours=25))
    for kind, holds, asked in (("inquiry_made", True, False), ("decision_made", False, False), ("decision_made", True, True)):
        marking = SimpleNamespace(major=[SimpleNamespace(holds=holds)])
        monkeypatch.setattr(queries, "marking", lambda _, marking=marking: (None, marking))
        stamps.after([Written(queries.entry_at("YX-2", 1), "YX-2", kind)])
        assert stamps.is_due(now()) is asked
    assert stamps.stamp().size == 2
    later = service.perform(first("YX-3"), new_id(), NOW)
    stamps.after([Written(later.act_id, "YX-3", "decision_made")])
    assert not stamps.is_due(now())  # no checkpoint includes it yet
    Sequencer().drain(NOW)
    assert stamps.is_due(now())
    assert stamps.stamp().size == 3
    act("YX-4")
    assert not stamps.is_due(now())


@pytest.mark.django_db
def test_an_authority_that_is_down_or_another_gives_no_stamp(agency, authority, settings, tmp_path):
    act("YX-1")
    authority.down = True
    with pytest.raises(stamps.StampError, match="does not answer"):
        stamps.stamp()
    authority.down = False
    other = Authority(tmp_path / "other")
    other.close()
    settings.TSA_ROOT = str(other.root)
    with pytest.raises(stamps.StampError, match="Is XIEZHI_TSA_ROOT the authority's"):
        stamps.stamp()
    settings.TSA_ROOT = ""
    with pytest.raises(stamps.StampError, match="names no file"):
        stamps.stamp()
    settings.TSA_ROOT = str(authority.root)
    old = authority.reply(authority.folder.joinpath("query").read_bytes())
    for reply in (b"", b"<html>", old):  # the last is over other bytes
        with pytest.raises(stamps.StampError):
            stamps.stamp(lambda *_, reply=reply: reply)
    assert stamps.sizes() == []
    assert stamps.newest() is None
    Sequencer().round(NOW)
    act("YX-2")


@pytest.mark.django_db
def test_a_stamp_that_was_changed_is_named(agency):
    act("YX-1")
    stamps.stamp()
    folder = published.checkpoint_path().parent / "stamps"
    note, reply = (folder / "1.note").read_bytes(), (folder / "1.tsr").read_bytes()
    for name, data in (("1.note", note + b"x"), ("1.tsr", reply[:-9] + bytes(9)), ("1.tsr", b"x")):
        (folder / name).write_bytes(data)
        with pytest.raises(stamps.StampError):
            stamps.check(1)
        (folder / "1.note").write_bytes(note)
        (folder / "1.tsr").write_bytes(reply)
    (folder / "2.note").write_bytes(note)
    (folder / "2.tsr").write_bytes(reply)
    with pytest.raises(stamps.StampError, match="is of 1 leaves"):
        stamps.check(2)


@pytest.mark.django_db
def test_a_trouble_is_told_once_and_the_loop_goes_on(agency, authority, caplog):
    act("YX-1")
    authority.down = True
    look = anchoring._Look()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            look._stamp_again = 0.0
            look.once(now())
    assert len([one for one in caplog.records if "time stamp" in one.getMessage()]) == 1
    authority.down = False
    look.once(now())
    assert stamps.sizes() == []  # not asked again within ten minutes
    look._stamp_again = 0.0
    look.once(now())
    assert stamps.sizes() == [1]


def test_the_loop_stamps_and_stops(fresh_database):
    make_agency()
    act("YX-1")
    stop = threading.Event()
    loop = threading.Thread(target=anchoring.run, args=(stop,))
    loop.start()
    for _ in range(200):
        if stamps.sizes():
            break
        stop.wait(0.05)
    stop.set()
    loop.join(10)
    assert stamps.sizes() == [1]


def test_the_commands(fresh_database):
    make_agency()
    service.perform(first("YX-1"), new_id(), NOW)
    run = CliRunner().invoke
    done = run(ledger, ["stamp"])
    assert done.exit_code == 0, done.output
    assert done.stdout.endswith(" 1 leaves\n")
    assert run(ledger, ["stamps"]).stdout == done.stdout
    (published.checkpoint_path().parent / "stamps" / "1.tsr").write_bytes(b"x")
    bad = run(ledger, ["stamps"])
    assert (bad.exit_code, bad.stdout.startswith("BAD  stamp 1:")) == (1, True)
