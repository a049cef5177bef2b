"""Proofs that travel: C2SP tlog-proof files, which a citizen can check without us."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from .errors import NoteError, ProofError
from .note import Checkpoint, VerifierKey
from .tree import leaf_hash, verify_inclusion

HEADER = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9]\d{0,18})")


@dataclass(frozen=True, slots=True)
class LogProof:
    """Index of an entry, inclusion hashes from leaf to root, the checkpoint note as signed, and opaque extra data."""

    index: int
    hashes: tuple[bytes, ...]
    note: str
    extra: bytes | None = None

    def text(self) -> str:
        lines = [HEADER]
        if self.extra is not None:
            lines.append(f"extra {base64.b64encode(self.extra).decode()}")
        lines.append(f"index {self.index}")
        lines += [base64.b64encode(value).decode() for value in self.hashes]
        return "\n".join(lines) + "\n\n" + self.note

    @classmethod
    def parse(cls, text: str) -> LogProof:
        """Raises ProofError for what is no such file."""
        head, blank, note = text.partition("\n\n")
        lines = head.split("\n")
        if not blank or lines.pop(0) != HEADER:
            raise ProofError(f"a proof begins with {HEADER} and holds a checkpoint after an empty line")
        try:
            extra = base64.b64decode(lines.pop(0)[6:], validate=True) if lines and lines[0].startswith("extra ") else None
            index = _INDEX.fullmatch(lines.pop(0)) if lines else None
            hashes = tuple(base64.b64decode(line, validate=True) for line in lines)
        except (binascii.Error, ValueError) as error:
            raise ProofError("the proof holds a line that is not base64") from error
        if index is None:
            raise ProofError("the proof has no index line")
        if any(len(value) != 32 for value in hashes):
            raise ProofError("a hash of the proof has not 32 bytes")
        return cls(int(index[1]), hashes, note, extra)

    def verify(self, entry: bytes, *keys: VerifierKey) -> Checkpoint:
        """The signed checkpoint that includes the entry at the index. Raises ProofError saying what does not hold."""
        try:
            checkpoint = Checkpoint.open(self.note, *keys)
        except NoteError as error:
            raise ProofError(f"checkpoint: {error}") from error
        if not verify_inclusion(leaf_hash(entry), self.index, checkpoint.size, self.hashes, checkpoint.root):
            raise ProofError(f"the entry does not stand at index {self.index} of the log of {checkpoint.size} leaves")
        return checkpoint
