"""A witness's folder: its key, the logs that it knows, and the last checkpoint of each that it cosigned. No database, no Django.

`key` is its secret, `logs` one verifier key a line (several of one origin while that log changes keys), `seen/` one note per log.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import secrets
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from xiezhi.core.ledger.cosign import Cosigner
from xiezhi.core.ledger.cosign_request import Answer, Submission, judge, origin_of
from xiezhi.core.ledger.errors import NoteError
from xiezhi.core.ledger.note import Checkpoint, VerifierKey, text_of


class WitnessError(Exception):
    """The folder is not fit to witness; `str()` says what is wrong and what to do."""


class Witness:
    """One witness. Any number of threads and processes may use one folder: each judgement and its writing down are one step."""

    def __init__(self, home: Path, clock: Callable[[], float] = time.time) -> None:
        self.home, self._clock, self._turn = home, clock, threading.Lock()
        try:
            self.key = Cosigner.parse((home / "key").read_text())
        except FileNotFoundError:
            raise WitnessError(
                f"{home} is no witness yet: run `xiezhi witness init --home {home} --name NAME`. 请先初始化见证人。"
            ) from None
        except (OSError, NoteError) as error:
            raise WitnessError(f"{home / 'key'}: {error}. Put it back from the safe copy. 见证人密钥不可用。") from error

    @classmethod
    def make(cls, home: Path, name: str) -> Witness:
        """A new witness; its name is by custom an address without scheme, such as `sfj.example.cn/witness`. Raises WitnessError."""
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            secret = Cosigner(name, secrets.token_bytes(32)).secret()
            handle = os.open(home / "key", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o400)
        except FileExistsError:
            raise WitnessError(f"{home} is a witness already; its key is never made anew. 该目录已是见证人。") from None
        except NoteError as error:
            raise WitnessError(str(error)) from error
        with os.fdopen(handle, "w") as file:
            file.write(f"{secret}\n")
            file.flush()
            os.fsync(file.fileno())
        return cls(home)

    def logs(self) -> list[VerifierKey]:
        """The keys of logs that it knows. Raises WitnessError."""
        path = self.home / "logs"
        try:
            return [VerifierKey.parse(line) for line in path.read_text().splitlines() if line.strip()]
        except FileNotFoundError:
            return []
        except NoteError as error:
            raise WitnessError(f"{path}: {error}. 日志公钥文件有误。") from error

    def add_log(self, key: VerifierKey) -> bool:
        """Know this log from now on; False where the key is known already."""
        with self._alone():
            known = self.logs()
            if key in known:
                return False
            _write(self.home / "logs", "".join(f"{one}\n" for one in [*known, key]))
        return True

    def remove_log(self, key: VerifierKey) -> bool:
        """Cosign nothing any more that this key alone has signed; False where it is not known. What was seen of its log is kept."""
        with self._alone():
            known = self.logs()
            if key not in known:
                return False
            _write(self.home / "logs", "".join(f"{one}\n" for one in known if one != key))
        return True

    def seen(self, origin: str) -> Checkpoint | None:
        """The head that was cosigned last. Raises WitnessError where the note is damaged: forgetting would let a log begin anew."""
        path = self._seen_path(origin)
        try:
            head = Checkpoint.parse(text_of(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (NoteError, UnicodeDecodeError) as error:
            raise WitnessError(
                f"{path} is damaged ({error}): nothing of {origin} is cosigned. Put it back from a copy. 见证记录损坏。"
            ) from error
        if head.origin != origin:
            raise WitnessError(f"{path} is of {head.origin}, expected {origin}. 见证记录与日志不符。")
        return head

    def add_checkpoint(self, body: bytes) -> Answer:
        """Judge a request, write down what is cosigned, answer with the cosignature. Raises WitnessError."""
        try:
            submission = Submission.parse(body)
            origin = origin_of(submission)
        except NoteError as error:
            return Answer(400, f"{error}\n")
        with self._alone():
            answer = judge(submission, [key for key in self.logs() if key.name == origin], self.seen(origin))
            if answer.status != 200:
                return answer
            line = self.key.line(text_of(submission.note), int(self._clock()))
            _write(self._seen_path(origin), submission.note + line)
        return Answer(200, line)

    def _seen_path(self, origin: str) -> Path:
        return self.home / "seen" / hashlib.sha256(origin.encode()).hexdigest()

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        with self._turn, (self.home / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _write(path: Path, text: str) -> None:
    """Whole and for good before anybody is answered: temporary name, fsync, rename, fsync of the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, passing = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        Path(passing).replace(path)
    except BaseException:
        Path(passing).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
