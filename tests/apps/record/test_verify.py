"""Every kind of tampering is named, and nothing but it. The tampering is done as an owner who has switched the triggers off."""

from __future__ import annotations

import pytest
from django.db import connection

from xiezhi.apps.record import published, queries, service
from xiezhi.apps.record.key import LogRefused
from xiezhi.apps.record.models import Entry, Leaf
from xiezhi.apps.record.sequencer import Sequencer
from xiezhi.apps.record.verify import verify

from .conftest import NOW, first, histories, line, new_id

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

TABLES = [
    "record_entry", "record_entry_body", "record_leaf", "record_tile", "record_checkpoint", "record_case", "record_pending", "record_log_state",
]  # fmt: skip


@pytest.fixture
def record(agency):
    service.load_histories(histories(14))
    Sequencer().drain(NOW)
    service.load_histories(histories(1, start=14))
    Sequencer().drain(NOW)
    service.perform(first(), new_id(), NOW)  # waits for its leaf
    assert items() == []


def items(**options):
    return [fault.item for fault in verify(**options).faults]


def tamper(sql, *parameters):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql, parameters)
        changed = cursor.rowcount
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    assert changed == 1


def entry(seq):
    return Leaf.objects.select_related("entry").get(seq=seq).entry


FLIP = "set_byte({0}, {1}, get_byte({0}, {1}) # 1)"


def test_an_honest_record_is_counted(record):
    report = verify()
    assert (report.leaves, report.waiting, report.tiles, report.checkpoints) == (300, 1, 3, 2)
    assert report.head.size == 300


def test_a_changed_body_is_named(record):
    one = entry(137)
    tamper("UPDATE record_entry_body SET text = replace(text, 'yx-o1', 'yx-o2') WHERE entry_id = %s", one.id)
    assert items() == [f"body of act {one.id} in case {one.case_id} (no. {one.case_seq})"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 1}', '{"a":1}'])
def test_a_broken_body_is_named(record, text):
    one = entry(20)
    tamper("UPDATE record_entry_body SET text = %s WHERE entry_id = %s", text, one.id)
    assert items() == [f"body of act {one.id} in case {one.case_id} (no. {one.case_seq})"]


def test_a_changed_seed_is_named(record):
    one = entry(3)
    tamper(f"UPDATE record_entry_body SET seed = {FLIP.format('seed', 5)} WHERE entry_id = %s", one.id)
    assert items() == [f"body of act {one.id} in case {one.case_id} (no. {one.case_seq})"]


def test_a_removed_body_is_named(record):
    one = entry(3)
    tamper("DELETE FROM record_entry_body WHERE entry_id = %s", one.id)
    assert items()[0] == f"body of act {one.id} in case {one.case_id} (no. {one.case_seq})"


def test_a_changed_entry_is_named(record):
    one = entry(299)
    tamper(f"UPDATE record_entry SET entry = {FLIP.format('entry', 7)} WHERE id = %s", one.id)
    assert items() == [f"entry of act {one.id} in case {one.case_id} (no. {one.case_seq})"]
    assert items(bodies=False) == [f"entry of act {one.id} in case {one.case_id} (no. {one.case_seq})"]


@pytest.mark.parametrize(
    ("column", "value"), [("kind", "case_filed"), ("agency_id", "yx-zj"), ("at", "2020-01-01T00:00:00Z"), ("pack", "00")]
)
def test_a_changed_column_is_named(record, column, value):
    one = entry(41)
    tamper(f"UPDATE record_entry SET {column} = %s WHERE id = %s", value, one.id)
    assert items() == [f"row of {'act'} {one.id} in case {one.case_id} (no. {one.case_seq})"]


@pytest.mark.parametrize("seq", [0, 137, 255, 256, 299])
def test_a_changed_leaf_is_named(record, seq):
    tamper(f"UPDATE record_leaf SET hash = {FLIP.format('hash', 0)} WHERE seq = %s", seq)
    assert items() == [f"leaf {seq}"]
    assert items(bodies=False) == [f"leaf {seq}"]


def test_a_removed_leaf_is_named(record):
    one = entry(137)
    tamper("DELETE FROM record_leaf WHERE seq = 137")
    assert items()[0] == "leaf 137"
    assert f"entry of act {one.id} in case {one.case_id} (no. {one.case_seq})" in items()


@pytest.mark.parametrize(("level", "index", "byte"), [(0, 0, 0), (0, 0, 8191), (0, 1, 40), (1, 0, 3)])
def test_a_changed_tile_is_named(record, level, index, byte):
    tamper(f"UPDATE record_tile SET data = {FLIP.format('data', byte)} WHERE level = %s AND idx = %s", level, index)
    assert items() == [f"tile {level}/{index:03d}"]
    assert items(bodies=False) == [f"tile {level}/{index:03d}"]


def test_a_removed_or_cut_tile_is_named(record):
    tamper("UPDATE record_tile SET data = substring(data FROM 1 FOR 64) WHERE level = 0 AND idx = 1")
    assert items() == ["tile 0/001"]
    tamper("DELETE FROM record_tile WHERE level = 0 AND idx = 0")
    assert items() == ["tile 0/000", "tile 0/001"]


@pytest.mark.parametrize("size", [280, 300])
@pytest.mark.parametrize("place", [3, 25, 60, 120])
def test_a_changed_checkpoint_is_named(record, size, place):
    other = "CASE substr(note, %s, 1) WHEN 'Z' THEN 'Y' ELSE 'Z' END"  # a signature may hold a Z already
    tamper(f"UPDATE record_checkpoint SET note = overlay(note PLACING {other} FROM %s) WHERE size = %s", place, place, size)
    assert items() == [f"checkpoint {size}"]


def test_a_changed_published_checkpoint_is_named(record):
    published.publish_checkpoint(published.read_checkpoint().replace("\n300\n", "\n301\n"))
    assert items() == ["published checkpoint"]
    published.checkpoint_path().unlink()
    assert items() == ["published checkpoint"]


def test_a_changed_waiting_entry_is_named(record):
    one = Entry.objects.get(leaf=None)
    tamper("UPDATE record_entry_body SET text = replace(text, 'yx-o1', 'yx-o2') WHERE entry_id = %s", one.id)
    assert items() == [f"{what} of act {one.id} in case YX-1 (no. 1)" for what in ["body"]]


def test_an_entry_taken_out_of_the_queue_is_named(record):
    one = Entry.objects.get(leaf=None)
    tamper("DELETE FROM record_pending WHERE entry_id = %s", one.id)
    assert items() == [f"entry of act {one.id} in case YX-1 (no. 1)"]


def test_a_changed_case_row_is_named(record):
    tamper("UPDATE record_case SET next_seq = 99 WHERE id = 'YX-L3'")
    assert items() == ["case YX-L3"]


def test_a_record_rewritten_whole_is_exposed_by_a_checkpoint_kept_elsewhere(record, settings):
    """An insider with owner's rights and the key rewrites a body, its entry, leaf, tiles and heads alike: only an older copy tells."""
    older = published.read_checkpoint()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(
            "TRUNCATE record_entry, record_entry_body, record_leaf, record_tile, record_checkpoint, record_case, record_pending, record_outbox"
        )
        cursor.execute("UPDATE record_log_state SET size = 0, origin = ''")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    published.checkpoint_path().unlink()
    service.load_histories(histories(15, acts=21))
    Sequencer().drain(NOW)
    assert items() == []
    assert items(older=older) == ["older checkpoint"]


def test_a_record_that_has_not_begun_cannot_be_verified(agency):
    with pytest.raises(LogRefused, match="has not begun"):
        verify()


def test_attachments_and_corrections_are_verified_alike(agency):
    id_ = new_id()
    service.perform(first(), new_id(), NOW)
    service.perform(line("inquiry_made", 1), id_, NOW)
    service.attach(id_, {"kind": "document", "documents": ["inquiry_record"], "by": ["yx-o1"]}, new_id(), NOW)
    service.correct(id_, {"visit": "v2"}, "笔误", "yx-l1", new_id(), NOW)
    Sequencer().drain(NOW)
    assert items() == []
    assert queries.checkpoint().size == 4
