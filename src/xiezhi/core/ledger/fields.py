"""The salted field tree of a body, and proofs of single fields (entry format, parts 4 and 5).

The log shows 33 bytes for an entry. Of a body, any field can be shown with its salt and an audit path, while the others
stay unguessable; destroying seed and body destroys them without breaking a proof.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .body import check, flatten, jcs_pair
from .errors import BodyError, ProofError

SUITE = b"\x01"
ENTRY_LENGTH = 33
SEED_LENGTH = 32
LEAST_WIDTH = 16  # smaller bodies all look alike

_sha256 = hashlib.sha256
_IPAD = bytes(byte ^ 0x36 for byte in range(256))
_OPAD = bytes(byte ^ 0x5C for byte in range(256))


class _Salts:
    """HMAC-SHA256 (RFC 2104) under one seed, its two key blocks hashed once for all fields."""

    __slots__ = ("_inner", "_outer")

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SEED_LENGTH:
            raise ValueError(f"a seed has {SEED_LENGTH} bytes, this one {len(seed)}")
        block = seed.ljust(64, b"\x00")
        self._inner = _sha256(block.translate(_IPAD))
        self._outer = _sha256(block.translate(_OPAD))

    def draw(self, message: bytes) -> bytes:
        inner = self._inner.copy()
        inner.update(message)
        outer = self._outer.copy()
        outer.update(inner.digest())
        return outer.digest()

    def of_field(self, path: str) -> bytes:
        return self.draw(b"\x00" + path.encode())

    def of_dummy(self, number: int) -> bytes:
        return self.draw(b"\x01" + struct.pack(">I", number))


def _width(pairs: int) -> int:
    return max(LEAST_WIDTH, 1 << (pairs - 1).bit_length())


def _field_leaf(salt: bytes, path: str, value: Any) -> bytes:
    return _sha256(b"\x00" + salt + jcs_pair(path, value)).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return _sha256(b"\x01" + left + right).digest()


def _leaves(pairs: list[tuple[str, Any]], salts: _Salts) -> list[bytes]:
    leaves = [_field_leaf(salts.of_field(path), path, value) for path, value in pairs]
    leaves += [_sha256(b"\x00" + salts.of_dummy(number)).digest() for number in range(_width(len(pairs)) - len(pairs))]
    leaves.sort()  # a position tells nothing about the field
    return leaves


def entry_of(body: dict[str, Any], seed: bytes) -> bytes:
    """The 33 bytes that the log holds of a body: suite and field-tree root. Raises BodyError for a body without a canonical form."""
    check(body)
    return field_tree(body, seed)


def field_tree(body: dict[str, Any], seed: bytes) -> bytes:
    """As `entry_of`, for a body that was checked before."""
    row = _leaves(flatten(body), _Salts(seed))
    while len(row) > 1:
        row = [_sha256(b"\x01" + row[i] + row[i + 1]).digest() for i in range(0, len(row), 2)]
    return SUITE + row[0]


@dataclass(frozen=True, slots=True)
class FieldProof:
    """One field shown: its path, value, salt, and the audit path (sibling hashes, leaf upwards) from its `place` in the tree."""

    path: str
    value: Any
    salt: bytes
    place: int
    siblings: tuple[bytes, ...]

    def as_dict(self) -> dict[str, Any]:
        """The form in which proofs travel: hashes in hex."""
        return {
            "path": self.path,
            "value": self.value,
            "salt": self.salt.hex(),
            "place": self.place,
            "siblings": [sibling.hex() for sibling in self.siblings],
        }

    @classmethod
    def from_dict(cls, given: dict[str, Any]) -> FieldProof:
        """Raises ProofError for what is no field proof."""
        try:
            siblings = tuple(bytes.fromhex(text) for text in given["siblings"])
            proof = cls(str(given["path"]), given["value"], bytes.fromhex(given["salt"]), int(given["place"]), siblings)
        except (KeyError, TypeError, ValueError) as error:
            raise ProofError(f"not a field proof: {error}") from error
        if any(len(one) != 32 for one in (proof.salt, *proof.siblings)):
            raise ProofError("not a field proof: a salt or hash has not 32 bytes")
        return proof


def prove_fields(body: dict[str, Any], seed: bytes, paths: Iterable[str]) -> list[FieldProof]:
    """Proofs of the fields at or below the given paths (`data.summary` shows all that stands under it), in body order.

    Raises BodyError naming a path under which the body holds nothing.
    """
    check(body)
    pairs = flatten(body)
    salts = _Salts(seed)
    leaves = _leaves(pairs, salts)
    proofs: dict[str, FieldProof] = {}
    for wanted in paths:
        found = [pair for pair in pairs if _stands_under(pair[0], wanted)]
        if not found:
            raise BodyError(wanted, "nothing", "a field of this body", zh="记录中没有这个字段")
        for path, value in found:
            proofs[path] = _prove(path, value, salts.of_field(path), leaves)
    return list(proofs.values())


def _stands_under(path: str, wanted: str) -> bool:
    return path == wanted or path.startswith((f"{wanted}.", f"{wanted}["))


def _prove(path: str, value: Any, salt: bytes, leaves: list[bytes]) -> FieldProof:
    place = leaves.index(_field_leaf(salt, path, value))
    siblings = []
    row, at = leaves, place
    while len(row) > 1:
        siblings.append(row[at ^ 1])
        row = [_node(row[i], row[i + 1]) for i in range(0, len(row), 2)]
        at //= 2
    return FieldProof(path, value, salt, place, tuple(siblings))


def verify_field(proof: FieldProof, entry: bytes) -> bool:
    """Whether the entry commits to exactly this field and value."""
    if len(entry) != ENTRY_LENGTH or entry[:1] != SUITE:
        return False
    if not 0 <= proof.place < 1 << len(proof.siblings) or len(proof.siblings) < LEAST_WIDTH.bit_length() - 1:
        return False
    try:
        node = _field_leaf(proof.salt, proof.path, proof.value)
    except (TypeError, ValueError):
        return False
    at = proof.place
    for sibling in proof.siblings:
        node = _node(node, sibling) if at % 2 == 0 else _node(sibling, node)
        at //= 2
    return node == entry[1:]
