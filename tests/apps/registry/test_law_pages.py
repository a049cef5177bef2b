"""The pages on packs: rules with articles and levels, clauses with their state, flowcharts."""

from __future__ import annotations

import pytest
from django.urls import reverse

from xiezhi.core.chart import picture


@pytest.fixture
def read(client, sign_in):
    sign_in("officer")

    def get(name, *args, **asked):
        answer = client.get(reverse(f"registry:{name}", args=args), asked)
        assert answer.status_code == 200
        return answer.content.decode()

    return get


def test_a_visitor_signs_in_first(client, db):
    assert client.get(reverse("registry:law"))["Location"].startswith("/sign-in")


def test_every_pack_is_listed(read):
    assert "薛城区行政执法三项制度" in read("law")


def test_rules_have_articles_and_the_level_that_states_them(read):
    page = read("law_pack", "xuecheng", q="薛城区")
    assert "薛城区行政执法全过程记录实施办法第" in page
    assert "国家" in read("law_pack", "xuecheng", q="行政处罚法")
    assert "后面的" in read("law_pack", "xuecheng")


def test_a_rule_that_yields_is_shown_with_its_reason(read):
    from xiezhi.apps.registry.law import day_of_law, pack_of
    from xiezhi.core.law.clock import day_of
    from xiezhi.site.clock import now

    pack = pack_of("wanzhou")
    day = day_of_law(pack, day_of(now()))
    rule = next(one for one in pack.rules if one.yields_to and pack.in_force(one, day))
    page = read("law_pack", "wanzhou", q=rule.id)
    assert "让位" in page
    assert rule.reason in page


def test_open_clauses_have_a_reason_and_pages_go_on(read, client):
    page = read("law_coverage", "cn")
    assert "已做到" in page
    assert "after=" in page
    only = client.get(reverse("registry:law_coverage", args=["cn"]), {"status": "open"})
    assert all(line.status == "open" and line.why for line, _, _ in only.context["rows"])
    assert client.get(reverse("registry:law_coverage", args=["cn"]), {"status": "nonsense", "after": "zzzz"}).status_code == 200


def test_a_flowchart_is_shown_and_told(read, monkeypatch):
    from xiezhi.apps.registry import law

    law.flowchart.cache_clear()
    if picture.dot_here() is not None:
        assert "<svg" in read("law_flowchart", "cn", "penalty_summary")
        law.flowchart.cache_clear()
    monkeypatch.setattr(picture.shutil, "which", lambda _: None)
    page = read("law_flowchart", "cn", "penalty_summary")
    law.flowchart.cache_clear()
    assert "没有安装 Graphviz" in page
    assert "当场决定" in page


@pytest.mark.parametrize("address", ["law/nowhere/", "law/nowhere/coverage", "law/cn/flowchart/nowhere"])
def test_an_unknown_pack_or_procedure_is_not_found(client, sign_in, address):
    sign_in("officer")
    assert client.get(reverse("registry:index") + address).status_code == 404
