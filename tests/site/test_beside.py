"""A second start of the same home says where the first one answers and what became of its own PORT."""

from __future__ import annotations

from pathlib import Path

from xiezhi.site.supervisor import beside

HOME = Path("/srv/xiezhi")
RUNNING = "http://localhost:8000/"


def test_the_same_port_needs_no_more_words():
    assert beside(RUNNING, RUNNING, HOME) == [f"Xiezhi is already running: {RUNNING}"]


def test_another_port_is_said_not_to_be_used():
    first, second = beside(RUNNING, "http://localhost:8799/", HOME)
    assert RUNNING in first
    assert "http://localhost:8799/ was not used" in second
    assert "XIEZHI_HOME=folder PORT=8799" in second


def test_one_that_has_not_said_its_address_yet():
    (only,) = beside(None, RUNNING, HOME)
    assert "already starting" in only
