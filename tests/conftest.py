"""The tests' database: one embedded server per machine, one migrated template, one clone per test process.

Entries refuse TRUNCATE by design, so a transactional test is not flushed: its database is cloned anew. With `DATABASE_URL` in the
environment the same happens on that server (its role must be allowed to create databases).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[1]
OWN_SERVER = Path("/tmp") / f"xz-tests-{os.getuid()}-{hashlib.sha256(bytes(ROOT)).hexdigest()[:8]}"


def pytest_configure(config: pytest.Config) -> None:
    """Tests write into a folder of their own, never into the checkout's `var/`."""
    from django.conf import settings

    home = Path(tempfile.mkdtemp(prefix="xz-home-"))
    config.add_cleanup(lambda: _remove(home))
    os.environ["XIEZHI_HOME"] = str(home)
    settings.XIEZHI_HOME = home
    settings.FILES_ROOT = home / "files"
    settings.LOG_KEY = home / "keys" / "log"
    settings.LOG_PUBLISHED = home / "log"
    settings.STATIC_ROOT = home / "static"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def _remove(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def database_server() -> Iterator[str]:
    """The address of the server's maintenance database."""
    if given := os.environ.get("DATABASE_URL"):
        yield given
        return
    from xiezhi.site.launcher import Cluster

    # The data is thrown away: no need to wait for the disk.
    cluster = Cluster(OWN_SERVER, options=("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=300"))
    with cluster.in_use():
        yield cluster.url("postgres")


@pytest.fixture(scope="session")
def django_db_setup(database_server: str, django_test_environment: None, django_db_blocker) -> Iterator[None]:
    from django.db import connections
    from django.db.backends.signals import connection_created
    from django.test import TransactionTestCase

    from xiezhi.site.settings import database_from_url

    template = _template_name()
    clone = f"xz_test_{os.getpid()}"
    settings = connections["default"].settings_dict
    patch = pytest.MonkeyPatch()
    with django_db_blocker.unblock():
        with _maintenance(database_server) as server:
            server.execute("SELECT pg_advisory_lock(hashtext('xiezhi tests'))")
            _drop_abandoned(server)
            if not _exists(server, template):
                _use(settings, database_from_url(_named(database_server, f"{template}_new")))
                _make_template(server, template)
            server.execute("SELECT pg_advisory_unlock_all()")

        # A browser's event loop has connections of its own, which `connections.close_all` does not see outside it.
        opened: weakref.WeakSet[Any] = weakref.WeakSet()
        connection_created.connect(lambda connection, **_: opened.add(connection), weak=False)

        def renew(_case: object = None) -> None:
            connections.close_all()
            for wrapper in list(opened):
                if wrapper.connection is not None:
                    wrapper.connection.close()
                    wrapper.connection = None
            with _maintenance(database_server) as server:
                server.execute(f"DROP DATABASE IF EXISTS {clone} WITH (FORCE)")
                server.execute(f"CREATE DATABASE {clone} TEMPLATE {template}")

        url = _named(database_server, clone)
        renew()
        _use(settings, database_from_url(url))
        patch.setattr(TransactionTestCase, "_fixture_teardown", renew)
        patch.setenv("DATABASE_URL", url)  # for commands started by tests
        from django.conf import settings as site

        site.DATABASE_URL = url
    yield
    patch.undo()
    with django_db_blocker.unblock():
        connections.close_all()
        with _maintenance(database_server) as server:
            server.execute(f"DROP DATABASE IF EXISTS {clone} WITH (FORCE)")


@pytest.fixture
def fresh_database(transactional_db: None) -> str:
    """A database of one's own with real commits: for threads and other processes. Yields its DATABASE_URL."""
    return os.environ["DATABASE_URL"]


def _template_name() -> str:
    """The template is as good as the migrations it was made by, so it is named after them."""
    digest = hashlib.sha256((ROOT / "requirements.lock").read_bytes())
    for path in sorted((ROOT / "src").glob("**/migrations/*")):
        if path.is_file():
            digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return f"xz_template_{digest.hexdigest()[:12]}"


def _make_template(server: psycopg.Connection, name: str) -> None:
    """Migrate under a passing name: a failure in the middle leaves no template."""
    from django.core.management import call_command
    from django.db import connections

    server.execute(f"DROP DATABASE IF EXISTS {name}_new WITH (FORCE)")
    server.execute(f"CREATE DATABASE {name}_new ENCODING 'UTF8' TEMPLATE template0")
    try:
        call_command("migrate", interactive=False, verbosity=0)
    finally:
        connections.close_all()
    server.execute(f"ALTER DATABASE {name}_new RENAME TO {name}")


def _drop_abandoned(server: psycopg.Connection) -> None:
    """Clones of test processes that are gone."""
    for (name,) in server.execute("SELECT datname FROM pg_database WHERE datname ~ '^xz_test_[0-9]+$'").fetchall():
        try:
            os.kill(int(name.rsplit("_", 1)[1]), 0)
        except ProcessLookupError:
            server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        except PermissionError:
            continue


@contextlib.contextmanager
def _maintenance(url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def _exists(server: psycopg.Connection, name: str) -> bool:
    return server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _named(url: str, database: str) -> str:
    parts = urlsplit(url)
    # urlunsplit would drop the empty authority's slashes only when there is none: keep ours as they are
    return urlunsplit((parts.scheme, parts.netloc, f"/{database}", parts.query, ""))


def _use(settings: dict, wanted: dict) -> None:
    """Point Django's default connection elsewhere; connections made before are closed."""
    from django.db import connections

    connections.close_all()
    for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS"):
        settings[key] = wanted[key]
