"""kill -9 of server, worker and database under eight writers: no acknowledged act is lost, none is doubled, the log verifies."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import random
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import psycopg
import pytest

from xiezhi.site.cluster import Cluster
from xiezhi.site.roles import as_app

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.xdist_group("up")]

HEALS_WITHIN = 60.0
STOPS_WITHIN = 10.0
VICTIMS = ("server", "server's process", "worker", "database", "whole database")


class Running:
    """`xiezhi up` in a home of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = _free_port()
        self.environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL" and not k.startswith("PYTEST")}
        self.environment |= {"XIEZHI_HOME": str(home), "PORT": str(self.port), "XIEZHI_DEMO": "0"}
        self.log = home / "up.log"
        self.cluster = Cluster(home)
        self.process = self.start()

    def start(self) -> subprocess.Popen:
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "xiezhi.cli", "up"]
            self.process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log, start_new_session=True)
        self.wait_healthy(120)
        return self.process

    def healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def wait_healthy(self, patience: float = HEALS_WITHIN) -> None:
        _wait(self.healthy, patience, lambda: f"not healthy; the log ends with\n{self.log.read_text()[-3000:]}")

    def kill(self, victim: str) -> None:
        if victim == "database":
            psutil.Process(int((self.cluster.data / "postmaster.pid").read_text().split("\n")[0])).kill()
        elif victim == "whole database":
            for process in self.cluster.processes():
                process.kill()
        else:
            word = "xiezhi.cli work" if victim == "worker" else "granian"
            found = [p for p in psutil.Process(self.process.pid).children(recursive=True) if word in _command(p)]
            found.sort(key=lambda p: p.create_time())
            found[0 if victim != "server's process" else -1].kill()

    def stop(self) -> float:
        begun = time.monotonic()
        self.process.terminate()
        self.process.wait(60)
        return time.monotonic() - begun

    def end(self) -> None:
        with contextlib.suppress(psutil.Error):
            for process in [*psutil.Process(self.process.pid).children(recursive=True), psutil.Process(self.process.pid)]:
                process.kill()
        for process in self.cluster.processes():
            process.kill()
        if self.process.returncode is None:
            self.process.wait(10)


@pytest.fixture
def running(tmp_path):
    (tmp_path / "home").mkdir()
    up = Running(tmp_path / "home")
    yield up
    up.end()


def _kills(up: Running, victims: list[str], tmp_path: Path) -> None:
    said, end = tmp_path / "acknowledged.txt", tmp_path / "end"
    environment = up.environment | {"DATABASE_URL": as_app(up.cluster.url())}
    errors = tmp_path / "writers.log"
    with said.open("wb") as out, errors.open("wb") as err:
        writers = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("writers.py")), str(end)], env=environment, stdout=out, stderr=err
        )
    try:
        _wait(lambda: said.stat().st_size > 0 or writers.poll() is not None, 60, lambda: "the writers did not begin")
        for victim in victims:
            before = said.stat().st_size
            time.sleep(random.uniform(0.3, 1.5))
            up.kill(victim)
            time.sleep(0.5)
            up.wait_healthy()
            _wait(lambda: said.stat().st_size > before or writers.poll() is not None, HEALS_WITHIN, lambda: "writing did not go on")  # noqa: B023
        end.touch()
        assert writers.wait(HEALS_WITHIN) == 0, errors.read_text()[-3000:]
    finally:
        writers.kill()
        writers.wait()
    _wait(lambda: _ask(up, "SELECT NOT EXISTS (TABLE record_pending)") == [(True,)], HEALS_WITHIN, lambda: "entries stay without a leaf")
    _nothing_lost(up, [line.split() for line in said.read_text().splitlines()])
    _root_is_signed(up)
    verified = subprocess.run(
        [sys.executable, "-m", "xiezhi.cli", "ledger", "verify"], env=up.environment, capture_output=True, text=True, check=False
    )
    assert verified.returncode == 0, verified.stdout + verified.stderr


def _nothing_lost(up: Running, acknowledged: list[list[str]]) -> None:
    entries = {(str(id_), case, str(seq)) for id_, case, seq in _ask(up, "SELECT id, case_id, case_seq FROM record_entry")}
    assert len(acknowledged) > 20
    assert {tuple(one) for one in acknowledged} == entries  # nothing lost; and nothing there that was never acknowledged
    gaps = _ask(up, "SELECT case_id FROM record_entry GROUP BY case_id HAVING count(*) <> max(case_seq) OR min(case_seq) <> 1")
    assert gaps == []
    leaves = _ask(up, "SELECT count(*), count(DISTINCT entry_id), max(seq) + 1 FROM record_leaf")[0]
    assert set(leaves) == {len(entries)}


def test_three_kills_lose_nothing(running, tmp_path):
    _kills(running, ["server", "worker", "database"], tmp_path)
    assert running.stop() < STOPS_WITHIN
    assert running.process.returncode == 0
    assert running.cluster.processes() == []


@pytest.mark.deep
def test_twenty_kills_lose_nothing(running, tmp_path):
    _kills(running, [random.choice(VICTIMS) for _ in range(20)], tmp_path)


def test_a_killed_supervisor_leaves_nothing_that_stops_the_next(running):
    running.process.kill()
    running.process.wait()
    # Its children die with it; until they have, the old server may answer once more and be taken for the new one.
    _wait(lambda: not running.healthy(), STOPS_WITHIN, lambda: "the server outlives its supervisor")
    running.start()
    assert running.healthy()
    assert running.stop() < STOPS_WITHIN
    assert running.cluster.processes() == []


def test_beside_a_running_one_its_address_is_printed(running):
    beside = subprocess.run(
        [sys.executable, "-m", "xiezhi.cli", "up"],
        env=running.environment | {"PORT": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert beside.returncode == 0
    assert f"http://localhost:{running.port}/" in beside.stdout
    assert running.healthy()


def test_a_taken_port_is_one_clear_line(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        environment = os.environ | {"XIEZHI_HOME": str(tmp_path), "PORT": str(taken.getsockname()[1])}
        done = subprocess.run(
            [sys.executable, "-m", "xiezhi.cli", "up"], env=environment, capture_output=True, text=True, timeout=60, check=False
        )
    assert done.returncode == 1
    assert "is taken by another program" in done.stderr
    assert "Traceback" not in done.stderr


def _root_is_signed(up: Running) -> None:
    """The published checkpoint is the RFC 6962 root over the leaves, recomputed here from their hashes."""
    hashes = [bytes(row[0]) for row in _ask(up, "SELECT hash FROM record_leaf ORDER BY seq")]
    with urllib.request.urlopen(f"http://127.0.0.1:{up.port}/log/checkpoint", timeout=10) as answer:
        _, size, root = answer.read().decode().split("\n")[:3]
    assert int(size) == len(hashes)
    assert base64.b64decode(root) == _root(hashes)


def _root(hashes: list[bytes]) -> bytes:
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + _root(hashes[:split]) + _root(hashes[split:])).digest()


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def _ask(up: Running, question: str) -> list[tuple]:
    with psycopg.connect(up.cluster.url()) as connection:
        return connection.execute(question).fetchall()


def _wait(ready, patience: float, otherwise) -> None:
    deadline = time.monotonic() + patience
    while not ready():
        assert time.monotonic() < deadline, otherwise()
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_told_to_stop_while_it_is_being_set_up_it_stops_and_the_next_start_is_whole(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | {"XIEZHI_HOME": str(home), "PORT": str(_free_port())}
    with (home / "up.log").open("wb") as log:
        up = subprocess.Popen([sys.executable, "-m", "xiezhi.cli", "up"], env=environment, stdout=log, stderr=log)
    _wait((home / "run" / "demo-unfinished").exists, 90, (home / "up.log").read_text)
    up.terminate()
    assert up.wait(STOPS_WITHIN) == 0
    assert Cluster(home).processes() == []
    again = Running(home)  # without the demo: what was half loaded must be gone
    try:
        assert "beginning it anew" in again.log.read_text()
        assert _ask(again, "SELECT count(*) FROM registry_agency") == [(0,)]
        assert not (home / "run" / "demo-unfinished").exists()
    finally:
        again.end()
