"""The packs of the house: every guard compiles and speaks, and a long case stays quick."""

from __future__ import annotations

import time

import pytest

from xiezhi.core.law.pack import load_pack, pack_ids
from xiezhi.core.law.rules import Gate, Value
from xiezhi.core.procedure.book import open_book
from xiezhi.core.procedure.explain import explain
from xiezhi.core.procedure.fold import fold
from xiezhi.core.procedure.guard import parse
from xiezhi.core.procedure.guard.prose import prose

from .law import CALENDAR, OFFICERS, act, at


@pytest.mark.parametrize("name", pack_ids())
def test_every_guard_compiles_and_speaks(name):
    book = open_book(load_pack(name), CALENDAR)
    assert open_book(load_pack(name), CALENDAR) is book, "an edition is compiled once"
    for rule in book.pack.rules:
        texts = [rule.when, rule.requires if isinstance(rule, Gate) else None, rule.check if isinstance(rule, Value) else None]
        for text in texts:
            if text is not None:
                assert prose(parse(text.text), book.vocabulary, "zh"), rule.id
                assert prose(parse(text.text), book.vocabulary, "en"), rule.id


def test_explaining_a_case_of_sixty_acts_is_quick():
    """The bar is 5 ms on a free core (contracts: benchmarks); here a bound that even a busy machine keeps and a quadratic fold does not."""
    book = open_book(load_pack("xuecheng"), CALENDAR)
    kinds = ["identity_shown", "rights_informed", "site_inspected", "inquiry_made", "evidence_obtained", "document_served"]
    acts = [act("case_filed", "2021-08-02", by=["o1", "o2"], penalty={"fine": 8000})]
    acts += [act(kinds[n % 6], f"2021-08-{3 + n // 6:02} 1{n % 6}:00", by=["o1", "o2"]) for n in range(59)]
    marking = fold(book, acts, OFFICERS)
    times = []
    for _ in range(5):
        start = time.process_time()
        explain(book, marking, OFFICERS, at("2021-08-20"))
        times.append(time.process_time() - start)
    assert min(times) < 0.05
