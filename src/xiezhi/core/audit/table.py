"""The report as a table for people."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from xiezhi.core.audit.report import Report, moment
from xiezhi.core.law.pack import Pack

_SEVERITY = {"violation": ("违反", "bold red"), "warning": ("提示", "yellow"), "pending": ("待办", "cyan")}
_KIND = {
    "forbidden": "不得为而为",
    "missing": "缺少",
    "late": "逾期",
    "overdue": "逾期未办",
    "gap": "记录中断",
    "conflict": "人员冲突",
    "data": "数据有误",
}


def print_table(report: Report, pack: Pack, console: Console, *, pending: bool = False) -> None:
    """Findings case by case with article and words, then what was not judged, then the sum. Duties not yet due only when asked for."""
    shown = [finding for finding in report.findings if pending or finding.severity != "pending"]
    if shown:
        table = Table(title=f"{pack.zh} {report.pack_version}", title_justify="left", header_style="bold", show_lines=True)
        for name in ("案件", "结论", "行为", "时间", "说明与依据"):
            table.add_column(name, overflow="fold", no_wrap=name == "结论")
        for finding in shown:
            word, style = _SEVERITY.get(finding.severity, (finding.severity, ""))
            said = Text(finding.message_zh)
            said.append("\n" + "；".join(pack.cite_zh(cite) for cite in finding.cites), style="dim")
            act = "" if finding.act is None else str(finding.act)
            judged = Text(f"{word}·{_KIND.get(finding.kind, finding.kind)}", style=style)
            table.add_row(finding.case, judged, act, moment(finding.at)[:16].replace("T", " "), said)
        console.print(table)
    if report.not_judged:
        console.print("未作判断的规则：")
        for item in report.not_judged:
            console.print(f"  {item.rule}（{item.cases} 件）：{item.why_zh}", style="dim", highlight=False)
    waiting = sum(1 for finding in report.findings if finding.severity == "pending")
    warned = sum(1 for finding in report.findings if finding.severity == "warning")
    console.print(
        f"共 {report.cases} 件案件、{report.acts} 个行为；违反 {report.violations} 处，提示 {warned} 处，未到期的义务 {waiting} 项。"
        f"判断至 {moment(report.as_of)}。",
        highlight=False,
    )
