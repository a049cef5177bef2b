"""`xiezhi ledger prove` and `check-proof`: an entry, or some of its fields, shown to somebody, and what was shown checked."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import click

from xiezhi.cli.ledger_frame import record, stop

if TYPE_CHECKING:
    from xiezhi.core.ledger.shown import Shown

# Which entry it is: shown with any other field, since a fine without its case proves little.
WHICH = ("class", "kind", "case", "case_seq")


class _Stop(Exception):  # noqa: N818 - carries a message out of the database's frame
    pass


@click.command()
@click.option("--case", "case_id", required=True, help="The case's id; empty for a log-wide entry.")
@click.option("--act", "number", required=True, type=click.IntRange(min=1), help="The number of the entry in its case, from 1.")
@click.option(
    "--field", "fields", multiple=True, help="Show this field (such as data.penalty.fine) and what stands under it; may be repeated."
)
@click.option("--only", is_flag=True, help="Show nothing but the fields asked for: not even of which case and kind the entry is.")
@click.option("-o", "target", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file instead.")
def prove(case_id: str, number: int, fields: tuple[str, ...], target: Path | None, *, only: bool) -> None:
    """Prove one entry, or some of its fields.

    Without --field the answer is the entry's .tlog-proof, which anyone can verify with the log's key. With --field it is a .proof.json: the
    fields with the proof that they are the logged ones; all others stay hidden and cannot be guessed. `xiezhi ledger check-proof`, verify.py
    and the page 核验记录 read it.
    """
    with record():
        from xiezhi.core.ledger.errors import BodyError

        try:
            text = _answer(case_id, number, fields, only=only)
        except (_Stop, BodyError) as error:
            stop(f"{error}{'。' + error.message_zh if isinstance(error, BodyError) else ''}")
    if target is None:
        click.echo(text, nl=False)
        return
    target.write_text(text, encoding="utf-8")
    click.echo(f"written to {target}", err=True)


def _answer(case_id: str, number: int, fields: tuple[str, ...], *, only: bool) -> str:
    from xiezhi.apps.record import queries
    from xiezhi.apps.record.sequencer import Sequencer
    from xiezhi.site.clock import now

    entry = queries.entry_at(case_id, number)
    if entry is None:
        raise _Stop(not_there(case_id, number))
    Sequencer().drain(now())
    receipt = queries.receipt(entry)
    if receipt is None:
        raise _Stop(f"entry {number} of {case_id} has no leaf; run `xiezhi ledger verify`")
    if not fields:
        return receipt.proof
    return json.dumps(_shown(entry, fields if only else (*WHICH, *fields)).as_dict(), ensure_ascii=False, indent=1) + "\n"


def _shown(entry: UUID, paths: tuple[str, ...]) -> Shown:
    from xiezhi.apps.record import queries

    shown = queries.shown(entry, paths)
    if shown is None:
        raise _Stop("the body of this entry was destroyed lawfully: nothing of it can be shown any more. 内容已依法删除，不能再出示。")
    return shown


def not_there(case_id: str, number: int) -> str:
    """Which of the two is wrong, the case or the number, and what to give instead."""
    from xiezhi.apps.record import queries

    row = queries.case(case_id)
    if row is None:
        return (
            f"there is no case {case_id!r}; --case takes the id that stands in the address of the case's page (/desk/cases/<id>/), "
            f"not the case number. 没有编号是“{case_id}”的案件。--case 要填案件页地址里的编号，不是案号。"
        )
    last = row.next_seq - 1
    return (
        f"case {case_id!r} has no entry {number}: its entries are 1 to {last}. "
        f"案件“{case_id}”没有第 {number} 条记录：现有第 1 条到第 {last} 条。请改 --act。"
    )


@click.command("check-proof")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", help="The log's key as you know it; default: the one in the file, which is then to be compared.")
def check_proof(file: Path, key: str | None) -> None:
    """Check a .proof.json: each field against its entry, the entry against the signed log. No database is asked.

    Exit status 0: it holds; 1: it does not, and the line says what; 2: it cannot be read.
    """
    from xiezhi.core.ledger.errors import NoteError, ProofError
    from xiezhi.core.ledger.note import VerifierKey
    from xiezhi.core.ledger.shown import Shown

    try:
        shown = Shown.parse(file.read_text(encoding="utf-8"))
        verifier = VerifierKey.parse(key or shown.key)
    except (ProofError, NoteError, OSError, UnicodeDecodeError) as error:
        click.echo(f"xiezhi ledger check-proof: {file}: {error}. 这不是完整的证明文件，或者公钥不对。", err=True)
        sys.exit(2)
    try:
        head = shown.check(verifier)
    except ProofError as error:
        click.echo(f"WRONG: {error} / 不成立：内容被改过，或者不在日志里")
        sys.exit(1)
    for one in shown.fields:
        click.echo(f"{one.path}: {one.value}")
    click.echo(f"OK: entry {shown.proof.index} of {head.size} in {head.origin}")
    if key is None:
        click.echo(f"the key came with the file; compare it: {shown.key}", err=True)
