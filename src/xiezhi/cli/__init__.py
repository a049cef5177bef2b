"""`xiezhi ...`: one file per command, loaded only when called."""

from __future__ import annotations

import importlib

import click

# name -> (module, one line of help); the module holds a click command named `command`.
COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("up", "Set up what is missing and start everything; Ctrl-C stops all of it."),
    "audit": ("audit", "Hold case histories against the law of a pack."),
    "mapping": ("mapping", "Propose a mapping for another system's log."),
    "synthesize": ("synthesize", "Write a log of made-up cases in which the breaches are known."),
    "packs": ("packs", "List, show and check the packs of law."),
    "ledger": ("ledger", "Verify, export and prove the public log of the record."),
    "bundle": ("bundle", "Write a case as one zip that anybody can check without us."),
    "witness": ("witness", "Cosign the checkpoints of other installations' logs, as their supervisor."),
    "evidence": ("evidence", "Take recordings in, and check the store against its digests."),
    "doctor": ("doctor", "Say what this installation has and what it lacks."),
    "rebuild": ("rebuild", "Derive every row again from the record."),
    "demo": ("demo", "Load the fictional demo district."),
    "calendar": ("calendar", "Load a year's working-day notice from a CSV file."),
    "work": ("work", "Number the log's leaves and do queued jobs; `up` starts this."),
    "manage": ("manage", "Run a Django management command."),
}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"xiezhi.cli.{COMMANDS[name][0]}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="xiezhi")
def main() -> None:
    """獬豸 Xiezhi: every act on the record, every major decision reviewed, every result in the open."""
