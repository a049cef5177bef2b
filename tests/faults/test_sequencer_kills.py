"""kill -9 of the sequencer at every step of its round: nothing acknowledged is lost, doubled or put in another order, and nothing is forked."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
import uuid

import pytest
from django.db import connection, transaction

from tests.apps.record.conftest import NOW, first, line, make_agency, small_law  # noqa: F401 - a fixture
from tests.faults.record import BEGINNING, STEPS, Acts, died, in_child, killed_at, nothing_lost
from xiezhi.apps.record import published, sequencer, service

pytestmark = [pytest.mark.faults, pytest.mark.slow]
TIMES = 200  # kills at each step in `make deep`


@pytest.fixture
def acts(fresh_database):
    make_agency()
    return Acts()


@pytest.mark.slow
def test_killed_once_at_every_step(acts):
    acts.add(3)
    sequencer.Sequencer().drain(NOW)
    for step in STEPS:
        before = published.read_checkpoint()
        acts.add(2)
        killed_at(step)
        acts.add(1)
        nothing_lost(acts.acknowledged, older=before)


@pytest.mark.slow
def test_killed_at_every_step_in_turn_with_nobody_to_mend_between(acts):
    acts.add(2)
    sequencer.Sequencer().drain(NOW)
    before = published.read_checkpoint()
    for step in STEPS:
        acts.add(2)
        killed_at(step)
    nothing_lost(acts.acknowledged, older=before)


@pytest.mark.slow
@pytest.mark.parametrize("step", BEGINNING, ids=str)
def test_killed_at_the_very_beginning_it_needs_nobody(acts, step):
    acts.add(2)
    killed_at(step)
    nothing_lost(acts.acknowledged)


@pytest.mark.deep
@pytest.mark.parametrize("step", STEPS, ids=str)
def test_killed_two_hundred_times_at_a_step(acts, step):
    acts.add(2)
    sequencer.Sequencer().drain(NOW)
    for _ in range(TIMES):
        acts.add(1, cases=[f"YX-{len(acts.acknowledged) // 40}"])
        killed_at(step)
    nothing_lost(acts.acknowledged)


def _under_writers(seconds: float, *, sequencers: int, kills: bool) -> None:
    """Four writers, some of whose transactions are rolled back, while sequencers run and, it may be, are killed at any moment."""
    acknowledged: list[uuid.UUID] = []
    failed: list[BaseException] = []
    stop = threading.Event()

    def run() -> None:
        sequencer.CADENCE = 0.01
        sequencer.run(threading.Event(), lambda: NOW)

    children = [in_child(run) for _ in range(sequencers)]

    def write(number: int) -> None:
        chance = random.Random(number)
        begun: set[str] = set()
        try:
            while not stop.is_set():
                case, id_ = f"YX-{number}-{chance.randrange(6)}-{len(acknowledged) // 100}", uuid.uuid4()
                one = line("inquiry_made", 1, case, documents=["inquiry_record"]) if case in begun else first(case)
                try:
                    with transaction.atomic():
                        service.perform(one, id_, NOW)
                        if chance.random() < 0.15:
                            raise _UndoneError
                except _UndoneError:
                    continue
                begun.add(case)
                acknowledged.append(id_)
        except BaseException as error:  # noqa: BLE001 - told below
            failed.append(error)
        finally:
            connection.close()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    until = time.monotonic() + seconds
    try:
        while time.monotonic() < until:
            time.sleep(random.uniform(0.02, 0.2))
            if kills:
                place = random.randrange(len(children))
                os.kill(children[place], signal.SIGKILL)
                assert died(children[place])
                children[place] = _again(run)
    finally:
        stop.set()
        for writer in writers:
            writer.join(30)
        for child in children:
            os.kill(child, signal.SIGKILL)
            died(child)
    assert not failed
    assert len(acknowledged) > 10
    nothing_lost(acknowledged)


def _again(run) -> int:
    """A new one beside living writers: only this thread's connection is closed before the fork, theirs are not touched in the child."""
    connection.close()
    child = os.fork()
    if child:
        return child
    try:
        run()
    finally:
        os._exit(3)


class _UndoneError(Exception):
    pass


@pytest.mark.slow
def test_two_sequencers_at_once_and_writers_lose_and_double_nothing(acts):
    _under_writers(2.5, sequencers=2, kills=False)


@pytest.mark.slow
def test_killed_at_any_moment_under_writers(acts):
    _under_writers(4.0, sequencers=2, kills=True)


@pytest.mark.deep
def test_killed_at_any_moment_under_writers_for_minutes(acts):
    _under_writers(180.0, sequencers=2, kills=True)
