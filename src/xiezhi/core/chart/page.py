"""The chart as one page to print or publish: sheets of A4, and the same in words below."""

from __future__ import annotations

from html import escape

from xiezhi.core.chart.derive import Chart
from xiezhi.core.chart.picture import GraphvizError, as_sheets
from xiezhi.core.chart.text import as_list, subtitle

_STYLE = (
    "@page{size:A4;margin:9mm}body{font-family:'Noto Sans CJK SC','Noto Sans SC','Source Han Sans SC','Microsoft YaHei',sans-serif;"
    "max-width:195mm;margin:0 auto;padding:4mm;line-height:1.5;color:#111;background:#fff}"
    "svg{width:100%;height:auto;max-height:278mm;display:block;break-after:page}"
    "h1{font-size:1.3rem}h2{font-size:1.05rem;break-after:avoid}li{margin:.3em 0;break-inside:avoid}.note{border:1px solid #999;padding:.5em}"
    "@media print{body{padding:0;font-size:9pt}}"
)


def as_html(chart: Chart) -> str:
    """One file without anything from elsewhere. Without Graphviz it holds the words, and says that the picture is missing."""
    try:
        picture = "".join(as_sheets(chart))
    except GraphvizError:
        picture = '<p class="note">本机没有安装 Graphviz，未绘制流程图；以下文字说明内容相同。</p>'
    title = escape(f"{chart.pack.zh} {chart.zh}")
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body>{picture}"
        f"<h1>{title}：文字说明</h1><p>{escape(subtitle(chart))}</p>{as_list(chart)}</body></html>\n"
    )
