"""The report as one web page that needs nothing else: sums, by rule, by agency, and each finding with what happened, what the law says, where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from pathlib import Path

from xiezhi.core.audit.formats.words import KIND_ZH, SEVERITY_ZH, articles
from xiezhi.core.audit.report import Report, moment
from xiezhi.core.law.pack import Pack
from xiezhi.core.procedure.finding import Finding

# More findings than anybody reads on one page: the page then says how many there are and where to find them.
MOST = 1000
_ORDER = ("violation", "warning", "pending")


def as_html(report: Report, pack: Pack) -> str:
    """The whole page. Duties that are not yet due stand in a table at the end."""
    return "".join(_page(report, pack))


def _page(report: Report, pack: Pack) -> Iterator[str]:
    title = f"执法案件审查报告 · {pack.zh}"
    style = (Path(__file__).parent / "report.css").read_text(encoding="utf-8")
    yield f'<!doctype html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n'
    yield f"<header>\n<h1>执法案件审查报告</h1>\n<p>依据：{escape(pack.zh)}（{escape(report.pack)} {escape(report.pack_version)}）</p>\n<p>判断至：{_time(moment(report.as_of))}</p>\n</header>\n"
    yield from _figures(report)
    judged = [finding for finding in report.findings if finding.severity != "pending"]
    if judged:
        yield from _by_rule(judged, pack)
        yield from _by_agency(judged, report.agencies)
        yield from _findings(judged, pack)
    else:
        yield '<p class="clean">没有发现违反规定或者需要提示的地方。</p>\n'
    yield from _pending([finding for finding in report.findings if finding.severity == "pending"], pack)
    if report.not_judged:
        rows = ([f"<code>{escape(item.rule)}</code>", f"{item.cases}", escape(item.why_zh)] for item in report.not_judged)
        yield from _table(
            "未作判断的规则", ("规则", "#案件数", "原因"), rows, "历史中缺少判断所需的事实，下列规则未作判断，不等于没有问题。"
        )
    if report.unmapped:
        rows = ([escape(label), f"{count}"] for label, count in report.unmapped.items())
        yield from _table("未对照的行为名称", ("名称", "#次数"), rows, "对照文件没有说明下列名称是哪种行为，相应的记录未参加审查。")
    yield f'<h2>本报告的依据</h2>\n<p class="note">规则包版本指纹：<span class="hash">{escape(report.pack_hash)}</span>。同一批案件历史、同一版规则、同一判断时刻，得到同一份报告。本报告由规则自动比对得出，供监督和自查使用，认定违法以有权机关的决定为准。</p>\n</main>\n</body>\n</html>\n'


def _figures(report: Report) -> Iterator[str]:
    count = Counter(finding.severity for finding in report.findings)
    touched = len({finding.case for finding in report.findings if finding.severity == "violation"})
    yield '<ul class="figures">\n'
    figures = [
        ("", report.cases, "件案件"),
        ("", report.acts, "个行为"),
        ("violation" if report.violations else "", report.violations, "处违反"),
        ("violation" if touched else "", touched, "件案件有违反"),
        ("warning" if count["warning"] else "", count["warning"], "处提示"),
        ("", count["pending"], "项义务未到期"),
    ]
    for kind, number, word in figures:
        yield f'<li class="{kind}"><b>{number:,}</b>{word}</li>\n' if kind else f"<li><b>{number:,}</b>{word}</li>\n"
    yield "</ul>\n"


def _by_rule(findings: list[Finding], pack: Pack) -> Iterator[str]:
    count = Counter((_ORDER.index(finding.severity), finding.rule) for finding in findings)
    cases: dict[tuple[int, str], set[str]] = {}
    cites: dict[str, Finding] = {}
    for finding in findings:
        cases.setdefault((_ORDER.index(finding.severity), finding.rule), set()).add(finding.case)
        cites.setdefault(finding.rule, finding)
    rows = (
        [
            _tag(_ORDER[severity]),
            f"{escape(_rule_zh(pack, rule))}<br><code>{escape(rule)}</code>",
            escape("；".join(articles(cites[rule], pack))),
            f"{number:,}",
            f"{len(cases[severity, rule]):,}",
        ]
        for (severity, rule), number in sorted(count.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))
    )
    yield from _table("按规则", ("结论", "规则", "依据", "#处数", "#案件数"), rows)


def _by_agency(findings: list[Finding], agencies: Mapping[str, str]) -> Iterator[str]:
    if not agencies:
        return
    kinds: dict[str, Counter[str]] = {}
    cases: dict[str, set[str]] = {}
    for finding in findings:
        agency = agencies.get(finding.case, "")
        kinds.setdefault(agency, Counter())[finding.severity] += 1
        cases.setdefault(agency, set()).add(finding.case)
    rows = (
        [escape(agency) or "（未注明）", f"{count['violation']:,}", f"{count['warning']:,}", f"{len(cases[agency]):,}"]
        for agency, count in sorted(kinds.items(), key=lambda item: (-item[1]["violation"], item[0]))
    )
    yield from _table("按机关", ("机关", "#违反", "#提示", "#案件数"), rows)


def _findings(findings: list[Finding], pack: Pack) -> Iterator[str]:
    shown = sorted(findings, key=lambda finding: _ORDER.index(finding.severity))[:MOST]
    yield "<h2>逐项认定</h2>\n"
    if len(findings) > MOST:
        yield f'<p class="note">共 {len(findings):,} 处，此处列出前 {MOST:,} 处（先违反，后提示）；全部认定请用 --format csv、xlsx 或者 json 取得。</p>\n'
    shown.sort(key=lambda finding: (finding.case, finding.at, finding.rule))
    case = None
    for finding in shown:
        if finding.case != case:
            case = finding.case
            yield f"<h3>案件 {escape(case)}</h3>\n"
        yield from _finding(finding, pack)


def _finding(finding: Finding, pack: Pack) -> Iterator[str]:
    act = "" if finding.act is None else f"<span>第 {finding.act + 1} 个行为</span>"
    yield f'<article class="{escape(finding.severity)}">\n<p class="top">{_tag(finding.severity)}<b>{escape(KIND_ZH.get(finding.kind, finding.kind))}</b><span>{_time(moment(finding.at))}</span>{act}</p>\n<dl>\n'
    yield f"<dt>发生了什么</dt><dd>{escape(finding.message_zh)}</dd>\n"
    if finding.due is not None:
        yield f"<dt>期限届满</dt><dd>{_time(moment(finding.due))}</dd>\n"
    said = []
    for cite in finding.cites:
        clause = pack.clauses.get(cite)
        says = f'<span class="says">{escape(clause.says)}</span>' if clause is not None and clause.says else ""
        said.append(f"<p>{escape(pack.cite_zh(cite))}{'：' if says else ''}{says}</p>")
    yield f"<dt>法律怎么说</dt><dd>{''.join(said)}</dd>\n"
    yield f"<dt>规则</dt><dd>{escape(_rule_zh(pack, finding.rule))} <code>{escape(finding.rule)}</code></dd>\n</dl>\n</article>\n"


def _pending(findings: list[Finding], pack: Pack) -> Iterator[str]:
    if not findings:
        return
    findings = sorted(findings, key=lambda finding: (finding.due is None, finding.due or finding.at, finding.case))
    note = f"共 {len(findings):,} 项，此处列出最先到期的 {MOST:,} 项。" if len(findings) > MOST else ""
    rows = (
        [
            escape(finding.case),
            "" if finding.due is None else _time(moment(finding.due)),
            escape(finding.message_zh),
            escape("；".join(articles(finding, pack))),
        ]
        for finding in findings[:MOST]
    )
    yield from _table("未到期的义务", ("案件", "期限", "义务", "依据"), rows, note)


def _table(title: str, names: Iterable[str], rows: Iterable[list[str]], note: str = "") -> Iterator[str]:
    """A name that begins with # is a column of numbers. Cells are markup already."""
    numeric = [name.startswith("#") for name in names]
    yield f"<h2>{title}</h2>\n"
    if note:
        yield f'<p class="note">{note}</p>\n'
    head = "".join(f'<th class="n">{name[1:]}</th>' if name.startswith("#") else f"<th>{name}</th>" for name in names)
    yield f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n"
    for row in rows:
        cells = "".join(f'<td class="n">{cell}</td>' if right else f"<td>{cell}</td>" for cell, right in zip(row, numeric, strict=True))
        yield f"<tr>{cells}</tr>\n"
    yield "</tbody>\n</table>\n"


def _tag(severity: str) -> str:
    return f'<span class="tag {escape(severity)}">{SEVERITY_ZH.get(severity, escape(severity))}</span>'


def _time(text: str) -> str:
    return escape(text[:16].replace("T", " "))


def _rule_zh(pack: Pack, rule: str) -> str:
    try:
        return pack.rule(rule).zh
    except KeyError:
        return rule
