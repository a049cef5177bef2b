"""The log's signing keys: a file outside the database that only the sequencer's user may read.

One key a line, the current one first. While a change of keys lasts there are two, and both sign.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from xiezhi.core.ledger.cosign_mldsa import PostQuantumSigner
from xiezhi.core.ledger.errors import NoteError
from xiezhi.core.ledger.note import Checkpoint, KeySigner, VerifierKey

from .published import sync_folder, write_file


class LogRefused(Exception):  # noqa: N818 - it is what it says: the log refuses to go on
    """Nothing is signed, because it could make a second history. `str()` says what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys that sign, the current one first; all bear the log's name."""

    signers: tuple[KeySigner, ...]
    also: tuple[PostQuantumSigner, ...] = ()  # a second line for those who know it

    @property
    def verifier(self) -> VerifierKey:
        """The current public key."""
        return self.signers[0].verifier

    def sign(self, head: Checkpoint) -> str:
        """The note of a checkpoint, signed by each key."""
        return head.sign(*self.signers, *self.also)


def keyring(*, may_make: bool) -> Keyring:
    """The keys of this installation; `may_make` makes one where there is none, which only an empty log allows. Raises LogRefused."""
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
        signers = tuple(KeySigner.parse(line) for line in text.splitlines() or [""])
    except NoteError as error:
        raise LogRefused(
            f"the log's key {path} is damaged ({error}). Put it back from the safe copy. 日志签名密钥已损坏，请从备份恢复。"
        ) from error
    names = {key.verifier.name for key in signers}
    if len(names) > 1:
        raise LogRefused(
            f"the keys in {path} are of different logs: {', '.join(sorted(names))}. Put it back from the safe copy. 密钥不是同一日志的。"
        )
    if settings.LOG_ORIGIN and names != {settings.LOG_ORIGIN}:
        raise LogRefused(
            f"the log's origin is {names.pop()}, but XIEZHI_LOG_ORIGIN says {settings.LOG_ORIGIN}: an origin never changes. Unset it. 日志标识不能更改。"
        )
    return Keyring(signers, _also(names.pop() if names else ""))


def also_path() -> Path:
    """The ML-DSA-44 key, where the log has one."""
    return Path(settings.LOG_KEY).with_name("log-mldsa44")


def _also(name: str) -> tuple[PostQuantumSigner, ...]:
    path = also_path()
    try:
        key = PostQuantumSigner.parse(path.read_text())
        check_same(key.verifier.name, name)
    except FileNotFoundError:
        return ()
    except (OSError, NoteError) as error:
        raise LogRefused(
            f"the log's second key {path}: {error}. Put it back from the safe copy. 日志的第二密钥不可用，请从备份恢复。"
        ) from error
    return (key,)


def check_same(name: str, origin: str) -> None:
    """Raises NoteError for a key of another log."""
    if name != origin:
        raise NoteError(f"it is of the log {name}, expected {origin}")


def stamp() -> tuple[tuple[int, int] | None, ...]:
    """Tells one writing of the key files from another."""
    return tuple(_written(path) for path in (Path(settings.LOG_KEY), also_path()))


def _written(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def _made(path: Path) -> Keyring:
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
        return keyring(may_make=False)
    finally:
        os.unlink(passing)  # noqa: PTH108
    sync_folder(path.parent)
    return Keyring((key,))


def prepared_path() -> Path:
    """Keys that are to sign, on the disk for good before the policy names them: a change that is broken off can be ended."""
    return Path(settings.LOG_KEY).with_name(f"{Path(settings.LOG_KEY).name}.next")


def prepare_keyring(ring: Keyring) -> None:
    """Lay the keys beside the key file, readable by this user alone; the second key has a file of its own."""
    write_file(prepared_path(), "".join(f"{key.secret()}\n" for key in ring.signers), mode=0o400)


def prepared() -> Keyring | None:
    """The keys that lie prepared; None where there are none, or none whole."""
    try:
        signers = tuple(KeySigner.parse(line) for line in prepared_path().read_text().splitlines())
    except (FileNotFoundError, NoteError):
        return None
    return Keyring(signers) if signers else None


def take_prepared() -> None:
    """The prepared keys become the key file: a rename, for which no room is needed."""
    prepared_path().replace(settings.LOG_KEY)
    sync_folder(Path(settings.LOG_KEY).parent)


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
