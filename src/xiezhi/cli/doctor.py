"""`xiezhi doctor`."""

from __future__ import annotations

import dataclasses
import json
import sys

import click

MARKS = {"ok": "  ok   ", "note": "  note ", "wrong": "  WRONG"}


@click.command("doctor")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to answer.")
def command(form: str) -> None:
    """Say what this installation has and what it lacks. Exit status 1 when something is wrong."""
    from xiezhi.cli.frame import with_django
    from xiezhi.site import clock
    from xiezhi.site.health import look
    from xiezhi.site.home import home

    with with_django() as url:
        findings = look(url, home(), clock.now())
    if form == "json":
        click.echo(json.dumps([dataclasses.asdict(one) for one in findings], ensure_ascii=False, indent=2))
    else:
        for one in findings:
            click.echo(f"{MARKS[one.state]}  {one.about:<10} {one.text}")
    sys.exit(any(one.state == "wrong" for one in findings))
