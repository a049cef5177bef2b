"""What runs beside the server: the sequencer of the log, the outbox, the queue's jobs, and upkeep. One process, ended by TERM or INT."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
import time
from collections.abc import Callable

from django.conf import settings
from django.db import close_old_connections, connections
from django.db.utils import InterfaceError, OperationalError
from django.utils.module_loading import import_string

from xiezhi.site import clock

log = logging.getLogger(__name__)

PATIENCE = 20.0  # seconds a dead database may take to come back before this process gives up and is started anew
GRACE = 3.0
OUTBOX_CADENCE = 0.5  # seconds between looks
UPKEEP_CADENCE = 20.0


def run() -> int:
    """Work until told to stop. The exit status; 1 when a part failed, so that the supervisor starts a fresh process."""
    from xiezhi.apps.record import anchoring, inspection, sequencer

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    parts = [
        _Part("sequencer", lambda: sequencer.run(stop), stop),
        _Part("outbox", lambda: _outbox(stop), stop),
        _Part("jobs", lambda: _jobs(stop), stop),
        _Part("upkeep", lambda: _upkeep(stop), stop),
        _Part("inspection", lambda: inspection.run(stop), stop),
    ]
    if anchoring.is_wanted():
        parts.append(_Part("anchors", lambda: anchoring.run(stop), stop))
    for part in parts:
        part.start()
    while not stop.wait(0.2):
        if not all(part.is_alive() for part in parts):
            stop.set()
    for part in parts:
        part.join(GRACE)
    failed = any(part.failed for part in parts)
    if any(part.is_alive() for part in parts):
        logging.shutdown()
        os._exit(1)  # a thread that hangs must not keep the process
    return 1 if failed else 0


class _Part(threading.Thread):
    """One loop in a thread of its own; a database that went away is waited for."""

    def __init__(self, name: str, work: Callable[[], None], stop: threading.Event) -> None:
        super().__init__(name=name, daemon=True)
        self.failed = False
        self._work, self._stop_asked = work, stop

    def run(self) -> None:
        while not self._stop_asked.is_set():
            begun = time.monotonic()
            try:
                self._work()
            except (OperationalError, InterfaceError) as error:
                log.warning("%s: the database went away (%s); waiting for it", self.name, str(error).strip().split("\n")[0])
                if not self._database_returns():
                    self.failed = True
                    return
            except Exception:
                log.exception("%s failed", self.name)
                self.failed = True
                return
            else:
                if not self._stop_asked.is_set() and time.monotonic() - begun < 1:
                    self._stop_asked.wait(1)
        connections.close_all()

    def _database_returns(self) -> bool:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and not self._stop_asked.is_set():
            connections.close_all()
            try:
                connections["default"].ensure_connection()
            except OperationalError:
                self._stop_asked.wait(0.3)
            else:
                return True
        return self._stop_asked.is_set()


def _outbox(stop: threading.Event) -> None:
    """Tell those whom `settings.XIEZHI_AFTERWARDS` names of what was committed; they defer jobs of their own."""
    from xiezhi.apps.record.outbox import Written, drain_outbox

    told = [import_string(name) for name in settings.XIEZHI_AFTERWARDS]

    def hand_over(written: list[Written]) -> None:
        for tell in told:
            tell(written)

    while not stop.is_set():
        if not drain_outbox(hand_over):
            stop.wait(OUTBOX_CADENCE)


def _upkeep(stop: threading.Event) -> None:
    """What nobody waits for: each function of `settings.XIEZHI_UPKEEP` does a little and says whether there was anything."""
    told = [import_string(name) for name in settings.XIEZHI_UPKEEP]
    while not stop.is_set():
        busy = 0
        for tell in told:
            try:
                busy += tell(clock.now())
            except (OperationalError, InterfaceError):
                raise
            except Exception:
                log.exception("upkeep: %s failed; it is tried again", tell.__module__)
        if not busy:
            stop.wait(UPKEEP_CADENCE)


def _jobs(stop: threading.Event) -> None:
    """The queue's worker, in this thread's own event loop and on connections of its own."""
    from procrastinate.contrib.django import app
    from procrastinate.exceptions import ConnectorException

    async def work() -> None:
        async with app.open_async():
            task = asyncio.ensure_future(app.run_worker_async(install_signal_handlers=False, listen_notify=True, concurrency=1))
            while not task.done():
                if stop.is_set():
                    task.cancel()
                await asyncio.wait([task], timeout=0.2)
            if not task.cancelled():
                task.result()

    try:
        with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]  # Django's connector has it
            asyncio.run(work())
    except ConnectorException as error:
        raise OperationalError(str(error.__cause__ or error)) from error
    finally:
        close_old_connections()
