"""The store: files by their SHA-256 under FILES_ROOT, written once, read-only from the first moment that they can be found.

A file appears by `link` after it is complete and on the disk; so a kill at any moment leaves either the whole file or none.
"""

from __future__ import annotations

import hashlib
import mimetypes
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath
from typing import IO, Any

from django.conf import settings

DIGEST = re.compile(r"[0-9a-f]{64}")
BLOCK = 1 << 20
LONGEST_NAME = 120
UNKNOWN = "application/octet-stream"
# Beginnings of files that are recognised whatever their names say.
_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"ID3", "audio/mpeg"),
)


class NotStoredError(LookupError):
    """There is no file of this digest."""

    def __init__(self, sha256: str) -> None:
        super().__init__(f"no file {sha256[:16]} in the store")
        self.message_zh = "文件库里没有这个文件。它可能还没有上传完，或者已经依法处置。"


def path_of(sha256: str) -> Path:
    """Where the file of this digest lies. Raises NotStoredError for what is no digest."""
    if not DIGEST.fullmatch(sha256):
        raise NotStoredError(sha256)
    return Path(settings.FILES_ROOT) / sha256[:2] / sha256[2:4] / sha256


def incoming() -> Path:
    """The folder of files that are not complete yet, on the same disk as the store."""
    folder = Path(settings.FILES_ROOT) / "incoming"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def put(source: Any, name: str = "", digest: Any = None) -> dict[str, Any]:
    """Store what `source` gives (bytes, an upload with chunks(), or a binary file). Returns sha256, size, name, media_type.

    The same bytes a second time cost a reading and change nothing. `digest` is fed instead of a plain SHA-256 where the caller wants more
    of the same reading (update, hexdigest).
    """
    digest = digest or hashlib.sha256()
    size, head = 0, b""
    handle, temporary = tempfile.mkstemp(dir=incoming())
    try:
        with os.fdopen(handle, "wb") as file:
            for block in _blocks(source):
                digest.update(block)
                size += len(block)
                head = head or bytes(block[:16])
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), 0o444)
        sha256 = digest.hexdigest()
        _publish(Path(temporary), path_of(sha256), sha256)
    finally:
        Path(temporary).unlink(missing_ok=True)
    shown = shown_name(name or str(getattr(source, "name", "") or ""))
    return {"sha256": sha256, "size": size, "name": shown, "media_type": media_type(shown, head)}


def adopt(path: Path, name: str, digest: Any = None) -> dict[str, Any]:
    """Store a complete file that lies in `incoming()`, without copying: read once, made durable and read-only, linked. As `put`."""
    digest = digest or hashlib.sha256()
    size, head = 0, b""
    with path.open("rb") as file:
        for block in _blocks(file):
            digest.update(block)
            size += len(block)
            head = head or bytes(block[:16])
        os.fsync(file.fileno())
        os.fchmod(file.fileno(), 0o444)
    sha256 = digest.hexdigest()
    _publish(path, path_of(sha256), sha256)
    shown = shown_name(name)
    return {"sha256": sha256, "size": size, "name": shown, "media_type": media_type(shown, head)}


def _publish(temporary: Path, target: Path, sha256: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        os.link(temporary, target)
    except FileExistsError:
        if _digest(target) == sha256:
            return
        # Other bytes under this name, as many or fewer, can only be damage of the disk: the whole file takes its place.
        temporary.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _digest(path: Path) -> str:
    """The SHA-256 of a stored file as it lies there now; empty where the disk cannot read it."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _blocks(source: Any) -> Iterator[bytes]:
    if isinstance(source, bytes | bytearray | memoryview):
        yield bytes(source)
        return
    chunks: Iterable[bytes] = source.chunks(BLOCK) if hasattr(source, "chunks") else iter(lambda: source.read(BLOCK), b"")
    yield from chunks


def open_stored(sha256: str) -> IO[bytes]:
    """The file, for reading. Raises NotStoredError."""
    try:
        return path_of(sha256).open("rb")
    except FileNotFoundError as error:
        raise NotStoredError(sha256) from error


def shown_name(name: str) -> str:
    """A file name fit for a page and a download: no folder, no control or direction character, no broken bytes, not too long."""
    repaired = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    base = PurePath(repaired.replace("\\", "/")).name
    plain = "".join(
        "_" if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn"} or char in '"<>|:*?' else char for char in base
    ).strip(" .")
    if len(plain) > LONGEST_NAME:
        stem, dot, ending = plain.rpartition(".")
        ending = ending[:10] if dot else ""
        plain = (stem or plain)[: LONGEST_NAME - len(ending) - 1] + (f".{ending}" if ending else "")
    return plain or "未命名"


def media_type(name: str, head: bytes = b"") -> str:
    """The media type by the file's first bytes, else by its ending; never one that a browser would run."""
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    guessed = mimetypes.guess_type(name)[0] or UNKNOWN
    claims_magic = guessed in {kind for _magic, kind in _MAGIC if kind != "audio/mpeg"}
    if (claims_magic and head) or not guessed.startswith(
        ("image/", "video/", "audio/", "application/pdf", "text/plain", "application/vnd.")
    ):
        return UNKNOWN
    return UNKNOWN if "svg" in guessed else guessed
