"""The loop beside the sequencer that ties the log to others: witnesses cosign it, an authority for time stamps it. It never holds the log up."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, connection

from xiezhi.core.ledger.errors import LedgerError
from xiezhi.site import clock

from . import stamps, witnesses
from .key import LogRefused

log = logging.getLogger(__name__)

CADENCE = 15.0  # seconds between looks
PATIENCE = 600.0  # seconds before an authority that did not stamp is asked again


def is_wanted() -> bool:
    """Whether the settings name anybody to tie the log to."""
    return bool(settings.WITNESSES.strip() or settings.TSA)


def run(stop: threading.Event, now: Callable[[], datetime] = clock.now) -> None:
    """Ask until `stop` is set. What hinders is logged once and tried again."""
    look = _Look()
    while not stop.is_set():
        look.once(now())
        connection.close()
        stop.wait(CADENCE)


class _Look:
    """One look after another; remembers what was told, so that a log of the system is not filled with one trouble."""

    def __init__(self) -> None:
        self._told: dict[str, str] = {}
        self._stamp_again = 0.0
        self._asked = False

    def once(self, now: datetime) -> None:
        anew, self._asked = not self._asked, True  # once as the process starts: what lies here may be a restored copy
        self._do("witnesses", lambda: witnesses.ask_all(anew=anew))
        if time.monotonic() >= self._stamp_again:
            self._stamp_again = (
                0.0 if self._do("time stamp", lambda: stamps.is_due(now) and stamps.stamp()) else time.monotonic() + PATIENCE
            )

    def _do(self, what: str, act: Callable[[], object]) -> bool:
        try:
            act()
        except (LogRefused, LedgerError, stamps.StampError, DatabaseError, OSError) as error:
            text = str(error).strip()
            if self._told.get(what) != text:
                log.warning("%s: %s", what, text)
            self._told[what] = text
            return False
        self._told.pop(what, None)
        return True
