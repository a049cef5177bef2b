"""The record's entries are written as strings: nothing of them may reach the page as markup."""

from __future__ import annotations

from types import SimpleNamespace
from uuid import UUID

from xiezhi.apps.casework.continuity import Bar
from xiezhi.apps.casework.templatetags.timeline import timeline_nodes
from xiezhi.apps.casework.timeline import Node, Section

BAD = "<b>&\"'"
ENTRY = str(UUID(int=7))


def page(*nodes: Node) -> SimpleNamespace:
    return SimpleNamespace(file=SimpleNamespace(case="C-1"), pack=None, sections=[Section("s", BAD, "current", list(nodes))])


def node(**more: object) -> Node:
    finding = SimpleNamespace(severity="violation", message_zh=BAD, cites=(BAD,))
    return Node(
        more.pop("kind", "act"),
        BAD,
        when=BAD,
        number="1",
        anchor="n1",
        who=BAD,
        parts=[(BAD, BAD)],
        texts=[(BAD, BAD + "\nnext")],
        signed=BAD,
        documents=[(BAD, ""), (BAD, "ab" * 32)],
        bars=[Bar(BAD, BAD, BAD, (("recorded", 0.0, 1.0),))],
        notes=[finding],
        cites=(BAD,),
        entry=ENTRY,
        act="site_inspected",
        corrected_by=[("n2", "2")],
        late_entry=BAD,
        **more,
    )


def test_whatever_comes_from_the_record_is_escaped() -> None:
    html = timeline_nodes(page(node(), node(kind="gap"), node(kind="voided")), {"site_inspected"}, {"site_inspected"})
    assert '<b>&"' not in html
    assert '<b>&amp;"' not in html
    assert html.count("&lt;b&gt;&amp;&quot;&#x27;") > 20


def test_an_entry_leads_to_its_pages_where_the_user_may_go() -> None:
    html = timeline_nodes(page(node()), set(), {"site_inspected"})
    assert f"/desk/cases/C-1/entries/{ENTRY}/" in html
    assert "更正</a>" in html
    assert "补充</a>" not in html
