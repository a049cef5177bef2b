"""A BagIt zip (RFC 8493) written in one pass: no time, no owner, no compression, so that the same content gives the same bytes."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from .key import LogRefused

BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_EARLIEST = (1980, 1, 1, 0, 0, 0)


class Bag:
    """The zip `target` with everything in one folder. It appears whole, when the `with` block ends well, or not at all."""

    def __init__(self, target: Path, folder: str) -> None:
        self._target, self._folder = target, folder
        self._payload: dict[str, tuple[str, int]] = {}  # digest and size by path

    def __enter__(self) -> Self:
        self._target.parent.mkdir(parents=True, exist_ok=True)
        handle, passing = tempfile.mkstemp(dir=self._target.parent, prefix=f".{self._target.name}.")
        self._passing = Path(passing)
        self._file = os.fdopen(handle, "w+b")
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_STORED)
        self._put("bagit.txt", [BAGIT])
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if kind is not None:
                with contextlib.suppress(OSError, ValueError):  # it is thrown away, and what went wrong is known
                    self._zip.close()
            else:
                self._zip.close()
                self._file.flush()
                os.fsync(self._file.fileno())
                self._passing.chmod(0o600)
                self._passing.replace(self._target)
        finally:
            self._file.close()
            self._passing.unlink(missing_ok=True)

    def add(self, path: str, data: bytes) -> None:
        """Add a file of the payload; `path` begins with data/."""
        self._payload[path] = self._put(path, [data])

    def add_stored(self, path: str, sha256: str, blocks: Iterable[bytes]) -> None:
        """Add a stored file. Raises LogRefused when its bytes are not those of its digest."""
        found = self._put(path, blocks)
        if found[0] != sha256:
            raise LogRefused(
                f"the stored file {sha256} ({path}) is damaged: its digest is {found[0]}. Run `xiezhi evidence check`. 存放的文件已损坏，请先修复。"
            )
        self._payload[path] = found

    def finish(self, about: Mapping[str, str], tags: Mapping[str, bytes]) -> None:
        """Write what describes the payload: bag-info, the given tag files, both manifests."""
        about = {**about, "Payload-Oxum": f"{sum(size for _, size in self._payload.values())}.{len(self._payload)}"}
        files = {**tags, "bag-info.txt": "".join(f"{name}: {about[name]}\n" for name in sorted(about)).encode()}
        files["manifest-sha256.txt"] = _lines({path: digest for path, (digest, _) in self._payload.items()})
        listed = {"bagit.txt": hashlib.sha256(BAGIT).hexdigest()}
        for path in sorted(files):
            listed[path], _ = self._put(path, [files[path]])
        self._put("tagmanifest-sha256.txt", [_lines(listed)])

    def _put(self, path: str, blocks: Iterable[bytes]) -> tuple[str, int]:
        info = zipfile.ZipInfo(f"{self._folder}/{path}", _EARLIEST)
        info.create_system, info.external_attr = 3, 0o100644 << 16
        digest, size = hashlib.sha256(), 0
        # A big file needs the long form of its header from the start, and nobody knows yet how big it is.
        with self._zip.open(info, "w", force_zip64=path.startswith("data/media/")) as file:
            for block in blocks:
                digest.update(block)
                size += len(block)
                file.write(block)
        return digest.hexdigest(), size


def _lines(digests: Mapping[str, str]) -> bytes:
    return "".join(f"{digests[path]}  {path}\n" for path in sorted(digests)).encode()
