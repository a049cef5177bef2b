"""Numbering: every committed act gets exactly one leaf, in order, and nothing is signed that contradicts what is published."""

from __future__ import annotations

import os
import random
import stat
import threading
import time

import pytest
from django.db import connection, transaction

from xiezhi.apps.record import published, queries, sequencer, service
from xiezhi.apps.record.key import LogRefused
from xiezhi.apps.record.models import Checkpoint, Leaf, LogState, Pending
from xiezhi.apps.record.sequencer import Sequencer
from xiezhi.core.ledger.note import Checkpoint as Head
from xiezhi.core.ledger.note import VerifierKey
from xiezhi.core.ledger.proof import LogProof
from xiezhi.core.ledger.tree import EMPTY_ROOT

from .conftest import NOW, first, histories, line, make_agency, new_id


def head():
    return Head.open(published.read_checkpoint(), VerifierKey.parse(queries.verifier_key()))


def acts(count, case="YX-1", start=0):
    if not start:
        service.perform(first(case), new_id(), NOW)
    for day in range(start or 1, start + count):
        service.perform(line("inquiry_made", day % 20, case, documents=["inquiry_record"]), new_id(), NOW)


@pytest.mark.django_db
def test_an_empty_log_has_a_checkpoint(agency, settings):
    assert Sequencer().round(NOW) == 0
    assert head() == Head("yunxi.example/log", 0, EMPTY_ROOT)
    assert Checkpoint.objects.get().size == 0
    assert stat.S_IMODE(os.stat(settings.LOG_KEY).st_mode) == 0o400


@pytest.mark.django_db
def test_an_origin_is_made_where_none_is_given(agency, settings):
    settings.LOG_ORIGIN = ""
    Sequencer().round(NOW)
    assert head().origin.startswith("xiezhi.local/")
    assert LogState.objects.get().origin == head().origin


@pytest.mark.django_db
def test_leaves_are_numbered_in_order_and_proved(agency):
    acts(20)
    one = Sequencer()
    assert one.round(NOW) == 20
    acts(5, start=20)
    assert one.round(NOW) == 5
    assert one.round(NOW) == 0
    assert not Pending.objects.exists()
    assert list(Checkpoint.objects.order_by("size").values_list("size", flat=True)) == [20, 25]
    views = queries.history("YX-1")
    for view in views:
        receipt = queries.receipt(view.id)
        assert receipt.index == view.case_seq - 1 == queries.index_of(view.id)
        checked = LogProof.parse(receipt.proof).verify(bytes.fromhex(receipt.entry), VerifierKey.parse(queries.verifier_key()))
        assert checked == head()


@pytest.mark.django_db
def test_a_receipt_waits_for_its_leaf(agency):
    receipt = service.perform(first(), new_id(), NOW)
    assert receipt.index is None
    assert receipt.proof is None
    Sequencer().drain(NOW)
    assert receipt.index == 0
    assert "c2sp.org/tlog-proof@v1" in receipt.proof


@pytest.mark.django_db
def test_the_public_key_is_written_where_it_is_missing_and_else_left_alone(agency, settings):
    one, key = Sequencer(), settings.LOG_PUBLISHED / "key"
    acts(1)
    one.round(NOW)
    written = key.stat().st_ino
    acts(1, start=2)
    one.round(NOW)
    assert key.stat().st_ino == written
    key.write_text("another")
    acts(1, start=3)
    one.round(NOW)
    assert head().size == 3


@pytest.mark.django_db
def test_batches_go_on_until_nothing_is_pending(agency, monkeypatch):
    monkeypatch.setattr(sequencer, "BATCH", 7)
    acts(30)
    assert Sequencer().drain(NOW) == 30
    assert [size for (size,) in Checkpoint.objects.order_by("size").values_list("size")] == [7, 14, 21, 28, 30]


@pytest.mark.django_db
def test_a_new_process_goes_on_where_the_last_stopped(agency):
    service.load_histories(histories(15))
    Sequencer().drain(NOW)
    service.load_histories(histories(15, start=15))
    Sequencer().drain(NOW)
    assert head().size == 600
    assert list(Leaf.objects.order_by("seq").values_list("seq", flat=True)) == list(range(600))


@pytest.mark.django_db
def test_what_was_committed_and_not_published_is_published_next(agency, monkeypatch):
    acts(3)
    Sequencer().drain(NOW)
    acts(2, start=3)

    def dies(_note):
        raise OSError("killed between commit and publication")

    with monkeypatch.context() as patch:
        patch.setattr(published, "publish_checkpoint", dies)
        with pytest.raises(OSError, match="killed"):
            Sequencer().round(NOW)
    assert head().size == 3
    Sequencer().round(NOW)
    assert head().size == 5


@pytest.mark.django_db
def test_a_restored_older_database_is_never_signed(agency):
    acts(3)
    restore = transaction.savepoint()
    acts(4, start=3)
    Sequencer().drain(NOW)
    transaction.savepoint_rollback(restore)
    acts(6, start=3)
    with pytest.raises(LogRefused, match="restored from an older backup"):
        Sequencer().round(NOW)
    assert head().size == 7
    assert not Leaf.objects.exists()


@pytest.mark.django_db
def test_a_database_with_other_leaves_of_the_same_number_is_never_signed(agency):
    restore = transaction.savepoint()
    acts(4)
    Sequencer().drain(NOW)
    note, key = published.read_checkpoint(), queries.verifier_key()
    transaction.savepoint_rollback(restore)
    acts(4, "YX-2")
    published.checkpoint_path().unlink()
    Sequencer().drain(NOW)  # blind: nothing is published
    published.publish_checkpoint(note)
    acts(1, "YX-3")
    with pytest.raises(LogRefused, match="are not those that were published"):
        Sequencer().round(NOW)
    assert queries.verifier_key() == key
    assert published.read_checkpoint() == note


@pytest.mark.django_db
def test_a_lost_or_foreign_key_stops_the_log(agency, settings):
    acts(2)
    Sequencer().drain(NOW)
    text = settings.LOG_KEY.read_text()
    settings.LOG_KEY.unlink()
    with pytest.raises(LogRefused, match="missing"):
        Sequencer().round(NOW)
    settings.LOG_KEY.write_text(text[:-3])
    with pytest.raises(LogRefused, match="damaged"):
        Sequencer().round(NOW)
    settings.LOG_KEY.write_text(text)
    settings.LOG_ORIGIN = "another.example/log"
    with pytest.raises(LogRefused, match="never changes"):
        Sequencer().round(NOW)


@pytest.mark.django_db
def test_a_changed_published_checkpoint_stops_the_log(agency):
    acts(2)
    Sequencer().drain(NOW)
    published.publish_checkpoint(published.read_checkpoint().replace("\n2\n", "\n1\n"))
    with pytest.raises(LogRefused, match="not this log's"):
        Sequencer().round(NOW)


def test_a_cursor_over_ids_would_lose_what_commits_late(fresh_database):
    """Why there is a queue: identity values become visible out of order. The queue takes what commits late, a cursor never does."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE naive (id bigint GENERATED ALWAYS AS IDENTITY, note text)")
    drawn, go_on = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO naive (note) VALUES ('slow')")
            cursor.execute("INSERT INTO record_pending (entry_id) VALUES (gen_random_uuid())")
            drawn.set()
            go_on.wait(20)
        connection.close()

    writer = threading.Thread(target=slow)
    writer.start()
    assert drawn.wait(20)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO naive (note) VALUES ('quick')")
        cursor.execute("INSERT INTO record_pending (entry_id) VALUES (gen_random_uuid())")
        cursor.execute("SELECT max(id) FROM naive")
        (last,) = cursor.fetchone()
        cursor.execute("DELETE FROM record_pending RETURNING id")
        first_round = cursor.fetchall()
        go_on.set()
        writer.join(20)
        cursor.execute("SELECT note FROM naive WHERE id > %s", [last])
        assert cursor.fetchall() == []  # the naive cursor has lost the slow one for good
        cursor.execute("DELETE FROM record_pending RETURNING id")
        assert len(first_round) == len(cursor.fetchall()) == 1


def test_eight_writers_and_a_running_sequencer_lose_and_double_nothing(fresh_database):
    make_agency()
    stop = threading.Event()
    log = threading.Thread(target=sequencer.run, args=(stop, lambda: NOW))
    log.start()
    acknowledged, failed = [], []

    def write(number):
        chance = random.Random(number)
        try:
            for _ in range(12):
                case = f"YX-{chance.randrange(5)}"
                try:
                    with transaction.atomic():
                        receipt = service.perform(first(case), new_id(), NOW)
                        if chance.random() < 0.2:
                            raise _Undone
                    acknowledged.append(receipt)
                except _Undone:
                    pass
        except Exception as error:  # noqa: BLE001 - the test shows what went wrong
            failed.append(error)
        finally:
            connection.close()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    until = time.monotonic() + 20
    while Pending.objects.exists() and time.monotonic() < until:
        time.sleep(0.05)
    stop.set()
    log.join(10)
    assert not failed
    leaves = list(Leaf.objects.select_related("entry").order_by("seq"))
    assert [leaf.seq for leaf in leaves] == list(range(len(acknowledged)))
    assert {leaf.entry_id for leaf in leaves} == {receipt.act_id for receipt in acknowledged}
    seen = {}
    for leaf in leaves:
        assert leaf.entry.case_seq == seen.get(leaf.entry.case_id, 0) + 1
        seen[leaf.entry.case_id] = leaf.entry.case_seq
    assert head().size == len(leaves)


class _Undone(Exception):  # noqa: N818
    pass


def test_the_second_sequencer_finds_the_lock_taken(fresh_database):
    make_agency()
    held, go_on = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [sequencer.ADVISORY_LOCK])
            held.set()
            go_on.wait(20)
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    assert held.wait(20)
    assert Sequencer().round(NOW) is None
    service.perform(first(), new_id(), NOW)
    with pytest.raises(LogRefused, match="another sequencer"):
        Sequencer().drain(NOW, patience=0.1)
    go_on.set()
    other.join(20)
    assert Sequencer().round(NOW) == 1
