"""The processes under a supervisor: started in groups of their own, ended as groups, and never outliving it."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

PR_SET_PDEATHSIG = 1
STEADY = 30.0  # seconds of life after which an earlier death no longer counts
PAUSES = (0.1, 0.5, 1.0, 2.0, 5.0)  # seconds before the 1st, 2nd ... restart in a row


def _die_with(parent: int) -> None:
    """In the child, before its program: the kernel sends TERM when the supervisor dies, however it dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died in between
            os._exit(1)


@dataclass(slots=True)
class Child:
    """One supervised program."""

    name: str
    command: list[str]
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    _started: float = 0.0
    _again_at: float = 0.0
    _known: dict[int, psutil.Process] = field(default_factory=dict)

    def start(self) -> None:
        parent = os.getpid()
        self.process = subprocess.Popen(
            self.command,
            env={**os.environ, **self.environment, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=lambda: _die_with(parent),  # noqa: PLW1509 - the supervisor has no threads
        )
        self._started = time.monotonic()

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def tend(self) -> str | None:
        """Restart after a death, with growing pauses. A word for the log when it died."""
        if self.alive:
            return None
        now = time.monotonic()
        if self.process is not None:
            code = self.process.returncode
            self._end_group(signal.SIGKILL)  # what it left behind would hold the port
            self.process = None
            self.deaths = 1 if now - self._started > STEADY else self.deaths + 1
            pause = PAUSES[min(self.deaths, len(PAUSES)) - 1]
            self._again_at = now + pause
            return f"the {self.name} ended ({_cause(code)}); starting it again in {pause:g} s"
        if now >= self._again_at:
            self.start()
        return None

    def ask_to_stop(self) -> None:
        if self.alive:
            self._end_group(signal.SIGTERM)

    def make_stop(self) -> None:
        if self.process is not None:
            self._end_group(signal.SIGKILL)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(2)

    def _end_group(self, number: signal.Signals) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)


def _cause(code: int | None) -> str:
    if code is not None and code < 0:
        return f"signal {signal.Signals(-code).name}"
    return f"exit status {code}"


def remember(path: Path, children: list[Child]) -> None:
    """Write down who was started, so that the next supervisor finds what a killed one left."""
    known = []
    for child in children:
        if child.process is not None:
            with contextlib.suppress(psutil.Error):
                known.append({"pid": child.process.pid, "born": psutil.Process(child.process.pid).create_time()})
    path.write_text(json.dumps(known))


def end_leftovers(path: Path) -> None:
    """End the groups that a killed supervisor left; a number that another process has by now is let be."""
    try:
        known = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return
    for entry in known:
        group = [p for p in psutil.process_iter() if _group_of(p) == entry["pid"]]
        first_born = min((p.create_time() for p in group), default=0.0)
        if group and first_born >= entry["born"] - 1.0:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(entry["pid"], signal.SIGKILL)
            psutil.wait_procs(group, timeout=5)
    path.unlink(missing_ok=True)


def _group_of(process: psutil.Process) -> int | None:
    try:
        return os.getpgid(process.pid)
    except (ProcessLookupError, PermissionError):
        return None
