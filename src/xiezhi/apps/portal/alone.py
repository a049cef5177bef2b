"""Check a published result without trusting the platform: Python 3.9 or newer and `pip install cryptography`, nothing of ours.

    python3 verify.py RESULT.proof.json                    the fields, their entry, the signed checkpoint
    python3 verify.py RESULT.proof.json RESULT.pdf         and whether the PDF is the published one
    python3 verify.py RESULT.proof.json --log ADDRESS/log/ and the whole log, fetched now, down to each leaf
    python3 verify.py --log ADDRESS/log/                   the log alone, for whoever has no proof file
Options: --key KEY (kept from earlier, or from the printed gazette), --checkpoint FILE (one kept from earlier: the log must still hold it).

Exit status 0: everything holds. 1: something does not, and the line says what. Formats: RFC 6962, RFC 8785, C2SP signed-note,
tlog-checkpoint, tlog-tiles, tlog-proof.
"""

# ruff: noqa: T201 - it runs by itself, in a terminal

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
import urllib.request
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Wrong(Exception):  # noqa: N818 - what the last line of the answer says
    """Something does not hold."""


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right)


def check_field(field: dict[str, Any], entry: bytes) -> None:
    """Step 1: from path, value and salt up the sibling hashes to the entry (0x01 and the root)."""
    pair = json.dumps([field["path"], field["value"]], ensure_ascii=False, separators=(",", ":")).encode()
    value, place = sha256(b"\x00" + bytes.fromhex(field["salt"]) + pair), field["place"]
    for text in field["siblings"]:
        sibling = bytes.fromhex(text)
        value = node(sibling, value) if place & 1 else node(value, sibling)
        place >>= 1
    if place or b"\x01" + value != entry:
        raise Wrong(f"字段 {field['path']} 与条目对不上，内容被改过 / field {field['path']} is not in the entry")


def root_of(leaf: bytes, index: int, size: int, hashes: list[bytes]) -> bytes:
    """Step 2: from the leaf up to the root of a log of `size` leaves (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        raise Wrong("条目序号超出日志长度 / the index lies outside the log")
    here, last, value = index, size - 1, leaf
    for sibling in hashes:
        if last == 0:
            raise Wrong("证明太长 / the proof is too long")
        if here & 1 or here == last:
            value = node(sibling, value)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            value = node(value, sibling)
        here, last = here >> 1, last >> 1
    if last:
        raise Wrong("证明太短 / the proof is too short")
    return value


def open_checkpoint(note: str, key: str) -> tuple[int, bytes]:
    """Step 3: the signature of the checkpoint. Answers (size, root)."""
    name, key_hash, encoded = key.strip().split("+", 2)
    public = base64.b64decode(encoded)
    if public[:1] != b"\x01" or sha256(name.encode() + b"\n" + public)[:4].hex() != key_hash:
        raise Wrong("公钥写得不对 / not a verifier key")
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    for line in signatures.splitlines():
        dash, signer, signature = [*line.split(" "), "", ""][:3]
        raw = base64.b64decode(signature)
        if dash == "\u2014" and signer == name and raw[:4].hex() == key_hash:
            try:
                Ed25519PublicKey.from_public_bytes(public[1:]).verify(raw[4:], text.encode())
            except InvalidSignature:
                raise Wrong("检查点的签名不对 / the checkpoint's signature is bad") from None
            origin, size, root = text.split("\n")[:3]
            if origin != name:
                raise Wrong("检查点不是这个日志的 / the checkpoint is of another log")
            return int(size), base64.b64decode(root)
    raise Wrong("检查点没有这个公钥的签名 / the checkpoint is not signed by this key")


def parse_proof(text: str) -> tuple[int, list[bytes], str]:
    head, _, note = text.partition("\n\n")
    lines = head.split("\n")[1:]
    lines = lines[1:] if lines and lines[0].startswith("extra ") else lines
    return int(lines[0].split(" ")[1]), [base64.b64decode(line) for line in lines[1:]], note


def fetch(base: str, path: str) -> bytes:
    with urllib.request.urlopen(base.rstrip("/") + "/" + path, timeout=30) as answer:  # noqa: S310 - the address that the caller gave
        data: bytes = answer.read()
        return data


def bundle_path(index: int, width: int) -> str:
    path, rest = f"{index % 1000:03d}", index // 1000
    while rest:
        path, rest = f"x{rest % 1000:03d}/{path}", rest // 1000
    return f"tile/entries/{path}" + (f".p/{width}" if width < 256 else "")


def all_entries(base: str, size: int) -> list[bytes]:
    """Every entry of the log, 33 bytes each, in bundles of 256."""
    found: list[bytes] = []
    for index in range((size + 255) // 256):
        data, at = fetch(base, bundle_path(index, min(256, size - index * 256))), 0
        while at < len(data):
            length = int.from_bytes(data[at : at + 2], "big")
            found.append(data[at + 2 : at + 2 + length])
            at += 2 + length
    if len(found) != size:
        raise Wrong(f"日志应有 {size} 条，取到 {len(found)} 条 / the log does not serve all its entries")
    return found


def tree_root(entries: list[bytes]) -> bytes:
    row = [sha256(b"\x00" + entry) for entry in entries]
    while len(row) > 1:
        row = [node(row[i], row[i + 1]) if i + 1 < len(row) else row[i] for i in range(0, len(row), 2)]
    return row[0] if row else sha256(b"")


def check_log(base: str, key: str, kept: list[tuple[int, bytes]]) -> list[bytes]:
    """The whole log against its checkpoint and against every checkpoint known from elsewhere. Answers its entries."""
    size, root = open_checkpoint(fetch(base, "checkpoint").decode(), key)
    entries = all_entries(base, size)
    if tree_root(entries) != root:
        raise Wrong("日志的条目算不出检查点的根 / the entries do not give the checkpoint's root")
    for old_size, old_root in kept:
        if old_size > size or tree_root(entries[:old_size]) != old_root:
            raise Wrong(f"以前 {old_size} 条的检查点不在现在的日志里，历史被改过 / the log no longer holds an earlier checkpoint")
    print(f"日志 {size} 条，每一条都算过，与签名检查点一致 / the log of {size} entries gives the root that was signed")
    return entries


def check_proof(asked: argparse.Namespace, key: str) -> tuple[bytes, int, tuple[int, bytes]]:
    """Steps 1 to 3 for a proof file, and its PDF where one is given. Answers entry, index, checkpoint."""
    given = json.loads(Path(asked.proof).read_text(encoding="utf-8"))
    entry = bytes.fromhex(given["entry"])
    for field in given["fields"]:
        check_field(field, entry)
    print(f"1. {len(given['fields'])} 项内容与条目一致 / the fields give the entry {entry.hex()}")
    index, hashes, note = parse_proof(given["tlog_proof"])
    size, root = open_checkpoint(note, key)
    if root_of(sha256(b"\x00" + entry), index, size, hashes) != root:
        raise Wrong("条目不在日志里 / the entry is not in the log")
    print(f"2. 条目在日志第 {index} 条（从 0 数起，共 {size} 条） / the entry stands at index {index} of {size}")
    print("3. 检查点的签名正确 / the checkpoint is signed by the key")
    for field in given["fields"]:
        print(f"   {field['path']}: {field['value']}")
    if asked.pdf:
        digest = hashlib.sha256(Path(asked.pdf).read_bytes()).hexdigest()
        if digest not in [field["value"] for field in given["fields"] if field["path"] == "data.pdf"]:
            raise Wrong("PDF 与登记的不一致 / the PDF is not the published one")
        print("   PDF 与登记的一致 / the PDF is the published one")
    return entry, index, (size, root)


def main() -> int:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("proof", nargs="?")
    reader.add_argument("pdf", nargs="?")
    reader.add_argument("--log")
    reader.add_argument("--key")
    reader.add_argument("--checkpoint")
    asked = reader.parse_args()
    if not asked.proof and not asked.log:
        reader.error("a proof file, or --log ADDRESS")
    try:
        key = asked.key or (fetch(asked.log, "key").decode() if asked.log else json.loads(Path(asked.proof).read_text("utf-8"))["key"])
        kept = [open_checkpoint(Path(asked.checkpoint).read_text("utf-8"), key)] if asked.checkpoint else []
        proved = check_proof(asked, key) if asked.proof else None
        if asked.log:
            entries = check_log(asked.log, key, kept + ([proved[2]] if proved else []))
            if proved and entries[proved[1]] != proved[0]:
                raise Wrong("日志在这个位置上是另一条 / the log holds another entry at this index")  # noqa: TRY301
    except Wrong as wrong:
        print(f"不成立 / WRONG: {wrong}")
        return 1
    except (ValueError, KeyError, IndexError, TypeError, OSError) as error:
        print(f"不成立 / WRONG: 文件或者日志读不懂 / unreadable: {error}")
        return 1
    print("全部成立 / ALL HOLDS")
    return 0


if __name__ == "__main__":
    sys.exit(main())
