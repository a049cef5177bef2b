"""What a district's text forbids is refused when it is tried, whatever went wrong before."""

from __future__ import annotations

from typing import Any

import pytest

from tests.packs.golden import Golden, book_of, lines_of, people
from xiezhi.core.procedure.history import act_from_line
from xiezhi.core.procedure.step import Refused, step

UNREVIEWED = {"drop": ["review_submitted", "review_passed"]}
REJECTED = {"in": "review_passed", "set": {"act": "review_rejected", "data/opinion": "不同意", "data/reason": "证据不足"}}


@pytest.mark.parametrize(
    ("pack", "base", "change", "tried", "cite"),
    [
        ("wanzhou", "works", UNREVIEWED, "superior_review_submitted", "wanzhou/review/10-b"),
        ("wanzhou", "works", UNREVIEWED, "decision_made", "wanzhou/review/10-a"),
        ("wanzhou", "works", REJECTED, "decision_made", "wanzhou/review/10-a"),
        ("wanzhou", "works", {"drop": "superior_review_passed"}, "decision_made", "wanzhou/review/10-b"),
        ("ningjin", "works", REJECTED, "decision_made", "ningjin/scheme/2-3-0b"),
        ("ningjin", "planning-licence", UNREVIEWED, "decision_made", "ningjin/scheme/2-3-4"),
        ("fgj", "prices", REJECTED, "decision_made", "fgj/review/4-a"),
        ("fgj", "prices-fee", UNREVIEWED, "decision_made", "fgj/review/4-a"),
    ],
)
def test_it_is_refused(pack: str, base: str, change: dict[str, Any], tried: str, cite: str) -> None:
    book = book_of(pack)
    lines = lines_of(Golden("live", pack, base, (change,), (), regardless=False))
    acts = [act_from_line(line, book.vocabulary, number) for number, line in enumerate(lines, start=1)]
    place = next(number for number, act in enumerate(acts) if act.kind == tried)
    answer = step(book, acts[:place], people(), acts[place], acts[place].at)
    assert isinstance(answer, Refused)
    assert any(cite in reason.cites for reason in answer.reasons)
    assert all(reason.fix_zh for reason in answer.reasons)


@pytest.mark.parametrize(
    ("pack", "base"), [("wanzhou", "works"), ("wanzhou", "works-heard"), ("fgj", "prices"), ("ningjin", "planning-licence")]
)
def test_a_lawful_case_is_permitted_act_by_act(pack: str, base: str) -> None:
    book = book_of(pack)
    acts = [act_from_line(line, book.vocabulary) for line in lines_of(Golden("live", pack, base, (), (), regardless=False))]
    for place, act in enumerate(acts):
        answer = step(book, acts[:place], people(), act, act.at)
        assert not isinstance(answer, Refused), (act.kind, [(reason.rule, reason.missing_facts) for reason in answer.reasons])
