from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory


def shown(text: str, **context) -> str:
    return Template(text).render(Context(context)).strip()


@pytest.mark.parametrize("kind", ["late", "soon", "stop", "ok", "sealed", "gone", "missing"])
def test_a_state_is_word_and_icon_not_colour_alone(kind):
    text = shown('{% tag kind "词" %}', kind=kind)
    assert f'class="tag {kind}"' in text
    assert "<svg" in text
    assert text.endswith("词</span>")


def test_words_in_a_state_are_escaped():
    assert "&lt;b&gt;" in shown('{% tag "ok" words %}', words="<b>")
    assert "&lt;b&gt;" in shown("{% redacted words %}", words="<b>")


def test_a_deadline_takes_now_from_the_context():
    now = datetime(2026, 11, 25, 1, tzinfo=UTC)
    assert "已超 6 小时" in shown("{% deadline due %}", due=now - timedelta(hours=6), now=now)
    assert shown("{% deadline due %}", due=None, now=now) == ""
    assert shown("{% deadline due %}", due=now) == ""


@dataclass
class Clause:
    source: str = "公示办法 第一条"
    says: str = "<应当>公示"


@dataclass(eq=False)
class Pack:
    clauses: dict = field(default_factory=lambda: {"x/1": Clause()})

    def cite_zh(self, clause_id):
        return "公示办法第一条"


def test_a_citation_opens_its_article_in_place():
    text = shown('{% cite "x/1" %}', pack=Pack())
    assert "<summary>公示办法第一条</summary>" in text
    assert "&lt;应当&gt;公示" in text
    assert "公示办法 第一条（x/1）" in text


def test_two_clauses_of_one_name_are_one_citation_with_both_texts():
    pack = Pack({"x/1": Clause(), "x/1-2": Clause(says="<可以>不公示")})
    text = shown("{% cites ids %}", ids=["x/1", "x/1-2", "x/1", "x/9"], pack=pack)
    assert text.count("<summary>公示办法第一条</summary>") == 1
    assert text.count("&lt;应当&gt;公示") == 1
    assert text.count("&lt;可以&gt;不公示") == 1
    assert text.count("x/9") == 1


def test_an_unknown_citation_shows_its_id():
    assert shown("{% cites ids %}", ids=["x/9"], pack=Pack()).count("x/9") == 1
    assert "x/9" in shown('{% cite "x/9" %}')


def test_a_continuity_bar_is_one_image_with_a_sentence():
    text = shown("{% continuity parts words %}", parts=[("recorded", 0, 0.5), ("gap", 0.5, 0.1)], words="录像中断 3 分钟，没有说明")
    assert 'role="img" aria-label="录像中断 3 分钟，没有说明"' in text
    assert '<rect class="gap" x="500.0" y="0" width="100.0"' in text


@pytest.mark.parametrize(("used", "limit", "kind", "width"), [(5, 10, "used", "500"), (12, 10, "over", "1000"), (1, 0, "over", "1000")])
def test_a_used_bar_never_leaves_its_frame(used, limit, kind, width):
    assert f'class="{kind}" width="{width}"' in shown("{% usedbar used limit 'x' %}", used=used, limit=limit)


@pytest.mark.parametrize(
    ("value", "words"), [("ab" * 32, "abab abab abab abab … abab"), (b"\x01\x02", "0102"), (None, ""), ("short", "short")]
)
def test_a_fingerprint_is_shown_in_fours(value, words):
    assert shown("{{ value|fingerprint }}", value=value) == words


class Form(forms.Form):
    name = forms.CharField(label="名称", help_text="写全称")
    kinds = forms.MultipleChoiceField(label="种类", choices=[("a", "甲")], widget=forms.CheckboxSelectMultiple)
    agreed = forms.BooleanField(label="已核对")
    token = forms.CharField(widget=forms.HiddenInput, required=False)


def test_a_field_goes_label_hint_error_control():
    form = Form({})
    text = shown("{% field form.name %}", form=form)
    order = [text.index(part) for part in ("<label", 'id="id_name_helptext"', 'id="id_name_error"', "<input")]
    assert order == sorted(order)
    assert 'aria-invalid="true"' in text
    assert 'aria-describedby="id_name_helptext id_name_error"' in text


def test_a_group_is_a_fieldset_and_a_hidden_field_only_an_input():
    form = Form({})
    assert "<legend>种类" in shown("{% field form.kinds %}", form=form)
    assert "已核对" in shown("{% field form.agreed %}", form=form)
    assert shown("{% field form.token %}", form=form).startswith("<input")


def test_the_summary_counts_and_links_and_is_silent_when_all_is_well():
    form = Form({})
    text = shown("{% errors form %}", form=form)
    assert "有 3 处要改" in text
    assert 'href="#id_name"' in text
    assert shown("{% errors form %}", form=Form()) == ""


def test_a_link_keeps_other_parameters_and_is_escaped():
    request = RequestFactory().get("/", {"q": '"><b>', "after": "x"})
    text = shown('<a href="{% link_with after=None state="ok" %}">', request=request)
    assert text == '<a href="?q=%22%3E%3Cb%3E&amp;state=ok">'
