"""Live: the lawful acts of inspections, an agency's year, levies and confirmations are permitted one after the other."""

from __future__ import annotations

import pytest

from tests.packs.golden import Golden, book_of, lines_of, people
from xiezhi.core.law.pack import load_pack
from xiezhi.core.procedure.history import act_from_line
from xiezhi.core.procedure.step import Permitted, step

BASES = ["inspection", "random", "agency-year", "levy", "confirmation", "urged"]


@pytest.mark.parametrize("base", BASES)
def test_every_act_of_a_lawful_history_is_permitted(base: str) -> None:
    book = book_of("cn")
    lines = lines_of(Golden(base, "cn", base, (), (), regardless=False))
    acts = [act_from_line({**line, "case_seq": place}, book.vocabulary, place) for place, line in enumerate(lines)]
    for place, act in enumerate(acts):
        answer = step(book, acts[:place], people(), act, act.at)
        assert isinstance(answer, Permitted), (act.kind, [(reason.rule, reason.message_zh) for reason in answer.reasons])


@pytest.mark.parametrize("base", BASES)
def test_the_stages_hold_the_acts_of_a_lawful_history(base: str) -> None:
    pack = load_pack("cn")
    lines = lines_of(Golden(base, "cn", base, (), (), regardless=False))
    staged = {act for stage in pack.acts[lines[0]["procedure"]]["stages"] for act in stage["acts"]}
    assert {line["act"] for line in lines} <= staged
