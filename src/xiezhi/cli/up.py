"""`xiezhi up`."""

from __future__ import annotations

import sys

import click


@click.command("up")
def command() -> None:
    """Set up what is missing, start database, server and worker, and print the address; Ctrl-C stops all of it.

    Heard from the environment: PORT (8000), XIEZHI_HOME, XIEZHI_BIND (127.0.0.1), DATABASE_URL (any PostgreSQL >= 15; then no demo),
    XIEZHI_DEMO=0 (no demo district).
    """
    from xiezhi.site.launcher import LaunchError
    from xiezhi.site.supervisor import UpError, run

    try:
        status = run()
    except (UpError, LaunchError) as error:
        raise click.ClickException(str(error)) from None
    sys.exit(status)
