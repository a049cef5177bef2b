"""A warm start trusts what an earlier one prepared only while nothing has changed."""

from __future__ import annotations

import json

import pytest

from xiezhi.site import prepared

pytestmark = pytest.mark.slow  # beyond what `make check` has time for


@pytest.fixture
def home(tmp_path, fresh_database):
    (tmp_path / "run").mkdir()
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "xz.css").write_text("")
    return tmp_path


def test_what_was_left_stands(home, fresh_database):
    assert not prepared.stands(home, fresh_database)
    prepared.remember(home, fresh_database)
    assert prepared.stands(home, fresh_database)


def test_a_missing_static_file_another_package_or_a_changed_migration_is_noticed(home, fresh_database, monkeypatch):
    prepared.remember(home, fresh_database)
    with monkeypatch.context() as patch:
        patch.setattr(prepared, "_digest", lambda: "other")
        assert not prepared.stands(home, fresh_database)
    (home / "static" / "xz.css").unlink()
    assert not prepared.stands(home, fresh_database)


def test_another_database_is_noticed(home, fresh_database):
    prepared.remember(home, fresh_database)
    stamp = home / "run" / prepared.STAMP
    stamp.write_text(json.dumps({**json.loads(stamp.read_text()), "migrations": [1, 1]}))
    assert not prepared.stands(home, fresh_database)
    assert not prepared.stands(home, fresh_database.rsplit("/", 1)[0] + "/postgres?" + fresh_database.partition("?")[2])


def test_a_demo_that_is_now_wanted_is_noticed(home, fresh_database, monkeypatch):
    monkeypatch.setenv("XIEZHI_DEMO", "0")
    prepared.remember(home, fresh_database)
    assert prepared.stands(home, fresh_database)
    monkeypatch.delenv("XIEZHI_DEMO")
    assert not prepared.stands(home, fresh_database)


def test_a_damaged_stamp_is_no_stamp(home, fresh_database):
    (home / "run" / prepared.STAMP).write_text("{")
    assert not prepared.stands(home, fresh_database)
