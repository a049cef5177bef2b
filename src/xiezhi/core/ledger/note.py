"""Signed notes with Ed25519 keys, and the checkpoints written in them: C2SP signed-note, tlog-checkpoint."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, field
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from .errors import NoteError

ED25519 = b"\x01"
MOST_SIGNATURES = 64

_DASH = "\N{EM DASH}"
_SIZE = re.compile(r"0|[1-9]\d{0,18}")


def base64_of(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError(f"{text[:20]!r} is not base64") from error
    if base64.b64encode(data).decode() != text:
        raise NoteError(f"{text[:20]!r} is not base64 in its one form")
    return data


def check_name(name: str) -> None:
    if not name or "+" in name or any(char.isspace() or not char.isprintable() for char in name):
        raise NoteError(f"{name!r} is no key name: not empty, no space, no +")


def key_id(name: str, public: bytes) -> bytes:
    """The first four bytes of SHA-256(name ‖ newline ‖ 0x01 ‖ public key)."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key by name, written `name+hash+key`.

    It speaks for checkpoints of `since` to `until` leaves, the last excluded (None: without end): after a change of keys the old one
    still proves what it signed in its time, and nothing later.
    """

    name: str
    public: bytes
    since: int = field(default=0, compare=False)
    until: int | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(ED25519 + self.public).decode()}"

    @property
    def id(self) -> bytes:
        return key_id(self.name, self.public)

    @property
    def fingerprint(self) -> str:
        """The first 16 bytes of SHA-256 over the key's one line, in fours: what people compare."""
        digits = hashlib.sha256(str(self).encode()).hexdigest()[:32]
        return " ".join(digits[at : at + 4] for at in range(0, 32, 4))

    def speaks_for(self, size: int) -> bool:
        """Whether a checkpoint of `size` leaves is of this key's time."""
        return self.since <= size and (self.until is None or size < self.until)

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Raises NoteError for what is no Ed25519 verifier key."""
        name, _, rest = text.strip().partition("+")
        hash_, _, key = rest.partition("+")
        check_name(name)
        data = base64_of(key)
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


class NoteKey(Protocol):
    """A public key of any signature type: its name, its 4-byte id, and whether it accepts a signature over a text."""

    @property
    def name(self) -> str: ...

    @property
    def id(self) -> bytes: ...

    def accepts(self, text: bytes, signature: bytes) -> bool: ...


class Signer(Protocol):
    """What signs checkpoints. The key may live in a file or in a device."""

    @property
    def verifier(self) -> NoteKey: ...

    def sign(self, text: bytes) -> bytes: ...


class KeySigner:
    """A key held in memory, written `PRIVATE+KEY+name+hash+key` as other clients of the format write it."""

    def __init__(self, name: str, seed: bytes) -> None:
        check_name(name)
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
        data = base64_of(key)
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
    lines = [signature_line(signer.verifier, signer.sign(text.encode())) for signer in signers]
    return f"{text}\n{''.join(lines)}"


def signature_line(key: NoteKey, signature: bytes) -> str:
    """One signature line, its newline included."""
    return f"{_DASH} {key.name} {base64.b64encode(key.id + signature).decode()}\n"


def with_lines(note: str, lines: str) -> str:
    """A note with further signature lines; those that it has already are not doubled."""
    own = note.split("\n")
    return note + "".join(f"{line}\n" for line in lines.split("\n") if line and line not in own)


def text_of(note: str) -> str:
    """The text of a note, its last newline included; no signature is looked at. Raises NoteError where there is none."""
    text, blank, _ = note.rpartition("\n\n")
    if not blank:
        raise NoteError("the note has no signature lines")
    return f"{text}\n"


def lines_of(note: str, *keys: NoteKey) -> dict[NoteKey, tuple[str, bytes]]:
    """The signature lines of the keys that have signed a note, with the bytes of their signatures. Raises NoteError as `open_note`."""
    text, found = text_of(note), {}
    known = {(key.name, key.id): key for key in keys}
    for line in note[len(text) + 1 :].removesuffix("\n").split("\n"):
        name, signature = _signature(line)
        key = known.get((name, signature[:4]))
        if key is not None and key.accepts(text.encode(), signature[4:]):
            found[key] = (f"{line}\n", signature[4:])
    return found


def open_note(note: str, *keys: NoteKey) -> str:
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
    check_name(name)
    data = base64_of(encoded)
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
        head = base64_of(root)
        if len(head) != 32:
            raise NoteError("a root hash has 32 bytes")
        return cls(origin, int(size), head)

    @classmethod
    def open(cls, note: str, *keys: VerifierKey) -> Checkpoint:
        """The checkpoint of a note signed by the log, by a key that bears the origin's name and speaks for this size. Raises NoteError."""
        checkpoint = cls.parse(text_of(note))
        named = [key for key in keys if key.name == checkpoint.origin]
        if keys and not named:
            raise NoteError(f"the checkpoint is of the log {checkpoint.origin!r}, expected {', '.join(sorted({key.name for key in keys}))}")
        open_note(note, *(key for key in named if key.speaks_for(checkpoint.size)))
        return checkpoint
