"""The seal of a checkpoint's row. The note that is published names neither the time of signing nor the head before it; the row does, and
the log's key signs that too, so that a row taken out and a changed time are seen. It is no part of what is published.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import connection

from xiezhi.core.law.clock import utc_text
from xiezhi.core.ledger.note import VerifierKey
from xiezhi.core.ledger.verify import Fault


def sealed_text(origin: str, size: int, after: int | None, at: datetime) -> bytes:
    """What the key signs: no checkpoint can be read into it, since its second line is no size."""
    return f"xiezhi checkpoint row\n{origin}\n{size}\n{'' if after is None else after}\n{utc_text(at)}\n".encode()


def hold_rows(keys: Sequence[VerifierKey], *, seals: bool) -> Iterator[Fault]:
    """Faults of the rows of checkpoints among each other: heads that are named and missing, and, where `seals`, what was not sealed so.

    Rows from before there were seals have none; after the first that has one, each has.
    """
    sealed, before = False, None
    with connection.chunked_cursor() as cursor:
        cursor.execute("SELECT size, after, at, seal FROM record_checkpoint ORDER BY size")
        for size, after, at, seal in iter(cursor.fetchone, None):
            name = f"checkpoint {size}"
            if seal is None:
                if sealed:
                    yield Fault(name, "its row has no seal", "缺少封记")
            else:
                sealed = True
                if after != before:
                    missing = f"checkpoint {after}" if after is not None else name
                    yield Fault(missing, f"is missing: checkpoint {size} follows it" if after is not None else "has one before it", "缺失")
                if seals and not _is_sealed(keys, size, after, at, bytes(seal)):
                    yield Fault(name, "its row is not what was sealed (time, or the head before it)", "签名时间或前一检查点与封记不符")
            before = size


def _is_sealed(keys: Sequence[VerifierKey], size: int, after: int | None, at: datetime, seal: bytes) -> bool:
    return any(key.accepts(sealed_text(key.name, size, after, at), seal) for key in keys)
