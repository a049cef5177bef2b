"""Acts that presuppose another are refused live before it, in Chinese, with an article and the way out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.packs.golden import Golden, book_of, lines_of, people
from xiezhi.core.law.rules import Order
from xiezhi.core.procedure.history import act_from_line
from xiezhi.core.procedure.step import Permitted, Refused, step

FILED = Golden("filed", "demo", "small", ({"years": 2},), (), regardless=False)


def _pairs() -> list[tuple[str, str]]:
    book = book_of("demo")
    return [
        (rule.id, act)
        for rule in book.pack.rules
        if isinstance(rule, Order) and rule.id.startswith("seq.")
        for act in rule.on
        if book.act(act).mode == "decided" and (not rule.procedures or "penalty" in rule.procedures)
    ]


@pytest.mark.parametrize(("rule_id", "act_id"), _pairs())
def test_it_is_refused_with_article_and_way_out(rule_id: str, act_id: str) -> None:
    book = book_of("demo")
    lines = lines_of(FILED)[:2]
    acts = [act_from_line({**line, "case_seq": place}, book.vocabulary, place) for place, line in enumerate(lines)]
    line = {
        "case": "G",
        "act": act_id,
        "at": (acts[-1].at + timedelta(hours=1)).isoformat(),
        "by": ["l1"],
        "data": {"approver": "l1"},
        "case_seq": 9,
    }
    answer = step(book, acts, people(), act_from_line(line, book.vocabulary, 9), acts[-1].at + timedelta(hours=1))
    assert isinstance(answer, Refused)
    [reason] = [reason for reason in answer.reasons if reason.rule == rule_id]
    assert reason.cites
    assert reason.message_zh
    assert reason.fix_zh


def test_every_decided_act_of_a_lawful_case_is_permitted() -> None:
    book = book_of("demo")
    for base in ("small", "heard", "summary", "seized"):
        lines = lines_of(Golden(base, "demo", base, ({"years": 2},), (), regardless=False))
        acts = [act_from_line({**line, "case_seq": place}, book.vocabulary, place) for place, line in enumerate(lines)]
        for place, act in enumerate(acts):
            answer = step(book, acts[:place], people(), act, act.at)
            if book.act(act.kind).mode == "decided":
                assert isinstance(answer, Permitted), (base, act.kind, [(reason.rule, reason.message_zh) for reason in answer.reasons])
