"""The files that entries name by digest, held against the store: each must be there, and a document's bytes must give its digest."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from xiezhi.core.ledger.body import flatten
from xiezhi.core.ledger.verify import Fault

_NAMED = re.compile(r"(?:^|\.)(files|recordings)\[\d+\]\.sha256|(data\.pdf)")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Files(Protocol):
    """Where the files of cases lie: by digest."""

    def has(self, sha256: str) -> bool: ...

    def disposed(self, sha256: str) -> bool:
        """Whether it was disposed of lawfully, and so is not expected."""
        ...

    def read(self, sha256: str) -> Iterator[bytes]: ...


class Named:
    """Collects what bodies name; `recordings` are only asked for, since their bytes are read by `xiezhi evidence check`."""

    def __init__(self) -> None:
        self._of: dict[str, tuple[str, bool]] = {}  # digest -> the entry that names it first, and whether it is a document

    def add(self, entry: str, body: Mapping[str, Any], text: str) -> None:
        """Note the files of a verified body; `text` is its canonical form, which says at a glance whether there are any."""
        if '"sha256"' not in text and '"pdf"' not in text:
            return
        for path, value in flatten(dict(body)):
            match = _NAMED.search(path)
            if match and isinstance(value, str) and _DIGEST.fullmatch(value):
                document = match[1] != "recordings"
                first, before = self._of.get(value, (entry, False))
                self._of[value] = first, document or before

    def hold(self, files: Files) -> Iterator[Fault]:
        for sha256, (entry, document) in self._of.items():
            if files.disposed(sha256):
                continue
            if not files.has(sha256):
                yield Fault(f"file {sha256}", f"is missing from the store ({entry})", "文件库中缺失")
            elif document and (wrong := _wrong(files, sha256)):
                yield Fault(f"file {sha256}", f"{wrong} ({entry})", "文件内容与指纹不符")


def _wrong(files: Files, sha256: str) -> str:
    digest = hashlib.sha256()
    try:
        for block in files.read(sha256):
            digest.update(block)
    except (OSError, LookupError) as error:
        return f"cannot be read: {error}"
    return "" if digest.hexdigest() == sha256 else f"has other bytes: they give {digest.hexdigest()}"
