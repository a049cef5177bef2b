"""What stops the signing: a witness has seen more leaves than this log holds. One file beside the published checkpoint, `halt`: `SIZE WITNESS`.

It ends by itself once the database holds that many leaves, and else only by a person who has found out why: see operating.md.
"""

from __future__ import annotations

import re
from pathlib import Path

from .key import LogRefused
from .published import checkpoint_path, write_file

_LINE = re.compile(r"(0|[1-9]\d{0,18}) (\S*)\n?")


def path() -> Path:
    return checkpoint_path().with_name("halt")


def stop(size: int, witness: str) -> None:
    """Sign nothing while the log holds fewer leaves than this witness has seen; the largest size stands."""
    if size > (_told() or (0, ""))[0]:
        write_file(path(), f"{size} {witness}\n")


def check(size: int) -> None:
    """Whether a log of `size` leaves may be signed. Raises LogRefused."""
    told = _told()
    if told is None:
        return
    seen, witness = told
    if size < seen:
        raise LogRefused(
            f"a witness has seen {seen} leaves ({witness}), this database holds {size}: leaves that were published are lost, or another signs "
            f"with the log's key. Nothing is signed. Restore a backup that has all {seen}; when the witness is proved wrong, take it out of "
            f"XIEZHI_WITNESSES and remove {path()}. 见证人见过 {seen} 条，数据库只有 {size} 条，已停止签名；请恢复较新的备份。"
        )
    path().unlink(missing_ok=True)


def _told() -> tuple[int, str] | None:
    try:
        line = _LINE.fullmatch(path().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        line = None
    if line is None:
        raise LogRefused(
            f"{path()} is damaged: a witness has seen more leaves than this log, how many cannot be known. Nothing is signed. "
            "Compare with the witness's own page, then remove the file. 停止签名的记载损坏，请与见证人核对后删除该文件。"
        )
    return int(line[1]), line[2]
