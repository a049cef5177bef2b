"""Backups: an older one is never signed on, the present one verifies, and a record rewritten whole is exposed by an older checkpoint."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from click.testing import CliRunner
from django.db import connection, connections

from tests.apps.record.conftest import NOW, make_agency, small_law  # noqa: F401 - a fixture
from tests.faults.record import Acts, nothing_lost
from xiezhi.apps.record import published, sequencer
from xiezhi.apps.record.key import LogRefused, keyring
from xiezhi.apps.record.tiles import write_tiles
from xiezhi.apps.record.verify import verify
from xiezhi.cli.ledger import command as ledger
from xiezhi.core.ledger.body import canonical
from xiezhi.core.ledger.fields import field_tree
from xiezhi.core.ledger.note import Checkpoint
from xiezhi.core.ledger.tiles import Edge
from xiezhi.core.ledger.tree import leaf_hash
from xiezhi.site.binaries import find_binaries

pytestmark = [pytest.mark.faults, pytest.mark.slow]


@pytest.fixture
def acts(fresh_database):
    make_agency()
    return Acts()


class Backup:
    """A copy of the whole database, made while nobody is connected, as a copy of a stopped server's folder is."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.name = parts.path.lstrip("/")
        self.copy = f"{self.name}_backup"
        self.server = urlunsplit(parts._replace(path="/postgres"))

    def _do(self, *statements: str) -> None:
        connections.close_all()
        with psycopg.connect(self.server, autocommit=True) as server:
            for one in statements:
                server.execute(one)

    def take(self) -> None:
        self._do(f"CREATE DATABASE {self.copy} TEMPLATE {self.name}")

    def restore(self) -> None:
        self._do(f"DROP DATABASE {self.name} WITH (FORCE)", f"CREATE DATABASE {self.name} TEMPLATE {self.copy}")

    def drop(self) -> None:
        self._do(f"DROP DATABASE IF EXISTS {self.copy} WITH (FORCE)")


@pytest.fixture
def backup(acts, fresh_database):
    one = Backup(fresh_database)
    yield one
    one.drop()


def adopt(*arguments):
    return CliRunner().invoke(ledger, ["adopt-checkpoint", *arguments])


def test_an_older_backup_is_not_signed_until_what_is_published_is_there_again(acts, backup):
    """operating.md, Restore and When the sequencer refuses to sign."""
    acts.add(4)
    sequencer.Sequencer().drain(NOW)
    backup.take()
    acts.add(3)
    sequencer.Sequencer().drain(NOW)
    newest = published.read_checkpoint()
    backup.restore()
    restored = Acts()
    restored.days = {"YX-1": 1, "YX-2": 1}
    restored.add(2)  # work goes on, and waits
    with pytest.raises(LogRefused, match="holds 4 leaves, but 7 are published: it was restored from an older backup") as refused:
        sequencer.Sequencer().round(NOW)
    assert "Restore a backup that has all 7, or replay the missing entries" in str(refused.value)
    assert published.read_checkpoint() == newest
    assert {fault.item for fault in verify().faults} == {"published checkpoint"}
    # no way round it: neither by adopting what the database does not hold, nor by what is shorter
    assert adopt("--yes").exit_code == 2
    published.checkpoint_path().unlink()
    with pytest.raises(LogRefused, match="is missing: whether more was published cannot be known"):
        sequencer.Sequencer().round(NOW)
    copy = published.checkpoint_path().parent / "copy"
    copy.write_text(newest, encoding="utf-8")
    refusal = adopt("--yes", str(copy))
    assert (refusal.exit_code, "restored from an older backup" in refusal.stderr) == (2, True)
    assert published.read_checkpoint() is None


def test_a_backup_that_has_all_that_is_published_goes_on_also_with_the_file_lost(acts, backup):
    acts.add(4)
    sequencer.Sequencer().drain(NOW)
    before = published.read_checkpoint()
    acts.add(2)  # recorded, not yet numbered
    backup.take()
    backup.restore()
    published.checkpoint_path().unlink()
    with pytest.raises(LogRefused, match="adopt-checkpoint"):
        sequencer.Sequencer().round(NOW)
    assert adopt("--yes").exit_code == 0
    acts.add(1)
    nothing_lost(acts.acknowledged, older=before)


def test_a_dump_of_the_present_state_restored_verifies_and_goes_on(acts, backup, tmp_path, fresh_database):
    acts.add(5)
    sequencer.Sequencer().drain(NOW)
    before = published.read_checkpoint()
    acts.add(2)
    _program("pg_dump", "-Fc", "-f", str(tmp_path / "dump"), fresh_database)
    backup._do(f"DROP DATABASE {backup.name} WITH (FORCE)", f"CREATE DATABASE {backup.name} TEMPLATE template0 ENCODING 'UTF8'")
    _program("pg_restore", "--exit-on-error", "-d", fresh_database, str(tmp_path / "dump"))
    acts.add(2)
    nothing_lost(acts.acknowledged, older=before)
    with pytest.raises(psycopg.Error, match="只能追加"), psycopg.connect(fresh_database) as server:
        server.execute("DELETE FROM record_entry")


def _program(name: str, *arguments: str) -> None:
    done = subprocess.run([find_binaries().path(name), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_whole_cluster_copied_while_it_was_stopped_is_an_older_backup_too(tmp_path):
    """The embedded server's way of operating.md: its folder copied, more acts, the copy put back; by the command line alone."""
    home = tmp_path / "home"
    home.mkdir()
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL" and not k.startswith(("PYTEST", "DJANGO"))}
    environment |= {"XIEZHI_HOME": str(home), "XIEZHI_DEMO": "0"}

    def xiezhi(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "xiezhi.cli", *words]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)

    def record(script: str) -> None:
        done = subprocess.run([sys.executable, "-c", _RECORD + script], env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    record("begin(); acts(3); drain()")
    shutil.copytree(home / "pg", tmp_path / "older", symlinks=True)
    _owned_alike(home / "pg", tmp_path / "older")
    record("acts(2); drain()")
    shutil.rmtree(home / "pg")
    (tmp_path / "older").rename(home / "pg")
    told = xiezhi("ledger", "export", str(tmp_path / "mirror"))
    assert told.returncode == 2
    assert "restored from an older backup" in told.stderr
    assert "Traceback" not in told.stderr
    checked = xiezhi("ledger", "verify", "--format", "json")
    assert checked.returncode == 1
    assert [fault["item"] for fault in json.loads(checked.stdout)["faults"]] == ["published checkpoint"]


def _owned_alike(one, other) -> None:
    """A copy made by root belongs to root, and the server's account must own it."""
    if os.geteuid() == 0:
        for path in [other, *other.rglob("*")]:
            same = (one / path.relative_to(other)).lstat()
            os.chown(path, same.st_uid, same.st_gid, follow_symlinks=False)


_RECORD = """
import uuid
from xiezhi.cli.frame import with_django

def begin():
    from tests.apps.record.conftest import make_agency
    make_agency(pack="cn")

def acts(count):
    from tests.apps.record.conftest import NOW, first
    from xiezhi.apps.record import service
    for _ in range(count):
        answer = service.perform(first(str(uuid.uuid4())), uuid.uuid4(), NOW)
        assert isinstance(answer, service.Receipt), answer

def drain():
    from xiezhi.apps.record.sequencer import Sequencer
    from xiezhi.site import clock
    Sequencer().drain(clock.now())

with with_django():
    """


def test_a_record_rewritten_consistently_is_exposed_by_an_older_checkpoint_alone(acts):
    """Who owns the tables and holds the key changes one act, and all that follows from it: chain, entries, leaves, tiles, every head."""
    acts.add(6)
    sequencer.Sequencer().drain(NOW)
    older = published.read_checkpoint()
    acts.add(2)
    sequencer.Sequencer().drain(NOW)
    _rewrite(at=2)
    assert verify().faults == []
    assert [fault.item for fault in verify(older=older).faults] == ["older checkpoint"]
    assert [fault.item for fault in verify(older=older, bodies=False).faults] == ["older checkpoint"]


def _rewrite(at: int) -> None:
    tables = ["record_entry", "record_entry_body", "record_leaf", "record_tile", "record_checkpoint", "record_case"]
    key = keyring(may_make=False)
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(
            "SELECT l.seq, e.id, e.case_id, b.text, b.seed FROM record_leaf l JOIN record_entry e ON e.id = l.entry_id "
            "JOIN record_entry_body b ON b.entry_id = e.id ORDER BY l.seq"
        )
        last: dict[str, bytes] = {}
        hashes = []
        for seq, id_, case, text, seed in cursor.fetchall():
            body = json.loads(text)
            if seq == at:
                body["by"] = ["yx-o2"]
            body["prev"] = last[case].hex() if case in last else None
            entry = field_tree(body, bytes(seed))
            last[case] = entry
            hashes.append(leaf_hash(entry))
            cursor.execute("UPDATE record_entry_body SET text = %s WHERE entry_id = %s", [canonical(body), id_])
            cursor.execute("UPDATE record_entry SET entry = %s WHERE id = %s", [entry, id_])
            cursor.execute("UPDATE record_leaf SET hash = %s WHERE seq = %s", [hashes[-1], seq])
            cursor.execute("UPDATE record_case SET last_entry = %s WHERE id = %s", [entry, case])
        write_tiles(Edge().extend(hashes))
        cursor.execute("SELECT size FROM record_checkpoint ORDER BY size")
        note = ""
        for (size,) in cursor.fetchall():
            edge = Edge()
            edge.extend(hashes[:size])
            note = key.sign(Checkpoint(key.verifier.name, size, edge.root()))
            cursor.execute("UPDATE record_checkpoint SET note = %s WHERE size = %s", [note, size])
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    published.publish_checkpoint(note)
