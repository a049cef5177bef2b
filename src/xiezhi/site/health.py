"""What this installation has and lacks, one finding each. Nothing is changed by looking."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import psycopg

from xiezhi.site import roles
from xiezhi.site.binaries import LaunchError, find_binaries

State = Literal["ok", "note", "wrong"]
OLDEST = 150000  # PostgreSQL 15
ROOM = 5 * 1024**3  # bytes
# What the embedded server does not protect against, said where an operator looks (docs/operating.md, database roles).
_TRUST = (
    "the embedded server asks for no password (trust, on a socket of mode 0700): any process of this operating-system user, and root, can "
    "connect as its superuser, drop the triggers, read the log's key and rewrite the record whole. Triggers and roles guard against faults "
    "of the software, not against that user. What would show it is a checkpoint kept elsewhere: copy /log/checkpoint away every day"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """`wrong` must be mended; `note` is a lack that one may live with, and says what is lost."""

    state: State
    about: str
    text: str


def look(url: str, home: Path, now: datetime) -> list[Finding]:
    """All findings. Needs Django set up."""
    return [*_machine(home), *_database(url), *_log_key(), *_anchors(), *_clock(now), *_inspection(now), *_fonts(home), *_calendar(now)]


def _machine(home: Path) -> Iterator[Finding]:
    yield Finding("ok" if sys.version_info >= (3, 11) else "wrong", "python", sys.version.split()[0])
    if os.geteuid() == 0:
        yield Finding("note", "user", "running as root: for production make an account of its own")
    free = shutil.disk_usage(home).free
    text = f"{free / 1024**3:.0f} GB free under {home}"
    yield Finding("ok" if free > ROOM else "note", "disk", text if free > ROOM else f"{text}: recordings will soon not fit")
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    yield Finding("ok", "chromium", browser) if browser else Finding("note", "chromium", "not here; only the browser tests need it")


def _database(url: str) -> Iterator[Finding]:
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            yield from _server(connection, url)
    except psycopg.Error as error:
        yield Finding("wrong", "database", f"does not answer: {str(error).strip()}")


def _server(connection: psycopg.Connection, url: str) -> Iterator[Finding]:
    version = connection.info.server_version
    embedded = "host=/tmp/xz-" in url.replace("%2F", "/")
    kind = f"embedded ({_programs()})" if embedded else "DATABASE_URL"
    yield Finding("ok" if version >= OLDEST else "wrong", "database", f"PostgreSQL {version // 10000}.{version % 10000}, {kind}")
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        yield Finding("wrong", "encoding", f"the database is in {encoding}; make it anew with UTF8")
    row = connection.execute("SELECT datctype FROM pg_database WHERE datname = current_database()").fetchone()
    if row and row[0] in ("C", "POSIX"):
        yield Finding("wrong", "locale", "character classes are C: searching Chinese text would find nothing. Use C.UTF-8")
    for name, meaning in (("fsync", "a power cut may lose acknowledged acts"), ("full_page_writes", "a power cut may damage pages")):
        value = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
        if value == ("off",):
            yield Finding("wrong", name, f"is off: {meaning}")
    yield from _guards(connection, url)
    if embedded:
        yield Finding("note", "trust", _TRUST)
    superuser = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    if not embedded and superuser == (True,):
        yield Finding("note", "superuser", "DATABASE_URL connects as a superuser, who can drop every trigger: give the server a plain role")


def _guards(connection: psycopg.Connection, url: str) -> Iterator[Finding]:
    unguarded, _ = roles.guards(connection)
    if unguarded:
        yield Finding(
            "wrong", "triggers", f"the record is open to change: {', '.join(unguarded)} lack their triggers. Run `xiezhi manage migrate`"
        )
        return
    yield Finding("ok", "triggers", "entries refuse update, delete and truncate in every session; the log's size only grows")
    lacks = roles.guards(connection)[1]
    if lacks or _app_role_lacks(connection, url):
        yield Finding("ok", "roles", "the server's role has no right to change entries either")
    else:
        yield Finding(
            "note",
            "roles",
            "one role owns and serves: the triggers alone guard the record, and whoever has the server's connection may destroy a body with a "
            "tombstone (docs: give the server a role of its own, and xiezhi_retention for lawful deletion)",
        )


def _app_role_lacks(connection: psycopg.Connection, url: str) -> bool:
    row = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [roles.APP]).fetchone()
    if not row or "@" not in url:
        return False
    try:
        with psycopg.connect(roles.as_app(url), connect_timeout=5) as app:
            return roles.guards(app)[1]
    except psycopg.Error:
        return False


def _programs() -> str:
    try:
        return str(find_binaries().folder)
    except LaunchError:
        return "programs missing"


def _log_key() -> Iterator[Finding]:
    from django.conf import settings

    key = Path(settings.LOG_KEY)
    if not key.exists():
        yield Finding("note", "log key", f"{key} does not exist yet; the worker makes it with the first checkpoint")
    elif stat.S_IMODE(key.stat().st_mode) & 0o077:
        yield Finding("wrong", "log key", f"others may read {key}: chmod 0400 it, and change the key if they may have")
    else:
        yield Finding("ok", "log key", f"{key}; keep a copy in a safe")


def _clock(now: datetime) -> Iterator[Finding]:
    from xiezhi.apps.record import queries

    latest = queries.latest_signing()
    if latest is not None and latest > now + timedelta(seconds=5):
        yield Finding(
            "wrong",
            "clock",
            f"it was set back: it says {now:%Y-%m-%d %H:%M} UTC, and checkpoints were signed at {latest:%Y-%m-%d %H:%M}. Set it right and let "
            "it be kept by NTP; acts recorded meanwhile bear a false time of recording (their order is right)",
        )
    elif latest is not None:
        yield Finding("ok", "clock", "later than every recent checkpoint")


def _inspection(now: datetime) -> Iterator[Finding]:
    from xiezhi.apps.record import queries

    last = queries.last_inspection()
    if last is None:
        yield Finding(
            "note", "inspection", "the whole record was not looked at yet; the worker does it each night, or run `xiezhi ledger verify`"
        )
        return
    when = f"{last.ended:%Y-%m-%d %H:%M} UTC, {last.leaves} leaves, {last.bodies} bodies proved again"
    if not last.whole:
        first = last.faults[0]
        yield Finding(
            "wrong", "inspection", f"{when}: {last.count} bad items, the first {first['item']}: {first['what']}. Run `xiezhi ledger verify`"
        )
    elif now - last.ended > timedelta(days=2):
        yield Finding("note", "inspection", f"{when}: longer ago than two days. Does the worker run?")
    else:
        yield Finding("ok", "inspection", when)


def _anchors() -> Iterator[Finding]:
    """Who outside this machine would notice that the log was rewritten."""
    from django.conf import settings

    from xiezhi.apps.record import queries
    from xiezhi.apps.record.key import LogRefused

    second = Path(settings.LOG_KEY).with_name("log-mldsa44")
    if second.exists() and stat.S_IMODE(second.stat().st_mode) & 0o077:
        yield Finding("wrong", "log key", f"others may read {second}: chmod 0400 it")
    try:
        anchors, stamp = queries.anchors(), queries.newest_stamp()
    except LogRefused as refusal:
        yield Finding("wrong", "log policy", str(refusal))
        return
    for one in anchors:
        seen = f"cosigned {one.size} leaves at {one.at:%Y-%m-%d %H:%M} UTC" if one.at else "has not cosigned yet"
        yield Finding(
            "note" if one.trouble else "ok", "witness", f"{one.name} {seen}{f'; last time: {one.trouble}' if one.trouble else ''}"
        )
    if not anchors:
        yield Finding(
            "note", "witness", "nobody witnesses the log: set XIEZHI_WITNESSES, or copy /log/checkpoint away every day and print /log/sheet"
        )
    if settings.TSA:
        yield Finding(
            "ok" if stamp else "note",
            "time",
            f"newest stamp {stamp.at:%Y-%m-%d %H:%M} UTC, {stamp.size} leaves" if stamp else "no stamp yet",
        )


def _fonts(home: Path) -> Iterator[Finding]:
    try:
        from xiezhi.core.typeset.fonts import font_set

        real = font_set(home / "fonts").real
    except Exception as error:  # noqa: BLE001 - a broken font file is a finding, not a crash
        yield Finding("wrong", "fonts", f"documents cannot be set: {error}")
        return
    yield Finding("ok", "fonts", ", ".join(f"{role}: {name}" for role, name in real.items()))
    if "FangSong" not in real.get("body", "") and "仿宋" not in real.get("body", ""):
        yield Finding("note", "fonts", f"no 仿宋 of your own in {home / 'fonts'}: the body is set in {real.get('body')}")


def _calendar(now: datetime) -> Iterator[Finding]:
    from xiezhi.apps.registry import queries

    calendar = queries.calendar()
    year = now.astimezone().year
    for one in (year, year + 1):
        if calendar.published(one):
            yield Finding("ok", "calendar", f"{one}: the State Council's notice is loaded")
        else:
            yield Finding("note", "calendar", f"{one}: no notice yet, deadlines in it are provisional. Load it: xiezhi calendar FILE.csv")
