"""`xiezhi audit HISTORY... --pack PACK`: hold case histories against the law of a pack (spec: history.md)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from xiezhi.core.audit.report import Report
    from xiezhi.core.law.pack import Pack

_WRONG = 2


@click.command("audit")
@click.argument("histories", metavar="HISTORY...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--pack", "pack_id", required=True, metavar="PACK", help="The pack to hold the histories against: an id (see `xiezhi packs list`)."
)
@click.option(
    "--people", type=click.Path(path_type=Path), help="Who the persons are: .csv or .jsonl. Without it certificates are not judged."
)
@click.option("--as-of", "as_of", metavar="TIME", help="The moment up to which duties are judged, with offset. Default: now.")
@click.option("--format", "form", type=click.Choice(["table", "json", "html", "csv", "xlsx"]), default="table", show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the answer to this file.")
@click.option("--mapping", type=click.Path(path_type=Path), help="Names of columns and activities of another system.")
@click.option("--regardless-of-validity", is_flag=True, help="Apply the pack to acts of any day.")
@click.option("--pending", is_flag=True, help="Show duties that are not yet due in the table too.")
def command(
    *,
    histories: tuple[Path, ...],
    pack_id: str,
    people: Path | None,
    as_of: str | None,
    form: str,
    output: Path | None,
    mapping: Path | None,
    regardless_of_validity: bool,
    pending: bool,
) -> None:
    """Hold case histories (JSON Lines) against the law of a pack.

    Exit status: 0 no violation, 1 some, 2 wrong input or call.
    """
    from xiezhi.core.audit.read.people import read_people
    from xiezhi.core.audit.replay import audit
    from xiezhi.core.law.errors import InputError, PackError
    from xiezhi.core.law.pack import load_pack

    if mapping is not None:
        raise click.UsageError("--mapping is not read yet; it belongs to the other file formats. 列名对照暂不支持。")
    if form not in ("table", "json"):
        raise click.UsageError(f"--format {form} is not written yet; use table or json. 该格式暂不支持，请用 table 或者 json。")
    moment = _moment(as_of)
    try:
        pack = load_pack(pack_id)
        known = read_people(people) if people is not None else None
        report = audit(histories, pack, known, moment, regardless_of_validity=regardless_of_validity, progress=_progress())
    except InputError as error:
        _fail(error.file, error.line, error.message_en, error.message_zh)
    except PackError as error:
        _fail(None, None, str(error), f"规则包有误：{error.place}")
    _write(report, pack, form, output, pending=pending)
    sys.exit(report.exit_status)


def _moment(as_of: str | None) -> datetime:
    from xiezhi.core.law.clock import parse_time
    from xiezhi.site.clock import now

    if as_of is None:
        return now()
    try:
        return parse_time(as_of)
    except (ValueError, TypeError):
        raise click.BadParameter(
            f"{as_of!r} is not a time with an offset, such as 2026-06-01T00:00:00+08:00. 应当是带时区的时间。", param_hint="--as-of"
        ) from None


def _progress() -> Callable[[int], None] | None:
    if not sys.stderr.isatty():
        return None

    def show(cases: int) -> None:
        if cases % 500 == 0:
            click.echo(f"\r{cases} 件", err=True, nl=False)

    return show


def _fail(file: str | None, line: int | None, en: str, zh: str) -> None:
    where = ":".join(str(part) for part in (file, line) if part is not None)
    click.echo(f"{where}: {en}" if where else en, err=True)
    place = f"{file or ''}{f' 第 {line} 行' if line is not None else ''}"
    click.echo(f"{place}：{zh}" if place else zh, err=True)
    sys.exit(_WRONG)


def _write(report: Report, pack: Pack, form: str, output: Path | None, *, pending: bool) -> None:
    from rich.console import Console

    from xiezhi.core.audit.table import print_table

    try:
        out = output.open("w", encoding="utf-8", newline="\n") if output is not None else None
    except OSError as error:
        _fail(str(output), None, f"cannot be written: {error.strerror}", f"无法写入：{error.strerror}")
    try:
        if form == "json":
            (out or sys.stdout).write(report.as_json())
        else:
            width = None if out is None and sys.stdout.isatty() else 120
            print_table(report, pack, Console(file=out or sys.stdout, width=width), pending=pending)
    finally:
        if out is not None:
            out.close()
