"""`xiezhi ledger ...`: verify, export and prove the public log of the record. stdout holds the answer alone."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from xiezhi.apps.record.verify import Report


@click.group()
def command() -> None:
    """Verify, export and prove the public log of the record."""


@contextlib.contextmanager
def _record() -> Iterator[None]:
    """A running, migrated database; what stops the log is told in one line, exit status 2."""
    from xiezhi.cli.frame import with_django

    with with_django():
        from xiezhi.apps.record.key import LogRefused

        try:
            yield
        except LogRefused as refusal:
            _stop(str(refusal))


def _stop(message: str) -> None:
    click.echo(f"xiezhi ledger: {message}", err=True)
    sys.exit(2)


def _begin() -> None:
    """An installation that never ran has an empty log: sign its first checkpoint, as `up` would."""
    from xiezhi.apps.record import queries
    from xiezhi.apps.record.sequencer import Sequencer
    from xiezhi.site.clock import now

    if queries.checkpoint_time() is None:
        Sequencer().round(now())


def _older(path: Path | None) -> str | None:
    return path.read_text(encoding="utf-8") if path else None


_against = click.option(
    "--against",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A checkpoint kept elsewhere: the log must still hold what it signed.",
)
_format = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)


@command.command()
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--key", help="The log's key, for a FOLDER; default: the file `key` in it.")
@_against
@_format
def verify(folder: Path | None, key: str | None, against: Path | None, form: str) -> None:
    """Re-derive everything: bodies, entries, leaves, tiles, checkpoints, each case's chain.

    With FOLDER, an exported log is verified instead, without a database. Exit status 0: nothing is wrong; 1: every bad item is
    named, the first first; 2: it cannot be verified.
    """
    if folder is not None:
        _verify_folder(folder, key, against, form)
        return
    _verify_record(bodies=True, against=against, form=form)


@command.command()
@_against
@_format
def fsck(against: Path | None, form: str) -> None:
    """As verify, for the log alone: entries, leaves, tiles, checkpoints, without bodies."""
    _verify_record(bodies=False, against=against, form=form)


def _verify_record(*, bodies: bool, against: Path | None, form: str) -> None:
    with _record():
        from xiezhi.apps.record.verify import verify as verify_record

        _begin()
        report = verify_record(bodies=bodies, older=_older(against))
    _tell(report, form)


def _tell(report: Report, form: str) -> None:
    if form == "json":
        faults = [{"item": fault.item, "what": fault.what, "what_zh": fault.what_zh} for fault in report.faults]
        counts = {"leaves": report.leaves, "waiting": report.waiting, "tiles": report.tiles, "checkpoints": report.checkpoints}
        head = {"origin": report.head.origin, "size": report.head.size, "root": report.head.root.hex()} if report.head else None
        click.echo(json.dumps({"ok": not faults, **counts, "head": head, "faults": faults}, ensure_ascii=False))
    else:
        for fault in report.faults:
            click.echo(f"BAD  {fault.item}: {fault.what} / {fault.what_zh}")
        done = f"{report.leaves} leaves, {report.waiting} waiting, {report.tiles} tiles, {report.checkpoints} checkpoints"
        click.echo(f"{f'{len(report.faults)} bad items' if report.faults else 'OK'}: {done}")
    sys.exit(1 if report.faults else 0)


def _verify_folder(folder: Path, key: str | None, against: Path | None, form: str) -> None:
    from xiezhi.core.ledger.errors import NoteError
    from xiezhi.core.ledger.note import Checkpoint, VerifierKey
    from xiezhi.core.ledger.verify import verify_log

    try:
        verifier = VerifierKey.parse(key or (folder / "key").read_text())
        text = _older(against)
        older = Checkpoint.open(text, verifier) if text else None
    except (NoteError, OSError) as error:
        _stop(f"{error}. Give the log's key with --key.")
        return

    def read(path: str) -> bytes | None:
        file = folder / path
        return file.read_bytes() if file.is_file() else None

    faults = list(verify_log(read, verifier, older))
    if form == "json":
        rows = [{"item": fault.item, "what": fault.what, "what_zh": fault.what_zh} for fault in faults]
        click.echo(json.dumps({"ok": not faults, "faults": rows}, ensure_ascii=False))
    else:
        for fault in faults:
            click.echo(f"BAD  {fault.item}: {fault.what} / {fault.what_zh}")
        click.echo(f"{len(faults)} bad items" if faults else "OK")
    sys.exit(1 if faults else 0)


@command.command()
@click.argument("folder", type=click.Path(path_type=Path))
def export(folder: Path) -> None:
    """Write the log as files: checkpoint, key, tiles, entry bundles. FOLDER is empty or an earlier export."""
    with _record():
        from xiezhi.apps.record.export import export as export_log
        from xiezhi.site.clock import now

        head = export_log(folder, now())
    click.echo(f"{head.origin}: {head.size} leaves in {folder}")


@command.command("adopt-checkpoint")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do it; without, it is only said what would be taken.")
def adopt_checkpoint(file: Path | None, yes: bool) -> None:
    """Publish a checkpoint again after the published file was lost or damaged, so that the log goes on.

    FILE is a copy kept elsewhere; without, the database's own newest is taken. The sequencer refuses to sign without the file,
    since a database restored from an older backup would make a second history: adopt only when this one is the newest. A checkpoint
    that the database does not hold, or that is shorter than what is published, is refused (exit status 2).
    """
    with _record():
        from xiezhi.apps.record import adoption

        copy = _older(file)
        head = adoption.adopt(copy) if yes else adoption.candidate(copy)
    what = f"{head.origin}: {head.size} leaves, root {head.root.hex()}"
    if yes:
        click.echo(f"published {what}")
        return
    click.echo(f"would publish {what}\nAnything signed after that and lost would be denied for good. Sure? Run it again with --yes.")
    sys.exit(1)


@command.group()
def key() -> None:
    """The key that signs the log."""


@key.command()
def show() -> None:
    """Print the current verifier key; its name is the log's origin."""
    with _record():
        from xiezhi.apps.record import queries

        _begin()
        click.echo(queries.verifier_key())


@command.command()
@click.option("--case", "case_id", required=True, help="The case's id.")
@click.option("--act", "number", required=True, type=click.IntRange(min=1), help="The number of the entry in its case, from 1.")
@click.option("--field", "fields", multiple=True, help="Prove this field too (such as data.penalty.fine); the answer is then JSON.")
def prove(case_id: str, number: int, fields: tuple[str, ...]) -> None:
    """Print the .tlog-proof of one entry, which anyone can verify with the log's key."""
    with _record():
        from xiezhi.apps.record import queries
        from xiezhi.apps.record.sequencer import Sequencer
        from xiezhi.core.ledger.errors import BodyError
        from xiezhi.site.clock import now

        entry = queries.entry_at(case_id, number)
        if entry is None:
            _stop(_not_there(case_id, number))
            return
        Sequencer().drain(now())
        receipt = queries.receipt(entry)
        if receipt is None:
            _stop(f"entry {number} of {case_id} has no leaf; run `xiezhi ledger verify`")
            return
        if not fields:
            click.echo(receipt.proof, nl=False)
            return
        try:
            shown = queries.fields_proof(entry, fields)
        except BodyError as error:
            _stop(str(error))
            return
        answer = {"case": case_id, "act": number, "index": receipt.index, "entry": receipt.entry, "proof": receipt.proof}
        click.echo(json.dumps({**answer, "fields": [one.as_dict() for one in shown.fields] if shown else []}, ensure_ascii=False, indent=1))


def _not_there(case_id: str, number: int) -> str:
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
