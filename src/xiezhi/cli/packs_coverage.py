"""`xiezhi packs coverage`: every clause accounted for: fulfilled (by what, shown by which test), recorded, or open."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

_WORDS = {"fulfilled": "fulfilled", "recorded": "recorded (no software can)", "open": "open"}


@click.command("coverage")
@click.argument("packs", nargs=-1)
@click.option("--format", "form", type=click.Choice(["table", "json", "md"]), default="table", help="How to answer.")
@click.option("--open", "only_open", is_flag=True, help="Only what is open.")
def command(packs: tuple[str, ...], form: str, only_open: bool) -> None:
    """What fulfils each clause of PACKS (default: all that have a document of their own)."""
    from xiezhi.core.coverage.account import Line, account
    from xiezhi.core.coverage.tested import read_tested
    from xiezhi.core.law.errors import PackError
    from xiezhi.core.law.pack import load_pack, pack_ids
    from xiezhi.core.law.places import base_of

    lines: dict[str, list[Line]] = {}
    for name in packs or pack_ids():
        try:
            base = base_of(name)
            listed = account(load_pack(name), base, read_tested(base))
        except PackError as error:
            for one in error.all():
                click.echo(str(one), err=True)
            sys.exit(2)
        if listed:
            lines[name] = [line for line in listed if line.status == "open"] if only_open else listed
    if form == "json":
        rows = [line.as_json() for listed in lines.values() for line in listed]
        click.echo(json.dumps({"clauses": rows}, ensure_ascii=False, indent=1))
    elif form == "md":
        click.echo(_page(lines))
    else:
        _print(lines)


def share(lines: list[Any]) -> tuple[int, int]:
    """(shown by a rule and a test, all) of the clauses that bind a case's history and that software enforces or checks."""
    from xiezhi.core.coverage.account import OVER_HISTORIES

    bound = [
        line for line in lines if line.automation in ("enforced", "checked") and line.feature in OVER_HISTORIES and line.binds == "history"
    ]
    return sum(
        1 for line in bound if line.status == "fulfilled" and any(one.startswith(("rule ", "param", "defin")) for one in line.by)
    ), len(bound)


def _print(lines: dict[str, list[Any]]) -> None:
    for name, listed in lines.items():
        counts = {status: sum(1 for line in listed if line.status == status) for status in _WORDS}
        done, bound = share(listed)
        told = ", ".join(f"{count} {_WORDS[status]}" for status, count in counts.items())
        click.echo(f"{name}: {len(listed)} clauses: {told}; of {bound} that bind a history {done} are rules that a test shows")
        for line in listed:
            if line.status == "open":
                click.echo(f"  open {line.id}: {line.why or line.says}")


def _page(lines: dict[str, list[Any]]) -> str:
    out = [
        "# Which clause is fulfilled by what",
        "",
        "Written by `xiezhi packs coverage --format md`. *fulfilled*: something in the product does it and a test fails without it;",
        "*recorded*: software cannot do it, only hold what people did; *open*: not built, with what is missing.",
        "",
    ]
    for name, listed in lines.items():
        counts = {status: sum(1 for line in listed if line.status == status) for status in _WORDS}
        out += [f"## {name}", "", "; ".join(f"{count} {status}" for status, count in counts.items()) + f" of {len(listed)} clauses.", ""]
        out += ["| clause | what it asks | status | by | tests |", "|---|---|---|---|---|"]
        for line in listed:
            tests = f"{len(line.tests)}: `{line.tests[0]}`" if line.tests else ""
            status = line.status + (f": {line.why}" if line.why else "")
            cells = (line.id, line.says, status, ", ".join(line.by[:4]) + (" …" if len(line.by) > 4 else ""), tests)
            out.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
        out.append("")
    return "\n".join(out).rstrip() + "\n"
