"""`xiezhi packs diff`: what two packs, or two editions of one, ask differently."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from typing import Any

import click

_SIGNS = {"added": "+", "removed": "-", "changed": "~"}
_HEADS = {"rule": "Rules", "parameter": "Parameters", "definition": "Definitions", "table": "Tables"}


@click.command("diff")
@click.argument("a")
@click.argument("b")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", help="How to answer.")
@click.option("--at", type=click.DateTime(["%Y-%m-%d"]), default=None, help="The day of the law (default: today, or each pack's last day).")
def command(a: str, b: str, form: str, at: datetime | None) -> None:
    """What B asks otherwise than A, each a pack's id or its folder: + only in B, - only in A, ~ in both, differently; with who is stricter."""
    from xiezhi.cli.packs import _day, _load
    from xiezhi.core.compare.compare import differences
    from xiezhi.core.prove.day import day_for

    one, two = _load(a), _load(b)
    days = [at.date() if at is not None else day_for(pack, _day(None)) for pack in (one, two)]
    found = differences(one, two, *days)
    sides = [
        {"pack": pack.id, "version": pack.version, "hash": pack.hash, "at": day.isoformat()}
        for pack, day in zip((one, two), days, strict=True)
    ]
    if form == "json":
        data = {"a": sides[0], "b": sides[1], "differences": [difference.as_json() for difference in found]}
        click.echo(json.dumps(data, ensure_ascii=False, indent=2))
        return
    for name, side in zip("ab", sides, strict=True):
        click.echo(f"{name}: {side['pack']} {side['version']} ({side['hash'][:12]}), law of {side['at']}")
    _print(found, {"a": a, "b": b} if a != b else {"a": "a", "b": "b"})


def _print(found: list[Any], names: dict[str, str]) -> None:
    if not found:
        click.echo("no difference of law")
    for what, head in _HEADS.items():
        listed = [one for one in found if one.what == what]
        if not listed:
            continue
        counts = Counter(one.change for one in listed)
        click.echo(f"\n{head}: " + ", ".join(f"{counts[change]} {change}" for change in _SIGNS if counts[change]))
        for one in listed:
            stricter = f"  [{names[one.stricter]} is stricter]" if one.stricter is not None and one.change == "changed" else ""
            click.echo(f"{_SIGNS[one.change]} {one.id}  {one.zh}{stricter}".rstrip())
            for key, mine, other in one.parts:
                click.echo(f"    {key}: {mine or '-'} -> {other or '-'}")
            if one.cites:
                click.echo(f"    {'、'.join(one.cites)}")
