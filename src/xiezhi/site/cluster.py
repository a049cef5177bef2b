"""One embedded PostgreSQL cluster: made, started, found again after any death, stopped. Never on TCP."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import psycopg

from xiezhi.site.binaries import LaunchError, find_binaries, identity

USER = "xiezhi"
START_WITHIN = 15.0  # seconds of retries while a killed server's remains disappear
RECOVER_WITHIN = 300.0  # seconds a server may replay its log before it answers
STOP_WITHIN = 7.0
SOCKET_LIMIT = 107  # bytes of a unix socket's path
NO_SUCH_PID = 4_194_304 + 1  # above Linux' PID_MAX_LIMIT


@dataclass(slots=True)
class Cluster:
    """A data folder, the short socket folder that belongs to it, and the locks that order its users."""

    home: Path
    options: tuple[str, ...] = ()
    _child: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def data(self) -> Path:
        return self.home / "pg"

    @property
    def log(self) -> Path:
        return self.home / "run" / "postgres.log"

    @property
    def socket(self) -> Path:
        """A short folder named after the data folder: a socket's path may have 107 bytes, a home may be longer."""
        digest = hashlib.sha256(os.fsencode(self.data.resolve())).hexdigest()[:12]
        return Path("/tmp") / f"xz-{digest}"  # noqa: S108 - made 0700 and its owner checked

    def url(self, database: str = "xiezhi") -> str:
        return f"postgresql://{USER}@/{quote(database)}?host={quote(str(self.socket))}"

    # --- state -----------------------------------------------------------------------------------------------------

    def answers(self) -> bool:
        """Whether the server of *this* data folder takes connections now."""
        return self._probe() == "up"

    def _probe(self) -> str:
        if self._recorded_pid() is None:  # a server whose folder was removed is a ghost
            return "down"
        try:
            with psycopg.connect(self.url("postgres"), connect_timeout=3):
                return "up"
        except psycopg.OperationalError as error:
            return "starting" if "starting up" in str(error) or "recovery" in str(error) else "down"

    def _recorded_pid(self) -> int | None:
        try:
            return abs(int((self.data / "postmaster.pid").read_text().split("\n", 1)[0]))
        except (FileNotFoundError, ValueError):
            return None

    def processes(self) -> list[psutil.Process]:
        """Living processes that work in the data folder (a server changes into it), also of a removed one."""
        found = []
        place = str(self.data.resolve())
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                if process.status() != psutil.STATUS_ZOMBIE and process.cwd().removesuffix(" (deleted)") == place:
                    found.append(process)
        return [p for p in found if "postgres" in _name(p)]

    # --- start -----------------------------------------------------------------------------------------------------

    def start(self) -> bool:
        """Bring the server up. True when this call started it. Raises LaunchError. Call under `exclusive()`."""
        if self.answers():
            return False
        self._prepare()
        deadline = time.monotonic() + START_WITHIN
        while True:
            if self._probe() == "starting" and self._wait():
                return False  # somebody's killed starter left it replaying its log
            self._clear_remains()
            self._spawn()
            if self._wait():
                self._make_database()
                return True
            if time.monotonic() > deadline:
                raise LaunchError(f"PostgreSQL does not start. {self.log} ends with:\n{self._log_tail()}")
            time.sleep(0.3)

    def _prepare(self) -> None:
        version = self.data / "PG_VERSION"
        if not version.exists():
            self._init()
        self._make_socket_folder()

    def _init(self) -> None:
        if self.data.exists() and any(self.data.iterdir()):
            raise LaunchError(f"{self.data} holds files but is no PostgreSQL data folder. Move it away and start again.")
        binaries = find_binaries()
        partial = self.home / "pg.partial"  # an interrupted set-up is never taken for a finished one
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True, mode=0o700)
        _give(partial)
        locale = ["--locale=C.UTF-8"]  # never C: trigram search of Chinese would quietly find nothing
        if binaries.major >= 17:
            locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command = [binaries.path("initdb"), "-D", str(partial), "-U", USER, "--auth=trust", "--encoding=UTF8", "--data-checksums", *locale]
        done = subprocess.run([*identity().prefix, *command], **_as_whom(), capture_output=True, text=True, env=_environment(), check=False)
        if done.returncode != 0:
            shutil.rmtree(partial, ignore_errors=True)
            raise LaunchError(f"initdb could not make {self.data}: {done.stderr.strip() or done.stdout.strip()}{_traversal_advice()}")
        with contextlib.suppress(FileNotFoundError):
            self.data.rmdir()
        partial.rename(self.data)

    def _make_socket_folder(self) -> None:
        if len(os.fsencode(self.socket / ".s.PGSQL.5432")) > SOCKET_LIMIT:
            raise LaunchError(f"the socket folder {self.socket} is too long ({SOCKET_LIMIT} bytes)")
        with contextlib.suppress(FileExistsError):
            self.socket.mkdir(mode=0o700)
            _give(self.socket)
        about = self.socket.lstat()
        owners = {os.geteuid(), identity().uid}
        if self.socket.is_symlink() or about.st_uid not in owners or about.st_mode & 0o077:
            raise LaunchError(
                f"{self.socket} exists and is not ours alone (owner {about.st_uid}, mode {about.st_mode & 0o777:o}). Remove it."
            )

    def _clear_remains(self) -> None:
        """Make way after a death: a pid file may name a zombie or, in a container, somebody else's process.

        The server itself refuses while *any* process has that number. So once no process works in the data folder, the number
        is replaced by one that cannot exist; the file's shared-memory key stays, and with it the server's own last check.
        """
        self._reap()
        ghosts = self.processes()
        recorded = self._recorded_pid()
        for process in ghosts:
            if recorded is None:  # its data folder was removed under it
                with contextlib.suppress(psutil.Error):
                    process.send_signal(signal.SIGQUIT)
        if psutil.wait_procs(ghosts, timeout=START_WITHIN)[1]:
            return  # still there: let the server speak for itself
        for file in (self.data / "postmaster.pid", self.socket / ".s.PGSQL.5432.lock"):
            with contextlib.suppress(FileNotFoundError):
                lines = file.read_text().split("\n", 1)
                file.write_text("\n".join([str(NO_SUCH_PID), *lines[1:]]))

    def _spawn(self) -> None:
        binaries = find_binaries(int((self.data / "PG_VERSION").read_text()))
        settings = ["listen_addresses=", f"unix_socket_directories={self.socket}", "unix_socket_permissions=0700", *self.options]
        command = [binaries.path("postgres"), "-D", str(self.data)]
        command += [part for setting in settings for part in ("-c", setting)]
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            # A session of its own: a Ctrl-C on the terminal must reach the supervisor first.
            self._child = subprocess.Popen(
                [*identity().prefix, *command],
                **_as_whom(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=_environment(),
                start_new_session=True,
                cwd="/",
            )

    def _wait(self) -> bool:
        """Poll by connecting: neither a pid nor an exit code tells that a server answers."""
        deadline = time.monotonic() + RECOVER_WITHIN
        quiet = time.monotonic() + START_WITHIN
        while time.monotonic() < deadline:
            state = self._probe()
            if state == "up":
                return True
            if self._reap():
                return False
            if state == "starting":
                quiet = time.monotonic() + START_WITHIN
            elif time.monotonic() > quiet:
                return False
            time.sleep(0.03)
        return False

    def _make_database(self) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'xiezhi'").fetchone():
                connection.execute("CREATE DATABASE xiezhi")

    # --- stop ------------------------------------------------------------------------------------------------------

    def stop(self) -> None:
        """Fast shutdown: sessions are ended, nothing acknowledged is lost. Call under `exclusive()`."""
        pid = self._recorded_pid()
        running = self.processes()
        leader = next((p for p in running if p.pid == pid), None)
        if leader is None:
            return
        for number, patience in ((signal.SIGINT, STOP_WITHIN), (signal.SIGQUIT, 3.0)):
            with contextlib.suppress(psutil.Error):
                leader.send_signal(number)
            end = time.monotonic() + patience
            while time.monotonic() < end:
                self._reap()  # else an ended child of ours stays a zombie
                if not _alive(leader):
                    return
                time.sleep(0.03)

    def _reap(self) -> bool:
        """True when the server is our own child and has ended."""
        return self._child is not None and self._child.poll() is not None

    def _log_tail(self) -> str:
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-8:])
        except FileNotFoundError:
            return "(no log)"

    # --- locks -----------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def exclusive(self) -> Iterator[None]:
        """One starter or stopper at a time per data folder; the kernel lets go when the holder dies."""
        with _opened(self.home / "run" / "database.lock") as fd:
            fcntl.flock(fd, fcntl.LOCK_EX)
            yield

    @contextlib.contextmanager
    def in_use(self) -> Iterator[None]:
        """Use the server: start it when it is down, and stop it on leaving when nobody else uses it.

        Every user holds a shared lock, so that neither a killed holder nor a counter gone wrong can keep the server up or take it
        away from somebody.
        """
        with _opened(self.home / "run" / "database.users") as fd:
            with self.exclusive():
                fcntl.flock(fd, fcntl.LOCK_SH)
                self.start()
            try:
                yield
            finally:
                with self.exclusive():
                    fcntl.flock(fd, fcntl.LOCK_UN)
                    with contextlib.suppress(BlockingIOError):
                        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                        self.stop()


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    path.parent.mkdir(parents=True, exist_ok=True)
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield fd
    finally:
        os.close(fd)


def _name(process: psutil.Process) -> str:
    try:
        return str(process.name())
    except psutil.Error:
        return ""


def _alive(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running()) and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _environment() -> dict[str, str]:
    """Without the caller's LC_* and PG*: a server must not depend on who started it."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "PG")) and k not in ("LANG", "LANGUAGE")}


def _as_whom() -> dict[str, Any]:
    who = identity()
    return {} if who.uid is None else {"user": who.uid, "group": who.gid, "extra_groups": []}


def _give(folder: Path) -> None:
    who = identity()
    if who.uid is not None and who.gid is not None:
        os.chown(folder, who.uid, who.gid)


def _traversal_advice() -> str:
    if identity().uid is None:
        return ""
    return (
        "\nUser namespaces are forbidden here, so the server runs under an account of its own, which must be able to reach the data "
        "folder and the programs. Set XIEZHI_HOME to a folder such as /var/lib/xiezhi, run as a plain user, or set DATABASE_URL."
    )
