"""What a log asks of a witness, and how a witness judges it: C2SP tlog-witness, add-checkpoint."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

from .errors import NoteError
from .note import Checkpoint, VerifierKey, base64_of, text_of
from .tree import EMPTY_ROOT, verify_consistency

MOST_HASHES = 63
MOST_BYTES = 128 * 1024  # 63 hashes and a checkpoint with some post-quantum signatures
SIZE_TYPE = "text/x.tlog.size"

_OLD = re.compile(r"old (0|[1-9]\d{0,18})")


@dataclass(frozen=True, slots=True)
class Submission:
    """The size that the log believes the witness has seen, a consistency proof from there, and the new checkpoint as signed."""

    old: int
    proof: tuple[bytes, ...]
    note: str

    def body(self) -> bytes:
        """The body of the request."""
        lines = [f"old {self.old}", *(base64.b64encode(one).decode() for one in self.proof)]
        return ("\n".join(lines) + "\n\n" + self.note).encode()

    @classmethod
    def parse(cls, body: bytes) -> Submission:
        """Raises NoteError for what is no such request."""
        try:
            head, blank, note = body.decode().partition("\n\n")
        except UnicodeDecodeError as error:
            raise NoteError("the request is not UTF-8") from error
        first, *hashes = head.split("\n")
        old = _OLD.fullmatch(first)
        if not blank or old is None:
            raise NoteError("a request begins with `old` and a size, and holds a checkpoint after an empty line")
        if len(hashes) > MOST_HASHES:
            raise NoteError(f"more than {MOST_HASHES} lines of proof")
        proof = tuple(base64_of(line) for line in hashes)
        if any(len(one) != 32 for one in proof):
            raise NoteError("a hash of the proof has not 32 bytes")
        return cls(int(old[1]), proof, note)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP status with its body; 200 alone means: cosign. `size` is told with 409."""

    status: int
    body: str = ""
    size: int | None = None


def origin_of(submission: Submission) -> str:
    """Of which log the checkpoint claims to be. Raises NoteError where it is no checkpoint."""
    return Checkpoint.parse(text_of(submission.note)).origin


def judge(submission: Submission, keys: Sequence[VerifierKey], seen: Checkpoint | None) -> Answer:
    """Whether to cosign, in the order of the text. `keys` are those trusted for the origin, `seen` is what was cosigned last."""
    if not keys:
        return Answer(404, "this witness does not know the log\n")
    try:
        head = Checkpoint.open(submission.note, *keys)
    except NoteError as error:
        return Answer(403, f"{error}\n")
    if submission.old > head.size:
        return Answer(400, f"old is {submission.old}, the checkpoint has only {head.size}\n")
    size, root = (seen.size, seen.root) if seen else (0, EMPTY_ROOT)
    if submission.old != size:
        return Answer(409, f"{size}\n", size)
    if head.size == size and seen is not None and head.root != root:
        return Answer(409, f"{size}\n", size)
    if not _follows(submission, head, size, root):
        return Answer(422, f"the proof does not lead from {size} to {head.size}\n")
    return Answer(200)


def _follows(submission: Submission, head: Checkpoint, size: int, root: bytes) -> bool:
    if head.size == 0:
        return not submission.proof and head.root == EMPTY_ROOT
    return verify_consistency(size, head.size, submission.proof, root, head.root)
