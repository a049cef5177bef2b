"""The database refuses to change the record, whoever asks."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

pytestmark = pytest.mark.django_db

GUARDED = ["record_entry", "record_entry_body", "record_leaf", "record_checkpoint", "record_refusal_log"]


def run(sql):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("table", [*GUARDED, "record_tile", "record_case"])
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
