"""What stands between an empty folder and the first page: tables, the demo district, static files."""

from __future__ import annotations

import importlib
import importlib.util
import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from xiezhi.site import clock, prepared
from xiezhi.site.binaries import LaunchError
from xiezhi.site.cluster import Cluster
from xiezhi.site.launcher import ensure_migrated

log = logging.getLogger(__name__)
Say = Callable[[str], None]


def prepare(home: Path, cluster: Cluster | None, say: Say) -> None:
    """Bring everything to where the server may start. `cluster` is None on a server of one's own (then no demo either)."""
    unfinished = home / "run" / "demo-unfinished"
    if cluster is not None and unfinished.exists():
        say("the first start was interrupted; beginning it anew")
        _begin_anew(home, cluster)
        unfinished.unlink()
    if cluster is not None and prepared.stands(home, cluster.url()):
        return
    ensure_migrated()
    if cluster is not None and os.environ.get("XIEZHI_DEMO") != "0":
        _load_demo(unfinished, say)
    _collect_static()
    from django.db import connections

    connections.close_all()
    if cluster is not None:
        prepared.remember(home, cluster.url())


def demo() -> Any | None:
    """The demo district, when this copy carries one."""
    if importlib.util.find_spec("xiezhi.demo") is None:
        return None
    module = importlib.import_module("xiezhi.demo")
    return module if hasattr(module, "load") else None


def _load_demo(unfinished: Path, say: Say) -> None:
    from django.apps import apps

    case = apps.get_model("record", "Case")
    if case.objects.exists():
        return
    district = demo()
    if district is None:
        say("this copy carries no demo district; starting empty")
        return
    say("loading the demo district (first start only)")
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    unfinished.touch()
    try:
        district.load(clock.now())
    except Exception as error:
        log.exception("the demo district could not be loaded")
        raise LaunchError(f"the demo district could not be loaded ({error}). `XIEZHI_DEMO=0 make run` starts without it.") from error
    unfinished.unlink()


def _begin_anew(home: Path, cluster: Cluster) -> None:
    """Nothing of anybody's is lost: the port has never answered on this database."""
    import psycopg

    with psycopg.connect(cluster.url("postgres"), autocommit=True) as server:
        server.execute("DROP DATABASE IF EXISTS xiezhi WITH (FORCE)")
        server.execute("CREATE DATABASE xiezhi")
    for folder in ("log", "files"):
        shutil.rmtree(home / folder, ignore_errors=True)


def _collect_static() -> None:
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)
