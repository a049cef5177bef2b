"""The record's own log, served under /log/ and exported, as a stranger's verifier finds it at every size on its way."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection

from xiezhi.apps.record import export, published, queries
from xiezhi.apps.record.sequencer import Sequencer
from xiezhi.core.ledger.note import Checkpoint, VerifierKey
from xiezhi.core.ledger.tiles import TILE_WIDTH, entries_path, tile_path, tile_width
from xiezhi.site.clock import now

from .logs import entries, kept, old_flags

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("go")]
SIZES = [0, 1, 2, 255, 256, 257, 300, 511, 512, 700]
BIG = 65_900  # three levels of tiles


@pytest.fixture(autouse=True)
def own_log(settings, tmp_path):
    settings.LOG_KEY = tmp_path / "keys" / "log"
    settings.LOG_PUBLISHED = tmp_path / "published"
    settings.LOG_ORIGIN = "yunxi.example/log"


def grow(until: int, held: list[bytes]) -> str:
    """Bring the log to `until` leaves, as whoever writes entries does, without bodies: the log has nothing to do with them."""
    new = entries(until)[len(held) :]
    with connection.cursor() as cursor:
        rows = [(uuid.uuid4(), number, entry) for number, entry in enumerate(new, len(held) + 1)]
        columns = "id, case_id, case_seq, class, kind, at, recorded_at, agency_id, pack, mode, entry"
        with cursor.copy(f"COPY record_entry ({columns}) FROM STDIN") as copy:
            for id_, number, entry in rows:
                copy.write_row((id_, "YX-1", number, "act", "inquiry_made", now(), now(), "yx-cg", "", "", entry))
        with cursor.copy("COPY record_pending (entry_id) FROM STDIN") as copy:
            for id_, _, _ in rows:
                copy.write_row((id_,))
    held += new
    Sequencer().drain(now())
    return published.read_checkpoint()


def test_the_log_is_accepted_at_every_size_served_and_exported(fresh_database, live_server, stranger, tmp_path):
    held: list[bytes] = []
    olds = []
    for size in [*SIZES, BIG]:
        note = grow(size, held)
        key = queries.verifier_key()
        assert Checkpoint.open(note, VerifierKey.parse(key)).size == size
        served, folder = f"{live_server.url}/log", tmp_path / f"export-{size}"
        export.export(folder, now())
        export.export(tmp_path / "renewed", now())
        for log in (served, folder, tmp_path / "renewed"):
            told = stranger.accepts(log, key, *old_flags(olds))
            assert told["size"] == told["entries"] == size
        places = sorted({0, size // 2, size - 1}) if size else []
        for log in (served, folder):
            if size:
                stranger.accepts(log, key, "-fast", *[word for at in places for word in ("-entry", f"{at}={held[at].hex()}")])
        olds.append(kept(tmp_path, f"old-{size}", note))
    whoever_kept_an_old_checkpoint(live_server, stranger, tmp_path, olds)


def whoever_kept_an_old_checkpoint(live_server, stranger, tmp_path, olds):
    """finds the tiles of its size, partial or full, beside it: the old log is whole by itself."""
    key = queries.verifier_key()
    for old in olds:
        size = Checkpoint.open(old.read_text(encoding="utf-8"), VerifierKey.parse(key)).size
        copy = tmp_path / f"from-{size}"
        (copy / "tile").parent.mkdir()
        (copy / "tile").symlink_to(tmp_path / f"export-{BIG}" / "tile")
        (copy / "checkpoint").write_bytes(old.read_bytes())
        assert stranger.accepts(copy, key)["size"] == size


def test_an_export_holds_the_partial_tiles_of_every_published_size(fresh_database, tmp_path):
    held: list[bytes] = []
    sizes = [3, 200, 260, 300, 700]
    for size in sizes:
        grow(size, held)
    export.export(tmp_path / "log", now())
    for size in sizes:
        for level in range(2):
            index = size >> (8 * (level + 1))
            width = tile_width(level, index, size)
            full = tile_width(level, index, sizes[-1]) == TILE_WIDTH
            paths = [tile_path(level, index, width)] + ([entries_path(index, width)] if level == 0 else [])
            for path in paths if width and not full else []:
                assert (tmp_path / "log" / path).is_file(), path


def test_a_proof_of_the_record_is_accepted_offline(fresh_database, stranger, tmp_path):
    held: list[bytes] = []
    grow(300, held)
    key = queries.verifier_key()
    with connection.cursor() as cursor:
        cursor.execute("SELECT entry_id FROM record_leaf WHERE seq IN (0, 128, 255, 256, 299) ORDER BY seq")
        ids = [row[0] for row in cursor.fetchall()]
    for id_ in ids:
        receipt = queries.receipt(id_)
        file = kept(tmp_path, f"{receipt.index}.tlog-proof", receipt.proof)
        stranger.accepts(None, key, "-proof", f"{file}={receipt.entry}")
        stranger.refuses(None, key, "-proof", f"{file}={held[receipt.index - 1].hex()}", says="invalid")
