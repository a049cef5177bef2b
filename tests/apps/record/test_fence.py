"""What the log signs never contradicts what it has published: not after a restore behind a running process, not with the file gone."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from django.db import transaction

from xiezhi.apps.record import published, queries, service
from xiezhi.apps.record.adoption import adopt
from xiezhi.apps.record.key import LogRefused
from xiezhi.apps.record.models import Checkpoint, Leaf
from xiezhi.apps.record.sequencer import Sequencer
from xiezhi.cli.ledger import command as ledger
from xiezhi.core.ledger.note import Checkpoint as Head
from xiezhi.core.ledger.note import VerifierKey

from .conftest import NOW, first, histories, line, make_agency, new_id


def head():
    return Head.open(published.read_checkpoint(), VerifierKey.parse(queries.verifier_key()))


def acts(count, case):
    service.perform(first(case), new_id(), NOW)
    for day in range(1, count):
        service.perform(line("inquiry_made", day, case, documents=["inquiry_record"]), new_id(), NOW)


@pytest.mark.django_db
def test_a_database_restored_behind_a_running_process_is_not_signed(agency):
    one = Sequencer()
    acts(3, "YX-1")
    one.drain(NOW)
    restore = transaction.savepoint()
    acts(5, "YX-2")
    one.drain(NOW)
    transaction.savepoint_rollback(restore)
    acts(2, "YX-3")
    with pytest.raises(LogRefused, match="restored from an older backup"):
        one.round(NOW)
    assert head().size == 8
    assert Leaf.objects.count() == 3


@pytest.mark.django_db
def test_other_leaves_of_the_same_number_behind_a_running_process_are_not_signed(agency):
    one = Sequencer()
    acts(3, "YX-1")
    one.drain(NOW)
    restore, three = transaction.savepoint(), published.read_checkpoint()
    acts(5, "YX-2")
    one.drain(NOW)
    eight = published.read_checkpoint()
    transaction.savepoint_rollback(restore)
    published.publish_checkpoint(three)
    acts(5, "YX-3")
    Sequencer().drain(NOW)  # elsewhere, where only three were published
    published.publish_checkpoint(eight)
    acts(1, "YX-4")
    with pytest.raises(LogRefused, match="are not those that were published"):
        one.round(NOW)
    assert published.read_checkpoint() == eight


@pytest.mark.django_db
def test_leaves_without_a_published_checkpoint_are_not_signed_until_one_is_adopted(agency):
    acts(3, "YX-1")
    Sequencer().drain(NOW)
    kept = published.read_checkpoint()
    published.checkpoint_path().unlink()
    acts(1, "YX-2")
    with pytest.raises(LogRefused, match="xiezhi ledger adopt-checkpoint"):
        Sequencer().round(NOW)
    assert published.read_checkpoint() is None
    assert adopt().size == 3
    assert published.read_checkpoint() == kept
    assert Sequencer().round(NOW) == 1
    assert head().size == 4


@pytest.mark.django_db
def test_a_copy_that_the_database_does_not_hold_is_not_adopted(agency):
    acts(3, "YX-1")
    Sequencer().drain(NOW)
    restore = transaction.savepoint()
    acts(2, "YX-2")
    Sequencer().drain(NOW)
    five = published.read_checkpoint()
    transaction.savepoint_rollback(restore)
    published.checkpoint_path().unlink()
    with pytest.raises(LogRefused, match="restored from an older backup"):
        adopt(five)
    with pytest.raises(LogRefused, match="not this log's"):
        adopt(five.replace("\n5\n", "\n3\n"))
    assert published.read_checkpoint() is None


@pytest.mark.django_db
def test_what_is_published_is_never_replaced_by_something_shorter(agency):
    acts(3, "YX-1")
    Sequencer().drain(NOW)
    three = published.read_checkpoint()
    acts(2, "YX-2")
    Sequencer().drain(NOW)
    five = published.read_checkpoint()
    with pytest.raises(LogRefused, match="5 leaves are published"):
        adopt(three)
    assert published.read_checkpoint() == five
    published.publish_checkpoint("damaged")
    assert adopt(three).size == 3
    Sequencer().round(NOW)
    assert head().size == 5


@pytest.mark.django_db
def test_a_log_that_was_begun_and_lost_its_leaves_and_its_file_is_not_signed(agency):
    Sequencer().round(NOW)
    restore = transaction.savepoint()
    acts(2, "YX-1")
    Sequencer().drain(NOW)
    transaction.savepoint_rollback(restore)
    published.checkpoint_path().unlink()
    with pytest.raises(LogRefused, match="xiezhi ledger adopt-checkpoint"):
        Sequencer().round(NOW)


@pytest.mark.django_db
def test_a_first_round_that_dies_before_publishing_needs_nobody(agency, monkeypatch):
    acts(2, "YX-1")
    publish = published.publish_checkpoint

    def dies(note):
        if "\n0\n" in note:
            return publish(note)
        raise OSError("killed between commit and publication")

    with monkeypatch.context() as patch:
        patch.setattr(published, "publish_checkpoint", dies)
        with pytest.raises(OSError, match="killed"):
            Sequencer().round(NOW)
    Sequencer().round(NOW)
    assert head().size == 2
    assert Checkpoint.objects.filter(size=2).exists()


def test_adopting_is_asked_for_twice_and_says_what_it_takes(fresh_database):
    make_agency()
    service.load_histories(histories(2))
    Sequencer().drain(NOW)
    published.checkpoint_path().unlink()

    def run(*arguments):
        return CliRunner().invoke(ledger, ["adopt-checkpoint", *arguments])

    asked = run()
    assert asked.exit_code == 1
    assert "40 leaves" in asked.output
    assert "--yes" in asked.output
    assert published.read_checkpoint() is None
    done = run("--yes")
    assert done.exit_code == 0, done.output
    assert head().size == 40
    refused = run("--yes", str(published.checkpoint_path().parent / "key"))
    assert refused.exit_code == 2
    assert "not this log's" in refused.stderr
