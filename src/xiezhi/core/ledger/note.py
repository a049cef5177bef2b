"""Signed notes with Ed25519 keys, and the checkpoints written in them: C2SP signed-note, tlog-checkpoint."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from .errors import NoteError

ED25519 = b"\x01"
MOST_SIGNATURES = 64

_DASH = "\N{EM DASH}"
_SIZE = re.compile(r"0|[1-9]\d{0,18}")


def _base64(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError(f"{text[:20]!r} is not base64") from error
    if base64.b64encode(data).decode() != text:
        raise NoteError(f"{text[:20]!r} is not base64 in its one form")
    return data


def _check_name(name: str) -> None:
    if not name or "+" in name or any(char.isspace() or not char.isprintable() for char in name):
        raise NoteError(f"{name!r} is no key name: not empty, no space, no +")


def key_id(name: str, public: bytes) -> bytes:
    """The first four bytes of SHA-256(name ‖ newline ‖ 0x01 ‖ public key)."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key by name, written `name+hash+key`."""

    name: str
    public: bytes

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(ED25519 + self.public).decode()}"

    @property
    def id(self) -> bytes:
        return key_id(self.name, self.public)

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Raises NoteError for what is no Ed25519 verifier key."""
        name, _, rest = text.strip().partition("+")
        hash_, _, key = rest.partition("+")
        _check_name(name)
        data = _base64(key)
        if len(data) != 33 or data[:1] != ED25519:
            raise NoteError("only Ed25519 verifier keys (type 1, 32 bytes) are read")
        parsed = cls(name, data[1:])
        if parsed.id.hex() != hash_:
            raise NoteError(f"the verifier key of {name} does not fit its own hash {hash_!r}")
        return parsed

    def accepts(self, text: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except (InvalidSignature, ValueError):
            return False
        return True


class Signer(Protocol):
    """What signs checkpoints. The key may live in a file or in a device."""

    @property
    def verifier(self) -> VerifierKey: ...

    def sign(self, text: bytes) -> bytes: ...


class KeySigner:
    """A key held in memory, written `PRIVATE+KEY+name+hash+key` as other clients of the format write it."""

    def __init__(self, name: str, seed: bytes) -> None:
        _check_name(name)
        self._seed = seed
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = VerifierKey(name, self._private.public_key().public_bytes_raw())

    def __repr__(self) -> str:
        return f"KeySigner({self.verifier})"

    @classmethod
    def parse(cls, text: str) -> KeySigner:
        """Raises NoteError for what is no Ed25519 signing key."""
        prefix, mark, rest = text.strip().partition("PRIVATE+KEY+")
        name, _, rest = rest.partition("+")
        hash_, _, key = rest.partition("+")
        if prefix or not mark:
            raise NoteError("a signing key begins with PRIVATE+KEY+")
        data = _base64(key)
        if len(data) != 33 or data[:1] != ED25519:
            raise NoteError("only Ed25519 signing keys (type 1, 32 bytes) are read")
        signer = cls(name, data[1:])
        if signer.verifier.id.hex() != hash_:
            raise NoteError(f"the signing key of {name} does not fit its own hash")
        return signer

    def secret(self) -> str:
        """The text that `parse` reads: for a file that only the sequencer's user may read."""
        key = base64.b64encode(ED25519 + self._seed).decode()
        return f"PRIVATE+KEY+{self.verifier.name}+{self.verifier.id.hex()}+{key}"

    def sign(self, text: bytes) -> bytes:
        return self._private.sign(text)


def sign_note(text: str, *signers: Signer) -> str:
    """A text, ending in a newline, with one signature line per signer. Raises NoteError for a text that no note can hold."""
    if not text.endswith("\n") or any(ord(char) < 0x20 and char != "\n" for char in text):
        raise NoteError("the text of a note ends in a newline and has no other control character")
    lines = []
    for signer in signers:
        key = signer.verifier
        signature = base64.b64encode(key.id + signer.sign(text.encode())).decode()
        lines.append(f"{_DASH} {key.name} {signature}\n")
    return f"{text}\n{''.join(lines)}"


def open_note(note: str, *keys: VerifierKey) -> str:
    """The text of a note that a known key has signed. Unknown signatures are passed over.

    Raises NoteError when the note is malformed, when a known key's signature is wrong, or when no known key signed.
    """
    if any(ord(char) < 0x20 and char != "\n" for char in note):
        raise NoteError("the note holds a control character")
    text, blank, tail = note.rpartition("\n\n")
    if not blank or not tail.endswith("\n"):
        raise NoteError("the note has no signature lines")
    text += "\n"
    lines = tail[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise NoteError(f"the note has more than {MOST_SIGNATURES} signatures")
    known = {(key.name, key.id): key for key in keys}
    signed = False
    for line in lines:
        name, signature = _signature(line)
        key = known.get((name, signature[:4]))
        if key is None:
            continue
        if not key.accepts(text.encode(), signature[4:]):
            raise NoteError(f"the signature of {name} is wrong")
        signed = True
    if not signed:
        raise NoteError("no known key has signed this note")
    return text


def _signature(line: str) -> tuple[str, bytes]:
    mark, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    if mark != _DASH:
        raise NoteError("a signature line begins with an em dash")
    _check_name(name)
    data = _base64(encoded)
    if len(data) < 5:
        raise NoteError(f"the signature of {name} is cut short")
    return name, data


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log: its origin, how many leaves it has, and their root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    def sign(self, *signers: Signer) -> str:
        return sign_note(self.text(), *signers)

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """The checkpoint of a note's text; extension lines are passed over. Raises NoteError."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
            raise NoteError("a checkpoint has at least three lines, none of them empty")
        origin, size, root = lines[:3]
        if not _SIZE.fullmatch(size):
            raise NoteError(f"{size!r} is no tree size")
        head = _base64(root)
        if len(head) != 32:
            raise NoteError("a root hash has 32 bytes")
        return cls(origin, int(size), head)

    @classmethod
    def open(cls, note: str, *keys: VerifierKey) -> Checkpoint:
        """The checkpoint of a note signed by the log whose key bears the origin's name. Raises NoteError."""
        checkpoint = cls.parse(open_note(note, *keys))
        if checkpoint.origin not in {key.name for key in keys}:
            raise NoteError(f"the checkpoint is of the log {checkpoint.origin!r}, expected {', '.join(key.name for key in keys)}")
        return checkpoint
