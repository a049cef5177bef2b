"""`xiezhi packs`: list, show, check and explain the law as it is held here. Needs no database."""

from __future__ import annotations

import importlib
import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from xiezhi.core.law.errors import PackError

FORMAT = click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", help="How to answer.")
AT = click.option("--at", type=click.DateTime(["%Y-%m-%d"]), default=None, help="The day asked about (default: today).")


# Heavier commands, each in a file of its own, loaded only when called: name -> (module, one line of help).
_MORE = {
    "prove": ("packs_prove", "Prove what packs make impossible and leave possible."),
    "diff": ("packs_diff", "What two packs or editions ask differently, and which of them is stricter."),
    "flowchart": ("packs_flowchart", "The public flowchart of a procedure, derived from the rules."),
    "coverage": ("packs_coverage", "What fulfils each clause, shown by which test, or why not."),
}


class _Group(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *_MORE]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _MORE:
            loaded: click.Command = importlib.import_module(f"xiezhi.cli.{_MORE[cmd_name][0]}").command
            return loaded
        return super().get_command(ctx, cmd_name)


@click.group(cls=_Group)
def command() -> None:
    """List, show, check, prove and account for the packs of law."""


@command.command("list")
@FORMAT
def list_packs(form: str) -> None:
    """What packs there are, and of what days."""
    from xiezhi.cli import pack_tables
    from xiezhi.core.law.pack import load_pack, pack_ids

    rows: list[dict[str, Any]] = []
    for id_ in pack_ids():
        try:
            pack = load_pack(id_)
        except PackError as error:
            rows.append({"id": id_, "error": str(error), "errors": len(error.all())})
            continue
        rows.append(pack_tables.summary(pack))
    if form == "json":
        _json(rows)
    else:
        pack_tables.print_list(rows)


@command.command("show")
@click.argument("pack")
@FORMAT
@AT
@click.option("--rules", is_flag=True, help="List every rule.")
def show(pack: str, form: str, at: datetime | None, rules: bool) -> None:
    """What a pack holds: instruments and days, numbers in force, definitions, rules."""
    from xiezhi.cli import pack_tables

    loaded = _load(pack)
    data = pack_tables.contents(loaded, _day(at))
    if form == "json":
        _json(data)
    else:
        pack_tables.print_contents(data, with_rules=rules)


@command.command("check")
@click.argument("pack")
@FORMAT
def check(pack: str, form: str) -> None:
    """Read a pack and say what is wrong with it, as file:line:column. Exit 0 when nothing is, 1 when something is, 2 when there is no such pack."""
    from xiezhi.core.law.pack import load_pack
    from xiezhi.core.law.places import base_of

    try:
        loaded = load_pack(pack)
    except PackError as error:
        _refuse_unknown(error)
        _report(pack, error.all(), form)
        sys.exit(1)
    mistakes = _all_mistakes(loaded, base_of(pack))
    notes = [] if mistakes else _tight(loaded)
    _report(pack, mistakes, form, rules=len(loaded.rules), hash=loaded.hash, notes=notes)
    sys.exit(1 if mistakes else 0)


@command.command("explain")
@click.argument("pack")
@click.argument("rule")
@FORMAT
@AT
def explain(pack: str, rule: str, form: str, at: datetime | None) -> None:
    """What one rule (or number, or definition) says, on which article, and which pack states it."""
    from xiezhi.cli import pack_tables
    from xiezhi.core.law.source import nearest

    loaded = _load(pack)
    data = pack_tables.explanation(loaded, rule, _day(at))
    if data is None:
        known = [*(one.id for one in loaded.rules), *loaded.params, *loaded.definitions]
        close = nearest(rule.lstrip("$"), known)
        hint = f" Did you mean '{close}'?" if close else f" `xiezhi packs show {loaded.id} --rules` lists them."
        raise click.UsageError(f"The pack '{loaded.id}' has no rule, number or definition '{rule}'.{hint}")
    if form == "json":
        _json(data)
    else:
        pack_tables.print_explanation(data)


def _all_mistakes(loaded: Any, base: Path) -> list[PackError]:
    from xiezhi.core.law.calendar import Calendar
    from xiezhi.core.law.check import check_pack
    from xiezhi.core.procedure.book import open_book
    from xiezhi.core.prove.properties import check_properties, properties_of

    mistakes = [*check_pack(loaded), *_guard_mistakes(loaded)]
    if not mistakes:
        try:
            book = open_book(loaded, Calendar.load())
            mistakes.extend(check_properties(properties_of(loaded, base), book.tools.names))
        except PackError as error:
            mistakes.extend(error.all())
    return sorted(mistakes, key=lambda error: error.place)


def _tight(loaded: Any) -> list[dict[str, Any]]:
    """Terms that leave no room. They are the document's own, so no mistake of the pack: told, not refused."""
    from xiezhi.core.prove.day import day_for
    from xiezhi.core.prove.times import tight_terms

    return [one.as_json() for one in tight_terms(loaded, day_for(loaded, _day(None)))]


def _guard_mistakes(loaded: Any) -> list[PackError]:
    from xiezhi.core.law.calendar import Calendar
    from xiezhi.core.law.check import guards_of
    from xiezhi.core.procedure.guard import Names, compile_value

    calendar = Calendar.load()
    names = Names(
        loaded.vocabulary,
        loaded.params,
        loaded.definitions,
        param_at=loaded.param,
        workdays=calendar.workdays_between,
        is_workday=calendar.is_workday,
        is_holiday=calendar.is_holiday,
    )
    mistakes: list[PackError] = []
    for _, guard in guards_of(loaded):
        try:
            compile_value(guard, names, {})
        except PackError as error:
            mistakes.extend(error.all())
    return mistakes


def _load(pack: str) -> Any:
    from xiezhi.core.law.pack import load_pack

    try:
        return load_pack(pack)
    except PackError as error:
        _refuse_unknown(error)
        for one in error.all():
            click.echo(str(one), err=True)
        sys.exit(1)


def _refuse_unknown(error: PackError) -> None:
    if error.found.startswith("there is no pack"):
        raise click.UsageError(f"{error.found}: expected {error.expected}; {error.todo}") from None


def _report(pack: str, mistakes: list[PackError], form: str, **more: Any) -> None:
    if form == "json":
        listed = [
            {"file": one.file, "line": one.line, "column": one.column, "found": one.found, "expected": one.expected, "todo": one.todo}
            for one in mistakes
        ]
        _json({"pack": pack, "ok": not mistakes, **more, "mistakes": listed})
        return
    for one in mistakes:
        click.echo(str(one))
    if mistakes:
        click.echo(f"{pack}: {len(mistakes)} mistake{'s' if len(mistakes) > 1 else ''}", err=True)
    else:
        for note in more["notes"]:
            left = f"leaves {note['left']} {note['unit']}s" if note["left"] >= 0 else f"is short of {-note['left']} {note['unit']}s"
            click.echo(f"{pack}: {note['kind']}: {' > '.join(note['acts'])} {left} ({', '.join(note['cites'])})")
        click.echo(f"{pack}: {more['rules']} rules, nothing wrong")


def _json(data: Any) -> None:
    click.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str))


def _day(at: datetime | None) -> date:
    from xiezhi.core.law.clock import day_of
    from xiezhi.site.clock import now

    return at.date() if at is not None else day_of(now())
