"""The requirement base that citations point into: clauses, the instruments they belong to, and how one cites them in Chinese."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from xiezhi.core.law.errors import Place
from xiezhi.core.law.source import Node

Span = tuple[date | None, date | None]
ALWAYS: Span = (None, None)
_PARAGRAPH_ITEM = re.compile(r"第?[（(]([一二三四五六七八九十]+)[）)]项?")
_ARTICLE = re.compile(r"第[一二三四五六七八九十百零]+条")
_ASIDE = re.compile(r"[（(](首句|首段)[）)]")
_PARENTHESIS = re.compile(r"[（(].*?[）)]")
_ANNEX = re.compile(r"^附件[0-9一二三四五六七八九十]+\s*")
_REGION = re.compile(r"^(.{2,12}?(?:省|市|区|县|州|旗))+?(?=人民政府)")


@dataclass(frozen=True, slots=True)
class Instrument:
    """A law, regulation or document: what is in force from day to day (both included; None = open). `id` is the prefix of its clause ids."""

    id: str
    zh: str
    valid_from: date | None
    valid_to: date | None
    cites: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: our restatement (`says`), where it stands (`source`), and since when that text is in force."""

    id: str
    source: str
    says: str
    kind: str
    duty_holder: str
    system: str
    automation: str
    feature: str
    parameters: dict[str, Any]
    valid_from: date | None
    valid_to: date | None
    place: Place

    @property
    def instrument(self) -> str:
        """The id of its instrument: `cn/penalty/58-1` belongs to `cn/penalty`."""
        return self.id.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class ClauseFile:
    """What a clauses.yaml holds: its clauses, the names of its parts, the document's own end, and the region of its issuer."""

    clauses: dict[str, Clause]
    parts: dict[str, str]
    levels: dict[str, str]
    region: str
    valid_from: date | None
    valid_to: date | None


def cut(one: Span, other: Span) -> Span:
    """The days that lie in both spans."""
    starts = [day for day in (one[0], other[0]) if day is not None]
    ends = [day for day in (one[1], other[1]) if day is not None]
    return (max(starts) if starts else None, min(ends) if ends else None)


def holds(span: Span, day: date) -> bool:
    """Whether the day lies in the span, both ends included."""
    return (span[0] is None or span[0] <= day) and (span[1] is None or day <= span[1])


def read_clauses(node: Node) -> ClauseFile:
    """Read a clauses.yaml. Keys of a clause that only people read (acts, confidence, ...) are kept out."""
    top = node.fields(("document", "clauses", "skipped"), required=("document", "clauses"))
    document = {name: value for name, _, value in top["document"].entries() if not value.is_null}
    parts = {name: _part_name(value.text()) for name, _, value in document["parts"].entries()} if "parts" in document else {}
    levels: dict[str, str] = {}
    if "levels" in document:
        for level, _, listed in document["levels"].entries():
            levels.update(dict.fromkeys(listed.texts(), level))
    clauses: dict[str, Clause] = {}
    for item in top["clauses"].items():
        clause = _clause(item)
        if clause.id in clauses:
            item.refuse(
                f"found the clause '{clause.id}' a second time, first at {clauses[clause.id].place}",
                "each clause once",
                "remove one of the two",
            )
        clauses[clause.id] = clause
    issuer = document["issuer"].text() if "issuer" in document else ""
    return ClauseFile(
        clauses=clauses,
        parts=parts,
        levels=levels,
        region=_region(issuer),
        valid_from=document["issued"].date() if "issued" in document else None,
        valid_to=document["valid_until"].date() if "valid_until" in document else None,
    )


def _clause(node: Node) -> Clause:
    fields = {name: value for name, _, value in node.entries() if not value.is_null}
    for name in ("id", "source", "says"):
        if name not in fields:
            node.refuse(f"the key '{name}' is missing", f"'{name}' in this clause", f"add '{name}: ...'")
    force = fields["in_force"].fields(("from", "to")) if "in_force" in fields else {}

    def text(name: str) -> str:
        return fields[name].text() if name in fields else ""

    return Clause(
        id=text("id"),
        source=text("source"),
        says=text("says"),
        kind=text("kind"),
        duty_holder=text("duty_holder"),
        system=text("system"),
        automation=text("automation"),
        feature=text("feature"),
        parameters=fields["parameters"].plain() if "parameters" in fields else {},
        valid_from=force["from"].date() if "from" in force else None,
        valid_to=force["to"].date() if "to" in force else None,
        place=fields["id"].place,
    )


def _part_name(text: str) -> str:
    """`附件3 重大行政执法决定法制审核办法` and `行政处罚法(2021修订)` without annex number and edition."""
    return _PARENTHESIS.sub("", _ANNEX.sub("", text)).strip()


def _region(issuer: str) -> str:
    """`薛城区` of `薛城区人民政府办公室`; the last division named, so that 北京市朝阳区 gives 朝阳区. Empty when it is no local government."""
    found = _REGION.match(issuer)
    if not found:
        return ""
    names: list[str] = re.findall(r"[^省市区县州旗]+(?:省|市|区|县|州|旗)", found.group(0))
    return names[-1] if names else ""


def article_zh(source: str) -> str:
    """Where in its instrument a clause stands, as one cites it: `审核办法 第五条第(三)项` gives `第五条第三项`.

    Outlines without articles keep their headings: `意见 二(一)1` gives `二（一）1`.
    """
    rest = _ASIDE.sub("", source.partition(" ")[2] or source).strip()
    article = _ARTICLE.search(rest)
    if article:
        return _PARAGRAPH_ITEM.sub(r"第\1项", rest[article.start() :])
    return rest.replace("(", "（").replace(")", "）")


def cite_zh(clause: Clause, name: str | None) -> str:
    """The citation in Chinese. `name` is the instrument's, or None when the clause's own source already names it (`行政处罚法第五十八条第一款`)."""
    if name is None:
        article = _ARTICLE.search(clause.source)
        if article and " " not in clause.source[: article.start()].strip():
            return _PARENTHESIS.sub("", clause.source[: article.start()]) + _PARAGRAPH_ITEM.sub(r"第\1项", clause.source[article.start() :])
        head, _, rest = clause.source.partition(" ")
        return head + _ASIDE.sub("", rest).replace("(", "（").replace(")", "）") if rest else clause.source
    return name + article_zh(clause.source)


def dated(instrument: Instrument, span: Span) -> Instrument:
    """The same instrument with other days."""
    return replace(instrument, valid_from=span[0], valid_to=span[1])
