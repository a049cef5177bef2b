"""What a pack that loads may still get wrong: numbers that are missing on days when a rule needs them, tables that say one thing twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import date, timedelta
from decimal import Decimal

from xiezhi.core.law.clauses import Span, cut, holds
from xiezhi.core.law.definitions import Definition
from xiezhi.core.law.errors import PackError, Place
from xiezhi.core.law.pack import Pack
from xiezhi.core.law.read_terms import UNITS, params_of
from xiezhi.core.law.rules import Duty, Rule, TermText
from xiezhi.core.law.source import GuardText
from xiezhi.core.law.tables import check_tables

_COMPARED = re.compile(r"(>=|<=|>|<)\s*(\$[a-z][a-z0-9_.]*|[0-9]+(?:\.[0-9]+)?)")


def check_pack(pack: Pack) -> list[PackError]:
    """All mistakes found, in file order; empty when there is none. Guards are checked by core.procedure, over `guards_of`."""
    found = [*_numbers(pack), *_tables(pack), *_terms(pack), *_words(pack), *check_tables(pack)]
    return sorted(found, key=lambda error: error.place)


def guards_of(pack: Pack) -> Iterator[tuple[str, GuardText]]:
    """(id of rule or row, guard) for every guard of the pack."""
    for definition in pack.definitions.values():
        for row in definition.rows:
            yield f"{definition.id}.{row.id}", row.when
    for rule in pack.rules:
        for guard in rule_guards(rule):
            yield rule.id, guard


def rule_guards(rule: Rule) -> Iterator[GuardText]:
    """The guards of one rule, those of extensions and pauses included."""
    for field in fields(rule):
        value = getattr(rule, field.name)
        if isinstance(value, GuardText):
            yield value
    if isinstance(rule, Duty):
        yield from (extend.by for extend in rule.extend if extend.by is not None)
        yield from (pause.only for pause in rule.pause if pause.only is not None)


def rule_terms(rule: Rule) -> Iterator[TermText]:
    """The terms of one rule."""
    for field in fields(rule):
        value = getattr(rule, field.name)
        if isinstance(value, TermText):
            yield value


def params_used(rule: Rule) -> dict[str, Place]:
    """The parameters that a rule reads, in terms, counts or guards, each with the place where it first does."""
    used: dict[str, Place] = {}
    for term in rule_terms(rule):
        if isinstance(term.amount, str):
            used.setdefault(term.amount[1:], term.place)
    for guard in rule_guards(rule):
        for name, offset in params_of(guard):
            used.setdefault(name, guard.at(offset))
    for amount in (getattr(rule, "at_most", None), *(extend.max for extend in getattr(rule, "extend", ()))):
        if isinstance(amount, str):
            used.setdefault(amount[1:], rule.place)
    return used


# --- numbers in force


def _numbers(pack: Pack) -> Iterator[PackError]:
    for rule in pack.rules:
        for name, place in params_used(rule).items():
            yield from _gap(pack, name, place, pack.validity(rule), f"the rule '{rule.id}'")
    for definition in pack.definitions.values():
        for row in definition.rows:
            for name, offset in params_of(row.when):
                yield from _gap(pack, name, row.when.at(offset), row.validity, f"the row '{row.id}' of '{definition.id}'")


def _gap(pack: Pack, name: str, place: Place, span: Span, what: str) -> Iterator[PackError]:
    if span[0] is not None and span[1] is not None and span[1] < span[0]:
        return  # never in force: nothing reads the number
    spans = [value.span for value in pack.params[name].values]
    # The value can be missing only at the start of the rule, or on the day after one of the values ended.
    days = [span[0] or date(1990, 1, 1), *(end + timedelta(days=1) for _, end in spans if end is not None)]
    for day in sorted(day for day in days if holds(span, day)):
        if not any(holds(one, day) for one in spans):
            yield PackError(
                place,
                f"'${name}' has no value on {day}, when {what} is in force",
                "a value for every day on which it is read",
                f"add a value to '{name}' at {pack.params[name].place}, or date the rule",
            )
            return


# --- decision tables


def _tables(pack: Pack) -> Iterator[PackError]:
    for definition in pack.definitions.values():
        yield from _same_grounds(definition)
        yield from _idle_thresholds(pack, definition)


def _same_grounds(definition: Definition) -> Iterator[PackError]:
    for index, row in enumerate(definition.rows):
        for other in definition.rows[:index]:
            same = " ".join(row.when.text.split()) == " ".join(other.when.text.split())
            if same and row.id != other.id and _overlap(row.validity, other.validity):
                yield PackError(
                    row.place,
                    f"the row '{row.id}' says the same as '{other.id}' at {other.place}",
                    "each ground once",
                    "cite both clauses in one row",
                )


def _idle_thresholds(pack: Pack, definition: Definition) -> Iterator[PackError]:
    # Two grounds that differ only in a number: one of them reaches nothing that the other does not. When the later one, which is the
    # nearer pack's, is the idle one, the local threshold has no effect.
    for index, row in enumerate(definition.rows):
        for other in definition.rows[:index]:
            if row.id == other.id or not _overlap(row.validity, other.validity):
                continue
            day = cut(row.validity, other.validity)[0] or date(1990, 1, 1)
            own, below = _threshold(pack, row.when.text, day), _threshold(pack, other.when.text, day)
            if own is None or below is None or own[0] != below[0]:
                continue
            if own[1] > below[1] if own[0][1].startswith(">") else own[1] < below[1]:
                yield PackError(
                    row.place,
                    f"the row '{row.id}' ({own[0][1]} {own[1]}) reaches nothing beyond '{other.id}' ({below[0][1]} {below[1]}) at {other.place}",
                    "a threshold that reaches further",
                    "correct the number, or remove the row",
                )


def _threshold(pack: Pack, text: str, day: date) -> tuple[tuple[str, str], Decimal] | None:
    """((guard without its one threshold, comparison), threshold on that day), or None when the guard is of another form."""
    found = list(_COMPARED.finditer(text))
    if len(found) != 1:
        return None
    (match,) = found
    operand = match.group(2)
    value: object = Decimal(operand) if not operand.startswith("$") else pack.param(operand[1:], day)
    if not isinstance(value, (int, Decimal)):
        return None
    rest = " ".join((text[: match.start(2)] + "#" + text[match.end(2) :]).split())
    return (rest, match.group(1)), Decimal(value)


def _overlap(one: Span, other: Span) -> bool:
    start, end = cut(one, other)
    return start is None or end is None or start <= end


# --- terms


def _terms(pack: Pack) -> Iterator[PackError]:
    for param in pack.params.values():
        if param.unit not in UNITS:
            continue
        for value in param.values:
            number = value.value
            if isinstance(number, Decimal) or (isinstance(number, int) and number < 0):
                yield PackError(
                    value.place, f"found {number} {param.unit} for '{param.id}'", "a whole number of units", "correct the value"
                )
    for rule in pack.rules:
        for term in rule_terms(rule):
            if term.amount == 0 and term.data is None:
                yield PackError(
                    term.place, f"'{rule.id}' allows 0 {term.unit}", "a term of at least 1", "leave the term out for 'promptly'"
                )
            if term.unit == "hour" and term.roll:
                yield PackError(term.place, f"'{rule.id}' rolls a term of hours", "hours that run on", "write 'roll: false', or use days")


# --- words for people


def _words(pack: Pack) -> Iterator[PackError]:
    for rule in pack.rules:
        if not rule.en:
            yield PackError(rule.place, f"'{rule.id}' has no 'en'", "the rule in English words", "add 'en: ...'")
        if (
            rule.kind in {"gate", "order", "companion", "person", "value"}
            and not rule.fix
            and rule.yields_to is None
            and rule.live != "record"
        ):
            yield PackError(rule.place, f"'{rule.id}' has no 'fix'", "the way out, in Chinese words", "add 'fix: ...'")
