"""What an earlier start has prepared and nothing has changed since, so that a warm start need not load Django to find that out.

Held against: the files that make tables and static files, the installed packages, and the database's own list of migrations.
Whatever does not fit is prepared anew; a stamp never makes anything true.
"""

from __future__ import annotations

import hashlib
import json
import os
import sysconfig
from pathlib import Path
from typing import Any

import psycopg

PACKAGE = Path(__file__).resolve().parents[1]
STAMP = "prepared.json"


def stands(home: Path, url: str) -> bool:
    """Whether tables, demo and static files are as `remember` left them."""
    try:
        left = json.loads((home / "run" / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return left == _now(home, url) and left is not None


def remember(home: Path, url: str) -> None:
    """Write down how everything stands after preparing."""
    now = _now(home, url)
    if now is not None:
        (home / "run" / STAMP).write_text(json.dumps(now), encoding="utf-8")


def _now(home: Path, url: str) -> dict[str, Any] | None:
    """None where the database has no tables yet."""
    try:
        with psycopg.connect(url) as database:
            migrations = database.execute("SELECT count(*), max(id) FROM django_migrations").fetchone()
            cases = database.execute("SELECT EXISTS (SELECT FROM record_case WHERE id <> '')").fetchone()
    except psycopg.Error:
        return None
    wanted = os.environ.get("XIEZHI_DEMO") != "0"
    return {
        "files": _digest(),
        "migrations": list(migrations or ()),
        "cases": bool(cases and cases[0]) or not wanted,
        "static": sum(1 for path in (home / "static").rglob("*") if path.is_file()),
    }


def _digest() -> str:
    """Over names, sizes and times of our migrations and static files, and over the names and versions of the installed packages."""
    found = []
    for path in sorted(PACKAGE.rglob("*")):
        parts = path.relative_to(PACKAGE).parts
        if ("static" in parts or "migrations" in parts) and "__pycache__" not in parts and path.is_file():
            about = path.stat()
            found.append(f"{path.relative_to(PACKAGE)} {about.st_size} {about.st_mtime_ns}")
    found += sorted(one.name for one in Path(sysconfig.get_path("purelib")).glob("*.dist-info"))
    return hashlib.sha256("\n".join(found).encode()).hexdigest()
