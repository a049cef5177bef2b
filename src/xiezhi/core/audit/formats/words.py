"""Words of a report, and cells that a spreadsheet program never takes for a formula."""

from __future__ import annotations

from collections.abc import Iterator

from xiezhi.core.audit.report import Report, moment
from xiezhi.core.law.pack import Pack
from xiezhi.core.procedure.finding import Finding

SEVERITY_ZH = {"violation": "违反", "warning": "提示", "pending": "待办"}
KIND_ZH = {
    "forbidden": "不得为而为",
    "missing": "缺少",
    "late": "逾期",
    "overdue": "逾期未办",
    "gap": "记录中断",
    "conflict": "人员冲突",
    "data": "数据有误",
}
COLUMNS = ("case", "severity", "kind", "rule", "act", "at", "due", "message_zh", "message", "cites", "articles")
COLUMNS_ZH = ("案件", "结论", "类别", "规则", "行为序号", "时间", "期限", "说明", "说明（英文）", "条款标识", "依据")


def safe(text: str) -> str:
    """The text, led by an apostrophe where a spreadsheet program would run it as a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def rows(report: Report, pack: Pack) -> Iterator[list[str | int]]:
    """The findings as rows of COLUMNS; lists are separated by `;`."""
    for finding in report.findings:
        yield [
            safe(finding.case),
            finding.severity,
            finding.kind,
            finding.rule,
            "" if finding.act is None else finding.act,
            moment(finding.at),
            "" if finding.due is None else moment(finding.due),
            safe(finding.message_zh),
            safe(finding.message),
            safe(";".join(finding.cites)),
            safe(";".join(articles(finding, pack))),
        ]


def articles(finding: Finding, pack: Pack) -> list[str]:
    """The citations in Chinese, each once."""
    return list(dict.fromkeys(pack.cite_zh(cite) for cite in finding.cites))


def sum_zh(report: Report) -> str:
    """The report in one sentence."""
    waiting = sum(1 for finding in report.findings if finding.severity == "pending")
    warned = sum(1 for finding in report.findings if finding.severity == "warning")
    return (
        f"共 {report.cases} 件案件、{report.acts} 个行为；违反 {report.violations} 处，提示 {warned} 处，未到期的义务 {waiting} 项。"
        f"判断至 {moment(report.as_of)}。"
    )
