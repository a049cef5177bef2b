"""What else runs on the server or goes wrong with it does not hold up the log: long transactions, here or elsewhere, and a clock set back."""

from __future__ import annotations

import logging
from datetime import timedelta
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings

from tests.apps.record.conftest import NOW, first, line, make_agency, new_id, small_law  # noqa: F401 - a fixture
from tests.faults.record import Acts, nothing_lost
from xiezhi.apps.record import queries, sequencer, service
from xiezhi.site import health

pytestmark = [pytest.mark.faults, pytest.mark.slow]


@pytest.fixture
def acts(fresh_database):
    make_agency()
    return Acts()


def test_a_long_idle_transaction_here_or_in_another_database_stalls_nothing(acts, fresh_database):
    """A cursor by the horizon of transactions would wait for both; the queue asks only what is committed."""
    elsewhere = urlunsplit(urlsplit(fresh_database)._replace(path="/postgres"))
    with psycopg.connect(fresh_database) as here, psycopg.connect(elsewhere) as there:
        for idle in (here, there):
            idle.execute("SELECT pg_current_xact_id()")  # a transaction that writes, and does not end
            idle.execute("CREATE TEMP TABLE held (n int)")
        acts.add(5)
        assert sequencer.Sequencer().round(NOW) == 5
        acts.add(2)
        nothing_lost(acts.acknowledged)
        assert here.info.transaction_status == there.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS


def test_the_clock_set_back_is_told_and_the_log_grows_all_the_same(acts, caplog):
    case = "YX-9"
    first_id, second = new_id(), new_id()
    service.perform(first(case), first_id, NOW)
    running = sequencer.Sequencer()
    running.round(NOW)
    back = NOW - timedelta(days=3)
    answer = service.perform(line("inquiry_made", 1, case, documents=["inquiry_record"]), second, back)
    assert isinstance(answer, service.Receipt)
    with caplog.at_level(logging.WARNING):
        assert running.round(back) == 1
        service.perform(line("inquiry_made", 1, case, documents=["inquiry_record"]), third := new_id(), back)
        assert running.round(back) == 1
    assert caplog.text.count("the clock of this server was set back") == 1  # once, not at every round
    assert "时钟" in caplog.text
    assert queries.checkpoint().size == 3
    # order is the record's own, never the clock's
    assert [view.id for view in queries.history(case)] == [first_id, second, third]
    assert [queries.index_of(id_) for id_ in (first_id, second, third)] == [0, 1, 2]
    nothing_lost([first_id, second, third])
    found = {one.about: one for one in health.look(settings.DATABASE_URL, settings.XIEZHI_HOME, back)}
    assert (found["clock"].state, "set back" in found["clock"].text) == ("wrong", True)
    assert "clock" not in {one.about for one in health.look(settings.DATABASE_URL, settings.XIEZHI_HOME, NOW) if one.state == "wrong"}
