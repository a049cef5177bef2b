"""Check what an agency put on the record without trusting its platform: Python 3.9 or newer and `pip install cryptography`, nothing of ours.

    python3 verify.py                                      the bundle (案卷证明包) in whose folder this file lies
    python3 verify.py BUNDLE.zip                           a bundle as it was downloaded, or its unpacked folder
    python3 verify.py RESULT.proof.json [RESULT.pdf]       single fields of an entry, and whether the PDF is the recorded one
    python3 verify.py --log ADDRESS/log/                   the whole log, fetched now; also together with any of the above
Options: --key KEY (kept from earlier, or from the printed gazette), --log … --checkpoint FILE (one kept from earlier: the log must still hold it).

Exit status 0: everything holds. 1: something does not, and the line names the first bad item. Formats: RFC 6962, RFC 8493, RFC 8785, C2SP
signed-note, tlog-checkpoint, tlog-tiles, tlog-proof. The entry format is written out in docs/record.md; this file is a second reading of it,
and one file, long as it is, so that whoever runs it can read all that is run.
"""

# ruff: noqa: T201 - it runs by itself, in a terminal

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import re
import stat
import sys
import urllib.request
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LISTS = {"manifest-sha256.txt", "tagmanifest-sha256.txt"}
TAGS = {"bagit.txt", "bag-info.txt", "checkpoint", "key", "policy", "verify.py", "读我.txt", *LISTS}
PAYLOAD = re.compile(r"data/(?:entries/(\d{4,})\.json|proofs/(\d{4,})\.tlog-proof|(?:files|media)/[^/]+)")
STAMP = re.compile(r"stamps/(\d+)\.(?:note|tsr|consistency)")
OF_FILES = re.compile(r"(?:^|\.)files\[\d+\]\.sha256|data\.pdf")
OF_MEDIA = re.compile(r"(?:^|\.)recordings\[\d+\]\.sha256")
FORMS = ({"body", "entry", "seed"}, {"entry", "fields"}, {"deleted", "entry"})


class Wrong(Exception):  # noqa: N818 - what the last line of the answer says
    """Something does not hold; `item` names it."""

    def __init__(self, words: str, item: str = "") -> None:
        super().__init__(f"{item}: {words}" if item else words)
        self.words, self.item = words, item


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right)


# --- one entry -------------------------------------------------------------------------------------------------------------------------


def unhex(text: Any, length: int) -> bytes:
    data = bytes.fromhex(text) if isinstance(text, str) else b""
    if len(data) != length or data.hex() != text:
        raise Wrong(f"应为 {length} 字节的小写十六进制 / expected {length} bytes in lower-case hex")
    return data


def pairs(value: Any, path: str = "") -> list[tuple[str, Any]]:
    """Path and value of each field: keys joined by `.`, list items by `[i]`; an empty list or object is one field."""
    if isinstance(value, dict) and value:
        return [pair for key in value for pair in pairs(value[key], f"{path}.{key}" if path else key)]
    if isinstance(value, list) and value:
        return [pair for place, one in enumerate(value) for pair in pairs(one, f"{path}[{place}]")]
    return [(path, value)]


def leaf_of(salt: bytes, path: str, value: Any) -> bytes:
    return sha256(b"\x00" + salt + json.dumps([path, value], ensure_ascii=False, separators=(",", ":")).encode())


def entry_of(body: dict[str, Any], seed: bytes) -> bytes:
    """0x01 and the root over the salted fields and the dummies, sorted: 33 bytes."""
    row = [leaf_of(hmac.new(seed, b"\x00" + path.encode(), "sha256").digest(), path, value) for path, value in pairs(body)]
    width = max(16, 1 << (len(row) - 1).bit_length())
    dummies = range(width - len(row))
    row += [sha256(b"\x00" + hmac.new(seed, b"\x01" + one.to_bytes(4, "big"), "sha256").digest()) for one in dummies]
    row.sort()
    while len(row) > 1:
        row = [node(row[place], row[place + 1]) for place in range(0, len(row), 2)]
    return b"\x01" + row[0]


def check_field(field: dict[str, Any], entry: bytes) -> None:
    """From path, value and salt up the sibling hashes to the entry."""
    value, place = leaf_of(unhex(field["salt"], 32), field["path"], field["value"]), field["place"]
    if len(field["siblings"]) < 4 or type(place) is not int or place < 0:
        raise Wrong(f"字段 {field['path']} 的证明太短 / the proof of field {field['path']} is cut short")
    for text in field["siblings"]:
        sibling = unhex(text, 32)
        value = node(sibling, value) if place & 1 else node(value, sibling)
        place >>= 1
    if place or b"\x01" + value != entry:
        raise Wrong(f"字段 {field['path']} 与条目对不上，内容被改过 / field {field['path']} is not in the entry")


def strict(text: bytes) -> Any:
    """JSON in which no key stands twice and no number is broken, so that nobody reads it in another way."""

    def once(found: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({key for key, _ in found}) != len(found):
            raise Wrong("JSON 里有重复的键 / a key stands twice")
        return dict(found)

    def never(_: str) -> Any:
        raise Wrong("记录里没有小数 / the record has no fractions")

    return json.loads(text.decode("utf-8"), object_pairs_hook=once, parse_float=never, parse_constant=never)


# --- the log ---------------------------------------------------------------------------------------------------------------------------


def root_of(leaf: bytes, index: int, size: int, hashes: list[bytes]) -> bytes:
    """From the leaf up to the root of a log of `size` leaves (RFC 9162, 2.1.3.2)."""
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


def is_prefix(old: tuple[int, bytes], new: tuple[int, bytes], hashes: list[bytes]) -> bool:
    """Whether the log of `old` leaves is the beginning of that of `new` (RFC 9162, 2.1.4.2)."""
    if not 0 < old[0] < new[0]:
        return old == new and not hashes
    path = [old[1], *hashes] if old[0] & (old[0] - 1) == 0 else hashes
    here, last = old[0] - 1, new[0] - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    first = second = path[0] if path else b""
    for sibling in path[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            first, second = node(sibling, first), node(sibling, second)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            second = node(second, sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and (first, second) == (old[1], new[1])


def known_keys(keys: str) -> dict[tuple[str, str], tuple[bytes, int, int]]:
    """Public keys by name and hash, each with the sizes of the log for which it speaks: `name+hash+key`, then from and to where it is bounded."""
    known: dict[tuple[str, str], tuple[bytes, int, int]] = {}
    for key, since, until in re.findall(r"([^\s+]+\+\S+)(?:[ \t]+(\d+)(?:[ \t]+(\d+))?)?", keys):
        name, key_hash, encoded = [*key.split("+", 2), ""][:3]
        public = base64.b64decode(encoded)
        if public[:1] != b"\x01" or sha256(name.encode() + b"\n" + public)[:4].hex() != key_hash:
            raise Wrong("公钥写得不对 / not a verifier key")
        known[name, key_hash] = (public[1:], int(since or 0), int(until or 2**63))
    return known


def keys_of_log(base: str) -> str:
    """The keys that a log's policy names, earlier and lost ones with their times; of a log without one the key alone."""
    found, valid = fetch(base, "key").decode(), ""
    try:
        policy = fetch(base, "policy").decode("utf-8")
    except OSError:
        return found
    for line in policy.split("\n"):
        if match := re.fullmatch(r"#\s*valid from (\d+)(?: to (\d+))?\s*", line):
            valid = f"{match[1]} {match[2] or ''}"
        elif match := re.match(r"(?:log|# lost) (\S+)", line):
            found, valid = f"{found}\n{match[1]} {valid}", ""
    return found


def open_checkpoint(note: str, keys: str) -> tuple[int, bytes]:
    """The head that one of the keys (one a line) has signed: (size, root)."""
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    known = known_keys(keys)
    for line in signatures.splitlines():
        dash, signer, signature = [*line.split(" "), "", ""][:3]
        raw = base64.b64decode(signature)
        public, since, until = known.get((signer, raw[:4].hex()), (b"", 0, 0))
        if dash == "\u2014" and public:
            try:
                Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], text.encode())
            except InvalidSignature:
                raise Wrong("检查点的签名不对 / the checkpoint's signature is bad") from None
            origin, size, root = text.split("\n")[:3]
            if origin != signer:
                raise Wrong("检查点不是这个日志的 / the checkpoint is of another log")
            if not since <= int(size) <= until:
                continue  # this key does not speak for a log of that size; another may
            return int(size), base64.b64decode(root)
    raise Wrong("检查点没有这个公钥的签名 / the checkpoint is not signed by this key")


def parse_proof(text: str) -> tuple[int, list[bytes], str]:
    head, _, note = text.partition("\n\n")
    lines = head.split("\n")
    if lines.pop(0) != "c2sp.org/tlog-proof@v1":
        raise Wrong("不是日志证明 / not a .tlog-proof file")
    lines = lines[1:] if lines and lines[0].startswith("extra ") else lines
    return int(lines[0].split(" ")[1]), [base64.b64decode(line, validate=True) for line in lines[1:]], note


def place_of(entry: bytes, proof: str, keys: str) -> tuple[int, str, tuple[int, bytes]]:
    """Index of the entry, the note and the head that include it."""
    index, hashes, note = parse_proof(proof)
    size, root = open_checkpoint(note, keys)
    if root_of(sha256(b"\x00" + entry), index, size, hashes) != root:
        raise Wrong("条目不在日志里 / the entry is not in the log")
    return index, note, (size, root)


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


# --- a file with some fields -----------------------------------------------------------------------------------------------------------


def check_proof(path: Path, pdf: str | None, keys: str) -> tuple[dict[int, bytes], set[tuple[int, bytes]]]:
    """Fields, entry, checkpoint, and the PDF where one is given. Answers the entry by its index, and the heads."""
    given = strict(path.read_bytes())
    entry = unhex(given["entry"], 33)
    for field in given["fields"]:
        check_field(field, entry)
    print(f"1. {len(given['fields'])} 项内容与条目一致 / the fields give the entry {entry.hex()}")
    index, _, head = place_of(entry, given["tlog_proof"], keys or given["key"])
    print(f"2. 条目在日志第 {index} 条（从 0 数起，共 {head[0]} 条） / the entry stands at index {index} of {head[0]}")
    print("3. 检查点的签名正确 / the checkpoint is signed by the key")
    for field in given["fields"]:
        print(f"   {field['path']}: {field['value']}")
    if pdf:
        digest = hashlib.sha256(Path(pdf).read_bytes()).hexdigest()
        if digest not in [field["value"] for field in given["fields"] if OF_FILES.fullmatch(field["path"])]:
            raise Wrong("PDF 与登记的不一致 / the PDF is not the published one")
        print("   PDF 与登记的一致 / the PDF is the published one")
    return {index: entry}, {head}


# --- a bundle --------------------------------------------------------------------------------------------------------------------------


class Bag:
    """The files of a folder or of a zip, by their path below `bagit.txt`; a zip is read where it is, so no name of it can lead anywhere."""

    def __init__(self, where: Path) -> None:
        self.sources: dict[str, Any] = {}
        self.packed = zipfile.ZipFile(where) if where.is_file() else None
        found = self._of_zip(self.packed) if self.packed else self._of_folder(where)
        top = min((name[: -len("bagit.txt")] for name in found if re.fullmatch(r"([^/]+/)?bagit\.txt", name)), key=len, default=None)
        if top is None:
            raise Wrong("这不是证明包：缺少 bagit.txt / not a bundle: bagit.txt is missing", str(where))
        for name, source in found.items():
            self.sources[name[len(top) :] if name.startswith(top) else f"../{name}"] = source

    @staticmethod
    def _of_zip(packed: zipfile.ZipFile) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for info in packed.infolist():
            name, mode = info.orig_filename, info.external_attr >> 16
            parts = name.rstrip("/").split("/")
            if not name.isprintable() or re.search(r'[\\:*?"<>|]', name) or {"", ".", ".."} & set(parts):
                raise Wrong("压缩包里有不安全的文件名 / an unsafe name in the zip", ascii(name))
            if name in found or info.flag_bits & 1 or (stat.S_IFMT(mode) not in {0, stat.S_IFREG, stat.S_IFDIR}):
                raise Wrong("重复、加密或者不是普通文件 / twice there, encrypted, or no plain file", name)
            if not info.is_dir():
                found[name] = info
        return found

    @staticmethod
    def _of_folder(folder: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_symlink() or not (path.is_dir() or path.is_file()):
                raise Wrong("不是普通文件 / no plain file", name)
            if path.is_file():
                found[name] = path
        return found

    def open(self, name: str) -> IO[bytes]:
        source = self.sources.get(name)
        if source is None:
            raise Wrong("缺失 / is missing", name)
        stream: IO[bytes] = self.packed.open(source) if self.packed else source.open("rb")
        return stream

    def read(self, name: str) -> bytes:
        with self.open(name) as file:
            return file.read()

    def measure(self, name: str) -> tuple[str, int]:
        """SHA-256 and size."""
        digest, size = hashlib.sha256(), 0
        try:
            with self.open(name) as file:
                for block in iter(lambda: file.read(1 << 20), b""):
                    digest.update(block)
                    size += len(block)
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise Wrong(f"压缩包在这里坏了 / the zip is damaged here ({error})", name) from None
        return digest.hexdigest(), size


def number_of(name: str) -> int:
    return int(name[len("data/entries/") : -len(".json")])


class Record:
    """One entry of the bag: its 33 bytes, and what is shown of it by path."""

    def __init__(self, bag: Bag, number: int) -> None:
        self.number, self.path = number, f"data/entries/{number:04d}.json"
        given = strict(bag.read(self.path))
        if not isinstance(given, dict) or set(given) not in FORMS:
            raise Wrong("不是一条记录 / not a record")
        self.entry = unhex(given["entry"], 33)
        self.whole, self.deleted = "body" in given, str(given.get("deleted", ""))
        if self.whole and entry_of(given["body"], unhex(given["seed"], 32)) != self.entry:
            raise Wrong("内容和条目对不上，内容被改过 / the body does not give the entry")
        for field in given.get("fields", []):
            check_field(field, self.entry)
        self.fields = dict(pairs(given["body"])) if self.whole else {one["path"]: one["value"] for one in given.get("fields", [])}

    def told(self) -> str:
        shown = "（已依法删除 / deleted lawfully）" if self.deleted else f"{self.fields.get('class', '')} {self.fields.get('kind', '')}"
        part = "" if self.whole or self.deleted else "（只出示几项 / some fields only）"
        return f"{self.number:4d}  {self.fields.get('at', ''):27}  {shown}{part}"


def check_lists(bag: Bag) -> dict[str, tuple[str, int]]:
    """The two manifests against the files, and the files against the manifests. Answers digest and size of each."""
    measured: dict[str, tuple[str, int]] = {}
    listed = {"tagmanifest-sha256.txt"}
    for lists, payload in (("tagmanifest-sha256.txt", False), ("manifest-sha256.txt", True)):
        text = bag.read(lists).decode("utf-8")
        for line in text.split("\n")[:-1] if text.endswith("\n") else [text]:
            found = re.fullmatch(r"([0-9a-f]{64})  (.+)", line)
            if not found or found[2] in listed or payload != found[2].startswith("data/"):
                raise Wrong(f"有一行读不懂 / a line cannot be read: {line[:80]!r}", lists)
            listed.add(found[2])
            measured[found[2]] = bag.measure(found[2])
            if measured[found[2]][0] != found[1]:
                raise Wrong(f"和 {lists} 里的指纹不一致，被改过 / does not match its digest in {lists}", found[2])
    for name in sorted(bag.sources):
        if name not in listed:
            raise Wrong("清单里没有，是后来放进去的 / is in no list: it was put in later", name)
        if name not in TAGS and not PAYLOAD.fullmatch(name) and not STAMP.fullmatch(name):
            raise Wrong("证明包里不应有这个文件 / does not belong into a bundle", name)
    for name in sorted(TAGS - listed):
        raise Wrong("缺失 / is missing", name)
    return measured


def check_records(bag: Bag, keys: str) -> tuple[list[Record], dict[int, bytes], set[tuple[int, bytes]]]:
    """Every body and field against its entry, every entry against the log. Answers records, entries by index, heads."""
    records: list[Record] = []
    places: dict[int, bytes] = {}
    heads: set[tuple[int, bytes]] = set()
    proofs = {name for name in bag.sources if name.startswith("data/proofs/")}
    notes = set()
    roots: dict[int, bytes] = {}
    for name in sorted((name for name in bag.sources if name.startswith("data/entries/")), key=number_of):
        proof = name.replace("entries", "proofs").replace(".json", ".tlog-proof")
        item = name
        try:
            records.append(Record(bag, number_of(name)))
            item = proof
            index, note, head = place_of(records[-1].entry, bag.read(proof).decode("utf-8"), keys)
        except Wrong as wrong:
            raise Wrong(wrong.words, wrong.item or item) from None
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
            raise Wrong(f"读不懂 / unreadable ({error})", item) from None
        if index in places:
            raise Wrong("同一条日志出现两次 / the same leaf twice", proof)
        if roots.setdefault(head[0], head[1]) != head[1]:
            raise Wrong("同样长的日志签了两个不同的根 / two roots of one size are signed: the log has two histories", proof)
        proofs.discard(proof)
        places[index] = records[-1].entry
        heads.add(head)
        notes.add(note)
    if proofs or not records:
        raise Wrong("没有对应的记录 / has no record", min(proofs, default="data/entries"))
    if bag.read("checkpoint").decode("utf-8") not in notes:
        raise Wrong("没有一条记录用到它 / no record stands under it", "checkpoint")
    return records, places, heads


def check_chain(records: list[Record], measured: dict[str, tuple[str, int]]) -> dict[str, Any]:
    """Nothing between the first and the last entry of the case is left out, and the last closes the bundle. Answers what that one states."""
    before = None
    case = records[-1].fields.get("case")
    stones = {one.fields["of"]: one for one in records if (one.fields.get("class"), one.fields.get("kind")) == ("system", "entry_deleted")}
    for expected, one in enumerate(records, 1):
        if one.number != expected:
            raise Wrong("本案缺少这一条 / this entry of the case is missing", f"data/entries/{expected:04d}.json")
        if one.deleted:
            stone = stones.get(one.deleted)
            if stone is None or (stone.fields.get("data.entry"), stone.fields.get("data.case_seq")) != (one.entry.hex(), expected):
                raise Wrong("说是依法删除，但没有删除记载 / called deleted, but no tombstone says so", one.path)
        elif (one.fields.get("case"), one.fields.get("case_seq"), one.fields.get("prev", "")) != (case, expected, before):
            raise Wrong(f"没有接在本案第 {expected - 1} 条之后 / does not follow no. {expected - 1} of its case", one.path)
        before = one.entry.hex()
    last = records[-1].fields
    if (last.get("class"), last.get("kind"), last.get("data.entries")) != ("custody", "bundle_made", len(records) - 1):
        raise Wrong("后面的记录被去掉了 / the entry that closes the bundle is missing: later entries were cut off", records[-1].path)
    for name, key in (("verify.py", "data.verifier"), ("读我.txt", "data.readme")):
        if last.get(key) != measured[name][0]:
            raise Wrong("不是制作证明包时的文件 / not the file with which the bundle was made", name)
    return last


def check_files(records: list[Record], last: dict[str, Any], measured: dict[str, tuple[str, int]]) -> None:
    """Each file is named by a record; each that a record names is there, or was said to be left out."""
    named = {value for one in records for value in one.fields.values() if isinstance(value, str)}
    there = {measured[name][0] for name in measured if name.startswith(("data/files/", "data/media/"))}
    for name in sorted(measured):
        if name.startswith(("data/files/", "data/media/")) and measured[name][0] not in named:
            raise Wrong("没有一条记录写着它的指纹 / no record names its digest", name)
    left_out = {value for path, value in last.items() if path.startswith("data.left_out[")}
    for one in records if last else []:
        for path, value in one.fields.items():
            if (OF_FILES.search(path) or OF_MEDIA.search(path)) and value not in there | left_out:
                raise Wrong(f"{path} 所指的文件不在包里 / the file that {path} names is not in the bundle: {value}", one.path)
    print(f"文件：{len(there)} 个都写在记录里 / {len(there)} files, each named by a record")
    if left_out:
        print(f"另有 {len(left_out)} 个只有指纹，没有附上 / {len(left_out)} more by their digests alone, as said when the bundle was made")


def check_stamps(bag: Bag, keys: str, places: dict[int, bytes]) -> None:
    """Time stamps (RFC 3161) over earlier checkpoints: each names its checkpoint, which is the beginning of the bundle's log.

    The authority's own signature needs its certificate and is not looked at here: till openssl has, anybody could have written the time.
    """
    newest = open_checkpoint(bag.read("checkpoint").decode("utf-8"), keys)
    for name in sorted({name.rsplit(".", 1)[0] for name in bag.sources if STAMP.fullmatch(name)}):
        note, token = bag.read(f"{name}.note"), bag.read(f"{name}.tsr")
        head = open_checkpoint(note.decode("utf-8"), keys)
        hashes = [base64.b64decode(line, validate=True) for line in bag.read(f"{name}.consistency").decode().split()]
        if name != f"stamps/{head[0]}" or not is_prefix(head, newest, hashes):
            raise Wrong("不是这个日志以前的检查点 / not an earlier checkpoint of this log", f"{name}.note")
        made = re.search(rb"\x04\x20" + re.escape(sha256(note)) + rb".*?\x18.(\d{14})", token, re.DOTALL)
        if not made:
            raise Wrong("不是这个检查点的时间戳 / not a time stamp of this checkpoint", f"{name}.tsr")
        covered = sum(index < head[0] for index in places)
        print(f"时间戳自称 {made[1].decode()}Z（签名未核验，不算证明）/ a time stamp says so; its signature is not verified: no proof yet")
        print(
            f"      它若是真的，那时已在日志里的有 {covered} 条；用授时机构的根证书核验 / if true, {covered} of the entries were in the log by then:"
        )
        print(f"      openssl ts -verify -in {name}.tsr -data {name}.note -CAfile ROOT.pem")


def check_bag(where: Path, keys: str) -> tuple[dict[int, bytes], set[tuple[int, bytes]]]:
    """A whole bundle. Answers its entries by index, and the heads under which they stand."""
    bag = Bag(where)
    measured = check_lists(bag)
    records, places, heads = check_records(bag, keys or bag.read("key").decode("utf-8"))
    check_stamps(bag, keys or bag.read("key").decode("utf-8"), places)
    whole = any(one.whole or one.deleted or "case_seq" in one.fields for one in records)
    if whole and len(heads) != 1:
        raise Wrong("全案的记录应当都在同一个检查点下 / a whole case stands under one checkpoint", "data/proofs")
    last = check_chain(records, measured) if whole else {}
    check_files(records, last, measured)
    sizes = [measured[name][1] for name in measured if name.startswith("data/")]
    told = {"Payload-Oxum": f"{sum(sizes)}.{len(sizes)}"}
    if last:
        told |= {"Bagging-Date": last["at"][:10], "External-Identifier": last["case"], "Source-Organization": last["agency"]}
    if bag.read("bag-info.txt").decode("utf-8") != "".join(f"{name}: {told[name]}\n" for name in sorted(told)):
        raise Wrong("和内容不符 / does not agree with the payload", "bag-info.txt")
    if bag.read("bagit.txt") != b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n":
        raise Wrong("不是 BagIt 1.0 / not BagIt 1.0", "bagit.txt")
    held = bag.read("key").decode("utf-8").split()
    named = {line[4:].split(" ")[0] for line in bag.read("policy").decode("utf-8").split("\n") if line.startswith("log ")}
    if not held or not set(held) <= named:
        raise Wrong("和 key 写的不是同一把公钥 / does not name the keys of `key`", "policy")
    print(f"记录：{len(records)} 条都在公示日志里 / {len(records)} entries, all in the log:")
    for one in records:
        print(one.told())
        for path, value in sorted(one.fields.items()) if not last else []:
            print(f"      {path}: {value}")
    if last:
        if part := sum(not one.whole and not one.deleted for one in records):
            print(f"注意：有 {part} 条只出示几项，其余没有出示 / NOTE: {part} entries show some of their fields only")
        print(f"本案截至 {last.get('at')} 的记录一条不少 / every entry of the case up to then is here")
    else:
        print("这是节选：只有列出的内容，本案还有没有别的记录，看不出来 / an extract: it does not tell what else the case holds")
    if not keys:
        print("公钥来自包内，请与公开渠道的核对 / the key came with the bundle; compare it:")
        print("\n".join(f"  {key}" for key in held))
    return places, heads


def main() -> int:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("what", nargs="?")
    reader.add_argument("pdf", nargs="?")
    reader.add_argument("--log")
    reader.add_argument("--key", default="")
    reader.add_argument("--checkpoint")
    asked = reader.parse_args()
    here = Path(__file__).resolve().parent
    what = Path(asked.what) if asked.what else here if (here / "bagit.txt").is_file() else None
    if asked.checkpoint and not asked.log:
        reader.error(
            "--checkpoint 要和 --log 一起用，否则没有可比的 / --checkpoint needs --log ADDRESS: there is nothing else to compare it with"
        )
    if what is None and not asked.log:
        reader.error("a bundle, a proof file, or --log ADDRESS")
    try:
        keys = asked.key or (keys_of_log(asked.log) if asked.log else "")
        places: dict[int, bytes] = {}
        heads: set[tuple[int, bytes]] = set()
        if what is not None:
            places, heads = check_proof(what, asked.pdf, keys) if what.suffix == ".json" else check_bag(what, keys)
        if asked.checkpoint:
            heads.add(open_checkpoint(Path(asked.checkpoint).read_text("utf-8"), keys))
        if asked.log:
            entries = check_log(asked.log, keys, sorted(heads))
            for index, entry in places.items():
                if entries[index] != entry:
                    raise Wrong("日志在这个位置上是另一条 / the log holds another entry at this index", f"{index}")  # noqa: TRY301
    except Wrong as wrong:
        print(f"不成立 / WRONG: {wrong}")
        return 1
    except (ValueError, LookupError, TypeError, AttributeError, OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        print(f"不成立 / WRONG: 文件或者日志读不懂 / unreadable: {error}")
        return 1
    print("全部成立 / ALL HOLDS")
    return 0


if __name__ == "__main__":
    sys.exit(main())
