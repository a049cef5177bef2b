"""`xiezhi evidence`: recordings of a card or folder into the store, and the store checked against its digests."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click


@click.group()
def command() -> None:
    """Take recordings in, and check the store."""


@command.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=True, path_type=Path))
@click.option("--device", required=True, help="The recorder's number, as in the device ledger.")
@click.option("--case", "case_id", default="", help="The case (its id or number) whose acts the recordings show.")
@click.option("--agency", "agency_id", default="", help="The agency's id; needed for a recorder that is not in the ledger yet.")
@click.option("--by", default="", help="Id of the person who hands the recordings in.")
@click.option("--clock-offset", type=float, help="Seconds that the recorder's clock is ahead of true time (behind: negative).")
@click.option("--clock-error", type=float, default=1.0, show_default=True, help="Seconds that this measurement may be wrong.")
def ingest(folder: Path, clock_offset: float | None, clock_error: float, **whence: str) -> None:
    """Take in all recordings of FOLDER. May be broken off and run again; files that are there already are left as they are."""
    from xiezhi.cli.frame import with_django

    with with_django():
        _ingest(folder, (clock_offset, clock_error), **whence)


def _ingest(folder: Path, clock: tuple[float | None, float], *, device: str, case_id: str, agency_id: str, by: str) -> None:
    from xiezhi.apps.evidence import service
    from xiezhi.core.law.errors import InputError
    from xiezhi.core.media.errors import MediaError
    from xiezhi.site.clock import now

    try:
        sender = service.sender(device, case_id, agency_id, now(), by=by, clock=clock)
        files = service.files_in(folder) if folder.is_dir() else [folder]
        with click.progressbar(length=len(files), label="evidence", file=sys.stderr) as bar:
            result = service.ingest(files, sender, now, lambda _path: bar.update(1))
        if sender.case:
            service.link_run(result, sender.case, now(), by=by)
    except (InputError, MediaError) as error:
        click.echo(f"xiezhi evidence ingest: {error}\n{error.message_zh}", err=True)
        sys.exit(2)
    _say(result, case=bool(case_id))
    if result.failed:
        sys.exit(1)


def _say(result: Any, *, case: bool) -> None:
    line = f"{result.new} new, {result.known} known, {len(result.ignored)} ignored, {len(result.failed)} failed"
    if case:
        line += f"; of this run {result.attached} attached to acts, {result.unclaimed} without an act"
    click.echo(line)
    for name, zh, confidence in result.flagged:
        click.echo(f"flagged {name}: {zh} ({confidence:.0%})")
    for text in result.lost:
        click.echo(f"missing: {text}")
    for text in result.overlaps:
        click.echo(f"overlap: {text}")
    for name in result.ignored[:20]:
        click.echo(f"ignored {name}: no recording", err=True)
    for name, why in result.failed:
        click.echo(f"failed {name}: {why}", err=True)
    if result.failed:
        click.echo("what failed is not in the store; mend it and run the command again", err=True)


@command.command()
@click.option("--limit", type=int, default=0, help="Check only so many files, those not checked for longest first.")
def check(limit: int) -> None:
    """Read stored files again and compare them with their digests; names every chunk that differs. Exit 0 or 1."""
    from xiezhi.cli.frame import with_django

    with with_django():
        from xiezhi.apps.evidence import service
        from xiezhi.site.clock import now

        bad = 0
        total = 0
        for file, wrong in service.check_files(now(), limit):
            total += 1
            if wrong:
                bad += 1
                click.echo(f"{file.sha256}: {wrong}")
        click.echo(f"{total} files checked, {bad} damaged or missing")
    sys.exit(1 if bad else 0)
