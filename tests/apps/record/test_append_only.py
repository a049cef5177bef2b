"""The database refuses to change the record, whoever asks."""

from __future__ import annotations

import os

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from xiezhi.apps.record import service
from xiezhi.apps.record.models import Pending
from xiezhi.apps.record.sequencer import Sequencer

from .conftest import NOW, first, new_id

pytestmark = pytest.mark.django_db

GUARDED = ["record_entry", "record_entry_body", "record_leaf", "record_checkpoint", "record_refusal_log"]


def run(sql):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("table", [*GUARDED, "record_tile", "record_case", "record_log_state"])
@pytest.mark.parametrize("verb", ["DELETE FROM", "TRUNCATE"])
def test_nothing_is_removed(table, verb):
    with pytest.raises(DatabaseError, match="只能追加"):
        run(f"{verb} {table}{' CASCADE' if verb == 'TRUNCATE' else ''}")


@pytest.mark.parametrize(("table", "column"), list(zip(GUARDED, ["kind", "text", "hash", "note", "kind"], strict=True)))
def test_nothing_is_changed(table, column):
    with pytest.raises(DatabaseError, match=f"UPDATE on {table} is refused"):
        run(f"UPDATE {table} SET {column} = {column}")


def test_a_tile_grows_and_does_nothing_else():
    run(r"INSERT INTO record_tile (level, idx, data) VALUES (0, 0, '\x0102')")
    run(r"UPDATE record_tile SET data = '\x010203'")
    for data in (r"'\x01'", r"'\x020202'"):
        with pytest.raises(DatabaseError, match="tile 0/0 is refused"):
            run(f"UPDATE record_tile SET data = {data}")


def test_a_cases_numbering_only_goes_on():
    run("INSERT INTO record_case (id, procedure, agency_id, pack_id, opened_at, next_seq) VALUES ('c', 'penalty', 'a', 'cn', now(), 3)")
    run("UPDATE record_case SET next_seq = 4")
    with pytest.raises(DatabaseError, match="case c is refused"):
        run("UPDATE record_case SET next_seq = 2")


@pytest.mark.parametrize(("table", "column"), list(zip(GUARDED, ["kind", "text", "hash", "note", "kind"], strict=True)))
def test_a_session_that_switches_triggers_off_is_refused_too(table, column):
    """`session_replication_role` is a superuser's; it passes by plain triggers, and so it did by ours."""
    with pytest.raises(DatabaseError, match=f"UPDATE on {table} is refused"):
        run(f"SET LOCAL session_replication_role = replica; UPDATE {table} SET {column} = {column}")


def test_the_logs_size_only_grows_and_its_origin_stays():
    run("UPDATE record_log_state SET origin = 'yunxi.example/log', size = 5")
    run("UPDATE record_log_state SET size = 7")
    for change in ("size = 6", "origin = 'another'", "origin = ''", "id = 2"):
        with pytest.raises(DatabaseError, match="日志只能向前"):
            run(f"SET LOCAL session_replication_role = replica; UPDATE record_log_state SET {change}")


def test_an_entry_leaves_the_queue_only_with_its_leaf(agency):
    service.perform(first(), new_id(), NOW)
    with pytest.raises(DatabaseError, match="has no leaf"):
        run("DELETE FROM record_pending; SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError, match="UPDATE on record_pending is refused"):
        run("UPDATE record_pending SET entry_id = gen_random_uuid()")
    with pytest.raises(DatabaseError, match="TRUNCATE on record_pending is refused"):
        run("TRUNCATE record_pending")
    assert Sequencer().round(NOW) == 1
    run("SET CONSTRAINTS ALL IMMEDIATE")
    assert not Pending.objects.exists()


def test_every_guard_is_on_whatever_the_session_says():
    from xiezhi.site.roles import guards

    with psycopg.connect(os.environ["DATABASE_URL"]) as server:
        assert guards(server)[0] == []
        server.execute("ALTER TABLE record_log_state ENABLE TRIGGER record_log_state_growth")
        assert guards(server)[0] == ["record_log_state"]
        server.rollback()
