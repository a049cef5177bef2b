"""What every pack must hold whatever it says."""

from __future__ import annotations

import pytest

from xiezhi.core.law.calendar import Calendar
from xiezhi.core.law.pack import load_pack, pack_ids
from xiezhi.core.procedure.book import open_book

PACKS = sorted(pack_ids())
STAGES = ["立案", "调查取证", "告知", "法制审核", "集体讨论", "决定", "送达", "公示", "执行结案", "归档"]


@pytest.mark.parametrize("pack_id", PACKS)
def test_every_rule_compiles_and_speaks_both_languages(pack_id: str) -> None:
    pack = load_pack(pack_id)
    open_book(pack, Calendar.load())
    for rule in pack.rules:
        assert rule.cites, rule.id
        assert rule.zh, rule.id
        assert rule.en, rule.id
        assert rule.hands, rule.id


@pytest.mark.parametrize("pack_id", PACKS)
def test_stages_of_the_ordinary_procedure(pack_id: str) -> None:
    stages = load_pack(pack_id).acts["penalty"]["stages"]
    assert [stage["zh"] for stage in stages] == STAGES
    acts = [act for stage in stages for act in stage["acts"]]
    assert len(acts) == len(set(acts))
    assert set(acts) <= set(load_pack(pack_id).vocabulary.acts)


def test_the_fictional_district_takes_over_every_rule_under_its_own_name() -> None:
    demo, xuecheng = load_pack("demo"), load_pack("xuecheng")
    assert {rule.id for rule in demo.rules} == {rule.id for rule in xuecheng.rules}
    assert demo.cite_zh("xuecheng/review/3-2") == "云溪区重大行政执法决定法制审核办法第三条第二款"
    assert demo.hash != xuecheng.hash


def test_the_fictional_agency_takes_over_the_other_district_under_its_own_name() -> None:
    urban, chaoyang = load_pack("yunxi-urban"), load_pack("chaoyang")
    assert {rule.id for rule in urban.rules} == {rule.id for rule in chaoyang.rules}
    assert urban.cite_zh("chaoyang/review/9-1a") == "云溪区城市管理重大执法决定法制审核规定第九条第一款"
    assert urban.hash != chaoyang.hash


def test_the_nine_points_of_the_district_are_the_checklist() -> None:
    pack = load_pack("xuecheng")
    keys = [item["id"] for item in pack.checklists["review"]["items"]]
    assert set(keys) <= set(pack.vocabulary.review_items)
    cited = {cite for item in pack.checklists["review"]["items"] for cite in item["cite"]}
    assert {f"xuecheng/review/10-{point}" for point in range(1, 10)} <= cited


def test_withholding_grounds_are_words_of_the_vocabulary() -> None:
    for pack_id in PACKS:
        pack = load_pack(pack_id)
        known = set(pack.vocabulary.key("withheld.grounds").values)
        assert {item["id"] for item in pack.disclosure["withheld_grounds"]} <= known
