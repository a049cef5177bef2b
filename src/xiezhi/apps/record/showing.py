"""Some fields of entries, with the proof that they are the logged ones; the others stay unsaid and cannot be guessed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from xiezhi.core.law.errors import InputError
from xiezhi.core.ledger.note import Checkpoint
from xiezhi.core.ledger.proof import LogProof

from .bundle import PUBLISHED, Made, Store, add_entry, file_path, folder_name, tags
from .key import LogRefused
from .packing import Bag
from .policy import verifiers

DOCUMENT = "data.pdf"


def write_extract(case_id: str, acts: Sequence[dict[str, Any]], target: Path, store: Store) -> Made:
    """Write a bundle of shown fields alone: `acts` are dicts of `entry`, `fields` (as FieldProof.as_dict) and `tlog_proof`.

    It does not tell what else the case holds. A document goes with the field that names its digest. Raises InputError for nothing to show,
    LogRefused while one of them has no proof.
    """
    shown = {one["entry"]: one for one in acts if one["fields"]}
    if not shown:
        raise InputError("there is nothing to show", "没有可以出示的内容", field="fields")
    keys = verifiers()
    if not keys or not all(one["tlog_proof"] for one in shown.values()):
        raise LogRefused("the log has not numbered these entries yet; try again in a moment. 日志正在编号，请稍候再试。")
    notes = [LogProof.parse(one["tlog_proof"]).note for one in shown.values()]
    note = max(notes, key=lambda one: Checkpoint.open(one, *keys).size)
    files: dict[str, str] = {}
    with Bag(target, folder_name(case_id)) as bag:
        for number, one in enumerate(shown.values(), 1):
            fields = [{name: field[name] for name in sorted(field)} for field in one["fields"]]
            add_entry(bag, number, {"entry": one["entry"], "fields": fields}, one["tlog_proof"])
            for field in fields:
                if field["path"] == DOCUMENT and store.has(field["value"]):
                    files.setdefault(field["value"], file_path(number, field["value"], PUBLISHED))
        for sha256, path in files.items():
            bag.add_stored(path, sha256, store.read(sha256))
        bag.finish({}, tags(note))
    return Made(case_id, len(shown), len(files), (), Checkpoint.open(note, *keys).size)
