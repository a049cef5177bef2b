"""From a chart to boxes in bands: which acts share a box, what is written in it, and where its path goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xiezhi.core.chart.derive import Chart

WIDE = 118.0  # width of a box, points
COLUMNS = 4  # the ordinary path, and three for what hangs on it
_NAME, _NOTE = 9.0, 7.0  # sizes of the text, points: what is printed at A4
_MERGED = 3
_TERMS, _ONWARD = 2, 2


@dataclass(frozen=True, slots=True)
class Row:
    """One line of text: `size` in points; `soft` for what is less than the act's name."""

    text: str
    size: float
    soft: bool


@dataclass(frozen=True, slots=True)
class Box:
    """One or several acts that stand in the same place. `main`: on the ordinary path."""

    acts: tuple[str, ...]
    main: bool
    rows: tuple[Row, ...]

    @property
    def id(self) -> str:
        return self.acts[0]

    @property
    def height(self) -> float:
        return 8.0 + sum(row.size + 2.0 for row in self.rows)


@dataclass(frozen=True, slots=True)
class Band:
    """A stage: its boxes, and the arrows between them, (from, to) -> dashed."""

    id: str
    zh: str
    boxes: tuple[Box, ...]
    arrows: dict[tuple[str, str], bool]


def bands(chart: Chart) -> list[Band]:
    """The stages that have boxes, in order."""
    drawn = set(chart.drawn)
    stage_of = {act: stage.id for stage in chart.stages for act in stage.acts}
    found = []
    for stage in chart.stages:
        acts = [act for act in stage.acts if act in drawn]
        if not acts:
            continue
        inside = {pair: dashed for pair, dashed in chart.arrows.items() if stage_of[pair[0]] == stage.id == stage_of[pair[1]]}
        groups = list(_groups(chart, acts))
        lead = {act: group[0] for group in groups for act in group}
        arrows: dict[tuple[str, str], bool] = {}
        for (first, second), dashed in inside.items():
            if lead[first] != lead[second]:
                arrows[lead[first], lead[second]] = dashed and arrows.get((lead[first], lead[second]), True)
        arrows = _within_columns([group[0] for group in groups], arrows, chart.main)
        shown = {pair for pair in inside if lead[pair[0]] == lead[pair[1]] or (lead[pair[0]], lead[pair[1]]) in arrows}
        boxes = tuple(Box(group, group[0] in chart.main, tuple(_rows(chart, group, shown))) for group in groups)
        found.append(Band(stage.id, stage.zh, boxes, arrows))
    return found


def _within_columns(boxes: list[str], arrows: dict[tuple[str, str], bool], main: set[str]) -> dict[tuple[str, str], bool]:
    """The arrows without those that would need a further column: such a box begins anew, and says in words what it follows."""
    place = {box: number for number, box in enumerate(boxes)}
    kept = dict(arrows)
    column: dict[str, int] = {}
    for box in boxes:
        if box in main:
            continue
        before = [(first, box) for first, second in arrows if second == box and first not in main and place[first] < place[box]]
        column[box] = max([1, *(column[first] + 1 for first, _ in before)])
        if column[box] > COLUMNS - 1:
            column[box] = 1
            for pair in before:
                del kept[pair]
    return kept


def _groups(chart: Chart, acts: list[str]) -> Iterator[tuple[str, ...]]:
    """Acts off the ordinary path that hang on the same acts and carry no term of their own share a box."""
    groups: dict[object, list[str]] = {}
    for act in acts:
        before = frozenset(first for first, second in chart.arrows if second == act)
        after = frozenset(second for first, second in chart.arrows if first == act)
        alone = act in chart.main or act in chart.terms
        key: object = act if alone else (before, after)
        while len(groups.get(key, ())) >= _MERGED:
            key = (key, "more")
        groups.setdefault(key, []).append(act)
    yield from (tuple(group) for group in groups.values())


def _rows(chart: Chart, acts: tuple[str, ...], shown_arrows: set[tuple[str, str]]) -> Iterator[Row]:
    for act in acts:
        yield from (Row(text, _NAME, soft=False) for text in wrapped(chart.act_zh(act), _NAME))
    shown: list[str] = []
    for act in acts:
        for words, cite in chart.terms.get(act, ())[:_TERMS]:
            yield from (Row(text, _NOTE, soft=False) for text in wrapped(words, _NOTE))
            if cite not in shown:
                shown.append(cite)
    if not shown:
        shown = [chart.pack.cite_zh(cite) for act in acts for cite in chart.cites.get(act, ())[:1]]
    for cite in dict.fromkeys(shown):
        yield from (Row(text, _NOTE, soft=True) for text in wrapped(cite, _NOTE))
    if acts[0] not in chart.main:
        yield from (Row(text, _NOTE, soft=True) for text in wrapped(_elsewhere(chart, acts, shown_arrows), _NOTE))


def _elsewhere(chart: Chart, acts: tuple[str, ...], shown: set[tuple[str, str]]) -> str:
    """Where a path off the ordinary one comes from and goes to without an arrow: said in words, not by a line across the page."""
    before = [first for first, second in chart.arrows if second in acts and (first, second) not in shown]
    after = [second for first, second in chart.arrows if first in acts and (first, second) not in shown]
    said = []
    for sign, ends in (("前接", before), ("转入", after)):
        names = list(dict.fromkeys(chart.act_zh(end) for end in sorted(ends, key=lambda end: end not in chart.main)))
        if names:
            said.append(sign + "、".join(names[:_ONWARD]) + ("等" if len(names) > _ONWARD else ""))
    return "；".join(said)


def wrapped(text: str, size: float, width: float = WIDE - 8.0) -> list[str]:
    """Text in lines that fit; a wide character is as wide as its size, any other a little over half of it. No line begins with a stop."""
    lines: list[str] = []
    line, used = "", 0.0
    for char in text:
        wide = size if ord(char) > 0x2E7F else size * 0.56
        if used + wide > width and char not in "，。、；）》〉〕":
            lines.append(line)
            line, used = "", 0.0
        line += char
        used += wide
    return [*lines, line] if line else lines
