"""Some fields of an entry, shown to somebody: each with its proof, and the entry's own in the log. The other fields stay unguessable."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from .errors import ProofError
from .fields import ENTRY_LENGTH, FieldProof, verify_field
from .note import Checkpoint, VerifierKey
from .proof import LogProof

FORMAT = "xiezhi-proof-1"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a `.proof.json` file holds. `key` is the log's key as the file brings it: to be compared, never trusted by itself."""

    entry: bytes
    fields: tuple[FieldProof, ...]
    proof: LogProof
    key: str

    def as_dict(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "entry": self.entry.hex(),
            "fields": [one.as_dict() for one in self.fields],
            "tlog_proof": self.proof.text(),
            "key": self.key,
        }

    @classmethod
    def parse(cls, text: str) -> Shown:
        """Raises ProofError for what is no such file."""
        try:
            given = json.loads(text)
            entry = bytes.fromhex(given["entry"])
            fields = tuple(FieldProof.from_dict(one) for one in given["fields"])
            shown = cls(entry, fields, LogProof.parse(given["tlog_proof"]), str(given.get("key", "")))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ProofError(f"not a proof file: {error or type(error).__name__}") from error
        if len(entry) != ENTRY_LENGTH or not fields:
            raise ProofError("not a proof file: it names no entry of 33 bytes, or shows no field")
        return shown

    def check(self, *keys: VerifierKey) -> Checkpoint:
        """The signed checkpoint under which all of it holds. Raises ProofError naming the field, or the step, that does not."""
        for one in self.fields:
            if not verify_field(one, self.entry):
                raise ProofError(f"field {one.path}: the entry does not hold this value")
        return self.proof.verify(self.entry, *keys)
