"""What a rule needs while it is compiled: guards, dated numbers, terms, the calendar and the words of the vocabulary."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, TypeAlias

from xiezhi.core.law.calendar import Calendar
from xiezhi.core.law.clock import SHANGHAI
from xiezhi.core.law.rules import GuardText, TermText
from xiezhi.core.law.terms import Term
from xiezhi.core.law.vocabulary import Vocabulary
from xiezhi.core.procedure.finding import Fault
from xiezhi.core.procedure.guard import Closure, Condition, Definitions, Names, Scene, Unknown, compile_condition, compile_value

Check: TypeAlias = Callable[[Scene], "Fault | Unknown | None"]
DatedTerm: TypeAlias = Callable[[date], "Term | None"]
DatedNumber: TypeAlias = Callable[[date], "int | None"]


@dataclass(frozen=True, slots=True)
class Tools:
    """`term_at(text, day)` and `number_at(amount, day)` resolve "$param" under the pack; None where the law gives no number that day."""

    vocabulary: Vocabulary
    calendar: Calendar
    names: Names
    definitions: Definitions
    term_at: Callable[[TermText, date], Term | None]
    number_at: Callable[[int | str, date], int | None]

    def condition(self, text: GuardText) -> Condition:
        return compile_condition(text, self.names, self.definitions)

    def optional(self, text: GuardText | None) -> Condition | None:
        return None if text is None else self.condition(text)

    def value(self, text: GuardText) -> Closure:
        return compile_value(text, self.names, self.definitions)

    def term(self, text: TermText) -> DatedTerm:
        """The term in force on a day, looked up once per day."""
        cache: dict[date, Term | None] = {}

        def term_on(day: date) -> Term | None:
            if day not in cache:
                cache[day] = self.term_at(text, day)
            return cache[day]

        return term_on

    def number(self, amount: int | str) -> DatedNumber:
        if isinstance(amount, int):
            return lambda _day: amount
        cache: dict[date, int | None] = {}

        def number_on(day: date) -> int | None:
            if day not in cache:
                cache[day] = self.number_at(amount, day)
            return cache[day]

        return number_on

    def act_zh(self, kind: str) -> str:
        return self.vocabulary.acts[kind].zh

    def act_en(self, kind: str) -> str:
        return self.vocabulary.acts[kind].en


def as_instant(value: Any) -> datetime | None:
    """An instant, or the first moment in China of a day; None for anything else."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time.min, SHANGHAI)
    return None


def as_end(value: Any) -> datetime | None:
    """An instant, or the last moment in China of a day: a due day runs to its end."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time.max, SHANGHAI)
    return None
