"""`xiezhi rebuild`: derive every row again from the record."""

from __future__ import annotations

import sys

import click


@click.command()
@click.option("--case", "case_id", help="Only this case.")
def command(case_id: str | None) -> None:
    """Derive every row again from the record. The record itself is not touched."""
    from xiezhi.cli.frame import with_django
    from xiezhi.site.clock import now

    with with_django():
        from xiezhi.apps.record.rebuild import rebuild

        count = rebuild(now(), case_id)
    if case_id is not None and not count:
        click.echo(f"xiezhi rebuild: there is no case {case_id!r}. 没有这个案件。", err=True)
        sys.exit(2)
    click.echo(f"{count} cases")
