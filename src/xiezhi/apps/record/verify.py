"""The whole record held against itself: bodies give entries, entries leaves, leaves tiles, tiles signed heads; and each case's chain.

One thing changed behind our back is named alone: what the others agree on is taken for true, so that nothing follows from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from xiezhi.core.law.clock import utc_text
from xiezhi.core.law.vocabulary import load_vocabulary
from xiezhi.core.ledger.body import read as read_body
from xiezhi.core.ledger.errors import BodyError, NoteError
from xiezhi.core.ledger.fields import field_tree
from xiezhi.core.ledger.note import Checkpoint, VerifierKey
from xiezhi.core.ledger.tiles import TILE_WIDTH, Edge, hashes_of
from xiezhi.core.ledger.tree import HASH_LENGTH, leaf_hash
from xiezhi.core.ledger.verify import Fault

from . import published
from .key import LogRefused
from .law import editions
from .named import Files, Named
from .policy import verifiers
from .quick import Look, look
from .sealing import hold_rows
from .strays import beside_the_log, published_files, strays
from .tiles import read_tile
from .tombstones import Stone, stones
from .unrest import restless

_COLUMNS = "e.id, e.case_id, e.case_seq, e.class, e.kind, e.of, e.at, e.recorded_at, e.agency_id, e.pack, e.mode, e.entry"
_LEAVES = f"""
SELECT l.seq, l.hash, {_COLUMNS}, {{body}} FROM record_leaf l JOIN record_entry e ON e.id = l.entry_id
LEFT JOIN record_entry_body b ON b.entry_id = e.id ORDER BY l.seq
"""
_WAITING = f"""
SELECT p.id, NULL, {_COLUMNS}, {{body}} FROM record_entry e
LEFT JOIN record_leaf l ON l.entry_id = e.id LEFT JOIN record_pending p ON p.entry_id = e.id
LEFT JOIN record_entry_body b ON b.entry_id = e.id WHERE l.seq IS NULL ORDER BY e.case_id, e.case_seq
"""
_PART = 4096  # rows fetched at a time


@dataclass(slots=True)
class Report:
    """What was checked, and every fault in the order in which it was found."""

    leaves: int = 0
    waiting: int = 0
    tiles: int = 0
    checkpoints: int = 0
    deleted: int = 0  # entries whose bodies were destroyed lawfully: their tombstones are on the record
    faults: list[Fault] = field(default_factory=list)
    head: Checkpoint | None = None


@dataclass(slots=True)
class _Row:
    """One entry with all that stands of it."""

    seq: int | None
    hash: bytes | None
    id: UUID
    case_id: str
    case_seq: int
    klass: str
    kind: str
    of: UUID | None
    at: datetime
    recorded_at: datetime
    agency_id: str
    pack: str
    mode: str
    entry: bytes
    seed: bytes | None
    text: str | None

    @property
    def name(self) -> str:
        return f"{self.klass} {self.id} in case {self.case_id} (no. {self.case_seq})"


def verify(*, bodies: bool = True, older: str | None = None, files: Files | None = None) -> Report:
    """Verify the record of this installation in one snapshot, writers going on meanwhile.

    `bodies` False holds only the log against itself (entries, leaves, tiles, checkpoints), fast while all agrees. `older` is a checkpoint
    note kept elsewhere: the log must still hold what it signed. `files` is the store in which the files are looked for that bodies name.
    Derived rows are `derived.drift`'s. Raises LogRefused when there is no public key to verify with.
    """
    keys = verifiers()
    if not keys:
        raise LogRefused(
            "the log has not begun: there is no published key yet. Start it with `xiezhi up`. 日志尚未启动，没有已公布的公钥。"
        )
    note = published.read_checkpoint()  # before the snapshot, which is then never behind it
    with transaction.atomic(), connection.cursor() as cursor:
        if not connection.savepoint_ids:  # inside another transaction, that one's snapshot holds
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return _Verification(keys, bodies=bodies, files=files).run(note, older)


class _Verification:
    def __init__(self, keys: Sequence[VerifierKey], *, bodies: bool, files: Files | None) -> None:
        self.keys = keys
        self.bodies = bodies
        self.files = files
        self.named = Named()
        self.report = Report()
        self.edge = Edge()
        self.leaves: list[bytes] = []  # not yet grown into the edge
        self.stored: list[bytes] = []  # the tile of the next leaf, as stored
        self.chain: dict[str, tuple[int, bytes]] = {}
        self.heads: dict[int, list[tuple[str, Checkpoint]]] = {}
        self.stones: dict[UUID, Stone] = {}
        self.opened: dict[str, tuple[str, str, str]] = {}  # by case: procedure, agency and time, as its first entry says
        self.packs: dict[str, str] = {}  # by case: the edition of its last entry
        self.vocabulary = load_vocabulary()
        self._by_hash: dict[str, str] | None = None

    def fault(self, item: str, what: str, what_zh: str) -> None:
        self.report.faults.append(Fault(item, what, what_zh))

    def run(self, note: str | None, older: str | None) -> Report:
        self.stones = stones()
        self.report.deleted = len(self.stones)
        self._read_heads(note, older)
        if not self.bodies and not self.report.faults and (seen := self._look()):
            self.report.leaves, self.report.waiting, self.report.tiles = seen
            self._hold_beside()
            return self.report
        self._hold_heads()
        for row in _rows(_LEAVES, bodies=self.bodies):
            while row.seq is not None and self.report.leaves < row.seq:
                self.fault(f"leaf {self.report.leaves}", "is missing", "缺失")
                self._add(self._in_tile())
            self._add(self._hold_entry(row, self._in_tile()))
        self._grow()
        self._hold_partial_tiles()
        for size in sorted(size for size in self.heads if size > self.edge.size):
            for item, _ in self.heads[size]:
                self.fault(item, f"signs {size} leaves, the log has {self.edge.size}", f"签了 {size} 条，日志只有 {self.edge.size} 条")
        self._hold_waiting()
        self._hold_cases()
        if self.bodies:
            self.report.faults.extend(restless(self.stones.values()))
        self._hold_beside()
        self.report.faults.extend(strays())
        if self.files is not None:
            self.report.faults.extend(self.named.hold(self.files))
        return self.report

    def _hold_beside(self) -> None:
        self.report.faults.extend(beside_the_log(self.report.leaves, frozenset(key.name for key in self.keys)))
        self.report.faults.extend(hold_rows(self.keys, seals=self.bodies))
        self.report.faults.extend(published_files())

    def _look(self) -> Look | None:
        return look({size: [head for _, head in heads] for size, heads in self.heads.items()})

    def _read_heads(self, note: str | None, older: str | None) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT size, note FROM record_checkpoint ORDER BY size")
            for size, text in cursor.fetchall():
                self.report.checkpoints += 1
                head = self._open(f"checkpoint {size}", text)
                if head and head.size != size:
                    self.fault(f"checkpoint {size}", f"its note is of size {head.size}", f"内容是 {head.size} 条的检查点")
                elif head:
                    self.report.head = head
        for item, text in (("published checkpoint", note), ("older checkpoint", older)):
            if text is not None:
                self._open(item, text)
        if note is None:
            self.fault("published checkpoint", "is missing", "缺失")

    def _open(self, item: str, text: str) -> Checkpoint | None:
        try:
            head = Checkpoint.open(text, *self.keys)
        except NoteError as error:
            self.fault(item, str(error), "签名或格式不对")
            return None
        self.heads.setdefault(head.size, []).append((item, head))
        return head

    def _in_tile(self) -> bytes | None:
        """What the stored tile says of the next leaf."""
        place = self.report.leaves % TILE_WIDTH
        if place == 0:
            self.stored = hashes_of(read_tile(0, self.report.leaves // TILE_WIDTH, TILE_WIDTH))
        return self.stored[place] if place < len(self.stored) else None

    def _add(self, leaf: bytes | None) -> None:
        self.leaves.append(leaf or bytes(HASH_LENGTH))
        self.report.leaves += 1
        if self.report.leaves % TILE_WIDTH == 0 or self.report.leaves in self.heads:
            self._grow()

    def _hold_entry(self, row: _Row, in_tile: bytes | None) -> bytes:
        """Hold body, entry, leaf and tile of one entry against each other; answers the leaf hash on which most of them agree."""
        body, derived = self._body(row)
        says = {
            "tile": in_tile,
            "leaf": row.hash,
            "entry": leaf_hash(row.entry),
            "body": leaf_hash(derived) if derived is not None else None,
        }
        if not self.bodies and row.hash is not None and in_tile == row.hash == says["entry"]:
            return row.hash
        votes = Counter(value for value in says.values() if value is not None)
        true = max(votes, key=lambda value: votes[value])  # the first of equals, in the order above
        if self.bodies and row.text is not None and says["body"] != true:
            self.fault(f"body of {row.name}", "does not give the entry that was logged", "正文与已入日志的条目不符")
        if says["entry"] != true:
            self.fault(f"entry of {row.name}", "is not the one that was logged", "条目与已入日志的不符")
        if row.hash is not None and row.hash != true:
            self.fault(f"leaf {row.seq}", f"is not the hash of its entry ({row.name})", "叶子哈希与条目不符")
        if body is not None and says["body"] == true:
            self._hold_columns(row, body)
            self._hold_chain(row, body)
            if row.case_seq == 1:  # the chain of log-wide entries has no agency, and begins when its first is recorded
                stated = (str(body.get("procedure", "")), body["agency"], body["at"])
                self.opened[row.case_id] = stated if row.case_id else ("", "", body["recorded_at"])
            self.packs[row.case_id] = body["pack"]
            self.named.add(row.name, body, row.text or "")
        entry = derived if says["body"] == true and derived is not None else row.entry
        self.chain[row.case_id] = (row.case_seq, entry)
        return true

    def _body(self, row: _Row) -> tuple[dict[str, Any] | None, bytes | None]:
        if not self.bodies:
            return None, None
        stone = self.stones.get(row.id)
        if row.text is None or row.seed is None:
            if stone is None:
                self.fault(f"body of {row.name}", "is missing", "缺失")
            elif column := stone.contradicts(row.entry, _columns(row) | ({"index": row.seq} if row.seq is not None else {})):
                self.fault(f"row of {row.name}", f"column {column} is not what its tombstone says", f"列 {column} 与删除记载不符")
            return None, None
        if stone is not None:
            self.fault(f"body of {row.name}", "is there although it was deleted lawfully", "已依法删除，内容却还在")
        try:
            body = read_body(row.text)
            return body, field_tree(body, row.seed)
        except (BodyError, ValueError):
            return None, b""  # no entry at all: it will agree with nothing

    def _hold_columns(self, row: _Row, body: dict[str, Any]) -> None:
        columns = _columns(row)
        for name, value in columns.items():
            if body.get(name) != value:
                self.fault(f"row of {row.name}", f"column {name} says {value!r}, its body {body.get(name)!r}", f"列 {name} 与正文不符")
        known = self.vocabulary.acts.get(body["kind"])
        mode = "" if body["class"] != "act" else known.mode if known else row.mode  # a kind that is unknown today is not judged
        if row.mode != mode:
            self.fault(f"row of {row.name}", f"column mode says {row.mode!r}, the vocabulary {mode!r}", "列 mode 与词汇表不符")

    def _hold_chain(self, row: _Row, body: dict[str, Any]) -> None:
        number, before = self.chain.get(row.case_id, (0, b""))
        if body["case_seq"] != number + 1 or body["prev"] != (before.hex() or None):
            self.fault(f"chain of {row.name}", f"does not follow no. {number} of its case", f"没有接在本案第 {number} 条之后")

    def _grow(self) -> None:
        for (level, index), tile in self.edge.extend(self.leaves).items():
            if len(tile) == TILE_WIDTH * HASH_LENGTH:
                self._hold_tile(level, index, tile)
        self.leaves.clear()
        for item, head in self.heads.get(self.edge.size, []):
            if head.root != self.edge.root():
                self.fault(item, "its root is not that of the entries", "根哈希与条目不符")

    def _hold_heads(self) -> None:
        for item, head in self.heads.get(0, []):
            if head.root != self.edge.root():
                self.fault(item, "its root is not that of an empty log", "根哈希不是空日志的")

    def _hold_partial_tiles(self) -> None:
        for level, row in enumerate(self.edge.rows()):
            if row:
                self._hold_tile(level, self.edge.size >> (8 * (level + 1)), row)

    def _hold_tile(self, level: int, index: int, tile: bytes) -> None:
        self.report.tiles += 1
        if read_tile(level, index, TILE_WIDTH) != tile:
            self.fault(f"tile {level}/{index:03d}", "is not what the entries give", "与条目推导结果不符")

    def _hold_waiting(self) -> None:
        for row in _rows(_WAITING, bodies=self.bodies):
            self.report.waiting += 1
            if row.seq is None:
                self.fault(f"entry of {row.name}", "has no leaf and waits for none", "没有入日志，也不在等待")
            self._hold_entry(row, None)

    def _hold_cases(self) -> None:
        if not self.bodies:
            return
        with connection.chunked_cursor() as cursor:
            cursor.execute("SELECT id, next_seq, last_entry, procedure, agency_id, opened_at, pack_id FROM record_case ORDER BY id")
            for case_id, next_seq, last, procedure, agency, at, pack in iter(cursor.fetchone, None):
                number, entry = self.chain.get(case_id, (0, b""))
                if (next_seq, bytes(last or b"")) != (number + 1, entry):
                    self.fault(
                        f"case {case_id}",
                        f"counts {next_seq - 1} entries, the record has {number}",
                        f"记有 {next_seq - 1} 条，实有 {number} 条",
                    )
                elif number == 0 and case_id:
                    self.fault(f"case {case_id}", "has no entry", "没有任何记录")
                elif number:
                    self._hold_opening(case_id, (procedure, agency, utc_text(at)), pack)

    def _hold_opening(self, case_id: str, says: tuple[str, str, str], pack: str) -> None:
        """Hold what a case's row says to its first entry, and its pack to the edition of its last: which pack that is, its hash says."""
        stated = self.opened.get(case_id)
        if stated is not None and stated != says:
            self.fault(f"case {case_id}", f"says {', '.join(says)}, its first entry {', '.join(stated)}", "与首条记录不符")
        pack_of_entry = self._editions().get(self.packs.get(case_id, "")) if case_id else ""
        if pack_of_entry is not None and pack_of_entry != pack:
            self.fault(
                f"case {case_id}", f"names the pack {pack!r}, its last entry was made under {pack_of_entry!r}", "规则包与末条记录不符"
            )

    def _editions(self) -> dict[str, str]:
        """Hash to id of the packs that are here; one of which the hash is not here any more cannot be asked."""
        if self._by_hash is None:
            self._by_hash = editions()
        return self._by_hash


def _columns(row: _Row) -> dict[str, Any]:
    """The columns of an entry as its body writes them."""
    return {
        "id": str(row.id),
        "case": row.case_id,
        "case_seq": row.case_seq,
        "class": row.klass,
        "kind": row.kind,
        "of": str(row.of) if row.of else None,
        "at": utc_text(row.at),
        "recorded_at": utc_text(row.recorded_at),
        "agency": row.agency_id,
        "pack": row.pack,
    }


def _rows(query: str, *, bodies: bool) -> Iterator[_Row]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(query.format(body="b.seed, b.text" if bodies else "NULL, NULL"))
        while part := cursor.fetchmany(_PART):
            for row in part:
                values: list[Any] = [bytes(value) if isinstance(value, memoryview) else value for value in row]
                yield _Row(*values)
