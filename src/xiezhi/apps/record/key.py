"""The log's signing key: a file outside the database that only the sequencer's user may read."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

from django.conf import settings

from xiezhi.core.ledger.errors import NoteError
from xiezhi.core.ledger.note import KeySigner, VerifierKey

from .published import sync_folder, write_file


class LogRefused(Exception):  # noqa: N818 - it is what it says: the log refuses to go on
    """Nothing is signed, because it could make a second history. `str()` says what is wrong and what to do."""


def signer(*, may_make: bool) -> KeySigner:
    """The key of this installation; `may_make` makes one where there is none, which only an empty log allows. Raises LogRefused."""
    path: Path = settings.LOG_KEY
    try:
        text = path.read_text()
    except FileNotFoundError:
        if not may_make:
            raise LogRefused(
                f"the log has leaves, but its key {path} is missing. Put the key back from the safe copy. 日志已有条目，但签名密钥缺失，请从备份恢复。"
            ) from None
        return _made(path)
    except PermissionError as error:
        raise LogRefused(f"the log's key {path} cannot be read by this user. 当前用户无权读取日志签名密钥。") from error
    try:
        key = KeySigner.parse(text)
    except NoteError as error:
        raise LogRefused(
            f"the log's key {path} is damaged ({error}). Put it back from the safe copy. 日志签名密钥已损坏，请从备份恢复。"
        ) from error
    if settings.LOG_ORIGIN and key.verifier.name != settings.LOG_ORIGIN:
        raise LogRefused(
            f"the log's origin is {key.verifier.name}, but XIEZHI_LOG_ORIGIN says {settings.LOG_ORIGIN}: an origin never changes. Unset it. 日志标识不能更改。"
        )
    return key


def _made(path: Path) -> KeySigner:
    origin = settings.LOG_ORIGIN or f"xiezhi.local/{secrets.token_hex(4)}"
    key = KeySigner(origin, secrets.token_bytes(32))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, passing = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(key.secret() + "\n")
            file.flush()
            os.fchmod(file.fileno(), 0o400)
            os.fsync(file.fileno())
        os.link(passing, path)  # whole or not at all: half a key would stop a log that never began
    except FileExistsError:  # another process made it in this moment
        return signer(may_make=False)
    finally:
        os.unlink(passing)  # noqa: PTH108
    sync_folder(path.parent)
    return key


def publish_verifier(key: VerifierKey) -> None:
    """Lay the public key beside the published checkpoint; written only where it is not there already, since every round asks for it."""
    path: Path = settings.LOG_PUBLISHED / "key"
    text = f"{key}\n"
    if not path.is_file() or path.read_bytes() != text.encode():
        write_file(path, text)


def verifier() -> VerifierKey | None:
    """The published public key; None before the sequencer first ran. Raises LogRefused when the file is damaged."""
    try:
        return VerifierKey.parse((settings.LOG_PUBLISHED / "key").read_text())
    except FileNotFoundError:
        return None
    except NoteError as error:
        raise LogRefused(f"the published key {settings.LOG_PUBLISHED / 'key'} is damaged ({error}). 已公布的公钥文件损坏。") from error
