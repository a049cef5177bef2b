"""`xiezhi ledger ...`: verify, export and prove the public log of the record. stdout holds the answer alone."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xiezhi.cli import ledger_delete, ledger_showing
from xiezhi.cli.ledger_frame import record as _record
from xiezhi.cli.ledger_frame import stop as _stop

if TYPE_CHECKING:
    from xiezhi.apps.record.verify import Report
    from xiezhi.core.ledger.note import VerifierKey


@click.group()
def command() -> None:
    """Verify, export and prove the public log of the record."""


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
@click.option("--files/--no-files", default=True, help="Look for the files that entries name, and read documents again.  [default: on]")
@click.option("--derived/--no-derived", default=True, help="Derive the rows of lists and public pages again and compare.  [default: on]")
def verify(folder: Path | None, key: str | None, against: Path | None, form: str, files: bool, derived: bool) -> None:  # noqa: PLR0917
    """Re-derive everything: bodies, entries, leaves, tiles, checkpoints, each case's chain, its documents, and the rows derived from it.

    With FOLDER, an exported log is verified instead, without a database. Exit status 0: nothing is wrong; 1: every bad item is
    named, the first first; 2: it cannot be verified.
    """
    if folder is not None:
        _verify_folder(folder, key, against, form)
        return
    _verify_record(bodies=True, against=against, form=form, files=files, derived=derived)


@command.command()
@_against
@_format
def fsck(against: Path | None, form: str) -> None:
    """As verify, for the log alone: entries, leaves, tiles, checkpoints, without bodies."""
    _verify_record(bodies=False, against=against, form=form)


def _verify_record(*, bodies: bool, against: Path | None, form: str, files: bool = False, derived: bool = False) -> None:
    with _record():
        from xiezhi.apps.evidence.queries import CaseFiles
        from xiezhi.apps.record.derived import drift
        from xiezhi.apps.record.verify import verify as verify_record
        from xiezhi.site.clock import now

        _begin()
        report = verify_record(bodies=bodies, older=_older(against), files=CaseFiles() if files else None)
        if derived:
            report.faults.extend(drift(now()))
    _tell(report, form)


def _tell(report: Report, form: str) -> None:
    if form == "json":
        faults = [{"item": fault.item, "what": fault.what, "what_zh": fault.what_zh} for fault in report.faults]
        counts = {
            "leaves": report.leaves,
            "waiting": report.waiting,
            "tiles": report.tiles,
            "checkpoints": report.checkpoints,
            "deleted": report.deleted,
        }
        head = {"origin": report.head.origin, "size": report.head.size, "root": report.head.root.hex()} if report.head else None
        click.echo(json.dumps({"ok": not faults, **counts, "head": head, "faults": faults}, ensure_ascii=False))
    else:
        for fault in report.faults:
            click.echo(f"BAD  {fault.item}: {fault.what} / {fault.what_zh}")
        done = f"{report.leaves} leaves, {report.waiting} waiting, {report.tiles} tiles, {report.checkpoints} checkpoints"
        done += f", {report.deleted} deleted lawfully（依法删除）" if report.deleted else ""
        click.echo(f"{f'{len(report.faults)} bad items' if report.faults else 'OK'}: {done}")
    sys.exit(1 if report.faults else 0)


def _verify_folder(folder: Path, key: str | None, against: Path | None, form: str) -> None:
    from xiezhi.core.ledger.errors import NoteError
    from xiezhi.core.ledger.note import Checkpoint
    from xiezhi.core.ledger.verify import verify_log

    try:
        keys = _keys_of(folder, key)
        text = _older(against)
        older = Checkpoint.open(text, *keys) if text else None
    except (NoteError, OSError) as error:
        _stop(f"{error}. Give the log's key with --key.")
        return

    def read(path: str) -> bytes | None:
        file = folder / path
        return file.read_bytes() if file.is_file() else None

    faults = list(verify_log(read, keys, older))
    if form == "json":
        rows = [{"item": fault.item, "what": fault.what, "what_zh": fault.what_zh} for fault in faults]
        click.echo(json.dumps({"ok": not faults, "faults": rows}, ensure_ascii=False))
    else:
        for fault in faults:
            click.echo(f"BAD  {fault.item}: {fault.what} / {fault.what_zh}")
        click.echo(f"{len(faults)} bad items" if faults else "OK")
    sys.exit(1 if faults else 0)


def _keys_of(folder: Path, key: str | None) -> tuple[VerifierKey, ...]:
    """The key that was given; else all keys of the folder's policy, each for its time; else its one key. Raises NoteError, OSError."""
    from xiezhi.core.ledger.note import VerifierKey
    from xiezhi.core.ledger.policy import parse

    if key is None and (folder / "policy").is_file():
        return parse((folder / "policy").read_text(encoding="utf-8")).keys
    return (VerifierKey.parse(key or (folder / "key").read_text()),)


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


@command.command()
def stamp() -> None:
    """Have the newest checkpoint stamped by the authority for time now (XIEZHI_TSA, RFC 3161), whatever the day's stamp."""
    with _record():
        from xiezhi.apps.record import stamps
        from xiezhi.apps.record.sequencer import Sequencer
        from xiezhi.site.clock import now

        Sequencer().drain(now())
        try:
            made = stamps.stamp()
        except stamps.StampError as error:
            _stop(str(error))
            return
    click.echo(f"{made.at.isoformat()} {made.size} leaves")


@command.command()
def stamps() -> None:
    """Check every time stamp: the authority's signature, the checkpoint's, and that the log still holds it. Exit status 1: one does not hold."""
    with _record():
        from xiezhi.apps.record import stamps as kept
        from xiezhi.apps.record.models import LogState

        bad = 0
        for size in kept.sizes():
            try:
                one = kept.check_held(size, LogState.objects.get().size)
                click.echo(f"{one.at.isoformat()} {one.size} leaves")
            except kept.StampError as error:
                bad += 1
                click.echo(f"BAD  stamp {size}: {error}")
    sys.exit(1 if bad else 0)


@command.group()
def key() -> None:
    """The key that signs the log."""


@key.command()
def show() -> None:
    """Print the current verifier key, its name being the log's origin; then its fingerprint, then every earlier key with its time."""
    with _record():
        from xiezhi.apps.record import queries

        _begin()
        current, *others = queries.verifier_keys()
        click.echo(current)
        click.echo(f"fingerprint 公钥指纹 {current.fingerprint}")
        for one in others:
            until = "signs too 同时签名" if one.until is None else f"signed up to size {one.until - 1} 签至此条数"
            click.echo(f"{until}: {one} (fingerprint {one.fingerprint})")


@key.command()
@click.option("--lost", is_flag=True, help="Others may have the present key: it ends at once and signs nothing more.")
@click.option("--yes", is_flag=True, help="Do it; without, it is only said what would be done.")
def rotate(lost: bool, yes: bool) -> None:
    """Make a new key for the log. Its name, the origin, stays.

    Both keys sign until `key retire`, so that whoever knows either can go on: publish the new key by the ways by which the old one was
    published, and leave some months. The change is an entry of the log, and stands in /log/policy.
    """
    if not yes:
        click.echo(
            f"would make a new key{'; the old one would end at once' if lost else ''}. Copy keys/ to the safe afterwards. Run it again with --yes."
        )
        sys.exit(1)
    with _record():
        from xiezhi.apps.record import rotation
        from xiezhi.apps.record.sequencer import Sequencer
        from xiezhi.site.clock import now

        _begin()
        ring = rotation.rotate(now(), lost=lost)
        Sequencer().drain(now())
    click.echo(f"{ring.verifier}\nfingerprint 公钥指纹 {ring.verifier.fingerprint}")
    for one in ring.signers[1:]:
        click.echo(f"signs too, until `xiezhi ledger key retire`: {one.verifier}")


@key.command("add-ml-dsa")
@click.option("--yes", is_flag=True, help="Do it; without, it is only said what would be done.")
def add_ml_dsa(yes: bool) -> None:
    """Sign every checkpoint with ML-DSA-44 too: a second line, about 3.3 kB, for a time when Ed25519 no longer holds.

    Who does not know the type passes the line over. It cannot be taken away again.
    """
    if not yes:
        click.echo(
            "would make an ML-DSA-44 key; every checkpoint grows by 3.3 kB. Copy keys/ to the safe afterwards. Run it again with --yes."
        )
        sys.exit(1)
    with _record():
        from xiezhi.apps.record import rotation
        from xiezhi.apps.record.sequencer import Sequencer
        from xiezhi.site.clock import now

        _begin()
        made = rotation.add_second(now())
        Sequencer().drain(now())
    click.echo(made)


@key.command()
@click.option("--yes", is_flag=True, help="Do it; without, it is only said what would be done.")
def retire(yes: bool) -> None:
    """End the old key after a change: what it signed stays proved, and it signs nothing more."""
    if not yes:
        click.echo("would end the old key. Who knows only that one cannot check later checkpoints. Run it again with --yes.")
        sys.exit(1)
    with _record():
        from xiezhi.apps.record import rotation
        from xiezhi.apps.record.sequencer import Sequencer
        from xiezhi.site.clock import now

        old = rotation.retire(now())
        Sequencer().drain(now())
    click.echo(f"signed up to size {(old.until or 1) - 1}: {old}")


command.add_command(ledger_delete.delete)
command.add_command(ledger_showing.prove)
command.add_command(ledger_showing.check_proof)
