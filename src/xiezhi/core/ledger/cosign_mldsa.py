"""The log's second signature line, for a time when Ed25519 no longer holds: ML-DSA-44 (FIPS 204) as C2SP tlog-cosignature tells (type 6).

Strangers who do not know the type pass the line over. The log names itself as the cosigner, and no time (zero): it makes no statement
that this is the largest head.
"""

from __future__ import annotations

import base64
import hashlib
import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from .errors import NoteError
from .note import Checkpoint, base64_of, check_name

ML_DSA_44 = b"\x06"
_LABEL = b"subtree/v1\n\x00"
_KEY, _SIGNATURE, _TIME = 1312, 2420, 8


def _message(name: str, text: bytes, at: int) -> bytes:
    """The struct `cosigned_message` of the text for a whole tree."""
    head = Checkpoint.parse(text.decode())
    return b"".join((_LABEL, _counted(name), at.to_bytes(_TIME, "big"), _counted(head.origin), struct.pack(">QQ", 0, head.size), head.root))


def _counted(name: str) -> bytes:
    """A name of 1 to 255 bytes after its length. Raises OverflowError for a longer one."""
    return len(name.encode()).to_bytes(1, "big") + name.encode()


@dataclass(frozen=True, slots=True)
class PostQuantumKey:
    """An ML-DSA-44 public key, written `name+hash+key`; a NoteKey for checkpoints alone."""

    name: str
    public: bytes

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(ML_DSA_44 + self.public).decode()}"

    @property
    def id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + ML_DSA_44 + self.public).digest()[:4]

    @classmethod
    def parse(cls, text: str) -> PostQuantumKey:
        """Raises NoteError for what is no ML-DSA-44 key."""
        name, _, rest = text.strip().partition("+")
        hash_, _, key = rest.partition("+")
        check_name(name)
        data = base64_of(key)
        if len(data) != 1 + _KEY or data[:1] != ML_DSA_44:
            raise NoteError("only ML-DSA-44 keys (type 6, 1312 bytes) are read")
        parsed = cls(name, data[1:])
        if parsed.id.hex() != hash_:
            raise NoteError(f"the key of {name} does not fit its own hash {hash_!r}")
        return parsed

    def accepts(self, text: bytes, signature: bytes) -> bool:
        if len(signature) != _TIME + _SIGNATURE or signature[0] & 0x80:
            return False
        try:
            message = _message(self.name, text, int.from_bytes(signature[:_TIME], "big"))
            MLDSA44PublicKey.from_public_bytes(self.public).verify(signature[_TIME:], message)
        except (InvalidSignature, NoteError, ValueError, OverflowError):
            return False
        return True


class PostQuantumSigner:
    """A key held in memory, written `PRIVATE+KEY+name+hash+key`; the key is FIPS 204's seed of 32 bytes."""

    def __init__(self, name: str, seed: bytes) -> None:
        check_name(name)
        self._seed = seed
        self._private = MLDSA44PrivateKey.from_seed_bytes(seed)
        self.verifier = PostQuantumKey(name, self._private.public_key().public_bytes_raw())

    def __repr__(self) -> str:
        return f"PostQuantumSigner({self.verifier.name}+{self.verifier.id.hex()})"

    @classmethod
    def parse(cls, text: str) -> PostQuantumSigner:
        """Raises NoteError for what is no ML-DSA-44 signing key."""
        prefix, mark, rest = text.strip().partition("PRIVATE+KEY+")
        name, _, rest = rest.partition("+")
        hash_, _, key = rest.partition("+")
        data = base64_of(key)
        if prefix or not mark or len(data) != 33 or data[:1] != ML_DSA_44:
            raise NoteError("an ML-DSA-44 signing key begins with PRIVATE+KEY+ and is of type 6")
        signer = cls(name, data[1:])
        if signer.verifier.id.hex() != hash_:
            raise NoteError(f"the signing key of {name} does not fit its own hash")
        return signer

    def secret(self) -> str:
        """The text that `parse` reads: for a file that only the sequencer's user may read."""
        key = base64.b64encode(ML_DSA_44 + self._seed).decode()
        return f"PRIVATE+KEY+{self.verifier.name}+{self.verifier.id.hex()}+{key}"

    def sign(self, text: bytes) -> bytes:
        return bytes(_TIME) + self._private.sign(_message(self.verifier.name, text, 0))
