"""`xiezhi witness`: each answer of C2SP tlog-witness, exactly; what was cosigned is never contradicted, whatever comes at once."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import threading

import pytest
from click.testing import CliRunner

from xiezhi.cli.witness import command, make_server
from xiezhi.cli.witness_home import Witness, WitnessError
from xiezhi.core.ledger.cosign import WitnessKey, time_of
from xiezhi.core.ledger.cosign_request import Submission
from xiezhi.core.ledger.note import Checkpoint, KeySigner, lines_of, open_note, sign_note, with_lines
from xiezhi.core.ledger.tree import consistency_proof, leaf_hash, range_of, root_of

pytestmark = pytest.mark.slow  # beyond what `make check` has time for

ORIGIN = "yunxi.example/log"
KEY, OTHER = KeySigner(ORIGIN, bytes(range(32))), KeySigner(ORIGIN, bytes(32))
LEAVES = [leaf_hash(bytes([at])) for at in range(200)]
FORK = [*LEAVES[:9], *(leaf_hash(b"fork" + bytes([at])) for at in range(191))]
NOW = 1_800_000_000


def head(size, leaves=LEAVES, origin=ORIGIN):
    return Checkpoint(origin, size, root_of(leaves[:size]))


def body(old, size, leaves=LEAVES, note=None, proof=None):
    if proof is None:
        proof = consistency_proof(old, size, range_of(leaves)) if 0 < old < size else []
    return Submission(old, tuple(proof), note or head(size, leaves).sign(KEY)).body()


@pytest.fixture
def witness(tmp_path):
    made = Witness.make(tmp_path / "w", "sfj.example/witness")
    made.add_log(KEY.verifier)
    return Witness(made.home, lambda: NOW + 0.9)


@pytest.fixture
def ask(witness):
    server = make_server(witness, "127.0.0.1", 0)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)

    def post(data, path="/add-checkpoint", method="POST"):
        connection.request(method, path, data)
        answer = connection.getresponse()
        return answer.status, answer.headers["Content-Type"], answer.read().decode()

    yield post
    connection.close()
    server.shutdown()
    server.server_close()


def test_a_growing_log_is_cosigned_on_one_connection(ask, witness):
    for old, size in ((0, 0), (0, 1), (1, 1), (1, 7), (7, 128), (128, 200), (200, 200)):
        status, kind, line = ask(body(old, size))
        assert (status, kind) == (200, "text/plain; charset=utf-8")
        assert line.startswith("\u2014 sfj.example/witness ")
        assert line.endswith("\n")
        note = with_lines(head(size).sign(KEY), line)
        assert open_note(note, witness.key.verifier) == head(size).text()
        [(_, signature)] = lines_of(note, witness.key.verifier).values()
        assert time_of(signature) == NOW
    assert witness.seen(ORIGIN) == head(200)


def test_extension_lines_are_cosigned_too(ask, witness):
    note = sign_note(head(3).text() + "extension\n", KEY)
    _, _, line = ask(body(0, 3, note=note))
    assert open_note(with_lines(note, line), witness.key.verifier).endswith("extension\n")


def test_who_is_behind_or_ahead_is_told_the_size(ask):
    ask(body(0, 50))
    for old, size in ((0, 60), (7, 60), (51, 60), (60, 60), (0, 0), (20, 50)):
        assert ask(body(old, size)) == (409, "text/x.tlog.size", "50\n")


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (body(0, 9, note=head(9, origin="other.example/log").sign(KeySigner("other.example/log", bytes(32)))), 404),
        (body(0, 9, note=head(9).sign(OTHER)), 403),
        (body(0, 9, note=head(9).sign(KEY).replace("\n9\n", "\n8\n")), 403),
        (body(10, 9), 400),
        (body(0, 9, proof=[LEAVES[0]]), 422),
        (body(0, 0, note=Checkpoint(ORIGIN, 0, bytes(32)).sign(KEY)), 422),
        (body(0, 9).replace(b"old 0", b"old 00"), 400),
        (body(0, 9).replace(b"old 0", b"old -1"), 400),
        (body(0, 9).replace(b"old 0", b"Old 0"), 400),
        (body(0, 9).replace(b"old 0", b"old 0 "), 400),
        (body(0, 9).replace(b"\n\n", b"\n", 1), 400),
        (body(0, 9, proof=[LEAVES[0]] * 64), 400),
        (body(0, 9).replace(b"old 0\n", b"old 0\nAAAA\n"), 400),
        (body(0, 9).replace(b"old 0\n", b"old 0\n!\n"), 400),
        (b"", 400),
        (b"\xff\xfe", 400),
        (b"old 0\n\n", 400),
        (b"old 0\n\nx\ny\nz\n\nw\n", 400),
    ],
)
def test_what_is_refused(ask, witness, data, status):
    assert ask(data)[0] == status
    assert witness.seen(ORIGIN) is None


def test_a_fork_and_a_wrong_proof_are_refused_and_nothing_is_forgotten(ask, witness):
    ask(body(0, 100))
    assert ask(body(100, 150, FORK))[0] == 422
    assert ask(body(100, 150, proof=[]))[0] == 422
    assert ask(body(100, 150, proof=consistency_proof(99, 150, range_of(LEAVES))))[0] == 422
    assert ask(body(100, 100, proof=[LEAVES[0]]))[0] == 422
    assert ask(body(100, 100, note=head(100, FORK).sign(KEY))) == (409, "text/x.tlog.size", "100\n")
    assert ask(body(0, 100, FORK))[0] == 409
    assert witness.seen(ORIGIN) == head(100)
    assert ask(body(100, 150))[0] == 200


def test_unknown_signatures_are_passed_over_and_a_second_key_is_learnt(ask, witness):
    both = head(9).sign(OTHER, KEY)
    assert ask(body(0, 9, note=both))[0] == 200
    assert ask(body(9, 20, note=head(20).sign(OTHER)))[0] == 403
    assert witness.add_log(OTHER.verifier)
    assert ask(body(9, 20, note=head(20).sign(OTHER)))[0] == 200
    assert ask(body(20, 30))[0] == 200


def test_a_lost_key_is_forgotten_and_what_was_seen_is_not(ask, witness):
    assert ask(body(0, 7))[0] == 200
    runner, home = CliRunner(), ["--home", str(witness.home)]
    assert runner.invoke(command, ["add-log", *home, str(OTHER.verifier)]).exit_code == 0
    done = runner.invoke(command, ["remove-log", *home, str(KEY.verifier)])
    assert (done.exit_code, ORIGIN in done.stdout) == (0, True)
    assert ask(body(7, 9))[0] == 403  # at once, while it serves
    assert ask(body(0, 9, FORK, head(9, FORK).sign(OTHER)))[:1] == (409,)
    assert ask(body(7, 9, note=head(9).sign(OTHER)))[0] == 200
    again = runner.invoke(command, ["remove-log", *home, str(KEY.verifier)])
    assert (again.exit_code, again.stdout) == (2, "")
    assert "xiezhi witness show" in again.stderr
    assert runner.invoke(command, ["remove-log", *home, "none"]).exit_code == 2


def test_other_addresses(ask, witness):
    assert ask(b"x", "/other")[0] == 404
    assert ask(None, "/nothing", "GET")[0] == 404
    assert ask(None, "/", "GET")[2].splitlines() == [str(witness.key.verifier), f"{ORIGIN} 0"]
    assert ask(None, "/", "HEAD")[0] == 200
    assert ask(b"x" * 200_000)[0] == 413


def test_of_many_at_once_one_line_of_history_is_cosigned(witness):
    """Compare and set: all ask from the same size, with heads of their own; one is cosigned, the others are told where it stands."""
    witness.add_checkpoint(body(0, 50))
    answers, gate = [], threading.Barrier(8)

    def go(size):
        gate.wait()
        answers.append((Witness(witness.home).add_checkpoint(body(50, size)), size))

    threads = [threading.Thread(target=go, args=(size,)) for size in range(60, 68)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
    [(_, size)] = [(answer, size) for answer, size in answers if answer.status == 200]
    assert {answer.body for answer, _ in answers if answer.status == 409} == {f"{size}\n"}
    assert witness.seen(ORIGIN).size == size


def test_a_damaged_memory_is_not_taken_for_none(ask, witness):
    ask(body(0, 50))
    [seen] = (witness.home / "seen").iterdir()
    seen.write_text("damaged")
    assert ask(body(0, 10))[0] == 503
    with pytest.raises(WitnessError, match="damaged"):
        witness.seen(ORIGIN)


def test_the_commands(tmp_path):
    def run(*arguments):
        return CliRunner().invoke(command, [str(one) for one in arguments])

    home = tmp_path / "w"
    assert run("serve", "--home", home).exit_code == 2
    made = run("init", "--home", home, "--name", "sfj.example/witness")
    assert WitnessKey.parse(made.stdout).name == "sfj.example/witness"
    assert (home / "key").stat().st_mode & 0o777 == 0o400
    again = run("init", "--home", home, "--name", "sfj.example/witness")
    assert (again.exit_code, "already" in again.stderr) == (2, True)
    assert run("init", "--home", tmp_path / "x", "--name", "a b").exit_code == 2
    assert run("add-log", "--home", home, KEY.verifier).stdout.startswith(f"knows {ORIGIN}")
    assert run("add-log", "--home", home, KEY.verifier).stdout.startswith("knew already")
    assert run("add-log", "--home", home, "nonsense").exit_code == 2
    assert run("show", "--home", home).stdout.splitlines()[1] == f"{ORIGIN} 0"


@pytest.mark.slow
def test_it_serves_and_stops(tmp_path):
    Witness.make(tmp_path / "w", "sfj.example/witness")
    call = [sys.executable, "-m", "xiezhi.cli", "witness", "serve", "--home", str(tmp_path / "w"), "--port", "0"]
    process = subprocess.Popen(call, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    try:
        told = process.stdout.readline()
        assert "witnesses at http://127.0.0.1:" in told
        connection = http.client.HTTPConnection("127.0.0.1", int(told.rstrip("/\n").rsplit(":", 1)[1]), timeout=10)
        connection.request("GET", "/")
        assert connection.getresponse().status == 200
        connection.close()
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
