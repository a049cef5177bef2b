"""A full disk, under the published files and under the database: it is said what is wrong, nothing is lost, and it goes on afterwards."""

from __future__ import annotations

import errno
import logging
import os
import subprocess
import threading
import time

import psycopg
import pytest

from tests.apps.record.conftest import NOW, make_agency, small_law  # noqa: F401 - a fixture
from tests.faults.record import Acts, nothing_lost
from xiezhi.apps.record import key, published, sequencer
from xiezhi.site.cluster import Cluster

pytestmark = [pytest.mark.faults, pytest.mark.slow]


@pytest.fixture
def acts(fresh_database):
    make_agency()
    return Acts()


class Full:
    """A call that finds no room `times` times, then works again."""

    def __init__(self, real, times=1) -> None:
        self.real, self.left = real, times

    def __call__(self, *arguments, **named):
        if self.left:
            self.left -= 1
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self.real(*arguments, **named)


FILES = [(published.tempfile, "mkstemp"), (published.os, "fdopen"), (published.os, "fsync"), (published.os, "replace")]


@pytest.mark.parametrize("begun", [False, True], ids=["at the beginning", "later"])
def test_no_room_for_a_file_is_said_and_nothing_is_lost(acts, monkeypatch, caplog, begun):
    """Each call on the way of a file fails twice, so that one attempt after the other ends at another place."""
    monkeypatch.setattr(sequencer, "AFTER_FAILURE", 0.01)
    acts.add(2)
    if begun:
        sequencer.Sequencer().drain(NOW)
        acts.add(2)
    before = published.read_checkpoint()
    calls = FILES if begun else [*FILES, (key.os, "link")]
    with monkeypatch.context() as patch:
        full = [Full(getattr(owner, call), times=2) for owner, call in calls]
        for (owner, call), one in zip(calls, full, strict=True):
            patch.setattr(owner, call, one)
        _run(until=lambda: not any(one.left for one in full))
    assert caplog.text.count("No space left on device") == 2 * len(calls)
    assert caplog.text.count("Free some room") == 2 * len(calls)
    nothing_lost(acts.acknowledged, older=before)
    assert [one.name for one in published.checkpoint_path().parent.glob(".*")] == []


def _run(until, patience=20.0) -> None:
    """The worker's loop, quick, until it is so."""
    stop = threading.Event()
    log = threading.Thread(target=sequencer.run, args=(stop, lambda: NOW))
    log.start()
    deadline = time.monotonic() + patience
    try:
        while not until():
            assert time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        stop.set()
        log.join(10)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of one's own: `small_disk(MiB)` mounts it."""
    if os.geteuid():
        pytest.skip("only root mounts a small disk")
    mounted = []

    def mount(size, unit="m"):
        place = tmp_path / f"disk{len(mounted)}"
        place.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}{unit}", "none", str(place)], capture_output=True, check=False)
        if done.returncode:
            pytest.skip(f"no small disk here: {done.stderr.decode().strip()}")
        mounted.append(place)
        return place

    yield mount
    for place in mounted:
        subprocess.run(["umount", "-l", str(place)], check=False)


def test_a_disk_that_is_really_full_under_the_published_files(acts, small_disk, settings, caplog, monkeypatch):
    monkeypatch.setattr(sequencer, "AFTER_FAILURE", 0.05)
    disk = small_disk(64, "k")
    settings.LOG_PUBLISHED = disk / "log"
    acts.add(2)
    sequencer.Sequencer().drain(NOW)
    before = published.read_checkpoint()
    filler = os.open(disk / "filler", os.O_CREAT | os.O_WRONLY)
    with pytest.raises(OSError, match="No space"):
        while True:
            os.write(filler, bytes(4096))
    os.close(filler)
    acts.add(2)
    _run(until=lambda: "Free some room" in caplog.text)
    assert published.read_checkpoint() == before
    (disk / "filler").unlink()
    _run(until=lambda: published.read_checkpoint() != before)
    nothing_lost(acts.acknowledged, older=before)


@pytest.mark.deep
def test_a_disk_that_is_really_full_under_the_database(small_disk):
    """An embedded server on a disk of 200 MiB, filled to the brim while rows are committed: what was acknowledged is there afterwards."""
    disk = small_disk(200)
    cluster = Cluster(disk)
    with cluster.in_use():
        with psycopg.connect(cluster.url(), autocommit=True) as server:
            server.execute("CREATE TABLE act (id int PRIMARY KEY, body text)")
        filler = disk / "filler"
        free = os.statvfs(disk)
        with filler.open("wb") as file:
            file.truncate(0)
            for _ in range(max(0, free.f_bavail * free.f_frsize // (1 << 20) - 24)):
                file.write(bytes(1 << 20))
        acknowledged, said = 0, ""
        while not said:
            try:
                with psycopg.connect(cluster.url(), autocommit=True) as server:
                    while True:
                        server.execute("INSERT INTO act VALUES (%s, repeat(md5(%s::text), 400))", [acknowledged, acknowledged])
                        acknowledged += 1
            except psycopg.Error as error:
                said = str(error)
        logging.getLogger(__name__).info("%s", said)
        filler.unlink()
        deadline = time.monotonic() + 60
        while not cluster.answers():
            with cluster.exclusive():
                cluster.start()
            assert time.monotonic() < deadline
        with psycopg.connect(cluster.url(), autocommit=True) as server:
            kept = {id_ for (id_,) in server.execute("SELECT id FROM act").fetchall()}
            assert set(range(acknowledged)) <= kept
            assert len(kept) <= acknowledged + 1
            server.execute("INSERT INTO act VALUES (-1, '')")
