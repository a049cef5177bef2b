"""What the documents say, and what they do not say, of a case."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from xiezhi.core.typeset import IncompleteDocument, wordings

DATA = json.loads((Path(__file__).parent / "decision.json").read_text(encoding="utf-8"))


def words(document: str, data: dict[str, Any]) -> str:
    return "\n".join(block.label + block.text for block in wordings()[document].write(data).blocks)


def changed(**parts: Any) -> dict[str, Any]:
    data = copy.deepcopy(DATA)
    for key, value in parts.items():
        data[key] = {**data[key], **value} if isinstance(value, dict) and isinstance(data.get(key), dict) else value
    return data


@pytest.mark.parametrize("document", ["decision", "on_spot_decision"])
def test_only_a_fine_is_to_be_paid(document):
    fined = words(document, DATA)
    assert "十五日内" in fined
    assert "缴纳" in fined
    warned = words(document, changed(penalty={"words": "警告", "fine": "0", "pays": False}))
    assert "缴纳" not in warned


def test_an_on_spot_fine_collected_there_says_so_and_not_that_it_is_paid_at_a_bank():
    paid = words("on_spot_decision", changed(collection="当场收缴"))
    assert "当场收缴" in paid
    assert "指定的银行" not in paid


@pytest.mark.parametrize(("document", "element"), [("on_spot_decision", "handlers"), ("decision", "evidence")])
def test_officers_and_evidence_are_asked_for(document, element):
    with pytest.raises(IncompleteDocument) as refused:
        wordings()[document].write(changed(**{element: [] if element == "evidence" else ""}))
    assert [item.key for item in refused.value.missing] == [element]


def test_education_is_told_only_when_it_is_recorded():
    assert "进行教育" not in words("no_penalty_decision", DATA)
    told = words("no_penalty_decision", changed(education={"date": "2026年9月16日"}))
    assert "2026年9月16日" in told
    assert "依法对当事人进行教育" in told


def test_no_penalty_is_not_put_on_article_33_whatever_its_ground():
    told = words("no_penalty_decision", changed(no_penalty={"basis": ["行政处罚法第三十条"]}))
    assert "依据行政处罚法第三十条的规定" in told
    assert "第三十三条" not in told
    without = words("no_penalty_decision", DATA)
    assert "决定对当事人不予行政处罚" in without
    assert "第三十三条" not in without
    assert "第二十三条" not in without  # the basis of the penalty that was looked into is not the basis of not punishing
