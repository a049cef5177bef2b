"""A second implementation of the entry format and of RFC 6962, written from the text alone, slow and plain.

It shares no code with xiezhi.core.ledger: `hmac`, `rfc8785` and recursion instead of its own shortcuts.
"""

from __future__ import annotations

import hashlib
import hmac

import rfc8785


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def flat(value, path=""):
    if isinstance(value, dict) and value:
        return [pair for key in value for pair in flat(value[key], path + "." + key if path else key)]
    if isinstance(value, list) and value:
        return [pair for i, item in enumerate(value) for pair in flat(item, f"{path}[{i}]")]
    return [(path, value)]


def entry(body, seed):
    leaves = []
    for path, value in flat(body):
        salt = hmac.new(seed, b"\x00" + path.encode("utf-8"), "sha256").digest()
        leaves.append(sha(b"\x00" + salt + rfc8785.dumps([path, value])))
    width = 16
    while width < len(leaves):
        width *= 2
    leaves += [sha(b"\x00" + hmac.new(seed, b"\x01" + j.to_bytes(4, "big"), "sha256").digest()) for j in range(width - len(leaves))]
    return b"\x01" + balanced(sorted(leaves))


def balanced(leaves):
    if len(leaves) == 1:
        return leaves[0]
    half = len(leaves) // 2
    return sha(b"\x01" + balanced(leaves[:half]) + balanced(leaves[half:]))


def mth(leaf_hashes):
    """RFC 6962 section 2.1, over leaf hashes."""
    n = len(leaf_hashes)
    if n == 0:
        return sha(b"")
    if n == 1:
        return leaf_hashes[0]
    k = 1
    while k * 2 < n:
        k *= 2
    return sha(b"\x01" + mth(leaf_hashes[:k]) + mth(leaf_hashes[k:]))


def tile(leaf_hashes, level, index):
    """C2SP tlog-tiles: the hashes of the full subtrees that this tile holds."""
    span = 256**level
    hashes = []
    for i in range(index * 256, index * 256 + 256):
        part = leaf_hashes[i * span : (i + 1) * span]
        if len(part) == span:
            hashes.append(mth(part))
    return b"".join(hashes)
