"""The log as a folder of files, for mirrors and for checking without us."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

from xiezhi.core.ledger.errors import NoteError
from xiezhi.core.ledger.note import Checkpoint, VerifierKey
from xiezhi.core.ledger.tiles import TILE_WIDTH, bundle, entries_path, tile_path, tiles_of

from . import published
from .key import LogRefused, verifier
from .sequencer import Sequencer
from .tiles import read_entries, read_tile


def export(folder: Path, now: datetime) -> Checkpoint:
    """Number what is pending, then write checkpoint, key, tiles and entry bundles.

    `folder` is empty, not there yet, or an earlier export of this log, which is then brought up to date. Raises LogRefused.
    """
    Sequencer().drain(now)
    key, note = verifier(), published.read_checkpoint()
    if key is None or note is None:
        raise LogRefused("the log has not begun. Start it with `xiezhi up`. 日志尚未启动。")
    _own(folder, key)
    head = Checkpoint.open(note, key)
    for level, index, width in tiles_of(head.size):
        _write(folder / tile_path(level, index, width), width, partial(read_tile, level, index, width))
        if level == 0:
            _write(folder / entries_path(index, width), width, partial(_read_bundle, index, width))
    (folder / "key").write_text(f"{key}\n")
    (folder / "checkpoint").write_text(note, encoding="utf-8")  # last: it speaks for the rest
    return head


def _read_bundle(index: int, width: int) -> bytes:
    return bundle(read_entries(index, width))


def _own(folder: Path, key: VerifierKey) -> None:
    if folder.exists() and not folder.is_dir():
        raise LogRefused(f"{folder} is no folder. Name an empty one. 目标不是文件夹。")
    if folder.exists() and any(folder.iterdir()):
        try:
            same = VerifierKey.parse((folder / "key").read_text()) == key
        except (OSError, NoteError, UnicodeDecodeError):
            same = False
        if not same:
            raise LogRefused(
                f"{folder} is neither empty nor an earlier export of this log. Name another folder. 目标文件夹不是空的，也不是本日志以前的导出。"
            )
    folder.mkdir(parents=True, exist_ok=True)


def _write(path: Path, width: int, data: Callable[[], bytes]) -> None:
    if width == TILE_WIDTH and path.exists():
        return  # a full tile never changes
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data())
