"""What the commands of `xiezhi ledger` share."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import NoReturn

import click


@contextlib.contextmanager
def record() -> Iterator[None]:
    """A running, migrated database; what stops the log is told in one line, exit status 2."""
    from xiezhi.cli.frame import with_django

    with with_django():
        from xiezhi.apps.record.key import LogRefused

        try:
            yield
        except LogRefused as refusal:
            stop(str(refusal))


def stop(message: str) -> NoReturn:
    """Say it and end with exit status 2."""
    click.echo(f"xiezhi ledger: {message}", err=True)
    sys.exit(2)
