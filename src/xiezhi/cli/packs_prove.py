"""`xiezhi packs prove`: the properties of packs, computed anew each time, in one process for each core."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date, datetime
from typing import Any

import click


@click.command("prove")
@click.argument("packs", nargs=-1)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", help="How to answer.")
@click.option(
    "--at", type=click.DateTime(["%Y-%m-%d"]), default=None, help="The day whose law is proved (default: today, or a pack's last day)."
)
@click.option("--without", multiple=True, help="Leave a rule out, to see which property notices (for mutations).")
def command(packs: tuple[str, ...], form: str, at: datetime | None, without: tuple[str, ...]) -> None:
    """Prove what PACKS (default: all) make impossible and leave possible. Exit 0 when every property holds, 1 when one fails."""
    from xiezhi.core.law.clock import day_of
    from xiezhi.core.law.pack import pack_ids
    from xiezhi.site.clock import now

    today = day_of(now())
    jobs = [(name, at.date() if at else None, today, without) for name in packs or pack_ids()]
    started = time.monotonic()
    workers = min(len(jobs), os.cpu_count() or 1)
    if workers > 1:
        with ProcessPoolExecutor(workers) as pool:
            answers = list(pool.map(_prove, jobs))
    else:
        answers = [_prove(job) for job in jobs]
    seconds = time.monotonic() - started
    if form == "json":
        click.echo(json.dumps({"packs": answers}, ensure_ascii=False, indent=2))
    else:
        for answer in answers:
            _print(answer)
        click.echo(f"{seconds:.0f} s", err=True)
    sys.exit(2 if any("error" in one for one in answers) else 0 if all(one["holds"] for one in answers) else 1)


def _prove(job: tuple[str, date | None, date, tuple[str, ...]]) -> dict[str, Any]:
    """One pack, in a process of its own. The answer is kept in the home folder under the edition's hash; it is never read back as a proof."""
    from xiezhi.core.law.calendar import Calendar
    from xiezhi.core.law.errors import PackError
    from xiezhi.core.law.pack import load_pack
    from xiezhi.core.law.places import base_of
    from xiezhi.core.procedure.book import open_book
    from xiezhi.core.prove.day import day_for
    from xiezhi.core.prove.diagrams import ENGINE
    from xiezhi.core.prove.properties import check_properties, properties_of
    from xiezhi.core.prove.prove import prove

    name, at, today, without = job
    begun = time.process_time()
    try:
        pack = load_pack(name)
        day = at or day_for(pack, today)
        unknown = [one for one in without if all(rule.id != one for rule in pack.rules)]
        if unknown:
            return {"pack": name, "error": f"there is no rule '{unknown[0]}' in '{name}'", "holds": False}
        properties = properties_of(pack, base_of(name))
        wrong = check_properties(properties, open_book(pack, Calendar.load()).tools.names)
        if wrong:
            return {"pack": name, "error": "; ".join(str(one) for one in wrong), "holds": False}
        proofs = prove(pack, properties, day, without=frozenset(without))
    except PackError as error:
        return {"pack": name, "error": "; ".join(str(one) for one in error.all()), "holds": False}
    answer = {
        "pack": pack.id,
        "hash": pack.hash,
        "at": day.isoformat(),
        "engine": ENGINE,
        "cpu_seconds": round(time.process_time() - begun, 1),
        "holds": all(one.holds for one in proofs),
        "proofs": [one.as_json() for one in proofs],
    }
    if not without:
        _keep(answer)
    return answer


def _keep(answer: dict[str, Any]) -> None:
    from xiezhi.site.home import home

    folder = home() / "proofs"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{answer['pack']}-{answer['hash'][:16]}.json").write_text(
            json.dumps(answer, ensure_ascii=False, indent=1), encoding="utf-8"
        )
    except OSError as error:
        click.echo(f"the proof of {answer['pack']} could not be kept: {error}", err=True)


def _print(answer: dict[str, Any]) -> None:
    if "error" in answer:
        click.echo(f"{answer['pack']}: {answer['error']}", err=True)
        return
    failed = [one for one in answer["proofs"] if not one["holds"]]
    kept = len(answer["proofs"]) - len(failed)
    size = max((one["bits"] for one in answer["proofs"]), default=0)
    looked = f"up to {size} bits of memory, {answer['cpu_seconds']} s CPU"
    click.echo(f"{answer['pack']} ({answer['at']}): {kept} hold, {len(failed)} fail; {looked}")
    for one in failed:
        click.echo(f"  FAILS {one['property']} [{one['procedure']}] {one['zh']}  ({', '.join(one['cites'])})")
        for line in _trace(one):
            click.echo(line)


def _trace(one: dict[str, Any]) -> Iterator[str]:
    """The way to what must not be, act by act, for those who read law: in words, without what is only not so (`--format json` has it all)."""
    if not one["trace"]:
        if one["about"]:
            yield f"    {'无法作出' if one['kind'] == 'alive' else '情形'}：{one['about']}"
        return
    yield "    这样办案，没有规则阻止：" if one["kind"] == "never" else f"    这样办案，再也走不到终点（{one['about']}）："
    for number, step in enumerate(one["trace"], start=1):
        told = "；".join(step["told"])
        yield f"    {number}. {step['zh']} {step['act']}" + (f"（{told}）" if told else "")
    left = sum(len(step["given"]) - len(step["told"]) for step in one["trace"])
    if left:
        yield f"    其余 {left} 项特殊情形均不存在"
