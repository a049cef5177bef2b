"""A log of any size laid straight into an empty database, to measure what reads it: entries without bodies, leaves, tiles, signed heads."""

from __future__ import annotations

from django.db import connection, transaction

from xiezhi.apps.record import published
from xiezhi.apps.record.key import keyring, publish_verifier
from xiezhi.apps.record.tiles import write_tiles
from xiezhi.core.ledger.note import Checkpoint
from xiezhi.core.ledger.tiles import Edge

# Twelve entries a case. An entry is 0x01 and 32 bytes that look random, as a field tree's root does; a leaf is RFC 6962's hash of it.
_ENTRIES = """
INSERT INTO record_entry (id, case_id, case_seq, class, kind, "of", at, recorded_at, agency_id, pack, mode, entry)
SELECT md5('xz' || n)::uuid, 'S-' || n / 12, n %% 12 + 1, 'act', 'site_inspected', NULL, now(), now(), 'yx-cg', 'none', 'happened',
       '\\x01'::bytea || sha256(n::text::bytea)
FROM generate_series(0, %s - 1) n
"""
_LEAVES = """
INSERT INTO record_leaf (seq, entry_id, hash)
SELECT n, md5('xz' || n)::uuid, sha256('\\x0001'::bytea || sha256(n::text::bytea)) FROM generate_series(0, %s - 1) n
"""


def lay(count: int, heads_every: int = 5000) -> None:
    """Lay a log of `count` leaves into a database without entries, signed as often as batches are, and publish its head."""
    key = keyring(may_make=True)
    origin = key.verifier.name
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_ENTRIES, [count])
        cursor.execute(_LEAVES, [count])
        edge, notes = Edge(), []
        cursor.execute("SELECT hash FROM record_leaf ORDER BY seq")
        while part := cursor.fetchmany(heads_every):
            write_tiles(edge.extend([bytes(value) for (value,) in part]))
            notes.append((edge.size, key.sign(Checkpoint(origin, edge.size, edge.root()))))
        with cursor.copy("COPY record_checkpoint (size, note, at) FROM STDIN") as copy:
            for size, note in notes:
                copy.write_row((size, note, "2026-11-25T00:00:00Z"))
        cursor.execute("UPDATE record_log_state SET size = %s, origin = %s", [edge.size, origin])
    publish_verifier(key.verifier)
    published.publish_checkpoint(notes[-1][1])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE record_entry, record_leaf, record_tile")
