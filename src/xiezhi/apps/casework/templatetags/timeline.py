"""`{% timeline_nodes page attachable correctable %}`: the entries of the full-process record, written straight.

A long case has hundreds of nodes with a dozen parts each. As template loops they took four fifths of the page's time; here they are
strings. Whatever comes from the record passes through `escape`; addresses are made once and filled in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Any
from uuid import UUID

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from xiezhi.apps.casework.timeline import Node
from xiezhi.site.templatetags.xz import cites, continuity, icon, stop, tag

register = template.Library()

_NIL = str(UUID(int=0))
_STAGE_MARKS = {"current": "●"}


@dataclass(frozen=True, slots=True)
class _Page:
    """What every node needs: whose case it is, the pack of its citations, and what the user may add to it."""

    case: str
    pack: Any
    attachable: Collection[str]
    correctable: Collection[str]
    addresses: dict[str, str]

    def address(self, name: str, entry: str) -> str:
        """The address of an entry's page; all of one name differ only in the entry."""
        made = self.addresses.get(name)
        if made is None:
            made = self.addresses[name] = escape(reverse(f"casework:{name}", args=[self.case, _NIL]))
        return made.replace(_NIL, escape(entry))

    def cites(self, ids: tuple[str, ...]) -> str:
        return cites(Context(), ids, self.pack)


@register.simple_tag
def timeline_nodes(page: Any, attachable: Collection[str], correctable: Collection[str]) -> SafeString:
    """The list items of all sections of a case page, in order."""
    shown = _Page(page.file.case, page.pack, attachable, correctable, {})
    parts: list[str] = []
    for section in page.sections:
        if section.zh:
            mark = _STAGE_MARKS.get(section.state, "✓")
            parts.append(f'<li class="stage {escape(section.state)}" data-n="{mark}">{escape(section.zh)}</li>')
        parts.extend(_gap(node, shown) if node.kind == "gap" else _entry(node, shown) for node in section.nodes)
    return mark_safe("\n".join(parts))  # noqa: S308  every value was escaped where it was put in


def _gap(node: Node, page: _Page) -> str:
    texts = "".join(f'<p class="small">{escape(stop(text))}</p>' for _, text in node.texts)
    more = f'\n<p><a class="btn slim" href="{page.address("attach", node.entry)}">补上</a></p>' if node.act in page.attachable else ""
    head = f'<div class="head"><h3>{escape(node.title)}</h3>{_TAGS["missing"]()}</div>'
    return f'<li class="gap" data-n="!">\n{head}\n{texts}\n{page.cites(node.cites)}{more}\n</li>'


def _entry(node: Node, page: _Page) -> str:
    inside = "\n".join(part for part in _parts(node, page) if part)
    return f'<li id="{escape(node.anchor)}" class="{escape(node.kind)}" data-n="{escape(node.number)}">\n{inside}\n</li>'


def _parts(node: Node, page: _Page) -> Iterator[str]:
    title = escape(node.title)
    if node.kind == "voided":
        title = f'<span class="struck">{title}</span>'
    number = f'<span class="vh">第 {escape(node.number)} 条：</span>'
    yield f'<div class="head">\n<h3>{number}{title}</h3>\n<time>{escape(node.when)}</time>\n</div>'
    yield f'<p class="small">{_sentence(node)}</p>'
    for label, text in node.texts:
        said = f'<span class="muted">{escape(label)}：</span>' if label else ""
        yield f'<p class="small">{said}{_lines(stop(text))}</p>'
    if node.of:
        yield f'<p class="small">原记录保留：<a href="#{escape(node.of)}">看第 {escape(node.of_number)} 条</a>。</p>'
    for anchor, of_number in node.corrected_by:
        link = f'<a href="#{escape(anchor)}">第 {escape(of_number)} 条</a>'
        yield f'<p class="small">{_TAGS["corrected"]()} 见{link}；<a href="{page.address("entry", node.entry)}">对照原文</a>。</p>'
    if node.documents:
        yield '<p class="row files">\n' + "\n".join(_document(name, sha, page) for name, sha in node.documents) + "\n</p>"
    for bar in node.bars:
        note = f'<span class="muted">{escape(bar.note)}</span>' if bar.note else ""
        drawn = f"\n{continuity(bar.segments, bar.label)}" if bar.segments else ""
        yield f'<div class="cont">\n<div class="row between small"><span class="num">{escape(bar.title)}</span>{note}</div>{drawn}\n</div>'
    for finding in node.notes:
        weight = _TAGS["violation" if finding.severity == "violation" else "warning"]()
        yield f'<div class="finding small">{weight} {escape(stop(finding.message_zh))} {page.cites(finding.cites)}</div>'
    if node.kind == "act":
        yield _links(node, page)


def _sentence(node: Node) -> str:
    """Who, what was stated, who signed: one running sentence."""
    who = escape(stop(node.who)) if node.who else ""
    parts = "；".join(f"{escape(label)} <b>{escape(value)}</b>" for label, value in node.parts)
    return who + (f"{parts}。" if parts else "") + (escape(stop(node.signed)) if node.signed else "")


def _lines(text: str) -> str:
    return escape(text).replace("\r\n", "\n").replace("\r", "\n").replace("\n", "<br>")


def _document(name: str, sha: str, page: _Page) -> str:
    if not sha:
        return f'<span class="file">{icon("file")}{escape(name)}</span>'
    address = escape(reverse("paperwork:download", args=[page.case, sha]))
    return f'<a class="file" href="{address}">{icon("file")}{escape(name)}</a>'


def _links(node: Node, page: _Page) -> str:
    late = f"{escape(node.late_entry)} · " if node.late_entry else ""
    lines = [f'{late}<a href="{page.address("entry", node.entry)}">记录与回执</a>']
    if node.act in page.correctable:
        lines.append(f'· <a href="{page.address("correct", node.entry)}">更正</a>')
    if node.act in page.attachable:
        lines.append(f'· <a href="{page.address("attach", node.entry)}">补充</a>')
    return '<p class="small muted">\n' + "\n".join(lines) + "\n</p>"


_TAGS = {
    "missing": partial(tag, "missing", "可能缺件"),
    "corrected": partial(tag, "line", "已更正"),
    "violation": partial(tag, "stop", "可能有问题"),
    "warning": partial(tag, "soon", "提醒"),
}
