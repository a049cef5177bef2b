"""The report as a table for people."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from xiezhi.core.audit.formats.words import KIND_ZH, SEVERITY_ZH, sum_zh
from xiezhi.core.audit.report import Report, moment
from xiezhi.core.law.pack import Pack

_STYLE = {"violation": "bold red", "warning": "yellow", "pending": "cyan"}


def print_table(report: Report, pack: Pack, console: Console, *, pending: bool = False) -> None:
    """Findings case by case with article and words, then what was not judged, then the sum. Duties not yet due only when asked for."""
    shown = [finding for finding in report.findings if pending or finding.severity != "pending"]
    if shown:
        table = Table(title=f"{pack.zh} {report.pack_version}", title_justify="left", header_style="bold", show_lines=True)
        for name in ("案件", "结论", "行为", "时间", "说明与依据"):
            table.add_column(name, overflow="fold", no_wrap=name == "结论")
        for finding in shown:
            word, style = SEVERITY_ZH.get(finding.severity, finding.severity), _STYLE.get(finding.severity, "")
            said = Text(finding.message_zh)
            said.append("\n" + "；".join(pack.cite_zh(cite) for cite in finding.cites), style="dim")
            act = "" if finding.act is None else str(finding.act)
            judged = Text(f"{word}·{KIND_ZH.get(finding.kind, finding.kind)}", style=style)
            table.add_row(finding.case, judged, act, moment(finding.at)[:16].replace("T", " "), said)
        console.print(table)
    if report.not_judged:
        console.print("未作判断的规则：")
        for item in report.not_judged:
            console.print(f"  {item.rule}（{item.cases} 件）：{item.why_zh}", style="dim", highlight=False)
    if report.unmapped:
        console.print("对照文件没有说明、未参加审查的行为名称：")
        for label, count in report.unmapped.items():
            console.print(f"  {label}：{count} 次", style="dim", highlight=False, markup=False)
    console.print(sum_zh(report), highlight=False)
