"""Packs as data for JSON and as tables for people."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import fields
from datetime import date
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from xiezhi.core.law.check import params_used
from xiezhi.core.law.clauses import Span
from xiezhi.core.law.errors import Place
from xiezhi.core.law.pack import Pack
from xiezhi.core.law.rules import Extend, GuardText, Pause, Rule, TermText

_PLAIN = {"cited_at", "id", "cites", "zh", "en", "fix", "fix_en", "pack", "place", "from_", "to"}


def summary(pack: Pack) -> dict[str, Any]:
    """One line of the list."""
    own = pack.chain[-1]
    starts = [one.valid_from for one in pack.instruments.values() if one.id.startswith((own + "/", *(f"{id_}/" for id_ in pack.chain[1:])))]
    ends = [
        one.valid_to for one in pack.instruments.values() if one.id.startswith(tuple(f"{id_}/" for id_ in pack.chain[1:]) or (own + "/",))
    ]
    return {
        "id": pack.id,
        "zh": pack.zh,
        "en": pack.en,
        "level": pack.level,
        "version": pack.version,
        "chain": list(pack.chain),
        "from": _text(min((day for day in starts if day), default=None)),
        "to": None if None in ends else _text(max((day for day in ends if day), default=None)),
        "rules": len(pack.rules),
        "hash": pack.hash,
    }


def contents(pack: Pack, day: date) -> dict[str, Any]:
    """What a pack holds, with the numbers in force on a day."""
    return {
        **summary(pack),
        "at": day.isoformat(),
        "instruments": [
            {"id": one.id, "zh": one.zh, "from": _text(one.valid_from), "to": _text(one.valid_to)} for one in pack.instruments.values()
        ],
        "params": [_param(pack, id_, day) for id_ in sorted(pack.params)],
        "definitions": [
            {
                "id": definition.id,
                "zh": definition.zh,
                "rows": [
                    {
                        "id": row.id,
                        "when": row.when.text,
                        "zh": row.zh,
                        "cite_zh": _cites(pack, row.cites),
                        "in_force": pack.in_force(row, day),
                    }
                    for row in definition.rows
                ],
            }
            for definition in pack.definitions.values()
        ],
        "kinds": dict(Counter(rule.kind for rule in pack.rules)),
        "rules_list": [
            {
                "id": one.id,
                "kind": one.kind,
                "zh": one.zh,
                "cite_zh": _cites(pack, one.cites),
                "pack": one.pack,
                "in_force": pack.in_force(one, day),
            }
            for one in pack.rules
        ],
    }


def explanation(pack: Pack, id_: str, day: date) -> dict[str, Any] | None:
    """One rule, number or definition in full; None when the pack has none of this id."""
    id_ = id_.lstrip("$")
    rules = [rule for rule in pack.rules if rule.id == id_]
    if rules:
        return _rule(pack, rules, day)
    if id_ in pack.params:
        return {"what": "param", **_param(pack, id_, day), "values": _values(pack, id_)}
    if id_ in pack.definitions:
        definition = pack.definitions[id_]
        rows = [
            {
                "id": row.id,
                "when": row.when.text,
                "zh": row.zh,
                "en": row.en,
                "cites": _clauses(pack, row.cites),
                "validity": _span(row.validity),
                "place": str(row.place),
            }
            for row in definition.rows
        ]
        return {"what": "definition", "id": id_, "zh": definition.zh, "en": definition.en, "rows": rows}
    return None


def _rule(pack: Pack, rules: list[Rule], day: date) -> dict[str, Any]:
    in_force = [rule for rule in rules if pack.in_force(rule, day)]
    rule = in_force[0] if in_force else rules[-1]
    parts = {field.name.rstrip("_"): _plain(getattr(rule, field.name)) for field in fields(rule) if field.name not in _PLAIN}
    return {
        "what": "rule",
        "id": rule.id,
        "kind": rule.kind,
        "zh": rule.zh,
        "en": rule.en,
        "fix": rule.fix,
        "fix_en": rule.fix_en,
        "cites": _clauses(pack, rule.cites),
        "validity": _span(pack.validity(rule)),
        "in_force": bool(in_force),
        "at": day.isoformat(),
        "says": {name: value for name, value in parts.items() if value not in (None, [], "", False)},
        "params": [{**_param(pack, name, day), "values": _values(pack, name)} for name in params_used(rule)],
        "stated": [
            {"pack": one.pack, "place": str(one.place), "cite_zh": _cites(pack, one.cites), "reason": one.reason}
            for one in pack.provenance[rule.id]
        ],
    }


def _param(pack: Pack, id_: str, day: date) -> dict[str, Any]:
    param = pack.params[id_]
    found = pack.param_value(id_, day)
    return {
        "id": id_,
        "zh": param.zh,
        "unit": param.unit,
        "value": None if found is None else _plain(found.value),
        "cite_zh": [] if found is None else _cites(pack, found.cites),
        "pack": None if found is None else found.pack,
        "reading": param.reading,
    }


def _values(pack: Pack, id_: str) -> list[dict[str, Any]]:
    return [
        {
            "value": _plain(one.value),
            "validity": _span(one.span),
            "cite_zh": _cites(pack, one.cites),
            "pack": one.pack,
            "place": str(one.place),
        }
        for one in reversed(pack.params[id_].values)
    ]


def _clauses(pack: Pack, cites: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"id": cite, "zh": pack.cite_zh(cite), "says": pack.clauses[cite].says} for cite in cites]


def _cites(pack: Pack, cites: tuple[str, ...]) -> list[str]:
    return [pack.cite_zh(cite) for cite in cites]


def _plain(value: Any) -> Any:
    match value:
        case GuardText():
            return value.text
        case TermText():
            if value.data is not None:
                return f"until {value.data}"
            return f"{value.amount} {value.unit}{', rolls' if value.roll else ''}{' before' if value.direction == 'before' else ''}"
        case Extend():
            return {"on": list(value.on), "by": _plain(value.by), "max": value.max, "times": value.times}
        case Pause():
            return {"from": list(value.from_), "to": list(value.to), "only": _plain(value.only)}
        case tuple():
            return [_plain(item) for item in value]
        case date() | Place():
            return str(value)
        case None | str() | bool() | int():
            return value
        case _:
            return str(value)


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _span(span: Span) -> str:
    return f"{span[0] or '…'} – {span[1] or '…'}"


# --- tables


def _console() -> Console:
    return Console(width=None if sys.stdout.isatty() else 160, highlight=False)


def print_list(rows: list[dict[str, Any]]) -> None:
    """The list of packs."""
    table = Table("pack", "name", "level", "from", "to", "stands on", "rules", "edition", box=None, pad_edge=False)
    for row in rows:
        if "error" in row:
            table.add_row(row["id"], f"[red]cannot be loaded, {row['errors']} mistakes: xiezhi packs check {row['id']}[/red]")
            continue
        edition = f"{row['version']} {row['hash'][:12]}"
        table.add_row(
            row["id"],
            row["zh"],
            row["level"],
            row["from"] or "",
            row["to"] or "in force",
            " > ".join(row["chain"][:-1]),
            str(row["rules"]),
            edition,
        )
    _console().print(table)


def print_contents(data: dict[str, Any], *, with_rules: bool) -> None:
    """One pack."""
    console = _console()
    console.print(f"[bold]{escape(data['id'])}[/bold]  {escape(data['zh'])}  {data['level']}  {data['version']}")
    console.print(f"edition {data['hash']}")
    table = Table("instrument", "name", "from", "to", title="Instruments", title_justify="left", box=None, pad_edge=False)
    for one in data["instruments"]:
        table.add_row(one["id"], one["zh"], one["from"] or "", one["to"] or "in force")
    console.print(table)
    table = Table(
        "number",
        "meaning",
        "value",
        "article",
        "pack",
        title=f"Numbers in force on {data['at']}",
        title_justify="left",
        box=None,
        pad_edge=False,
    )
    for one in data["params"]:
        value = "–" if one["value"] is None else f"{one['value']} {one['unit']}"
        table.add_row(one["id"], escape(one["zh"]), value, "、".join(one["cite_zh"]), one["pack"] or "")
    console.print(table)
    for definition in data["definitions"]:
        table = Table(
            "ground",
            "meaning",
            "when",
            "article",
            title=f"{definition['id']}: {definition['zh']}",
            title_justify="left",
            box=None,
            pad_edge=False,
        )
        for row in definition["rows"]:
            table.add_row(row["id"], row["zh"], escape(row["when"]), "、".join(row["cite_zh"]), style=None if row["in_force"] else "dim")
        console.print(table)
    console.print("Rules: " + ", ".join(f"{count} {kind}" for kind, count in sorted(data["kinds"].items())))
    if with_rules:
        table = Table("rule", "kind", "what", "article", box=None, pad_edge=False)
        for one in data["rules_list"]:
            table.add_row(one["id"], one["kind"], escape(one["zh"]), "、".join(one["cite_zh"]), style=None if one["in_force"] else "dim")
        console.print(table)


def print_explanation(data: dict[str, Any]) -> None:
    """One rule, number or definition."""
    console = _console()
    console.print(f"[bold]{escape(data['id'])}[/bold]  {data.get('kind', data['what'])}")
    for name in ("zh", "en", "fix", "fix_en", "reading"):
        if data.get(name):
            console.print(f"  {escape(str(data[name]))}")
    for clause in data.get("cites", []):
        console.print(f"  依据 {escape(clause['zh'])} [dim]({clause['id']})[/dim]\n    {escape(clause['says'])}")
    if "validity" in data:
        console.print(f"  in force {data['validity']}" + ("" if data["in_force"] else f", [yellow]not on {data['at']}[/yellow]"))
    for name, value in data.get("says", {}).items():
        shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        console.print(f"  {name}: {escape(shown)}")
    for param in data.get("params", []):
        console.print(f"  ${param['id']} = {param['value']} {param['unit']}  {escape(param['zh'])}")
        _print_values(console, param["values"], "    ")
    if data["what"] == "param":
        console.print(f"  {data['value']} {data['unit']}")
        _print_values(console, data["values"], "  ")
    for row in data.get("rows", []):
        console.print(f"  {row['id']}: {escape(row['zh'])}  [dim]{row['validity']}[/dim]\n    {escape(row['when'])}")
        console.print("    " + "、".join(escape(clause["zh"]) for clause in row["cites"]))
    for one in data.get("stated", []):
        reason = f": {escape(one['reason'])}" if one["reason"] else ""
        console.print(f"  stated by {one['pack']} at {one['place']}{reason}")


def _print_values(console: Console, values: list[dict[str, Any]], indent: str) -> None:
    for one in values:
        console.print(
            f"{indent}{one['pack']}: {one['value']}  {one['validity']}  {escape('、'.join(one['cite_zh']))} [dim]{one['place']}[/dim]"
        )
