"""`xiezhi demo`: load the fictional demo district."""

from __future__ import annotations

import sys

import click


@click.command()
def command() -> None:
    """Load the fictional demo district: agencies, people, cases in every stage. Only into a database that holds no agency yet."""
    from xiezhi.cli.frame import with_django
    from xiezhi.site.clock import now

    with with_django():
        from xiezhi.demo import SIGN_INS, load

        count = load(now())
    if not count:
        click.echo("xiezhi demo: there are agencies already; nothing was changed. 已有机关，没有改动任何数据。", err=True)
        sys.exit(2)
    click.echo(f"{count} cases")
    for name, password, zh in SIGN_INS:
        click.echo(f"  {name:<10} {password}  {zh}")
