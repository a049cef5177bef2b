"""The fold: acts in order become a marking. Live work and audit both read it, so they cannot disagree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from xiezhi.core.law.errors import InputError
from xiezhi.core.procedure.act import Act, Person
from xiezhi.core.procedure.book import Book
from xiezhi.core.procedure.duties import move, open_fixed
from xiezhi.core.procedure.finding import Finding
from xiezhi.core.procedure.judging import Judgement, judge_act, merge
from xiezhi.core.procedure.marking import Marking


def in_order(acts: Iterable[Act]) -> list[Act]:
    """The acts by (`at`, `case_seq`), else in the order in which they came (contracts.md 3)."""
    return sorted(acts, key=lambda act: (act.at, act.case_seq if act.case_seq is not None else 0))


def fold(book: Book, acts: Iterable[Act], people: Mapping[str, Person] | None, *, regardless_of_validity: bool = False) -> Marking:
    """The marking of one case after these acts (in any order).

    `people` None = there is no people file: certificates are not judged. Raises InputError when there is no act or no act names the
    procedure of the case.
    """
    ordered = in_order(acts)
    marking = begin(book.regardless_of_validity() if regardless_of_validity else book, ordered, people)
    for act in ordered:
        advance(marking, act)
    return marking


def begin(book: Book, ordered: list[Act], people: Mapping[str, Person] | None) -> Marking:
    """The marking of a case before its first act. Procedure and agency are those of the first act that names them."""
    if not ordered:
        raise InputError("a case without acts has no history", "案件没有任何行为记录")
    procedure = next((act.procedure for act in ordered if act.procedure), None)
    if procedure is None:
        first = ordered[0]
        raise InputError(
            f"case {first.case!r}: the first line must name the `procedure`",
            f"案件“{first.case}”的第一行缺少“procedure”（程序）",
            line=first.line_no,
            field="procedure",
        )
    agency = next((act.agency for act in ordered if act.agency), None)
    return Marking(book, ordered[0].case, procedure, agency, people)


def advance(marking: Marking, act: Act) -> list[Finding]:
    """Add one act at the end of the history. Returns the findings that it brings; they stand in the marking too."""
    place = len(marking.scene.acts)
    _stand(marking, act)
    if place == 0:
        open_fixed(marking, act)
    judgement = judge_act(marking, act.kind)
    for compiled, unknown in judgement.unknown:
        marking.note_unknown(compiled.rule.id, unknown)
    late = move(marking, act, place)
    scene = marking.scene
    scene.acts.append(act)
    places = scene.places
    if act.kind in places:
        places[act.kind].append(place)
    else:
        places[act.kind] = [place]
    if not judgement.broken and not late:
        return []
    found = merge(marking, [*judgement.broken, *late], act, place, marking.breached)
    marking.findings.extend(found)
    return found


def probe(marking: Marking, act: Act, *, bare: bool = False) -> Judgement:
    """What the rules would say of this act now. The marking stays as it was. `bare`: what the act will bring is not yet known."""
    scene = marking.scene
    this, today, facts = scene.this, scene.today, scene.facts
    if act.facts:
        scene.facts = {**facts, **act.facts}
    _stand(marking, act, with_facts=False)
    try:
        return judge_act(marking, act.kind, bare=bare)
    finally:
        scene.this, scene.today, scene.facts = this, today, facts
        scene.memo.clear()


def _stand(marking: Marking, act: Act, *, with_facts: bool = True) -> None:
    """Put the act before the guards."""
    scene = marking.scene
    scene.this = act
    scene.today = act.day
    if scene.memo:
        scene.memo.clear()
    if with_facts and act.facts:
        scene.facts.update(act.facts)
