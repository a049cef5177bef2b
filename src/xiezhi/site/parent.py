"""Whether the `make` that started us was told to stop.

make passes a TERM on to its children, but not an INT or a HUP that was sent to it alone: it then waits for them for ever. What can
be seen from outside is that make takes its own catching of a fatal signal back once one came.
"""

from __future__ import annotations

import os
import re
import signal
from dataclasses import dataclass
from pathlib import Path

FATAL = (signal.SIGINT, signal.SIGHUP, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class Maker:
    """Our parent, when it is make, and the fatal signals it caught when we began."""

    pid: int
    caught: int

    @staticmethod
    def find() -> Maker | None:
        pid = os.getppid()
        try:
            if "make" not in Path(f"/proc/{pid}/comm").read_text():
                return None
        except OSError:
            return None
        caught = _caught(pid)
        return None if caught is None else Maker(pid, caught)

    def was_stopped(self) -> bool:
        """True when make is gone, or has let go of a fatal signal it caught before."""
        if os.getppid() != self.pid:
            return True
        now = _caught(self.pid)
        return now is None or any(self.caught & bit and not now & bit for bit in (1 << (number - 1) for number in FATAL))


def _caught(pid: int) -> int | None:
    try:
        match = re.search(r"^SigCgt:\s*([0-9a-f]+)$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    except OSError:
        return None
    return int(match[1], 16) if match else None
