"""`xiezhi mapping suggest LOG`: propose a mapping for another system's log, to be read and corrected by a person."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.group("mapping")
def command() -> None:
    """Names of another system's columns and activities."""


@command.command("suggest")
@click.argument("log", type=click.Path(path_type=Path))
@click.option("--pack", "pack_id", default="cn", show_default=True, metavar="PACK", help="Whose vocabulary: an id or a folder.")
@click.option("--encoding", help="Of a CSV file that is not UTF-8, for example gb18030.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the proposal to this file.")
def suggest(*, log: Path, pack_id: str, encoding: str | None, output: Path | None) -> None:
    """Propose a mapping with sample values for LOG. What is not certain stands in comments."""
    from xiezhi.core.audit.mapping import Mapping
    from xiezhi.core.audit.mapping_suggest import proposal
    from xiezhi.core.law.errors import InputError, PackError
    from xiezhi.core.law.pack import load_pack

    try:
        text = proposal(log, load_pack(pack_id).vocabulary, Mapping(encoding=encoding) if encoding else None)
        if output is not None:
            output.write_text(text, encoding="utf-8")
        else:
            click.echo(text, nl=False)
    except InputError as error:
        where = ":".join(str(part) for part in (error.file, error.line) if part is not None)
        click.echo(f"{where}: {error.message_en}", err=True)
        click.echo(error.message_zh, err=True)
        sys.exit(2)
    except (PackError, LookupError, OSError) as error:
        click.echo(str(error), err=True)
        sys.exit(2)
