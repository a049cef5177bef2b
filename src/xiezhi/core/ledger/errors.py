"""What can be wrong with a body, a proof or a note."""

from __future__ import annotations


class LedgerError(Exception):
    """The base of all; `str()` says what is wrong and where."""


class BodyError(LedgerError):
    """A body that has no canonical form. `path` is the field, written as in field proofs (`data.penalty.fine`)."""

    def __init__(self, path: str, found: str, expected: str, *, zh: str) -> None:
        super().__init__(f"field {path or '(body)'}: found {found}, expected {expected}")
        self.path = path
        self.found = found
        self.expected = expected
        self.message_zh = f"字段 {path or '（全文）'}：{zh}"


class NoteError(LedgerError):
    """A signed note that cannot be read, or that no known key has signed."""


class ProofError(LedgerError):
    """A proof that cannot be read or does not prove what it claims."""


class TileError(LedgerError):
    """A tile path or a tile that is not one."""
