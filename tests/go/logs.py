"""Logs as folders, written by the core alone, and the stranger's verifier that looks at them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from xiezhi.core.ledger.note import Checkpoint, KeySigner, Signer
from xiezhi.core.ledger.tiles import Edge, bundle, entries_path, tile_path, tiles_of
from xiezhi.core.ledger.tree import leaf_hash, root_of

ORIGIN = "yunxi.example/log"
KEY = KeySigner(ORIGIN, bytes(range(32)))


def entries(count: int, mark: str = "") -> list[bytes]:
    """So many entries of 33 bytes, each different."""
    return [b"\x01" + leaf_hash(f"{mark}{number}".encode()) for number in range(count)]


def head_of(held: Sequence[bytes]) -> Checkpoint:
    return Checkpoint(ORIGIN, len(held), root_of([leaf_hash(one) for one in held]))


def write_log(folder: Path, held: Sequence[bytes], *signers: Signer) -> Path:
    """The published files of a log that holds these entries."""
    tiles = Edge().extend(leaf_hash(one) for one in held)
    for level, index, width in tiles_of(len(held)):
        _write(folder / tile_path(level, index, width), tiles[level, index])
        if level == 0:
            _write(folder / entries_path(index, width), bundle(held[index * 256 : index * 256 + width]))
    _write(folder / "checkpoint", head_of(held).sign(*(signers or (KEY,))).encode())
    return folder


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


class Stranger:
    """The verifier in Go."""

    def __init__(self, program: Path) -> None:
        self.program = program

    def look(self, log: object = None, key: object = KEY.verifier, *more: object) -> tuple[int, dict[str, Any]]:
        """Its exit status and its answer."""
        given = ["-log", str(log)] if log else []
        given += ["-key", str(key)] if key else []
        done = subprocess.run([self.program, *given, *map(str, more)], capture_output=True, text=True, timeout=120, check=False)
        return done.returncode, json.loads(done.stdout)

    def accepts(self, *given: object) -> dict[str, Any]:
        status, answer = self.look(*given)
        assert (status, answer["ok"]) == (0, True), answer
        return answer

    def refuses(self, *given: object, says: str) -> None:
        status, answer = self.look(*given)
        assert (status, answer["ok"]) == (1, False), answer
        assert says in answer["error"], answer


def flip(path: Path, at: int, bit: int = 1) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= bit
    path.write_bytes(data)


def kept(folder: Path, name: str, note: str) -> Path:
    path = folder / name
    path.write_text(note, encoding="utf-8")
    return path


def old_flags(files: Iterable[Path]) -> list[object]:
    return [word for file in files for word in ("-old", file)]
