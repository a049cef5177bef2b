"""What stands beside the chain of proofs and follows from it: rows too many, rows that are lost, and what a row says without a proof.

`verify` holds each entry, leaf, tile and head; this looks at the rest of the record's tables, of which each row must follow from those.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from xiezhi.core.ledger.tiles import TILE_BYTES, tile_width
from xiezhi.core.ledger.tree import HASH_LENGTH
from xiezhi.core.ledger.verify import Fault

from .key import LogRefused, verifier
from .policy import policy_path, read_policy

_QUEUE = """
SELECT p.id, p.entry_id, e.id IS NULL, EXISTS (SELECT FROM record_leaf l WHERE l.entry_id = p.entry_id),
       count(*) OVER (PARTITION BY p.entry_id), e.case_id, e.case_seq, max(e.case_seq) OVER (PARTITION BY e.case_id ORDER BY p.id)
FROM record_pending p LEFT JOIN record_entry e ON e.id = p.entry_id ORDER BY p.id
"""
_BODIES = "SELECT b.entry_id FROM record_entry_body b LEFT JOIN record_entry e ON e.id = b.entry_id WHERE e.id IS NULL ORDER BY 1"
_LEAVES = "SELECT l.seq FROM record_leaf l LEFT JOIN record_entry e ON e.id = l.entry_id WHERE e.id IS NULL ORDER BY 1"
_CASES = """
SELECT e.case_id, count(*) FROM record_entry e LEFT JOIN record_case c ON c.id = e.case_id WHERE c.id IS NULL GROUP BY 1 ORDER BY 1
"""


def beside_the_log(size: int, origins: frozenset[str]) -> Iterator[Fault]:
    """Faults of what goes with a log of `size` leaves (0: not begun) whose keys bear these names: its counted size, tiles too many."""
    yield from _state(size, origins)
    yield from _tiles(size)


def strays() -> Iterator[Fault]:
    """Faults of the queue, and rows that belong to nothing."""
    yield from _queue()
    for (entry_id,) in _ask(_BODIES):
        yield Fault(f"body {entry_id}", "belongs to no entry", "没有对应的条目")
    for (seq,) in _ask(_LEAVES):
        yield Fault(f"leaf {seq}", "has no entry", "没有对应的条目")
    for case_id, count in _ask(_CASES):
        yield Fault(f"case {case_id}", f"has {count} entries and no row of its own", f"有 {count} 条记录，却没有案件行")


def published_files() -> Iterator[Fault]:
    """Faults of the published key and policy, which name each other; the checkpoint is `verify`'s. Raises LogRefused for a damaged policy."""
    policy = read_policy()
    if not policy_path().exists():
        yield Fault("published policy", "is missing; the worker writes it anew when it starts", "缺失")
    elif policy is not None and policy_path().read_text(encoding="utf-8") != policy.text():
        yield Fault("published policy", "is not in the form in which it was written", "不是原来的写法")
    try:
        key = verifier()
    except (LogRefused, UnicodeDecodeError) as error:
        yield Fault("published key", f"is damaged: {error}", "损坏")
        return
    path = Path(settings.LOG_PUBLISHED) / "key"
    if key is None:
        yield Fault("published key", "is missing; the worker writes it anew with the next checkpoint", "缺失")
    elif policy is not None and key not in policy.keys and str(key) not in {str(one) for one in policy.keys}:
        yield Fault("published key", "is none that the published policy names", "不在信任策略之中")
    elif path.read_text(encoding="utf-8") != f"{key}\n":
        yield Fault("published key", "is not in the form in which it was written", "不是原来的写法")


def _state(size: int, origins: frozenset[str]) -> Iterator[Fault]:
    rows = list(_ask("SELECT origin, size FROM record_log_state"))
    if len(rows) != 1:
        yield Fault("log state", f"has {len(rows)} rows, expected one", f"有 {len(rows)} 行，应有一行")
        return
    ((origin, counted),) = rows
    if counted != size:
        yield Fault("log state", f"counts {counted} leaves, the log has {size}", f"记有 {counted} 条，日志有 {size} 条")
    if origin not in origins and (origin or size):
        yield Fault("log state", f"names the origin {origin!r}, expected {', '.join(sorted(origins))}", "日志标识与公钥不符")
    if counted and not list(_ask("SELECT 1 FROM record_checkpoint WHERE size = %s", counted)):
        yield Fault(f"checkpoint {counted}", "is missing", "缺失")


def _tiles(size: int) -> Iterator[Fault]:
    """Tiles too many, and bytes behind a full tile; what a tile holds is held by `verify`, and one that is missing too."""
    for level, index, length in _ask("SELECT level, idx, length(data) FROM record_tile ORDER BY level, idx"):
        expected = tile_width(level, index, size) * HASH_LENGTH if 0 <= level < 8 and index >= 0 else 0
        name = f"tile {level}/{index:03d}"
        if expected == 0:
            yield Fault(name, "belongs to no leaf of the log", "日志中没有这一分块")
        elif length > expected == TILE_BYTES:
            yield Fault(name, f"has {length} bytes, expected {expected}", f"有 {length} 字节，应有 {expected}")


def _queue() -> Iterator[Fault]:
    for number, entry_id, unknown, numbered, times, case_id, seq, before in _ask(_QUEUE):
        name = f"queue {number}"
        if unknown:
            yield Fault(name, f"names no entry ({entry_id})", "所指条目不存在")
        elif numbered:
            yield Fault(name, f"names an entry that has its leaf ({entry_id})", "所指条目已有叶子")
        elif times > 1:
            yield Fault(name, f"names an entry {times} times ({entry_id})", f"同一条目排了 {times} 次")
        elif before != seq:
            yield Fault(name, f"has no. {seq} of case {case_id} behind no. {before}", f"同一案件的第 {seq} 条排在第 {before} 条之后")


def _ask(query: str, *parameters: int) -> Iterator[tuple[Any, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, parameters)
        while part := cursor.fetchmany(1000):
            yield from part
