"""The database of an installation, ready to use: `with database() as url: ...`."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from xiezhi.site.binaries import LaunchError
from xiezhi.site.cluster import Cluster
from xiezhi.site.home import home as default_home

__all__ = ["Cluster", "LaunchError", "database", "ensure_migrated"]


@contextlib.contextmanager
def database(home: Path | None = None) -> Iterator[str]:
    """The address of a running database, also put into `DATABASE_URL` for Django and for children.

    A `DATABASE_URL` of the environment is taken as it is. Else the embedded server of `home` is started when it is not running,
    and stopped on leaving when nobody else uses it. Enter this *before* Django's settings are read. Raises LaunchError.
    """
    if given := os.environ.get("DATABASE_URL"):
        yield given
        return
    cluster = Cluster(home or default_home())
    with cluster.in_use():
        os.environ["DATABASE_URL"] = cluster.url()
        try:
            yield cluster.url()
        finally:
            os.environ.pop("DATABASE_URL", None)


def ensure_migrated() -> None:
    """Set Django up and bring the database to this version's tables; quiet, and quick when nothing is to do."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiezhi.site.settings")
    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        with connection.cursor() as cursor:  # two starters at once: the second waits and finds the work done
            cursor.execute("SELECT pg_advisory_lock(hashtext('xiezhi migrate'))")
            try:
                call_command("migrate", interactive=False, verbosity=0)
            finally:
                cursor.execute("SELECT pg_advisory_unlock(hashtext('xiezhi migrate'))")
