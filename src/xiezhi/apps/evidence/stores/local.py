"""The folder of paperwork's files: temporary file, fsync, read-only, link, fsync of the folder; then it is acknowledged."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from xiezhi.apps.evidence.stores import BLOCK
from xiezhi.apps.paperwork import queries as papers
from xiezhi.apps.paperwork import service as paperwork
from xiezhi.core.media.digest import Digest, Hashing


class LocalStore:
    place = "local"

    def put(self, source: Any, name: str = "", *, keep_until: datetime | None = None) -> tuple[Digest, str]:
        """As Store.put. A folder knows no term: `keep_until` is kept by the disposal list alone."""
        del keep_until
        hashing = Hashing()
        said = paperwork.store(source, name, digest=hashing)
        return hashing.digest(), str(said["media_type"])

    def adopt(self, path: Path, name: str = "") -> tuple[Digest, str]:
        """Take over a complete file that already lies on the store's disk, without copying it. It may be gone afterwards or not."""
        hashing = Hashing()
        said = paperwork.adopt(path, name, digest=hashing)
        return hashing.digest(), str(said["media_type"])

    def has(self, sha256: str) -> bool:
        return papers.has_file(sha256)

    def read(self, sha256: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        return _blocks(papers.open_file(sha256), start, length)

    def keep(self, sha256: str, until: datetime) -> None:
        """A folder knows no term."""

    def hold(self, sha256: str, *, on: bool) -> None:
        """Nor holds: the disposal list asks for them."""

    def remove(self, sha256: str) -> bool:
        path = papers.path_of(sha256)
        path.unlink(missing_ok=True)
        if path.parent.exists():
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        return True


def _blocks(file: Any, start: int, length: int | None) -> Iterator[bytes]:
    with file:
        file.seek(start)
        left = length
        while left is None or left > 0:
            block = file.read(BLOCK if left is None else min(BLOCK, left))
            if not block:
                return
            left = None if left is None else left - len(block)
            yield block
