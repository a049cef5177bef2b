"""`xiezhi manage ...`."""

from __future__ import annotations

import os

import click


@click.command("manage", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(arguments: tuple[str, ...]) -> None:
    """Run a Django management command, such as `xiezhi manage createsuperuser`, with the database running."""
    from xiezhi.site.launcher import LaunchError, database

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiezhi.site.settings")
    try:
        with database():
            from django.core.management import execute_from_command_line

            execute_from_command_line(["xiezhi manage", *arguments])
    except LaunchError as error:
        raise click.ClickException(str(error)) from None
