"""Cosignatures of witnesses: C2SP tlog-cosignature, Ed25519 (type 4).

A witness says: at this time the log had this head, the largest that I have seen of it, and it holds all that I saw before.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from .errors import NoteError
from .note import NoteKey, base64_of, check_name, signature_line

COSIGNATURE = b"\x04"
_TIME, _SIGNATURE = 8, 64


def _message(text: bytes, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n".encode() + text


@dataclass(frozen=True, slots=True)
class WitnessKey:
    """A witness's public key, written `name+hash+key`; a NoteKey whose signatures begin with a time."""

    name: str
    public: bytes

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(COSIGNATURE + self.public).decode()}"

    @property
    def id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + COSIGNATURE + self.public).digest()[:4]

    @classmethod
    def parse(cls, text: str) -> WitnessKey:
        """Raises NoteError for what is no Ed25519 key of a witness."""
        name, _, rest = text.strip().partition("+")
        hash_, _, key = rest.partition("+")
        check_name(name)
        data = base64_of(key)
        if len(data) != 33 or data[:1] != COSIGNATURE:
            raise NoteError("only Ed25519 keys of witnesses (type 4, 32 bytes) are read")
        parsed = cls(name, data[1:])
        if parsed.id.hex() != hash_:
            raise NoteError(f"the key of the witness {name} does not fit its own hash {hash_!r}")
        return parsed

    def accepts(self, text: bytes, signature: bytes) -> bool:
        if len(signature) != _TIME + _SIGNATURE or signature[0] & 0x80:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature[_TIME:], _message(text, time_of(signature)))
        except (InvalidSignature, ValueError):
            return False
        return True


def time_of(signature: bytes) -> int:
    """When a cosignature was made, in seconds since 1970, as the witness's clock said."""
    return int.from_bytes(signature[:_TIME], "big")


class Cosigner:
    """A witness's key in memory, written `PRIVATE+KEY+name+hash+key`."""

    def __init__(self, name: str, seed: bytes) -> None:
        check_name(name)
        self._seed = seed
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = WitnessKey(name, self._private.public_key().public_bytes_raw())

    def __repr__(self) -> str:
        return f"Cosigner({self.verifier})"

    @classmethod
    def parse(cls, text: str) -> Cosigner:
        """Raises NoteError for what is no Ed25519 signing key of a witness."""
        prefix, mark, rest = text.strip().partition("PRIVATE+KEY+")
        name, _, rest = rest.partition("+")
        hash_, _, key = rest.partition("+")
        data = base64_of(key)
        if prefix or not mark or len(data) != 33 or data[:1] != COSIGNATURE:
            raise NoteError("a witness's signing key begins with PRIVATE+KEY+ and is of type 4")
        signer = cls(name, data[1:])
        if signer.verifier.id.hex() != hash_:
            raise NoteError(f"the signing key of {name} does not fit its own hash")
        return signer

    def secret(self) -> str:
        """The text that `parse` reads: for a file that only the witness's user may read."""
        key = base64.b64encode(COSIGNATURE + self._seed).decode()
        return f"PRIVATE+KEY+{self.verifier.name}+{self.verifier.id.hex()}+{key}"

    def line(self, text: str, at: int) -> str:
        """The cosignature line over a checkpoint's text at a time in seconds since 1970."""
        signature = at.to_bytes(_TIME, "big") + self._private.sign(_message(text.encode(), at))
        key: NoteKey = self.verifier
        return signature_line(key, signature)
