"""The text twin of a chart: the same in words, by stage and act, with terms and articles. For screen readers, and where there is no Graphviz."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from xiezhi.core.chart.derive import Chart, Step


def subtitle(chart: Chart) -> str:
    """The day of the law, the edition, and for whom the chart is made."""
    sector = "" if chart.sector is None else f"；含{_sector_zh(chart)}领域的特别规定"
    left_out = "；不含各领域的特别规定" if chart.sector is None else ""
    return f"依据 {chart.day.isoformat()} 施行的规定，由规则包 {chart.pack.id} {chart.pack.version} 推出{sector}{left_out}"


def _sector_zh(chart: Chart) -> str:
    key = chart.pack.vocabulary.facts.get("agency.sector")
    return str(chart.sector) if key is None else key.values.get(str(chart.sector), str(chart.sector))


def as_text(chart: Chart) -> str:
    """The twin as plain text, one act after the other."""
    out = [f"{chart.pack.zh} {chart.zh}", subtitle(chart), ""]
    for stage_zh, acts in _stages(chart):
        out.append(f"【{stage_zh}】")
        for act in acts:
            out.append(f"· {chart.act_zh(act)}{'' if act in chart.main else '（法定情形下）'}")
            out += [f"    {line}" for line in lines_of(chart, act)]
        out.append("")
    return "\n".join(out).rstrip() + "\n"


def as_list(chart: Chart) -> str:
    """The twin as HTML sections for the page under the picture."""
    out = []
    for stage_zh, acts in _stages(chart):
        items = "".join(
            f"<li><b>{escape(chart.act_zh(act))}</b>{'' if act in chart.main else '（法定情形下）'}"
            + "".join(f"<br>{escape(line)}" for line in lines_of(chart, act))
            + "</li>"
            for act in acts
        )
        out.append(f"<h2>{escape(stage_zh)}</h2><ul>{items}</ul>")
    return "".join(out)


def _stages(chart: Chart) -> Iterator[tuple[str, list[str]]]:
    drawn = set(chart.drawn)
    for stage in chart.stages:
        acts = [act for act in stage.acts if act in drawn]
        if acts:
            yield stage.zh, acts


def lines_of(chart: Chart, act: str) -> list[str]:
    """What is to be said of one act: what goes before it, its terms, what follows; each with its articles."""
    return list(dict.fromkeys(_said(chart, step) for step in chart.steps if step.act == act != step.after))


def _said(chart: Chart, step: Step) -> str:
    cites = "、".join(chart.pack.cite_zh(cite) for cite in step.rule.cites[:2])
    before = chart.act_zh(step.after)
    words = f"{before}{step.term or '后及时'}" if step.owed else f"{before}{step.term}" if step.term else f"在{before}之后"
    return f"{words}（{cites}）" + ("" if step.plain else "〔视情形〕")
