"""`xiezhi manage sequence`: number leaves until told to stop."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from xiezhi.apps.record import sequencer


class Command(BaseCommand):
    help = "Number pending entries of the record and sign checkpoints until INT or TERM."

    def handle(self, *_args: Any, **_options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: stop.set())
        sequencer.run(stop)
