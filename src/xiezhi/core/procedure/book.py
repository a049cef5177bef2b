"""The book: a pack compiled for use. Rules are indexed by the act that they look at; guards are closures; nothing is parsed twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, TypeAlias, TypeVar

from xiezhi.core.law.calendar import Calendar
from xiezhi.core.law.definitions import Definition, Row
from xiezhi.core.law.errors import PackError
from xiezhi.core.law.pack import Pack
from xiezhi.core.law.rules import Rule, TermText
from xiezhi.core.law.terms import Term
from xiezhi.core.law.vocabulary import ActKind, Vocabulary
from xiezhi.core.procedure.compiled import Accepted, Compiled, Dated, DutyRule, Found, OnRule, Table, Together, Ways, compile_rule
from xiezhi.core.procedure.guard import Condition, Names, Scene, Unknown, compile_condition, read
from xiezhi.core.procedure.guard.compile import any_of
from xiezhi.core.procedure.guard.walk import paths
from xiezhi.core.procedure.marking import Marking
from xiezhi.core.procedure.tools import Tools
from xiezhi.core.procedure.written import accept_by_closures, accept_written, any_written, judge_by_closures, judge_written

T = TypeVar("T")
KEPT = 16_384


@dataclass(frozen=True, slots=True)
class Ground:
    """One row of a definition that holds in a case: why the decision is a major one. `unknown` names facts that would decide it."""

    row: Row
    holds: bool
    unknown: tuple[str, ...] = ()


class Book:
    """A compiled pack. Raises PackError when it is made from a pack with a guard that cannot be read.

    `regardless` of validity applies the rules of the pack itself (not those of its national base) to acts of any day.
    """

    def __init__(self, pack: Pack, calendar: Calendar, *, regardless: bool = False) -> None:
        self.pack = pack
        self.calendar = calendar
        self.regardless = regardless
        self.vocabulary: Vocabulary = pack.vocabulary
        self.decided: frozenset[str] = frozenset(kind.id for kind in pack.vocabulary.acts.values() if kind.mode == "decided")
        self._definitions: dict[str, Condition] = {}
        self._rows: dict[str, tuple[tuple[Row, date, date, Condition], ...]] = {}
        self._forms: dict[str, list[Rule]] = {}
        for rule in pack.rules:
            self._forms.setdefault(rule.id, []).append(rule)
        self._tables: dict[str, Table] = {}
        self._other: Book | None = None
        self.kept: dict[Any, Any] = {}
        """What was once derived from this edition alone: stages, next steps and reasons in words. Emptied when it grows beyond KEPT."""
        self.tools = self._make_tools()
        self._judging: Ways[OnRule, Sequence[Found]] = Ways(judge_by_closures, lambda rules: judge_written(rules, self.tools))
        self._opening: Ways[DutyRule, Sequence[Accepted]] = Ways(accept_by_closures, lambda duties: accept_written(duties, self.tools))
        self._compile_definitions()
        self.compiled: tuple[Compiled, ...] = tuple(
            compile_rule(rule, order, self._span(rule), self.tools) for order, rule in enumerate(pack.rules) if rule.yields_to is None
        )

    def table(self, procedure: str) -> Table:
        """The rules of one procedure, indexed."""
        table = self._tables.get(procedure)
        if table is None:
            table = self._tables[procedure] = Table(
                on=Dated(self._judging, judged=True), bare=Dated(self._judging, judged=True), opening=Dated(self._opening, judged=False)
            )
            for compiled in self.compiled:
                if not compiled.rule.procedures or procedure in compiled.rule.procedures:
                    table.add(compiled)
        return table

    def keep(self, key: Any, value: T) -> T:
        """Keep what was derived, and return it."""
        if len(self.kept) > KEPT:
            self.kept.clear()
        self.kept[key] = value
        return value

    @cached_property
    def causes(self) -> frozenset[str]:
        """All breaches and rules that some rule names under `follows`."""
        return frozenset(cause for rule in self.pack.rules for cause in rule.follows)

    def rule(self, rule_id: str, day: date | None = None) -> Rule:
        """The rule of this id, in the form in force on that day where an overlay gives it several. Raises KeyError."""
        forms = self._forms[rule_id]
        if day is not None and len(forms) > 1:
            return next((rule for rule in forms if self.pack.in_force(rule, day)), forms[-1])
        return forms[-1]

    def act(self, kind: str) -> ActKind:
        return self.vocabulary.acts[kind]

    def regardless_of_validity(self) -> Book:
        """The same pack applied to acts of any day."""
        if self.regardless:
            return self
        if self._other is None:
            self._other = Book(self.pack, self.calendar, regardless=True)
        return self._other

    def grounds(self, definition: str, marking: Marking) -> list[Ground]:
        """The rows of a definition that hold, or that an unknown fact would decide, as the case stands."""
        found: list[Ground] = []
        scene = marking.scene
        for row, first, last, condition in self._rows.get(definition, ()):
            if first <= scene.today <= last:
                answer = condition(scene)
                if answer is True:
                    found.append(Ground(row, holds=True))
                elif isinstance(answer, Unknown):
                    found.append(Ground(row, holds=False, unknown=answer.names))
        return found

    # --- compiling

    def _make_tools(self) -> Tools:
        names = Names(
            vocabulary=self.vocabulary,
            params=self.pack.params,
            definitions=self.pack.definitions,
            param_at=lambda name, day: self.pack.param(name, day, regardless=self.regardless),
            workdays=self.calendar.workdays_between,
            is_workday=self.calendar.is_workday,
            is_holiday=self.calendar.is_holiday,
        )
        return Tools(self.vocabulary, self.calendar, names, self._definitions, self._term_at, self._number_at)

    def _term_at(self, text: TermText, day: date) -> Term | None:
        unit = text.unit
        if not unit and isinstance(text.amount, str):
            unit = self.pack.params[text.amount.removeprefix("$")].unit
        amount = self._number_at(text.amount, day)
        return None if amount is None else Term(amount, unit, roll=text.roll, direction=text.direction)

    def _number_at(self, amount: int | str, day: date) -> int | None:
        if isinstance(amount, int):
            return amount
        value = self.pack.param(amount.removeprefix("$"), day, regardless=self.regardless)
        return None if value is None or isinstance(value, (str, tuple)) else int(value)

    def _compile_definitions(self) -> None:
        for definition in self.pack.definitions.values():
            self._refuse_circle(definition, ())
            rows = tuple(self._row(row) for row in definition.rows)
            self._rows[definition.id] = rows
            self._definitions[definition.id] = _any_in_force(rows, Ways(_any_of, self._any_written))

    def _any_written(self, rows: tuple[_Row, ...]) -> Condition:
        return any_written([row.when for row, _, _, _ in rows], self.tools)

    def _row(self, row: Row) -> tuple[Row, date, date, Condition]:
        first, last = self.pack.validity(row)
        if self._always(row.pack):
            first, last = None, None
        condition = compile_condition(row.when, self.tools.names, self._definitions)
        return row, first or date.min, last or date.max, condition

    def _span(self, rule: Rule) -> tuple[date | None, date | None]:
        return (None, None) if self._always(rule.pack) else self.pack.validity(rule)

    def _always(self, pack: str) -> bool:
        chain = self.pack.chain
        return self.regardless and (len(chain) == 1 or pack != chain[0])

    def _refuse_circle(self, definition: Definition, seen: tuple[str, ...]) -> None:
        seen = (*seen, definition.id)
        for row in definition.rows:
            for name in paths(read(row.when, self.tools.names)):
                if name in seen:
                    raise PackError(
                        row.when.place,
                        f"the definition {name!r} rests on itself",
                        "definitions without a circle",
                        "write the condition out",
                    )
                if name in self.pack.definitions:
                    self._refuse_circle(self.pack.definitions[name], seen)


_Row: TypeAlias = tuple[Row, date, date, Condition]


def _any_of(rows: tuple[_Row, ...]) -> Condition:
    return any_of(tuple(condition for _, _, _, condition in rows))


def _any_in_force(rows: tuple[_Row, ...], ways: Ways[_Row, bool | Unknown]) -> Condition:
    """Whether one of the rows in force on the day holds. Which they are is looked up once a day."""
    by_day: dict[date, Together[_Row, bool | Unknown]] = {}

    def holds(scene: Scene) -> bool | Unknown:
        together = by_day.get(scene.today)
        if together is None:
            if len(by_day) > KEPT:
                by_day.clear()
            together = by_day[scene.today] = ways.of(tuple(row for row in rows if row[1] <= scene.today <= row[2]))
        return together.ask(scene)

    return holds


_OPENED: dict[tuple[str, int], Book] = {}


def open_book(pack: Pack, calendar: Calendar) -> Book:
    """The compiled pack, made once for each edition and calendar. Raises PackError with file, line and column."""
    key = (pack.hash, id(calendar))
    book = _OPENED.get(key)
    if book is None or book.calendar is not calendar:
        if len(_OPENED) > 32:  # editors and tests open many editions; the live ones come back at once
            _OPENED.clear()
        book = _OPENED[key] = Book(pack, calendar)
    return book


def day_of_fixed(month_day: str, year: int) -> datetime:
    """The last moment in China of a fixed day (MM-DD) of a year."""
    from xiezhi.core.procedure.tools import as_end

    end = as_end(date.fromisoformat(f"{year}-{month_day}"))
    assert end is not None  # noqa: S101  a day always has an end
    return end
