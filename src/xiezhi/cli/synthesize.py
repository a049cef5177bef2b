"""`xiezhi synthesize --pack P --cases N --seed S`: a log of made-up cases in which the breaches are known."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import IO, Any, NoReturn, Self

import click


@click.command("synthesize")
@click.option("--pack", "pack_id", required=True, metavar="PACK", help="The pack under which the cases are lawful, and which is broken.")
@click.option("--cases", type=click.IntRange(1), default=1000, show_default=True, help="How many cases.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same log.")
@click.option("--share", type=click.FloatRange(0, 1), default=0.3, show_default=True, help="The share of cases in which the law is broken.")
@click.option("--violations", type=click.Path(path_type=Path, dir_okay=False), help="Write the seeded breaches here (JSON).")
@click.option("--people", type=click.Path(path_type=Path, dir_okay=False), help="Write the people who act here (JSON Lines).")
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Write the histories here (JSON Lines)."
)
def command(*, pack_id: str, cases: int, seed: int, share: float, violations: Path | None, people: Path | None, output: Path) -> None:
    """Write made-up cases, lawful but for the breaches that are listed.

    Audited with the same pack, the people file and --as-of of the last line printed, they bring exactly the listed findings.
    """
    from xiezhi.core.law.errors import InputError, PackError
    from xiezhi.core.law.pack import load_pack
    from xiezhi.core.synthesize import people_rows, synthesize

    try:
        pack = load_pack(pack_id)
        with _opened(output) as log, _Listed(violations) as listed:
            summary = synthesize(pack, cases, seed, write=log.write, tell=listed.add, share=share)
        if people is not None:
            with _opened(people) as file:
                file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in people_rows())
    except InputError as error:
        _fail(error.message_en, error.message_zh)
    except PackError as error:
        _fail(str(error), f"规则包有误：{error.place}")
    click.echo(f"{summary.cases} cases, {summary.acts} acts, {summary.breaches} breaches of {len(summary.rules)} rules", err=True)
    if summary.aside:
        click.echo(f"not lawful under this pack, and left out: {', '.join(summary.aside)}", err=True)
    assert summary.as_of is not None  # noqa: S101  set with the first case
    click.echo(f"xiezhi audit {output} --pack {pack_id} --as-of {summary.as_of.isoformat()}" + (f" --people {people}" if people else ""))


class _Listed:
    """A JSON list on disk, one breach to a line, written as they come."""

    def __init__(self, path: Path | None) -> None:
        self.file: IO[str] | None = _opened(path) if path is not None else None
        self.before = "[\n"

    def __enter__(self) -> Self:
        return self

    def add(self, row: dict[str, Any]) -> None:
        if self.file is not None:
            self.file.write(self.before + " " + json.dumps(row, ensure_ascii=False))
            self.before = ",\n"

    def __exit__(self, *_: object) -> None:
        if self.file is not None:
            self.file.write("[]\n" if self.before == "[\n" else "\n]\n")
            self.file.close()


def _opened(path: Path) -> IO[str]:
    try:
        return path.open("w", encoding="utf-8", newline="\n")
    except OSError as error:
        _fail(f"{path}: cannot be written: {error.strerror}", f"{path}：无法写入：{error.strerror}")


def _fail(en: str, zh: str) -> NoReturn:
    click.echo(en, err=True)
    click.echo(zh, err=True)
    sys.exit(2)
