"""Never sign a fork: what is published must be a prefix of what the database holds, asked before every signature."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from xiezhi.core.ledger.errors import NoteError
from xiezhi.core.ledger.note import Checkpoint, VerifierKey
from xiezhi.core.ledger.tiles import range_in_tiles
from xiezhi.core.ledger.tree import EMPTY_ROOT

from . import halt, published
from .key import Keyring, LogRefused, publish_verifier
from .policy import known, publish_policy
from .tiles import read_tile


class Fence:
    """Holds the published head against the database: the first from the tiles, those after it by the root that the database signed."""

    def __init__(self) -> None:
        self._proved = False

    def check(self, key: Keyring, origin: str, size: int) -> None:
        """`origin` and `size` as the locked row of the log's state says. Raises LogRefused."""
        halt.check(size)
        keys, note = known(key), published.read_checkpoint()
        if note is None:
            note = self._begun(key, origin, size)
        head = opened(note, keys, f"the published checkpoint {published.checkpoint_path()}")
        _not_behind(head, size)
        if not (self._proved and _is_signed_here(head)):
            hold(head, size)
        self._proved = True

    def _begun(self, key: Keyring, origin: str, size: int) -> str:
        """The head of the empty tree, which no history contradicts, is published before the first leaf: a crash later on finds it."""
        if size or origin:
            raise LogRefused(
                f"this database holds a log of {size} leaves, but {published.checkpoint_path()} is missing: whether more was published cannot "
                "be known. Nothing is signed. Put the file back from a copy, or, when you are sure that this database is the newest, run "
                "`xiezhi ledger adopt-checkpoint`. 已公布的检查点文件缺失，已停止签名；请从副本恢复该文件，"
                "确认数据库是最新的，再运行 xiezhi ledger adopt-checkpoint。"
            )
        note = key.sign(Checkpoint(key.verifier.name, 0, EMPTY_ROOT))
        publish_policy(key)
        publish_verifier(key.verifier)
        published.publish_checkpoint(note)
        return note


def opened(note: str, keys: Sequence[VerifierKey], what: str) -> Checkpoint:
    """The head of a note that one of this log's keys has signed in its time. Raises LogRefused naming `what`."""
    try:
        return Checkpoint.open(note, *keys)
    except NoteError as error:
        raise LogRefused(
            f"{what} is not this log's ({error}). Put it back from a copy with `xiezhi ledger adopt-checkpoint FILE`. "
            "已公布的检查点不是本日志所签，请从副本恢复。"
        ) from error


def hold(head: Checkpoint, size: int) -> None:
    """Prove from the tiles that the head is a prefix of the database's `size` leaves. Raises LogRefused."""
    _not_behind(head, size)
    if head.size and range_in_tiles(head.size, read_tile)(0, head.size) != head.root:
        raise LogRefused(
            f"the database's first {head.size} leaves are not those that were published. Nothing is signed; run `xiezhi ledger verify`. "
            "数据库内容与已公布的检查点不一致，已停止签名；请运行 xiezhi ledger verify 查找。"
        )


def _not_behind(head: Checkpoint, size: int) -> None:
    if head.size > size:
        raise LogRefused(
            f"the database holds {size} leaves, but {head.size} are published: it was restored from an older backup. Nothing is signed. "
            f"Restore a backup that has all {head.size}, or replay the missing entries. 数据库比已公布的检查点旧（{size} < {head.size}），"
            "已停止签名；请恢复较新的备份。"
        )


def _is_signed_here(head: Checkpoint) -> bool:
    """Whether the database's own row of that size gives the same root: one look-up by key, for every round."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT note FROM record_checkpoint WHERE size = %s", [head.size])
        row = cursor.fetchone()
    return row is not None and root_of(row[0]) == head.root


def root_of(note: str) -> bytes:
    """The root that a note of this database names; its signature is not asked for."""
    return Checkpoint.parse(note.rpartition("\n\n")[0] + "\n").root
