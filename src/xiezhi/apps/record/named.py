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

    def read(self, sha256: str) -> Iterator[bytes]: ...


class Named:
    """Collects what bodies name. A document must be there. A recording, whose bytes `xiezhi evidence check` reads, must be there when the log
    tells that it was taken in; an imported history names recordings that lie elsewhere. What the log tells to be disposed of is not expected.
    """

    def __init__(self) -> None:
        self._of: dict[str, tuple[str, bool]] = {}  # digest -> the entry that names it first, and whether it is a document
        self._stored: dict[str, str] = {}  # digest -> the entry of custody that tells it was taken in
        self._gone: set[str] = set()

    def add(self, entry: str, body: Mapping[str, Any], text: str) -> None:
        """Note the files of a verified body, in the order of the log; `text` is its canonical form, which says at a glance whether there are any."""
        if '"sha256"' not in text and '"pdf"' not in text:
            return
        if body["class"] == "custody":
            self._add_custody(entry, body)
            return
        for path, value in flatten(dict(body)):
            match = _NAMED.search(path)
            if match and isinstance(value, str) and _DIGEST.fullmatch(value):
                document = match[1] != "recordings"
                first, before = self._of.get(value, (entry, False))
                self._of[value] = first, document or before

    def _add_custody(self, entry: str, body: Mapping[str, Any]) -> None:
        sha256 = body.get("data", {}).get("sha256")
        if body["kind"] == "stored":
            self._stored.setdefault(sha256, entry)
            self._gone.discard(sha256)
        elif body["kind"] == "disposed":
            self._gone.add(sha256)

    def hold(self, files: Files) -> Iterator[Fault]:
        documents = {sha256: entry for sha256, (entry, document) in self._of.items() if document}
        for sha256, entry in {**self._stored, **documents}.items():
            if sha256 in self._gone:
                continue
            if not files.has(sha256):
                yield Fault(f"file {sha256}", f"is missing from the store ({entry})", "文件库中缺失")
            elif sha256 in documents and (wrong := _wrong(files, sha256)):
                yield Fault(f"file {sha256}", f"{wrong} ({entry})", "文件内容与指纹不符")


def _wrong(files: Files, sha256: str) -> str:
    digest = hashlib.sha256()
    try:
        for block in files.read(sha256):
            digest.update(block)
    except (OSError, LookupError) as error:
        return f"cannot be read: {error}"
    return "" if digest.hexdigest() == sha256 else f"has other bytes: they give {digest.hexdigest()}"
