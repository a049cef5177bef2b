"""What a merged pack points at must exist: clauses, parameters, definitions' names, stronger rules."""

from __future__ import annotations

from dataclasses import fields

from xiezhi.core.law.clauses import Clause, Instrument
from xiezhi.core.law.definitions import Definition
from xiezhi.core.law.errors import Mistakes, PackError, Place
from xiezhi.core.law.layers import Layer
from xiezhi.core.law.merge import Ground
from xiezhi.core.law.params import Param
from xiezhi.core.law.read_terms import params_of
from xiezhi.core.law.rules import Duty, GuardText, Rule, TermText
from xiezhi.core.law.source import nearest


def ground_of(layers: list[Layer]) -> Ground:
    """Instruments, clauses and levels of all layers. An adopted text keeps its ids; its days are those that the adopting pack gives it."""
    instruments: dict[str, Instrument] = {}
    clauses: dict[str, Clause] = {}
    levels: dict[str, str] = {}
    for layer in layers:
        if layer.clauses is not None:
            clauses.update(layer.clauses.clauses)
            levels.update({f"{layer.header.id}/{part}": level for part, level in layer.clauses.levels.items()})
        for instrument in layer.header.instruments.values():
            if not layer.adopted:
                instruments[instrument.id] = instrument
                levels.setdefault(instrument.id, layer.header.level)
    return Ground(instruments, clauses, levels)


def names_of(layers: list[Layer]) -> dict[str, str]:
    """How an instrument is named before an article. Those whose clauses name their law themselves are left out.

    A local document's name gets its issuer's region (薛城区…办法); an adopting pack names its own.
    """
    names: dict[str, str] = {}
    for layer in layers:
        region = layer.clauses.region if layer.clauses else ""
        if region and not layer.adopted:
            parts = {f"{layer.header.id}/{part}": name for part, name in layer.clauses.parts.items()} if layer.clauses else {}
            parts.update({instrument.id: instrument.zh for instrument in layer.header.instruments.values()})
            names.update({id_: name if region in name else region + name for id_, name in parts.items()})
        elif any(below.adopted for below in layers) and not layer.adopted and layer is layers[-1]:
            names.update({instrument.id: instrument.zh for instrument in layer.header.instruments.values()})
    return names


class _Check:
    def __init__(self, params: dict[str, Param], rules: tuple[Rule, ...], ground: Ground) -> None:
        self.params = params
        self.ground = ground
        self.rules = {rule.id: rule for rule in rules}
        self.breaches = {rule.breach for rule in rules if rule.breach}
        self.mistakes = Mistakes()

    def miss(self, place: Place, found: str, expected: str, word: str, known: list[str]) -> None:
        close = nearest(word, known)
        self.mistakes.add(PackError(place, found, expected, f"did you mean '{close}'?" if close else "correct it"))

    def cites(self, place: Place, cites: tuple[str, ...]) -> None:
        for cite in cites:
            if cite not in self.ground.clauses:
                known = list(self.ground.clauses)
                self.miss(place, f"found the citation '{cite}'", "a clause of clauses.yaml of this pack or its parents", cite, known)
            elif cite.rpartition("/")[0] not in self.ground.instruments:
                part = cite.rpartition("/")[0]
                found = f"found the citation '{cite}', whose instrument '{part}' has no days in force"
                self.mistakes.add(
                    PackError(place, found, "the instrument in 'instruments' of pack.yaml", f"add '{part}' there with its 'from'")
                )

    def param(self, place: Place, name: str) -> None:
        if name not in self.params:
            self.miss(
                place, f"found the parameter '${name}'", "a parameter of params.yaml of this pack or its parents", name, list(self.params)
            )

    def guard(self, guard: GuardText | None) -> None:
        for name, offset in params_of(guard):
            assert guard is not None  # noqa: S101 - a guard that is None reads no parameter
            self.param(guard.at(offset), name)

    def term(self, term: TermText) -> None:
        if not isinstance(term.amount, str):
            return
        name = term.amount[1:]
        self.param(term.place, name)
        if name in self.params and self.params[name].unit != term.unit:
            stated = self.params[name]
            found = f"found the unit '{term.unit}' for '${name}'"
            self.mistakes.add(PackError(term.place, found, f"'{stated.unit}', as at {stated.place}", "use the parameter's own unit"))

    def rule(self, rule: Rule) -> None:
        self.cites(rule.cited_at or rule.place, rule.cites)
        for value in (getattr(rule, field.name) for field in fields(rule)):
            match value:
                case GuardText():
                    self.guard(value)
                case TermText():
                    self.term(value)
        if isinstance(rule, Duty):
            for extend in rule.extend:
                self.guard(extend.by)
                if isinstance(extend.max, str):
                    self.param(rule.place, extend.max[1:])
            for pause in rule.pause:
                self.guard(pause.only)
        if rule.yields_to is not None and rule.yields_to not in self.rules:
            self.miss(rule.place, f"found 'yields_to: {rule.yields_to}'", "the id of a stronger rule", rule.yields_to, list(self.rules))
        for name in rule.follows:
            if name not in self.breaches and name not in self.rules:
                known = [*self.breaches, *self.rules]
                self.miss(rule.place, f"found 'follows: {name}'", "a 'breach' name or a rule's id", name, known)


def check_references(
    params: dict[str, Param], definitions: dict[str, Definition], rules: tuple[Rule, ...], ground: Ground, layers: list[Layer]
) -> None:
    """Raise one PackError with every dangling reference of the merged pack."""
    check = _Check(params, rules, ground)
    for layer in layers:
        if not layer.adopted:
            for instrument in layer.header.instruments.values():
                for cite in instrument.cites:
                    if cite not in ground.clauses:
                        check.cites(instrument.place, (cite,))
    for param in params.values():
        for value in param.values:
            check.cites(value.place, value.cites)
    for definition in definitions.values():
        for row in definition.rows:
            check.cites(row.place, row.cites)
            check.guard(row.when)
    for rule in rules:
        check.rule(rule)
    check.mistakes.raise_any()
