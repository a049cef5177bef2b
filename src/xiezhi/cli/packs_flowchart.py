"""`xiezhi packs flowchart`: the public flowchart of a procedure (执法流程图), as SVG, as a page to print, or as text."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

_KINDS = (".svg", ".html", ".txt")


@click.command("flowchart")
@click.argument("pack")
@click.argument("procedure")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), default=None, help="A .svg, .html or .txt file (default: text)."
)
@click.option("--at", type=click.DateTime(["%Y-%m-%d"]), default=None, help="The day of the law (default: today, or a pack's last day).")
@click.option("--sector", default=None, help="With the special rules of this field (housing, market, agriculture, transport).")
def command(pack: str, procedure: str, output: Path | None, at: datetime | None, sector: str | None) -> None:
    """Draw PROCEDURE under PACK, derived from its rules: stages, order, terms, articles. Exit 2 when a name is wrong or a picture cannot be made."""
    from xiezhi.core.chart.page import as_html
    from xiezhi.core.chart.picture import GraphvizError, as_svg
    from xiezhi.core.chart.text import as_text

    if output is not None and output.suffix not in _KINDS:
        raise click.UsageError(f"'{output}' ends with '{output.suffix}': expected one of {', '.join(_KINDS)}.")
    chart = _chart(pack, procedure, at, sector)
    try:
        made = as_text(chart) if output is None or output.suffix == ".txt" else as_svg(chart) if output.suffix == ".svg" else as_html(chart)
    except GraphvizError as error:
        click.echo(f"no picture: {error}", err=True)
        sys.exit(2)
    if output is None:
        click.echo(made, nl=False)
        return
    try:
        output.write_text(made, encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"'{output}' cannot be written: {error.strerror}.") from None
    click.echo(f"{output}: {len(chart.drawn)} acts in {len(chart.stages)} stages", err=True)


def _chart(pack: str, procedure: str, at: datetime | None, sector: str | None) -> Any:
    from xiezhi.cli.packs import _day, _load
    from xiezhi.core.chart.derive import derive
    from xiezhi.core.law.calendar import Calendar
    from xiezhi.core.law.source import nearest
    from xiezhi.core.procedure.book import open_book
    from xiezhi.core.prove.day import day_for

    loaded = _load(pack)
    vocabulary = loaded.vocabulary
    if procedure not in vocabulary.procedures:
        close = nearest(procedure, list(vocabulary.procedures))
        hint = f"did you mean '{close}'?" if close else f"expected one of {', '.join(vocabulary.procedures)}"
        raise click.UsageError(f"There is no procedure '{procedure}': {hint}")
    fields = vocabulary.facts["agency.sector"].values if "agency.sector" in vocabulary.facts else {}
    if sector is not None and sector not in fields:
        raise click.UsageError(f"There is no sector '{sector}': expected one of {', '.join(fields) or '(none)'}.")
    day = at.date() if at is not None else day_for(loaded, _day(None))
    return derive(open_book(loaded, Calendar.load()), procedure, day, sector)
