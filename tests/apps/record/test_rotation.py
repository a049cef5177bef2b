"""A change of the log's key: both sign for a while, the origin stays, what the old key signed stays proved, and nobody else's key signs."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from xiezhi.apps.record import published, queries, rotation, service
from xiezhi.apps.record.adoption import adopt
from xiezhi.apps.record.key import LogRefused, prepared_path
from xiezhi.apps.record.policy import policy_path, read_policy
from xiezhi.apps.record.sequencer import Sequencer
from xiezhi.apps.record.verify import verify
from xiezhi.cli.ledger import command as ledger
from xiezhi.core.ledger.cosign_mldsa import PostQuantumKey
from xiezhi.core.ledger.errors import NoteError, ProofError
from xiezhi.core.ledger.note import Checkpoint, KeySigner, VerifierKey, open_note
from xiezhi.core.ledger.policy import parse
from xiezhi.core.ledger.proof import LogProof

from .conftest import NOW, first, make_agency, new_id

pytestmark = pytest.mark.slow  # beyond what `make check` has time for


def act(case):
    receipt = service.perform(first(case), new_id(), NOW)
    Sequencer().drain(NOW)
    return receipt


@pytest.fixture
def log(agency):
    act("YX-1")
    return VerifierKey.parse(queries.verifier_key())


def note():
    return published.read_checkpoint()


@pytest.mark.django_db
def test_both_keys_sign_and_either_is_enough(log):
    running = Sequencer()
    running.round(NOW)
    rotation.rotate(NOW)
    running.drain(NOW)  # the process that was there before sees the new key
    new = VerifierKey.parse(queries.verifier_key())
    assert new != log
    assert new.name == log.name
    assert Checkpoint.open(note(), log) == Checkpoint.open(note(), new)
    assert Checkpoint.open(note(), log).size == 2
    told = queries.notes("")
    assert [(one.kind, one.body["data"]) for one in told] == [("key_changed", {"new": str(new), "old": str(log), "from_size": 2})]
    assert [(key, key.since, key.until) for key in queries.verifier_keys()] == [(new, 2, None), (log, 0, None)]
    assert verify().faults == []


@pytest.mark.django_db
def test_a_retired_key_speaks_for_its_time_alone(log, settings):
    before = note()
    proof, entry = (queries.receipt(queries.entry_at("YX-1", 1)), queries.receipt(queries.entry_at("YX-1", 1)).entry)
    secret = KeySigner.parse(settings.LOG_KEY.read_text())
    rotation.rotate(NOW)
    act("YX-2")
    rotation.retire(NOW)
    act("YX-3")
    new = VerifierKey.parse(queries.verifier_key())
    with pytest.raises(NoteError):
        Checkpoint.open(note(), log)
    keys = queries.verifier_keys()
    assert Checkpoint.open(before, *keys).size == 1
    assert LogProof.parse(proof.proof).verify(bytes.fromhex(entry), *keys).size == 1
    assert Checkpoint.open(note(), *keys) == Checkpoint.open(note(), new)
    head = Checkpoint.open(note(), new)
    with pytest.raises(NoteError, match="no known key"):
        Checkpoint.open(head.sign(secret), *keys)  # the old key, taken from a drawer
    assert verify(older=before).faults == []
    assert [one.kind for one in queries.notes("")] == ["key_changed", "key_retired"]


@pytest.mark.django_db
def test_a_lost_key_ends_at_once(log):
    before = note()
    rotation.rotate(NOW, lost=True)
    act("YX-2")
    with pytest.raises(NoteError):
        Checkpoint.open(note(), log)
    policy = parse(queries.policy_text())
    assert [str(key) for key in policy.lost] == [str(log)]
    assert policy.open(before).size == 1
    assert verify().faults == []


@pytest.mark.django_db
def test_two_changes_do_not_overlap(log):
    rotation.rotate(NOW)
    with pytest.raises(LogRefused, match="under way"):
        rotation.rotate(NOW)
    rotation.retire(NOW)
    with pytest.raises(LogRefused, match="only one key"):
        rotation.retire(NOW)
    rotation.rotate(NOW)
    rotation.retire(NOW)
    act("YX-2")
    assert len(queries.verifier_keys()) == 3
    assert verify().faults == []


@pytest.mark.django_db
def test_a_key_that_the_log_does_not_know_signs_nothing(log, settings):
    other = KeySigner(log.name, bytes(32))
    own = settings.LOG_KEY.read_text()
    settings.LOG_KEY.chmod(0o600)
    for text in (other.secret(), f"{own}{other.secret()}\n", f"{other.secret()}\n{own}"):
        settings.LOG_KEY.write_text(text)
        service.perform(first(f"YX-{text[-9:-5]}"), new_id(), NOW)
        with pytest.raises(LogRefused, match="none that signs for this log"):
            Sequencer().round(NOW)
    policy_path().unlink()  # without a policy, the published checkpoint tells
    settings.LOG_KEY.write_text(other.secret())
    with pytest.raises(LogRefused, match="not this log's"):
        Sequencer().round(NOW)
    settings.LOG_KEY.write_text(own)
    assert Sequencer().round(NOW) == 3


@pytest.mark.django_db
def test_a_retired_key_put_back_signs_nothing(log, settings):
    old = settings.LOG_KEY.read_text()
    rotation.rotate(NOW)
    act("YX-2")
    rotation.retire(NOW)
    act("YX-3")
    settings.LOG_KEY.chmod(0o600)
    settings.LOG_KEY.write_text(old)
    service.perform(first("YX-4"), new_id(), NOW)
    with pytest.raises(LogRefused, match="none that signs for this log"):
        Sequencer().round(NOW)


@pytest.mark.django_db
def test_a_damaged_policy_stops_the_log_and_says_so(log):
    policy_path().write_text("quorum nobody\n")
    service.perform(first("YX-2"), new_id(), NOW)
    with pytest.raises(LogRefused, match=r"policy .* is damaged"):
        Sequencer().round(NOW)


@pytest.mark.django_db
def test_a_checkpoint_of_the_old_key_is_adopted(log):
    rotation.rotate(NOW, lost=True)
    published.checkpoint_path().unlink()
    assert adopt().size == 1
    assert Sequencer().round(NOW) == 1


@pytest.mark.django_db
def test_a_failed_change_leaves_the_old_key(log, monkeypatch):
    def full(*_):
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(rotation, "prepare_keyring", full)
        with pytest.raises(OSError, match="no space"):
            rotation.rotate(NOW)
    assert queries.notes("") == []
    act("YX-2")
    assert Checkpoint.open(note(), log).size == 2
    rotation.rotate(NOW)
    assert Sequencer().drain(NOW) == 1


@pytest.mark.django_db
def test_the_policy_is_served(log, client):
    rotation.rotate(NOW)
    Sequencer().drain(NOW)
    answer = client.get("/log/policy")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert parse(answer.content.decode()) == read_policy()
    assert answer.content.decode().splitlines()[:2] == ["# valid from 2", f"log {queries.verifier_key()}"]


def test_the_commands(fresh_database, tmp_path):
    make_agency()
    act("YX-1")

    def run(*arguments):
        return CliRunner().invoke(ledger, [str(one) for one in arguments])

    assert run("export", tmp_path / "log").exit_code == 0
    old, kept = queries.verifier_key(), tmp_path / "kept"
    kept.write_text(note(), encoding="utf-8")
    assert run("key", "rotate").exit_code == 1
    done = run("key", "rotate", "--yes")
    assert done.exit_code == 0, done.output
    shown = run("key", "show").stdout.splitlines()
    assert shown[0] == queries.verifier_key() == done.stdout.splitlines()[0] != old
    assert shown[1].endswith(VerifierKey.parse(shown[0]).fingerprint)
    assert old in shown[2]
    assert run("key", "retire", "--yes").exit_code == 0
    assert run("export", tmp_path / "log").exit_code == 0  # an earlier export by the earlier key
    for arguments in (["verify"], ["fsck"], ["verify", tmp_path / "log"]):
        answer = run(*arguments, "--against", kept)
        assert answer.exit_code == 0, answer.output
    assert run("verify", tmp_path / "log", "--key", old).exit_code == 1
    assert run("verify", tmp_path / "log", "--key", shown[0]).exit_code == 0
    proof = LogProof.parse(run("prove", "--case", "YX-1", "--act", 1).stdout)
    entry = bytes.fromhex(queries.receipt(queries.entry_at("YX-1", 1)).entry)
    assert proof.verify(entry, VerifierKey.parse(shown[0])).size == 3
    with pytest.raises(ProofError):
        proof.verify(entry, VerifierKey.parse(old))


@pytest.mark.django_db
def test_a_second_signature_line_changes_nothing_for_who_does_not_know_it(log, client, settings):
    assert client.get("/log/key.mldsa44").status_code == 404
    key = rotation.add_second(NOW)
    Sequencer().drain(NOW)
    assert Checkpoint.open(note(), log).size == 2
    assert open_note(note(), key) == open_note(note(), log)
    assert PostQuantumKey.parse(client.get("/log/key.mldsa44").content.decode()) == key
    assert [one.kind for one in queries.notes("")] == ["key_added"]
    with pytest.raises(LogRefused, match="already"):
        rotation.add_second(NOW)
    rotation.rotate(NOW)
    rotation.retire(NOW)
    act("YX-2")
    assert open_note(note(), key)
    assert verify().faults == []
    second = settings.LOG_KEY.with_name("log-mldsa44")
    second.chmod(0o600)
    second.write_text("damaged")
    service.perform(first("YX-3"), new_id(), NOW)
    with pytest.raises(LogRefused, match="second key"):
        Sequencer().round(NOW)


def full(*_, **__):
    raise OSError(28, "No space left on device")


CHANGES = [lambda: rotation.rotate(NOW, lost=True), lambda: rotation.rotate(NOW), lambda: rotation.retire(NOW)]


@pytest.mark.django_db
@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("step", ["prepare_keyring", "write_policy", "take_prepared"])
def test_a_change_of_keys_that_was_broken_off_wedges_nothing(log, monkeypatch, step, number):
    change = CHANGES[number]
    if number == 2:
        rotation.rotate(NOW)
    with monkeypatch.context() as disk, pytest.raises(OSError, match="No space"):
        disk.setattr(rotation, step, full)
        change()
    if step != "take_prepared":
        act("YX-2")  # nothing has changed
    change()
    act("YX-3")
    ring = rotation.keyring(may_make=False)
    policy = read_policy()
    assert [str(one.verifier) for one in ring.signers] == [str(key) for key in policy.logs if key.until is None]
    assert len(ring.signers) == (2 if number == 1 else 1)
    told = [one.kind for one in queries.notes("")]
    assert told == [["key_lost"], ["key_changed"], ["key_changed", "key_retired"]][number]
    assert queries.notes("")[-1].body["data"]["new"] == str(ring.verifier)
    assert not prepared_path().exists()
    assert verify().faults == []


@pytest.mark.django_db
def test_what_a_broken_off_change_needs_is_said(log, monkeypatch):
    with monkeypatch.context() as disk, pytest.raises(OSError, match="No space"):
        disk.setattr(rotation, "take_prepared", full)
        rotation.rotate(NOW, lost=True)
    with pytest.raises(LogRefused, match="was broken off: run it again"):
        act("YX-2")
    with pytest.raises(LogRefused, match="rotate --lost"):
        rotation.rotate(NOW)
    assert queries.notes("") == []
