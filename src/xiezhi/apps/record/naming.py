"""Whether what is on the record still names a file as a document of a case, and so keeps its bytes."""

from __future__ import annotations

from django.db import connection

from xiezhi.core.ledger.body import read as read_body

from .bundle import files_of

_NAMED = """
SELECT b.text FROM record_entry_body b JOIN record_entry e ON e.id = b.entry_id
WHERE e.class IN ('act', 'attachment', 'correction') AND position(%s IN b.text) > 0
"""


def is_document(sha256: str) -> bool:
    """Whether an act, attachment or correction of any case names the file otherwise than as its recording. Reads all bodies once."""
    with connection.cursor() as cursor:
        cursor.execute(_NAMED, [sha256])
        return any(sha256 in files_of([read_body(text)]) for (text,) in cursor.fetchall())
