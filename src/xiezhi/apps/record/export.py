"""The log as a folder of files, for mirrors and for checking without us."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from itertools import chain
from pathlib import Path

from django.db import connection

from xiezhi.core.ledger.errors import NoteError
from xiezhi.core.ledger.note import Checkpoint, VerifierKey
from xiezhi.core.ledger.policy import Policy
from xiezhi.core.ledger.tiles import TILE_HEIGHT, bundle, entries_path, tile_path, tile_width, tiles_of

from . import published, stamps, witnesses
from .key import LogRefused, verifier
from .policy import read_policy
from .sequencer import Sequencer
from .tiles import read_entries, read_tile


def export(folder: Path, now: datetime) -> Checkpoint:
    """Number what is pending, then write checkpoint, key, policy, tiles and entry bundles.

    `folder` is empty, not there yet, or an earlier export of this log, which is then brought up to date. Raises LogRefused.
    """
    Sequencer().drain(now)
    key, policy, note = verifier(), read_policy(), witnesses.checkpoint_note()
    if key is None or policy is None or note is None:
        raise LogRefused("the log has not begun. Start it with `xiezhi up`. 日志尚未启动。")
    _own(folder, policy)
    head = policy.open(note)
    for level, index, width in chain(tiles_of(head.size), _earlier_partials(head.size)):
        _write(folder / tile_path(level, index, width), partial(read_tile, level, index, width))
        if level == 0:
            _write(folder / entries_path(index, width), partial(_read_bundle, index, width))
    (folder / "key").write_text(f"{key}\n")
    (folder / "policy").write_text(policy.text(), encoding="utf-8")
    for size in stamps.sizes():
        for kind in ("note", "tsr"):
            _write(folder / "stamps" / f"{size}.{kind}", partial(_stamp_file, size, kind))
    if stamps.sizes() and (certificates := stamps.authority()):
        (folder / "stamps" / "authority.pem").write_bytes(certificates)
    if second := published.read_text("key.mldsa44"):
        (folder / "key.mldsa44").write_text(second)
    if witnessed := witnesses.witnessed_note():
        (folder / "checkpoint.witnessed").write_text(witnessed, encoding="utf-8")
    (folder / "checkpoint").write_text(note, encoding="utf-8")  # last: it speaks for the rest
    return head


def _earlier_partials(size: int) -> Iterator[tuple[int, int, int]]:
    """The partial tiles of earlier checkpoints that no full tile has replaced: who kept such a checkpoint asks for them (tlog-tiles, partial tiles)."""
    level = 0
    while size >> (TILE_HEIGHT * level):
        index = size >> (TILE_HEIGHT * (level + 1))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT DISTINCT (size >> %(low)s) - (%(index)s << 8) FROM record_checkpoint WHERE size < %(size)s AND size >> %(high)s = %(index)s",
                {"low": TILE_HEIGHT * level, "high": TILE_HEIGHT * (level + 1), "index": index, "size": size},
            )
            widths = {width for (width,) in cursor.fetchall()} - {0, tile_width(level, index, size)}
        yield from ((level, index, width) for width in sorted(widths))
        level += 1


def _read_bundle(index: int, width: int) -> bytes:
    return bundle(read_entries(index, width))


def _stamp_file(size: int, kind: str) -> bytes:
    return stamps.file(size, kind) or b""


def _own(folder: Path, policy: Policy) -> None:
    if folder.exists() and not folder.is_dir():
        raise LogRefused(f"{folder} is no folder. Name an empty one. 目标不是文件夹。")
    if folder.exists() and any(folder.iterdir()):
        try:
            same = VerifierKey.parse((folder / "key").read_text()) in policy.keys
        except (OSError, NoteError, UnicodeDecodeError):
            same = False
        if not same:
            raise LogRefused(
                f"{folder} is neither empty nor an earlier export of this log. Name another folder. 目标文件夹不是空的，也不是本日志以前的导出。"
            )
    folder.mkdir(parents=True, exist_ok=True)


def _write(path: Path, data: Callable[[], bytes]) -> None:
    if path.exists():
        return  # a tile of this width never changes
    path.parent.mkdir(parents=True, exist_ok=True)
    passing = path.with_name(f".{path.name}.new")  # never a tile that is cut short by a crash, since it would stay
    passing.write_bytes(data())
    passing.replace(path)
