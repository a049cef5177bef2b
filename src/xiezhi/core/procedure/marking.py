"""The marking: where a case stands after its acts. It is made by the fold alone and read by everything else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from xiezhi.core.procedure.act import Act, Person
from xiezhi.core.procedure.duty import Duty
from xiezhi.core.procedure.finding import Finding, NotJudged
from xiezhi.core.procedure.guard import Scene, Unknown

if TYPE_CHECKING:
    from xiezhi.core.procedure.book import Book, Ground
    from xiezhi.core.procedure.compiled import Table


class Marking:
    """The state of one case. `findings` are those that acts brought; duties still open are judged by `judge(book, marking, as_of)`."""

    __slots__ = ("agency", "book", "breached", "case", "duties", "findings", "not_judged_by_rule", "open", "procedure", "scene", "table")

    def __init__(self, book: Book, case: str, procedure: str, agency: str | None, people: Mapping[str, Person] | None) -> None:
        self.book = book
        self.case = case
        self.procedure = procedure
        self.agency = agency
        self.table: Table = book.table(procedure)
        self.scene = Scene(people)
        self.findings: list[Finding] = []
        self.duties: list[Duty] = []
        self.open: dict[int, list[Duty]] = {}
        self.breached: set[str] = set()
        self.not_judged_by_rule: dict[str, NotJudged] = {}

    @property
    def acts(self) -> list[Act]:
        return self.scene.acts

    @property
    def facts(self) -> Mapping[str, Any]:
        """The facts of the case by dotted path, last write wins."""
        return self.scene.facts

    @property
    def people(self) -> Mapping[str, Person] | None:
        return self.scene.people

    @property
    def phase(self) -> str | None:
        """The phase of the latest act."""
        return self.book.vocabulary.acts[self.acts[-1].kind].phase if self.acts else None

    @property
    def not_judged(self) -> list[NotJudged]:
        return list(self.not_judged_by_rule.values())

    @property
    def major(self) -> list[Ground]:
        """The grounds on which the decision is a major one, as the case stands now."""
        return self.book.grounds("major", self)

    def done(self, kind: str) -> bool:
        return kind in self.scene.places

    def last(self, kind: str) -> Act | None:
        places = self.scene.of(kind)
        return self.acts[places[-1]] if places else None

    def note_unknown(self, rule: str, unknown: Unknown) -> None:
        """Remember that a rule could not be judged. The first reason stands."""
        if rule not in self.not_judged_by_rule:
            from xiezhi.core.procedure.say import why_not_judged

            self.not_judged_by_rule[rule] = why_not_judged(rule, unknown, self.book.vocabulary)
