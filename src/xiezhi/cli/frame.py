"""What commands share: a ready database around them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

import click


@contextlib.contextmanager
def with_django() -> Iterator[str]:
    """Database running, tables there, Django set up. Yields the DATABASE_URL.

    Sets an empty home up as `up` does, and stops the server when nobody else uses it. A launch that fails is one clear line.
    """
    from xiezhi.site.address import AddressError, address
    from xiezhi.site.launcher import LaunchError, database, ensure_migrated

    with contextlib.ExitStack() as stack:
        try:
            address(os.environ)
            url = stack.enter_context(database())
        except (AddressError, LaunchError) as error:
            raise click.ClickException(str(error)) from None
        ensure_migrated()
        yield url
        from django.db import connections

        connections.close_all()
