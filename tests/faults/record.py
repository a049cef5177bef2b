"""A record under faults: a sequencer in a process that dies at a named step, and the question whether anything was lost of it."""

from __future__ import annotations

import os
import signal
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, connections

from tests.apps.record.conftest import NOW, first, line
from xiezhi.apps.record import key, published, sequencer, service, verify
from xiezhi.core.ledger.note import Checkpoint


@dataclass(frozen=True, slots=True)
class Step:
    """A call in the sequencer's way, before or after which its process is killed."""

    name: str
    owner: Any
    attribute: str
    after: bool = False

    def __str__(self) -> str:
        return self.name

    def arm(self) -> None:
        """From now on this process dies there."""
        real = getattr(self.owner, self.attribute)

        def deadly(*arguments: Any, **named: Any) -> Any:
            if not self.after:
                _die()
            real(*arguments, **named)
            _die()

        setattr(self.owner, self.attribute, deadly)


# In the order of one round. `published.os` is the module os: a child that is killed changes it for nobody else.
STEPS = [
    Step("before it takes", sequencer, "_take"),
    Step("after it took", sequencer, "_take", after=True),
    Step("after the leaves", sequencer, "copy_leaves", after=True),
    Step("after the tiles", sequencer, "write_tiles", after=True),
    Step("before it signs", Checkpoint, "sign"),
    Step("after it signed", sequencer, "_keep"),
    Step("after the checkpoint's row", sequencer, "_keep", after=True),
    Step("after the commit", published, "publish_checkpoint"),
    Step("before the new file is on the disk", published.os, "fsync"),
    Step("before the new file takes the name", published.os, "replace"),
    Step("after the new file took the name", published.os, "replace", after=True),
    Step("after it published", published, "publish_checkpoint", after=True),
]
BEGINNING = [
    Step("before the key is written", key.os, "fdopen"),
    Step("before the key is on the disk", key.os, "fsync"),
    Step("before the key has its name", key.os, "link"),
    Step("after the key has its name", key.os, "link", after=True),
    Step("after the key", key, "_made", after=True),
    Step("before the first checkpoint", published, "publish_checkpoint"),
    Step("after the first checkpoint", published, "publish_checkpoint", after=True),
]


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def in_child(do: Callable[[], None]) -> int:
    """Run in a forked process, on connections of its own; its id."""
    connections.close_all()
    child = os.fork()
    if child:
        return child
    try:
        do()
    except BaseException:  # noqa: BLE001 - nothing of the parent's may run on in the child
        os._exit(4)
    os._exit(3)


def died(child: int, patience: float = 30.0) -> bool:
    """Whether the process was killed; False when it ended by itself. One that hangs fails the test."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return os.WIFSIGNALED(status)
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    raise AssertionError("the process neither died nor ended")


def killed_at(step: Step) -> None:
    """One round of a new sequencer that dies at the step."""

    def run() -> None:
        step.arm()
        sequencer.Sequencer().round(NOW)

    assert died(in_child(run)), f"it never came to {step}"


class Acts:
    """Acts that were acknowledged, in order, over a few cases."""

    def __init__(self) -> None:
        self.acknowledged: list[uuid.UUID] = []
        self.days: dict[str, int] = {}

    def add(self, count: int = 1, *, cases: Sequence[str] = ("YX-1", "YX-2")) -> None:
        for number in range(count):
            case = cases[(len(self.acknowledged) + number) % len(cases)]
            day = self.days[case] = self.days.get(case, -1) + 1
            id_ = uuid.uuid4()
            one = line("inquiry_made", 1, case, documents=["inquiry_record"]) if day else first(case)
            answer = service.perform(one, id_, NOW + timedelta(seconds=len(self.acknowledged)))
            assert isinstance(answer, service.Receipt), answer
            self.acknowledged.append(id_)


def nothing_lost(acknowledged: Sequence[uuid.UUID], *, older: str | None = None) -> None:
    """Every acknowledged act has exactly one leaf, a case's in their order; nothing else has one; and the whole record verifies."""
    sequencer.Sequencer().drain(NOW)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.seq, l.entry_id, e.case_id, e.case_seq FROM record_leaf l JOIN record_entry e ON e.id = l.entry_id ORDER BY 1"
        )
        leaves = cursor.fetchall()
        cursor.execute("SELECT count(*) FROM record_entry")
        assert cursor.fetchone() == (len(leaves),)
    assert [seq for seq, *_ in leaves] == list(range(len(acknowledged)))
    assert sorted(id_ for _, id_, *_ in leaves) == sorted(acknowledged)
    numbers: dict[str, int] = {}
    for _, _, case, number in leaves:
        assert number == numbers.get(case, 0) + 1
        numbers[case] = number
    report = verify.verify(older=older)
    assert report.faults == []
    assert published.read_checkpoint() is not None
    assert report.head is not None
    assert report.head.size == len(acknowledged)
