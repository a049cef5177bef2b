"""`xiezhi calendar`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("calendar")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--by", default="administrator", show_default=True, help="Who loads it, for the register.")
@click.option("--year", type=int, help="The year the file must be for.")
def command(file: Path | None, by: str, year: int | None) -> None:
    """Load the State Council's yearly notice of working days from FILE (CSV), or list what is loaded.

    The file is read whole before anything is changed; a mistake is named with its line. A year loaded again replaces the earlier loading.
    """
    from xiezhi.cli.frame import with_django

    with with_django():
        if file is None:
            _list()
        else:
            _load(file, by, year)


def _load(file: Path, by: str, year: int | None) -> None:
    from xiezhi.apps.registry import service
    from xiezhi.apps.registry.notice import NoticeError, read
    from xiezhi.site import clock

    try:
        row = service.load_calendar_year(file.read_bytes(), by, clock.now(), year=year)
    except NoticeError as error:
        raise click.ClickException(f"{file}: {error}") from None
    if missing := read(row.csv).missing_zh:
        click.echo(f"{file}: 可能不全：没有列出法定节假日 {missing}，它们会算作工作日。请核对后再载入一次。", err=True)
    click.echo(f"{row.year}: {row.days.count()} days of {row.notice} loaded")


def _list() -> None:
    from xiezhi.apps.registry import queries

    rows = queries.calendar_years()
    for row in rows:
        click.echo(f"{row.year}\t{row.notice}\t{row.loaded_by}\t{row.loaded_at:%Y-%m-%d}")
    if not rows:
        click.echo("no year loaded by an administrator; the bundled table holds", err=True)
