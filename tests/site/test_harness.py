from __future__ import annotations

import subprocess
import sys

import psycopg
import pytest
from django.db import connection

pytestmark = pytest.mark.slow  # beyond what `make check` has time for


def _marks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_session")
        return cursor.fetchone()[0]


def _leave_a_mark() -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_session VALUES ('k', 'd', now())")


@pytest.mark.parametrize("round_", [1, 2])
def test_a_plain_test_is_rolled_back(db, round_):
    assert _marks() == 0
    _leave_a_mark()


@pytest.mark.parametrize("round_", [1, 2])
def test_a_committing_test_gets_a_fresh_clone(fresh_database, round_):
    assert _marks() == 0
    _leave_a_mark()
    with psycopg.connect(fresh_database) as other:
        assert other.execute("SELECT count(*) FROM django_session").fetchone() == (1,)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", [1, 2])
def test_the_marker_does_the_same(round_):
    assert _marks() == 0
    _leave_a_mark()


def test_a_started_command_sees_the_same_database(fresh_database):
    _leave_a_mark()
    code = "import os, psycopg; print(psycopg.connect(os.environ['DATABASE_URL']).execute('SELECT count(*) FROM django_session').fetchone()[0])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "1"
