"""The chart as one SVG: bands from top to bottom, the ordinary path down the left, Graphviz placing what hangs on it."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from xiezhi.core.chart.boxes import COLUMNS, WIDE, Band, Box, Row, bands
from xiezhi.core.chart.derive import Chart
from xiezhi.core.chart.text import as_text, subtitle

_LABEL, _GAP, _EDGE = 20.0, 10.0, 6.0
WIDTH = _LABEL + _GAP + COLUMNS * WIDE + (COLUMNS - 1) * 12.0 + _EDGE  # points: A4 between narrow margins
_A4 = 545.0
_FONT = "'Noto Sans CJK SC','Noto Sans SC','Source Han Sans SC','Microsoft YaHei',sans-serif"
_PAGE = 715.0  # room for stages on a page of A4 between its margins
_SECONDS = 20


class GraphvizError(Exception):
    """Graphviz is not here, or failed: there is no picture, the text stands."""


@dataclass(slots=True)
class _Placed:
    """Left upper corners of the boxes, curves of the arrows, and the height of it all; in points, downwards."""

    at: dict[str, tuple[float, float]]
    curves: list[tuple[list[tuple[float, float]], bool]]
    height: float
    width: float


def dot_here() -> str | None:
    """The path of Graphviz' `dot`, or None."""
    return shutil.which("dot")


def as_svg(chart: Chart) -> str:
    """The picture in one piece, as wide as A4 and as long as need be; its text is text, its description the text twin. Raises GraphvizError."""
    return _sheet(chart, [(band, _place(band)) for band in bands(chart)], twin=True)


def as_sheets(chart: Chart) -> list[str]:
    """The picture cut between stages into sheets that each fit a page of A4. Raises GraphvizError."""
    sheets: list[list[tuple[Band, _Placed]]] = [[]]
    room = _PAGE
    for band in bands(chart):
        placed = _place(band)
        if placed.height > room and sheets[-1]:
            sheets.append([])
            room = _PAGE
        sheets[-1].append((band, placed))
        room -= placed.height + 2 * _EDGE + 5.0
    return [
        _sheet(chart, sheet, twin=False, number=f"（{number}／{len(sheets)}）" if len(sheets) > 1 else "")
        for number, sheet in enumerate(sheets, start=1)
    ]


def _sheet(chart: Chart, listed: list[tuple[Band, _Placed]], *, twin: bool, number: str = "") -> str:
    width = max([WIDTH, *(_LABEL + _GAP + placed.width + _EDGE for _, placed in listed)])
    parts: list[str] = []
    y = 46.0
    spine: list[tuple[float, float, float]] = []
    for count, (band, placed) in enumerate(listed):
        height = max(placed.height, 12.0 * len(band.zh)) + 2 * _EDGE
        parts.append(f'<rect class="band{count % 2}" x="0" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>')
        parts.append(_label(band.zh, y, height))
        left, top = _LABEL + _GAP, y + _EDGE
        for points, dashed in placed.curves:
            parts.append(_curve([(left + a, top + b) for a, b in points], dashed=dashed))
        for box in band.boxes:
            a, b = placed.at[box.id]
            parts.append(_box(box, left + a, top + b))
            if box.main:
                spine.append((left + a + WIDE / 2, top + b, top + b + box.height))
        y += height + 5.0
    for (x, _, bottom), (x2, top, _) in pairwise(sorted(spine, key=lambda one: one[1])):
        parts.append(_line(x, bottom, x2, top))
    height = y + 12.0
    legend = "实线：一般经过；虚线：法定情形下经过。“前接”“转入”：与其他环节的衔接。期限、依据由规则推出，全文见文字说明。"
    parts.append(f'<text class="small" x="0" y="{height - 4:.1f}">{legend}</text>')
    scale = min(_A4 / width, 1.0)
    title = f"{chart.pack.zh} {chart.zh}{number}"
    description = f"<desc>{escape(as_text(chart))}</desc>" if twin else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width * scale:.0f}pt" height="{height * scale:.0f}pt" '
        f'viewBox="-2 0 {width + 4:.1f} {height:.1f}" role="img" lang="zh-CN" font-family="{_FONT}">'
        f"<title>{escape(title)}</title>{description}{_STYLE}"
        f'<text class="title" x="0" y="18">{escape(title)}</text><text class="small" x="0" y="34">{escape(subtitle(chart))}</text>'
        + "".join(parts)
        + "</svg>\n"
    )


_STYLE = (
    "<style>.band0{fill:#f4f6f8}.band1{fill:#eaeef2}.box{fill:#fff;stroke:#7b8794;stroke-width:.7}.main{fill:#fff;stroke:#1f4e79;stroke-width:1.5}"
    ".title{font-size:15px;font-weight:700}.small{font-size:7.5px;fill:#444}.soft{fill:#4a5560}.stage{font-size:10px;font-weight:700;fill:#1f4e79}"
    ".arrow{fill:none;stroke:#1f4e79;stroke-width:1.3}.side{fill:none;stroke:#68737d;stroke-width:.8;stroke-dasharray:3 2}"
    ".head{fill:#1f4e79}.tip{fill:#68737d}</style>"
)


def _place(band: Band) -> _Placed:
    """The spine at the left, what hangs together placed by Graphviz, what hangs on nothing here in rows below."""
    linked = {end for pair in band.arrows for end in pair} | {box.id for box in band.boxes if box.main}
    together = [box for box in band.boxes if box.id in linked]
    single = [box for box in band.boxes if box.id not in linked]
    placed = _by_graphviz(together, band.arrows) if together else _Placed({}, [], 0.0, 0.0)
    top = placed.height + (8.0 if together and single else 0.0)
    for start in range(0, len(single), COLUMNS - 1):
        row = single[start : start + COLUMNS - 1]
        for column, box in enumerate(row, start=1):
            placed.at[box.id] = (column * (WIDE + 12.0), top)
        top += max(box.height for box in row) + 8.0
        placed.height = top - 8.0
    return placed


def _by_graphviz(boxes: list[Box], arrows: dict[tuple[str, str], bool]) -> _Placed:
    program = dot_here()
    if program is None:
        raise GraphvizError("Graphviz is not installed: `apt-get install graphviz` (or your system's package), or ask for .txt")
    try:
        done = subprocess.run(
            [program, "-Tplain"], input=_source(boxes, arrows), capture_output=True, text=True, timeout=_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise GraphvizError(f"Graphviz failed ({error}); ask for .txt, or install it anew") from None
    return _read(done.stdout, {box.id: box for box in boxes}, arrows)


def _source(boxes: list[Box], arrows: dict[tuple[str, str], bool]) -> str:
    out = [
        "digraph {",
        'rankdir=LR; nodesep=0.1; ranksep=0.22; splines=true; node [shape=box fixedsize=true label=""]; edge [arrowhead=none]',
    ]
    out += [f'"{box.id}" [width={WIDE / 72:.3f} height={box.height / 72:.3f}]' for box in boxes]
    main = [box.id for box in boxes if box.main]
    # The first column is kept for the ordinary path, so that nothing lies under its line.
    out.append(f'" " [width={WIDE / 72:.3f} height=0.01 style=invis]')
    out += [f'" " -> "{box.id}" [style=invis weight=0]' for box in boxes if not box.main]
    out.append("{rank=min; " + "; ".join(f'"{one}"' for one in [" ", *main]) + "}")
    if main:
        # Heavy and unseen: keeps the ordinary path in its order, top to bottom.
        out += [f'"{first}" -> "{second}" [weight=50 style=invis]' for first, second in pairwise(main)]
    kept = set(main)
    place = {box.id: number for number, box in enumerate(boxes)}
    for first, second in arrows:
        if not (first in kept and second in kept):
            if second in kept:
                out.append(f'"{second}" -> "{first}"')
            else:
                loop = " [constraint=false]" if first not in kept and place[first] > place[second] else ""
                out.append(f'"{first}" -> "{second}"{loop}')
    return "\n".join([*out, "}"])


def _read(plain: str, boxes: dict[str, Box], arrows: dict[tuple[str, str], bool]) -> _Placed:
    placed = _Placed({}, [], 0.0, 0.0)
    main = {name for name, box in boxes.items() if box.main}
    first_column = 0.0
    for line in plain.splitlines():
        word = line.replace('" "', "_").split()
        if word[0] == "graph":
            placed.width, placed.height = float(word[2]) * 72, float(word[3]) * 72
        elif word[0] == "node" and word[1] == "_":
            first_column = float(word[2]) * 72 - WIDE / 2
        elif word[0] == "node":
            name = word[1].strip('"')
            box = boxes[name]
            placed.at[name] = (float(word[2]) * 72 - WIDE / 2, placed.height - float(word[3]) * 72 - box.height / 2)
        elif word[0] == "edge":
            first, second = word[1].strip('"'), word[2].strip('"')
            if first not in boxes or (first in main and second in main):
                continue
            points = [(float(word[4 + 2 * i]) * 72, placed.height - float(word[5 + 2 * i]) * 72) for i in range(int(word[3]))]
            if (first, second) not in arrows:
                first, second, points = second, first, points[::-1]
            placed.curves.append((points, arrows.get((first, second), True)))
    placed.at = {name: (x - first_column, y) for name, (x, y) in placed.at.items()}
    placed.curves = [([(x - first_column, y) for x, y in points], dashed) for points, dashed in placed.curves]
    placed.width -= first_column
    return placed


def _label(zh: str, y: float, height: float) -> str:
    start = y + height / 2 - len(zh) * 6.0 + 9.0
    return "".join(
        f'<text class="stage" x="{_LABEL / 2:.1f}" y="{start + 12.0 * i:.1f}" text-anchor="middle">{escape(char)}</text>'
        for i, char in enumerate(zh)
    )


def _box(box: Box, x: float, y: float) -> str:
    out = [f'<rect class="{"main" if box.main else "box"}" x="{x:.1f}" y="{y:.1f}" width="{WIDE}" height="{box.height:.1f}" rx="3"/>']
    at = y + 4.0
    for row in box.rows:
        at += row.size + 2.0
        out.append(_text(row, x + WIDE / 2, at - 2.5, strong=box.main and row.size > 8))
    return "".join(out)


def _text(row: Row, x: float, y: float, *, strong: bool) -> str:
    more = ' font-weight="700"' if strong else ""
    soft = ' class="soft"' if row.soft else ""
    return f'<text{soft} x="{x:.1f}" y="{y:.1f}" font-size="{row.size}" text-anchor="middle"{more}>{escape(row.text)}</text>'


def _curve(points: list[tuple[float, float]], *, dashed: bool) -> str:
    first, rest = points[0], points[1:]
    path = f"M{first[0]:.1f},{first[1]:.1f}C" + " ".join(f"{a:.1f},{b:.1f}" for a, b in rest)
    kind, tip = ("side", "tip") if dashed else ("arrow", "head")
    return f'<path class="{kind}" d="{path}"/>' + _head(points[-2], points[-1], tip)


def _line(x: float, y: float, x2: float, y2: float) -> str:
    if abs(x - x2) < 1:
        path = f"M{x:.1f},{y:.1f}L{x2:.1f},{y2 - 4:.1f}"
    else:
        path = f"M{x:.1f},{y:.1f}C{x:.1f},{(y + y2) / 2:.1f} {x2:.1f},{(y + y2) / 2:.1f} {x2:.1f},{y2 - 4:.1f}"
    return f'<path class="arrow" d="{path}"/>' + _head((x2, y2 - 9), (x2, y2), "head")


def _head(before: tuple[float, float], end: tuple[float, float], kind: str) -> str:
    dx, dy = end[0] - before[0], end[1] - before[1]
    length = (dx * dx + dy * dy) ** 0.5 or 1.0
    dx, dy = dx / length * 5, dy / length * 5
    a, b = end[0] - dx, end[1] - dy
    return f'<path class="{kind}" d="M{end[0]:.1f},{end[1]:.1f}L{a - dy / 2:.1f},{b + dx / 2:.1f}L{a + dy / 2:.1f},{b - dx / 2:.1f}Z"/>'
