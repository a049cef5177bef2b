"""Where the bytes lie: a folder, or an S3 bucket with object lock. Both write once, by digest, and acknowledge only what is durable.

`store()` is the one of the settings; `store_at(place)` that in which a file was put, since an installation may change over.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Protocol

from django.conf import settings

from xiezhi.core.media.digest import Digest

__all__ = ["BLOCK", "Store", "UnknownStoreError", "store", "store_at"]

BLOCK = 1 << 20  # bytes read at a time


class UnknownStoreError(OSError):
    """A file lies in a store that the settings do not name any more."""


class Store(Protocol):
    place: str

    def put(self, source: Any, name: str = "", *, keep_until: datetime | None = None) -> tuple[Digest, str]:
        """Take in a binary file; answers digest and media type when the bytes are durable. The same bytes again change nothing.
        Raises OSError.
        """
        ...

    def has(self, sha256: str) -> bool: ...

    def read(self, sha256: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """`length` bytes from `start` in blocks. Raises NotStoredError before the first block."""
        ...

    def keep(self, sha256: str, until: datetime) -> None:
        """Let nobody remove the file before `until`; a longer term that stands already is left. Raises OSError."""
        ...

    def hold(self, sha256: str, *, on: bool) -> None:
        """Let nobody remove the file while a hold is on, whatever its term. Raises OSError."""
        ...

    def remove(self, sha256: str) -> bool:
        """Take a file away for good: only for a disposal that was approved. False where the store itself forbids it still."""
        ...


def store() -> Store:
    return store_at("s3" if settings.EVIDENCE_S3 else "local")


def store_at(place: str) -> Store:
    if place == "local":
        from xiezhi.apps.evidence.stores.local import LocalStore

        return LocalStore()
    if place == "s3" and settings.EVIDENCE_S3:
        from xiezhi.apps.evidence.stores.s3 import S3Store

        return S3Store(settings.EVIDENCE_S3)
    raise UnknownStoreError(f"the store {place!r} is not in the settings; set XIEZHI_EVIDENCE_S3 to where these files lie")
