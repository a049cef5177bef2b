"""The bundle of a case: a BagIt zip (RFC 8493) with every entry, its proof in the log, the files, and a checker that needs nothing of ours.

A bundle is closed by an entry of its own (`custody`, `bundle_made`), which says how many entries went before, which files were left out,
and the digests of checker and read-me: so nothing can be cut off its end, and every file of it is bound to the log. Doing it again while
nothing has happened in the case since makes no second entry; the same record and the same log give the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import uuid6
from django.db import connection, transaction

from xiezhi.core.law.errors import InputError
from xiezhi.core.ledger import alone
from xiezhi.core.ledger.body import flatten
from xiezhi.core.ledger.body import read as read_body
from xiezhi.core.ledger.errors import BodyError
from xiezhi.core.ledger.fields import entry_of
from xiezhi.core.ledger.proof import LogProof
from xiezhi.core.ledger.tiles import range_in_tiles
from xiezhi.core.ledger.tree import consistency_proof, inclusion_proof

from . import stamps
from .bundle_text import READ_ME
from .key import LogRefused
from .logwide import note
from .models import Case
from .packing import Bag
from .policy import read_policy
from .tiles import read_tile
from .tombstones import stones

MADE = "bundle_made"
VERIFIER = Path(alone.__file__)
PUBLISHED = "公示文书.pdf"  # the document of `data.pdf`, which no field names

_NAMED = re.compile(r"(?:^|\.)(files|recordings)\[\d+\]\.sha256|(data\.pdf)")  # as verify.py reads them
_DIGEST = re.compile(r"[0-9a-f]{64}")
_ENTRIES = """
SELECT e.case_seq, e.id, e.entry, b.seed, b.text, l.seq FROM record_entry e LEFT JOIN record_entry_body b ON b.entry_id = e.id
LEFT JOIN record_leaf l ON l.entry_id = e.id WHERE e.case_id = %s AND e.case_seq <= %s ORDER BY e.case_seq
"""


class Store(Protocol):
    """Where the files of a case are: by digest."""

    def has(self, sha256: str) -> bool: ...

    def name(self, sha256: str) -> str:
        """A name with an ending for a file that no entry names; may be empty."""
        ...

    def read(self, sha256: str) -> Iterator[bytes]: ...


@dataclass(frozen=True, slots=True)
class Made:
    """A bundle as it was written: `entries` with the one that closes it, files in it, digests of those that are not."""

    case: str
    entries: int
    files: int
    left_out: tuple[str, ...]
    size: int  # leaves of the log under whose head it stands
    missing: tuple[str, ...] = ()  # of those left out: asked for, and not in the store


class _Row(NamedTuple):
    number: int
    id: UUID
    entry: bytes
    seed: bytes | None
    text: str | None
    leaf: int | None

    @property
    def body(self) -> dict[str, Any] | None:
        if self.text is None:
            return None
        try:
            return read_body(self.text)
        except BodyError as error:
            raise _damaged(self) from error


def _damaged(row: _Row) -> LogRefused:
    return LogRefused(
        f"entry {row.number} of the case does not hold: its body does not give its entry. No bundle is made; run `xiezhi ledger verify`. "
        "记录与日志不符，不能制作证明包，请先运行 xiezhi ledger verify 核查。"
    )


class _File(NamedTuple):
    sha256: str
    path: str
    media: bool


def close(case_id: str, store: Store, now: datetime, *, media: bool = False, by: Sequence[str] = ()) -> UUID:
    """Put the entry on the record that closes a bundle of the case as it stands; answers its id.

    Where the last entry is already such a one, of the same persons and about the same files, that one is taken. Raises InputError.
    """
    with transaction.atomic():
        case = Case.objects.select_for_update().filter(pk=case_id).first() if case_id else None
        if case is None:
            raise InputError(f"there is no case {case_id!r} on the record", f"没有编号是“{case_id}”的案件", field="case")
        rows = _rows(case_id, case.next_seq - 1)
        last = (rows[-1].body or {}) if rows else {}
        again = (last.get("class"), last.get("kind"), last.get("by")) == ("custody", MADE, list(by))
        if again:
            rows.pop()
        files = _files(rows)
        unasked = {one.sha256 for one in files if one.media and not media}
        missing = {one.sha256 for one in files if one.sha256 not in unasked and not store.has(one.sha256)}
        data = {
            "form": "full",
            "entries": len(rows),
            "media": media,
            "left_out": sorted(unasked | missing),
            "missing": sorted(missing),
            "verifier": hashlib.sha256(VERIFIER.read_bytes()).hexdigest(),
            "readme": hashlib.sha256(READ_ME.encode()).hexdigest(),
        }
        if again and last.get("data") == data:
            return UUID(last["id"])
        return note("custody", MADE, data, id=uuid6.uuid7(), now=now, case=case_id, by=by).act_id


def write(closing: UUID, target: Path, store: Store) -> Made:
    """Write the bundle that this entry closes. Raises LogRefused while the log has not numbered all of it, and where a stored file is damaged."""
    with transaction.atomic():
        if not connection.savepoint_ids:  # inside another transaction, that one's snapshot holds
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        rows, note_, size = _closed(closing)
        last = rows[-1].body or {}
        with Bag(target, folder_name(last["case"])) as bag:
            _add_entries(bag, last["case"], rows, note_, size)
            left_out = set(last["data"]["left_out"])
            files = {one.sha256: one for one in reversed(_files(rows, store)) if one.sha256 not in left_out}
            for one in files.values():
                bag.add_stored(one.path, one.sha256, store.read(one.sha256))
            about = {"Bagging-Date": last["at"][:10], "External-Identifier": last["case"], "Source-Organization": last["agency"]}
            bag.finish(about, tags(note_) | _stamp(rows[:-1], size))
    return Made(last["case"], len(rows), len(files), tuple(sorted(left_out)), size, tuple(last["data"].get("missing", ())))


def tags(note_: str) -> dict[str, bytes]:
    """What stands beside the payload, the same in every bundle but for the signed head."""
    policy = read_policy()
    if policy is None:
        raise LogRefused("the log has not begun. Start it with `xiezhi up`. 日志尚未启动。")
    return {
        "checkpoint": note_.encode(),
        "key": "".join(f"{key}\n" for key in policy.logs if key.until is None).encode(),
        "policy": policy.text().encode(),
        "verify.py": VERIFIER.read_bytes(),
        "读我.txt": READ_ME.encode(),
    }


def _stamp(rows: Sequence[_Row], size: int) -> dict[str, bytes]:
    """The earliest time stamp over a log that held all these entries, else the newest there is, and what ties it to the bundle's checkpoint."""
    held = [one for one in stamps.sizes() if 0 < one <= size]
    last = max((row.leaf for row in rows if row.leaf is not None), default=0)
    chosen = next((one for one in held if one > last), held[-1] if held else 0)
    note_, token = stamps.file(chosen, "note"), stamps.file(chosen, "tsr")
    if not chosen or note_ is None or token is None:
        return {}
    hashes = consistency_proof(chosen, size, range_in_tiles(size, read_tile)) if chosen < size else []
    proof = "".join(f"{base64.b64encode(one).decode()}\n" for one in hashes).encode()
    return {f"stamps/{chosen}.note": note_, f"stamps/{chosen}.tsr": token, f"stamps/{chosen}.consistency": proof}


def _closed(closing: UUID) -> tuple[list[_Row], str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT case_id, case_seq FROM record_entry WHERE id = %s", [closing])
        case_id, number = cursor.fetchone()
        cursor.execute("SELECT size, note FROM record_checkpoint ORDER BY size DESC LIMIT 1")
        size, note_ = cursor.fetchone() or (0, "")
    rows = _rows(case_id, number)
    if any(row.leaf is None or row.leaf >= size for row in rows):
        raise LogRefused("the log has not numbered this case's last entries yet; try again in a moment. 日志正在编号，请稍候再试。")
    return rows, note_, size


def _rows(case_id: str, number: int) -> list[_Row]:
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, [case_id, number])
        return [
            _Row(seq, id_, bytes(entry), bytes(seed) if seed is not None else None, text, index)
            for seq, id_, entry, seed, text, index in cursor.fetchall()
        ]


def _add_entries(bag: Bag, case_id: str, rows: Sequence[_Row], note_: str, size: int) -> None:
    hash_of = range_in_tiles(size, read_tile)
    buried = {row.id for row in rows} & stones(case_id).keys()
    for row in rows:
        if (row.body is None) != (row.id in buried):
            raise _damaged(row)
        if row.body is not None and row.seed is not None:
            if entry_of(row.body, row.seed) != row.entry:
                raise _damaged(row)
            told: dict[str, Any] = {"body": row.body, "entry": row.entry.hex(), "seed": row.seed.hex()}
        else:
            told = {"deleted": str(row.id), "entry": row.entry.hex()}
        assert row.leaf is not None  # noqa: S101 - asked before
        proof = LogProof(row.leaf, tuple(inclusion_proof(row.leaf, size, hash_of)), note_)
        add_entry(bag, row.number, told, proof.text())


def add_entry(bag: Bag, number: int, told: dict[str, Any], proof: str) -> None:
    """One record and its proof."""
    bag.add(f"data/entries/{number:04d}.json", (json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode())
    bag.add(f"data/proofs/{number:04d}.tlog-proof", proof.encode())


def _files(rows: Sequence[_Row], store: Store | None = None) -> list[_File]:
    """The files that the entries name, each time that they do, in order; names are asked of the store where no entry gives one."""
    found: list[_File] = []
    for row in rows:
        fields = dict(flatten(row.body)) if row.body is not None else {}
        for path, value in fields.items():
            match = _NAMED.search(path)
            if not match or not isinstance(value, str) or not _DIGEST.fullmatch(value):
                continue
            media = match[1] == "recordings"
            given = PUBLISHED if match[2] else fields.get(f"{path.removesuffix('sha256')}name") or (store.name(value) if store else "")
            found.append(_File(value, file_path(row.number, value, str(given or ""), media=media), media))
    return found


def files_of(bodies: Iterable[Mapping[str, Any]]) -> list[str]:
    """The digests of the documents (not the recordings) that bodies name, each once."""
    found: dict[str, None] = {}
    for body in bodies:
        for path, value in flatten(dict(body)):
            match = _NAMED.search(path)
            if match and match[1] != "recordings" and isinstance(value, str) and _DIGEST.fullmatch(value):
                found[value] = None
    return list(found)


def file_path(number: int, sha256: str, name: str, *, media: bool = False) -> str:
    """Where a file lies in the bag: number of its entry, beginning of its digest, and its name made fit for any disk."""
    base = re.split(r"[/\\]", name)[-1]
    plain = "".join(char if char.isprintable() and char not in '\\:*?"<>|' else "_" for char in base).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    plain = f"{(stem or ending)[:50]}{dot}{ending[:10]}" if dot and stem else plain[:50]
    return f"data/{'media' if media else 'files'}/{number:04d}-{sha256[:8]}{f'-{plain}' if plain else ''}"


def folder_name(case_id: str) -> str:
    """The folder at the top of the zip."""
    return "bundle-" + (re.sub(r"[^0-9A-Za-z_-]+", "-", case_id).strip("-")[:60] or hashlib.sha256(case_id.encode()).hexdigest()[:12])
