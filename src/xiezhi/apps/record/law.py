"""The law under which cases of this installation are judged. A new edition is taken up when the process starts anew."""

from __future__ import annotations

from functools import lru_cache

from xiezhi.apps.registry import queries as registry
from xiezhi.core.law.errors import PackError
from xiezhi.core.law.pack import Pack, load_pack, pack_ids
from xiezhi.core.procedure.book import Book, open_book


@lru_cache(maxsize=32)
def edition(pack_id: str) -> Pack:
    """The pack of that id, read once per process: reading and hashing its files for every act would cost more than the act."""
    return load_pack(pack_id)


def editions() -> dict[str, str]:
    """Hash to id, of every pack that is here and can be read."""
    found = {}
    for pack_id in pack_ids():
        try:
            found[edition(pack_id).hash] = pack_id
        except PackError:
            continue
    return found


def book_of(pack_id: str) -> Book:
    """Its compiled rules with the calendar as loaded today (one query); compiled once per edition and calendar."""
    return open_book(edition(pack_id), registry.calendar())
