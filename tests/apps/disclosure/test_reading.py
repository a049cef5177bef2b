"""Pages as they are read from a history: what a correction may and may not show."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from xiezhi.apps.disclosure.reading import Page, pages_of

BEGIN = datetime(2026, 9, 1, 2, tzinfo=UTC)
SUMMARY = {
    "number": "云城管罚决〔2026〕1号",
    "party": "远峰装饰工程有限公司",
    "matter": "占用道路",
    "facts": "占道，联系人住星汉路十八号。",
    "basis": "《条例》第一条",
    "content": "罚款100元",
    "agency": "云溪区城市管理局",
    "decided_on": "2026-08-30",
}


def history(*acts: tuple[str, dict[str, Any]]) -> list[Any]:
    return [
        SimpleNamespace(id=f"act-{place}", kind=kind, at=BEGIN + timedelta(days=place), data=data, own=data)
        for place, (kind, data) in enumerate(acts)
    ]


def page(*acts: tuple[str, dict[str, Any]]) -> Page:
    (only,) = pages_of("case-1", history(*acts), {})
    return only


def published(**more: Any) -> tuple[str, dict[str, Any]]:
    return "result_published", {"what": "decision", "form": "summary", "summary": SUMMARY, **more}


def updated(facts: str, **more: Any) -> tuple[str, dict[str, Any]]:
    return "publication_updated", {"form": "summary", "reason": "更正。", "summary": {**SUMMARY, "facts": facts}, **more}


def test_a_correction_names_the_field_and_shows_neither_the_old_nor_the_new_words():
    told = page(published(), updated("占道。"))
    assert told.changes[-1]["changed"] == [{"field": "facts"}]
    assert "星汉路" not in json.dumps(told.changes, ensure_ascii=False)
    assert told.columns["summary"]["facts"] == "占道。"


def test_words_marked_harmless_are_shown_before_and_after():
    told = page(published(), updated("占道 7 平方米。", show_changed=["facts"]))
    assert told.changes[-1]["changed"] == [{"field": "facts", "before": SUMMARY["facts"], "after": "占道 7 平方米。"}]


def test_a_later_correction_that_shows_nothing_takes_back_what_earlier_ones_showed_of_the_field():
    told = page(published(), updated("占道，联系人王某。", show_changed=["facts"]), updated("占道。"))
    assert [change["changed"] for change in told.changes] == [[], [{"field": "facts"}], [{"field": "facts"}]]


def test_a_correction_to_a_summary_takes_the_full_text_and_its_file_away():
    text = [{"kind": "p", "label": "", "runs": [{"text": "联系人住星汉路十八号。"}]}]
    told = page(published(form="full_text", text=text, pdf="a" * 64), updated("占道。"))
    assert (told.columns["form"], told.columns["text"], told.columns["pdf"]) == ("summary", [], "")


def test_a_correction_that_empties_a_field_empties_it():
    told = page(published(), ("publication_updated", {"form": "summary", "summary": {**SUMMARY, "content": ""}, "reason": "误。"}))
    assert told.columns["summary"].get("content", "") == ""
    without = {key: value for key, value in SUMMARY.items() if key != "content"}
    told = page(published(), ("publication_updated", {"form": "summary", "summary": without, "reason": "误。"}))
    assert "content" not in told.columns["summary"]


def test_a_part_of_a_summary_leaves_the_rest_as_it_was():
    told = page(published(pdf="a" * 64), ("publication_updated", {"summary": {"matter": "占用城市道路"}, "reason": "误。"}))
    assert (told.columns["summary"]["facts"], told.columns["summary"]["matter"]) == (SUMMARY["facts"], "占用城市道路")


def test_how_it_was_performed_leaves_text_and_file_alone():
    text = [{"kind": "p", "label": "", "runs": [{"text": "全文"}]}]
    told = page(
        published(form="full_text", text=text, pdf="a" * 64),
        ("result_published", {"what": "performance", "form": "summary", "summary": {**SUMMARY, "performance": "已履行"}}),
    )
    assert (told.columns["form"], told.columns["text"], told.columns["pdf"]) == ("full_text", text, "a" * 64)
    assert told.columns["summary"]["performance"] == "已履行"
