"""`xiezhi up`: database, worker and server under one process that heals what dies and takes all of it down."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from xiezhi.site.address import AddressError, address, own_address
from xiezhi.site.binaries import LaunchError
from xiezhi.site.children import Child, end_leftovers, remember
from xiezhi.site.cluster import Cluster
from xiezhi.site.home import home as default_home
from xiezhi.site.launcher import database
from xiezhi.site.parent import Maker
from xiezhi.site.preparing import demo, prepare
from xiezhi.site.roles import as_app, grant_app_role

LOOK = 0.2  # seconds between two looks at the children
LOOK_AT_DATABASE = 1.0
READY_WITHIN = 90.0
GRACE = 5.0  # seconds a child has to end by itself; the database needs the rest of the ten
THREADS = 8


class UpError(Exception):
    """Cannot start; the text is for the person at the terminal."""


class _Stopped(BaseException):  # not an Exception: no `except Exception` on the way may take it
    """Somebody asked to stop while starting."""


class Supervisor:
    """One per home, held by a lock that the kernel releases however the process ends."""

    def __init__(self, home: Path, host: str, port: int) -> None:
        self.home, self.host, self.port = home, host, port
        self.stop = threading.Event()
        self.children: list[Child] = []
        self.cluster: Cluster | None = None
        self._maker = Maker.find()
        self._looked_at_database = 0.0

    @property
    def address(self) -> str:
        return f"{own_address(self.host, self.port)}/"

    # --- from nothing to a page --------------------------------------------------------------------------------------

    def run(self) -> int:
        """Returns the exit status. Raises UpError, LaunchError."""
        self._listen_for_signals()
        with _only_one(self.home) as alone:
            if not alone:
                for line in beside(_running_address(self.home), self.address, self.home):
                    say(line)
                return 0
            end_leftovers(self.home / "run" / "children.json")
            self._port_is_free()
            (self.home / "run" / "up.json").write_text(json.dumps({"pid": os.getpid(), "address": self.address}))
            own = not os.environ.get("DATABASE_URL")
            self.cluster = Cluster(self.home) if own else None
            with contextlib.suppress(_Stopped), database(self.home):
                try:
                    self._up()
                finally:
                    self._down()
            (self.home / "run" / "up.json").unlink(missing_ok=True)
        return 0

    def _up(self) -> None:
        self._go_on()
        with self._at_any_moment():
            prepare(self.home, self.cluster, say)
        self._go_on()
        environment = self._environment()
        worker = Child("worker", [sys.executable, "-m", "xiezhi.cli", "work"], environment)
        server = Child("server", _server_command(self.host, self.port), environment)
        self._start(worker)
        self._wait_until(_log_is_signed, "the worker has not signed the log's checkpoint")
        self._start(server)
        self._wait_until(self._answers, "the server does not answer")
        self._announce()
        while not self._asked_to_stop():
            self._tend()
            self.stop.wait(LOOK)

    def _environment(self) -> dict[str, str]:
        """On the embedded server the children get a role that cannot change the record."""
        if self.cluster is None:
            return {}
        grant_app_role(self.cluster.url())
        return {"DATABASE_URL": as_app(self.cluster.url())}

    def _start(self, child: Child) -> None:
        child.start()
        self.children.append(child)
        remember(self.home / "run" / "children.json", self.children)

    def _wait_until(self, ready: object, otherwise: str) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while not ready():  # type: ignore[operator]
            self._go_on()
            self._tend()
            if time.monotonic() > deadline:
                raise UpError(f"{otherwise} after {READY_WITHIN:.0f} s; the lines above say why")
            self.stop.wait(LOOK / 2)

    @contextlib.contextmanager
    def _at_any_moment(self) -> Iterator[None]:
        """Preparing may take a minute; a request to stop ends it where it stands. What was half done is done anew by the next start."""

        def look(_number: int, _frame: object) -> None:
            self._go_on()

        before = signal.signal(signal.SIGALRM, look)
        signal.setitimer(signal.ITIMER_REAL, LOOK, LOOK)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    def _go_on(self) -> None:
        if self._asked_to_stop():
            raise _Stopped

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://{_reachable(self.host)}:{self.port}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _announce(self) -> None:
        say("")
        say(f"Xiezhi 獬豸 is ready:  {self.address}")
        district = demo() if self.cluster is not None and os.environ.get("XIEZHI_DEMO") != "0" else None
        for line in _sign_ins(district):
            say(line)
        say(f"Data: {self.home}    Stop: Ctrl-C")

    # --- while it runs -----------------------------------------------------------------------------------------------

    def _tend(self) -> None:
        changed = False
        self._tend_database()
        for child in self.children:
            before = child.process
            if word := child.tend():
                say(word)
            changed = changed or child.process is not before
        if changed:
            remember(self.home / "run" / "children.json", self.children)

    def _tend_database(self) -> None:
        now = time.monotonic()
        if self.cluster is None or now - self._looked_at_database < LOOK_AT_DATABASE:
            return
        self._looked_at_database = now
        if self.cluster.answers():
            return
        with self.cluster.exclusive():
            try:
                if self.cluster.start():
                    say("the database had died; it is up again")
            except LaunchError as error:
                say(f"{error}\ntrying again")

    def _down(self) -> None:
        """Ask, wait, insist. The database is stopped after this, when nobody else uses it."""
        for child in reversed(self.children):
            child.ask_to_stop()
        deadline = time.monotonic() + GRACE
        while any(child.alive for child in self.children) and time.monotonic() < deadline:
            time.sleep(0.05)
        for child in self.children:
            child.make_stop()
        (self.home / "run" / "children.json").unlink(missing_ok=True)

    def _asked_to_stop(self) -> bool:
        return self.stop.is_set() or (self._maker is not None and self._maker.was_stopped())

    def _listen_for_signals(self) -> None:
        """A shell starts background jobs with INT ignored, so INT is taken back; a HUP that nohup ignores stays ignored."""

        def asked(_number: int, _frame: object) -> None:
            self.stop.set()

        signal.signal(signal.SIGINT, asked)
        signal.signal(signal.SIGTERM, asked)
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
            signal.signal(signal.SIGHUP, asked)

    def _port_is_free(self) -> None:
        """A server that a killed supervisor left needs a moment to go; anybody else's is reported."""
        deadline = time.monotonic() + 3.0
        while (problem := _port_problem(self.host, self.port)) is not None:
            if problem != errno.EADDRINUSE or time.monotonic() > deadline:
                break
            time.sleep(0.2)
        if problem == errno.EADDRINUSE:
            raise UpError(f"port {self.port} is taken by another program. Stop it, or choose another: PORT={self.port + 1} make run")
        if problem is not None:
            raise UpError(f"cannot listen on {self.host} port {self.port}: {os.strerror(problem)}. Choose another: PORT=8000")


def say(line: str) -> None:
    """One line for the person at the terminal, at once; a terminal that has gone away is no reason to stop."""
    with contextlib.suppress(OSError):
        print(line, flush=True)  # noqa: T201 - this is the command's output


def beside(running: str | None, asked: str, home: Path) -> list[str]:
    """What a second start of the same home is told: where the first one answers, and that its own PORT or XIEZHI_BIND was not used."""
    if running is None:
        return [f"Xiezhi is already starting with the data in {home}; it will print its address itself"]
    lines = [f"Xiezhi is already running: {running}"]
    if running != asked:
        lines.append(
            f"{asked} was not used: the data in {home} is served at the address above. Stop that one first to change its port, "
            f"or give a second installation a folder of its own: XIEZHI_HOME=folder PORT={asked.rsplit(':', 1)[1].rstrip('/')} make run"
        )
    return lines


def run(home: Path | None = None) -> int:
    """Everything from the environment: XIEZHI_HOME, PORT, XIEZHI_BIND, DATABASE_URL, XIEZHI_DEMO."""
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise UpError(f"PORT is {text!r}; expected a number from 1 to 65535")
    try:
        address(os.environ)
    except AddressError as error:
        raise UpError(str(error)) from None
    place = home or default_home()
    place.mkdir(parents=True, exist_ok=True)
    return Supervisor(place, os.environ.get("XIEZHI_BIND", "127.0.0.1"), int(text)).run()


def _server_command(host: str, port: int) -> list[str]:
    options = {"interface": "wsgi", "host": host, "port": port, "workers": 1, "blocking-threads": THREADS, "log-level": "error"}
    command = [sys.executable, "-m", "granian"]
    for name, value in options.items():
        command += [f"--{name}", str(value)]
    # A killed worker is replaced by granian itself, which keeps the port meanwhile.
    return [
        *command,
        "--no-ws",
        "--respawn-failed-workers",
        "--respawn-interval",
        "0.3",
        "--workers-kill-timeout",
        "3",
        "xiezhi.site.wsgi:application",
    ]


def _log_is_signed() -> bool:
    """A checkpoint exists, also of an empty log, and every entry written so far has its leaf."""
    import psycopg

    try:
        with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=3) as connection:
            row = connection.execute("SELECT EXISTS (TABLE record_checkpoint) AND NOT EXISTS (TABLE record_pending)").fetchone()
    except psycopg.Error:
        return False
    return bool(row and row[0])


def _sign_ins(district: object) -> list[str]:
    rows = getattr(district, "SIGN_INS", ())
    if not rows:
        return []
    lines = ["Demo sign-ins (fictional):"]
    for row in rows:
        words = row.values() if isinstance(row, dict) else row if isinstance(row, (tuple, list)) else [row]
        lines.append("  " + "  ".join(str(word) for word in words))
    return lines


@contextlib.contextmanager
def _only_one(home: Path) -> Iterator[bool]:
    path = home / "run" / "up.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(fd)


def _running_address(home: Path) -> str | None:
    try:
        return str(json.loads((home / "run" / "up.json").read_text())["address"])
    except (OSError, ValueError, KeyError):
        return None


def _reachable(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound


def _port_problem(host: str, port: int) -> int | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as error:
            return error.errno or errno.EINVAL
    return None
