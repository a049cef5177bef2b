"""Reading the small shared parts of a rule: citations, terms, amounts."""

from __future__ import annotations

import re
from datetime import date

from xiezhi.core.law.rules import TermText
from xiezhi.core.law.source import GuardText, Node

UNITS = ("workday", "day", "hour", "month", "year")
DIRECTIONS = ("after", "before")
PARAM = re.compile(r"\$([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*)")
_FIXED_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])\Z")
_TERM_KEYS = ("amount", "unit", "roll", "direction", "data")


def read_cites(node: Node) -> tuple[str, ...]:
    """The clause ids of `cite`: at least one."""
    cites = node.texts()
    if not cites:
        node.refuse("found an empty list", "at least one clause id", "cite the clause that this comes from")
    return cites


def read_amount(node: Node) -> int | str:
    """A whole number, or "$param"."""
    text = node.text()
    if text.startswith("$"):
        if not PARAM.fullmatch(text):
            node.refuse(f"found {node.shown()}", "a parameter such as $review.days", "write $ and the parameter's id")
        return text
    amount = node.integer()
    if amount < 0:
        node.refuse(
            f"found {node.shown()}", "a number that is not negative", "a term before the anchor is written with 'direction: before'"
        )
    return amount


def read_fixed_day(node: Node) -> str:
    """A day of every year as MM-DD."""
    text = node.text()
    if not _FIXED_DAY.match(text) or not _exists(text):
        node.refuse(f"found {node.shown()}", "a day of the year as MM-DD", "write it like '01-31', in quotes")
    return text


def _exists(month_day: str) -> bool:
    try:
        date.fromisoformat(f"2024-{month_day}")
    except ValueError:
        return False
    return True


def read_term(node: Node, named: dict[str, TermText]) -> TermText:
    """A term, or the name of one in terms.yaml. `roll` must be said for day, month and year."""
    if not node.is_mapping:
        return named[node.choice(named, "a term of terms.yaml, or {amount, unit, roll}")]
    fields = node.fields(_TERM_KEYS)
    direction = fields["direction"].choice(DIRECTIONS, "a direction") if "direction" in fields else "after"
    if "data" in fields:
        return TermText(0, "day", roll=False, direction=direction, data=fields["data"].text(), place=node.place)
    if "amount" not in fields:
        node.refuse("the key 'amount' is missing", "'amount' in this term", "add 'amount: ...', or leave the whole term out for 'promptly'")
    amount = read_amount(fields["amount"])
    if "unit" not in fields:
        node.refuse("the key 'unit' is missing", "'unit' in this term", f"add 'unit: ...' ({', '.join(UNITS)})")
    unit = fields["unit"].choice(UNITS, "a unit")
    if unit in {"day", "month", "year"} and "roll" not in fields:
        node.refuse(
            "the key 'roll' is missing", "'roll: true' or 'roll: false'", "say whether an end on a holiday moves to the next working day"
        )
    roll = "roll" in fields and fields["roll"].boolean()
    return TermText(amount, unit, roll=roll, direction=direction, data=None, place=node.place)


def params_of(guard: GuardText | None) -> list[tuple[str, int]]:
    """The parameters that a guard reads, with the offset of each in its text."""
    if guard is None:
        return []
    return [(match.group(1), match.start()) for match in PARAM.finditer(_without_strings(guard.text))]


def _without_strings(text: str) -> str:
    # A dollar inside a quoted string is no parameter; the length stays, so that offsets stay.
    return re.sub(r"'[^']*'|\"[^\"]*\"", lambda found: " " * len(found.group(0)), text)
