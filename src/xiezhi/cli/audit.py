"""`xiezhi audit HISTORY... --pack PACK`: hold case histories against the law of a pack (spec: history.md)."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from xiezhi.core.audit.report import Report
    from xiezhi.core.law.pack import Pack

_WRONG = 2
_EVERY = 0.2  # seconds


@click.command("audit")
@click.argument("histories", metavar="HISTORY...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--pack",
    "pack_id",
    required=True,
    metavar="PACK",
    help="The pack to hold the histories against: an id (see `xiezhi packs list`) or a folder.",
)
@click.option(
    "--people", type=click.Path(path_type=Path), help="Who the persons are: .csv, .jsonl or .xlsx. Without it certificates are not judged."
)
@click.option("--as-of", "as_of", metavar="TIME", help="The moment up to which duties are judged, with offset. Default: now.")
@click.option("--format", "form", type=click.Choice(["table", "json", "html", "csv", "xlsx"]), default="table", show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the answer to this file.")
@click.option("--mapping", type=click.Path(path_type=Path), help="Names of columns and activities of another system.")
@click.option("--regardless-of-validity", is_flag=True, help="Apply the pack to acts of any day.")
@click.option("--workers", type=click.IntRange(1), help="How many processes read large files of JSON Lines. Default: one for each core.")
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
    workers: int | None,
    pending: bool,
) -> None:
    """Hold case histories against the law of a pack.

    Reads .jsonl, .csv, .xlsx, .parquet, .xes, .xes.gz and OCEL 2.0 (.json, .sqlite, .xml).

    Exit status: 0 no violation, 1 some, 2 wrong input or call.
    """
    from xiezhi.core.audit.mapping import load_mapping
    from xiezhi.core.audit.read.people import read_people
    from xiezhi.core.audit.replay import audit
    from xiezhi.core.law.errors import InputError, PackError
    from xiezhi.core.law.pack import load_pack

    moment = _moment(as_of)
    try:
        pack = load_pack(pack_id)
        names = load_mapping(mapping, pack.vocabulary) if mapping is not None else None
        known = read_people(people) if people is not None else None
        report = audit(
            histories,
            pack,
            known,
            moment,
            regardless_of_validity=regardless_of_validity,
            progress=_progress(),
            names=names,
            workers=workers or len(os.sched_getaffinity(0)),
        )
        answer = _answer(report, pack, form)
    except InputError as error:
        _fail(error.file, error.line, error.message_en, error.message_zh)
    except PackError as error:
        what = "对照文件" if mapping is not None and error.file == str(mapping) else "规则包"
        _fail(None, None, str(error), f"{what}有误：{error.place}")
    if report.unmapped and form != "table":
        left_out = sum(report.unmapped.values())
        click.echo(f"{left_out} events of {len(report.unmapped)} labels that the mapping does not name were left out:", err=True)
        click.echo(f"对照文件没有说明的 {len(report.unmapped)} 种行为名称、{left_out} 条记录未参加审查：", err=True)
        for label, count in report.unmapped.items():
            click.echo(f"  {label}: {count}", err=True)
    _write(report, pack, answer, output, pending=pending)
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
    """Says on a terminal's stderr how far the work is, at most five times a second; the line is wiped away at the end."""
    if not sys.stderr.isatty():
        return None
    begun = last = time.monotonic()

    def show(cases: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _EVERY:
            last = now
            click.echo(f"\r已审查 {cases:,} 件，每秒 {cases / (now - begun):,.0f} 件 ", err=True, nl=False)

    click.get_current_context().call_on_close(lambda: click.echo("\r\x1b[K", err=True, nl=False))
    return show


def _fail(file: str | None, line: int | None, en: str, zh: str) -> None:
    where = ":".join(str(part) for part in (file, line) if part is not None)
    click.echo(f"{where}: {en}" if where else en, err=True)
    place = f"{file or ''}{f' 第 {line} 行' if line is not None else ''}"
    click.echo(f"{place}：{zh}" if place else zh, err=True)
    sys.exit(_WRONG)


def _answer(report: Report, pack: Pack, form: str) -> bytes | None:
    """The answer as bytes; None for the table, which is printed."""
    if form == "json":
        return report.as_json().encode()
    if form == "html":
        from xiezhi.core.audit.formats.page import as_html

        return as_html(report, pack).encode()
    if form in ("csv", "xlsx"):
        from xiezhi.core.audit.formats import sheet

        return sheet.as_csv(report, pack) if form == "csv" else sheet.as_xlsx(report, pack)
    return None


def _write(report: Report, pack: Pack, answer: bytes | None, output: Path | None, *, pending: bool) -> None:
    from rich.console import Console

    from xiezhi.core.audit.table import print_table

    try:
        if answer is None:
            with output.open("w", encoding="utf-8", newline="\n") if output is not None else contextlib.nullcontext(sys.stdout) as out:
                width = None if output is None and sys.stdout.isatty() else 120
                print_table(report, pack, Console(file=out, width=width), pending=pending)
        elif output is not None:
            output.write_bytes(answer)
        else:
            click.echo(answer, nl=False)
    except BrokenPipeError:
        # The reader had enough (`| head`).
        sys.stderr.close()
    except OSError as error:
        _fail(str(output or "stdout"), None, f"cannot be written: {error.strerror}", f"无法写入：{error.strerror}")
