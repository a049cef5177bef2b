"""`xiezhi work`: the process beside the server."""

from __future__ import annotations

import sys

import click


@click.command("work")
def command() -> None:
    """Number the leaves of the log and do the queue's jobs until TERM or INT; `xiezhi up` starts this."""
    from xiezhi.cli.frame import with_django

    with with_django():
        from xiezhi.site.worker import run

        status = run()
    sys.exit(status)
