"""A whole log held against itself, from the files that it publishes: checkpoint, tiles, entry bundles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from .errors import NoteError, TileError
from .note import Checkpoint, VerifierKey
from .tiles import TILE_WIDTH, Edge, entries_path, hashes_of, tile_path, tile_width, unbundle
from .tree import HASH_LENGTH, leaf_hash

# A published file by its path below the log's prefix; None when it is not there.
ReadFile = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True)
class Fault:
    """One bad item: which (`leaf 12`, `tile 0/003`, `checkpoint 512`) and what is wrong with it."""

    item: str
    what: str
    what_zh: str

    def __str__(self) -> str:
        return f"{self.item}: {self.what}"


def verify_log(read: ReadFile, key: VerifierKey | Sequence[VerifierKey], older: Checkpoint | None = None) -> Iterator[Fault]:
    """Re-derive the log from its entries; yields every fault, in the order of the log. An honest log yields none.

    `key` is the log's, or all that it has had, each with its time. `older` is a checkpoint seen before: the log must still hold its leaves.
    """
    note = read("checkpoint")
    if note is None:
        yield Fault("checkpoint", "is missing", "缺失")
        return
    try:
        head = Checkpoint.open(note.decode(), *([key] if isinstance(key, VerifierKey) else key))
    except (NoteError, UnicodeDecodeError) as error:
        yield Fault("checkpoint", str(error), "签名或格式不对")
        return
    if older is not None and older.size > head.size:
        yield Fault(
            f"checkpoint {older.size}", f"the log now has only {head.size} leaves", f"日志现在只有 {head.size} 条，比留存的检查点短"
        )
    yield from _rederive(read, head, older)


def _rederive(read: ReadFile, head: Checkpoint, older: Checkpoint | None) -> Iterator[Fault]:
    edge = Edge()
    derived: dict[tuple[int, int], bytes] = {}
    for index in range((head.size + TILE_WIDTH - 1) // TILE_WIDTH):
        width = tile_width(0, index, head.size)
        leaves, faults = _leaves(read, index, width)
        yield from faults
        if leaves is None:
            return
        if older is not None and edge.size < older.size <= edge.size + len(leaves):
            before = edge.copy()
            before.extend(leaves[: older.size - edge.size])
            if before.root() != older.root:
                yield Fault(
                    f"checkpoint {older.size}", "the log no longer holds what this checkpoint signed", "日志已不包含该检查点所签内容"
                )
        derived.update(edge.extend(leaves))
        yield from _hold_tiles(read, derived, full=True)
    yield from _hold_tiles(read, derived, full=False)
    if edge.root() != head.root:
        yield Fault(f"checkpoint {head.size}", "its root is not that of the entries", "根哈希与条目不符")


def _leaves(read: ReadFile, index: int, width: int) -> tuple[list[bytes] | None, list[Fault]]:
    """Leaf hashes of a bundle, with a fault for each that its tile does not confirm; None when there is nothing to go on with."""
    path = entries_path(index, width)
    data, tile = read(path), read(tile_path(0, index, width))
    if data is None:
        return None, [Fault(path, "is missing", "缺失")]
    try:
        entries = unbundle(data)
    except TileError as error:
        return None, [Fault(path, str(error), "条目包残缺")]
    if len(entries) != width:
        return None, [Fault(path, f"holds {len(entries)} entries, expected {width}", f"有 {len(entries)} 条，应有 {width} 条")]
    leaves = [leaf_hash(entry) for entry in entries]
    confirmed = hashes_of(tile) if tile is not None else []
    first = index * TILE_WIDTH
    return leaves, [
        Fault(f"leaf {first + place}", "the entry does not hash to the leaf in its tile", "条目与叶子哈希不符")
        for place, (leaf, stored) in enumerate(zip(leaves, confirmed, strict=False))
        if leaf != stored
    ]


def _hold_tiles(read: ReadFile, derived: dict[tuple[int, int], bytes], *, full: bool) -> Iterator[Fault]:
    """Compare derived tiles with the published ones and forget them; `full` leaves the growing ones for the end."""
    for (level, index), data in list(derived.items()):
        width = len(data) // HASH_LENGTH
        if full and width != TILE_WIDTH:
            continue
        del derived[level, index]
        path = tile_path(level, index, width)
        stored = read(path)
        if stored is None:
            yield Fault(path, "is missing", "缺失")
        elif stored != data:
            yield Fault(path, "is not what the entries give", "与条目推导结果不符")
