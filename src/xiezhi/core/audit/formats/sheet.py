"""The findings as CSV (UTF-8 with byte order mark, so that spreadsheet programs read Chinese) and as a workbook."""

from __future__ import annotations

import csv
import io
from typing import Any

from xiezhi.core.audit.formats.words import COLUMNS, COLUMNS_ZH, KIND_ZH, SEVERITY_ZH, rows, safe, sum_zh
from xiezhi.core.audit.report import Report, moment
from xiezhi.core.law.errors import InputError
from xiezhi.core.law.pack import Pack

_MOST = 1_048_575  # rows of a sheet besides its first
_WIDTHS = (16, 8, 12, 28, 8, 26, 26, 60, 60, 36, 48)


def as_csv(report: Report, pack: Pack) -> bytes:
    """One finding a row, first row the names of columns as in the JSON answer, besides `articles`: the citations in Chinese."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(rows(report, pack))
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def as_xlsx(report: Report, pack: Pack) -> bytes:
    """Sheets 摘要, 认定, 未作判断 and, with a mapping, 未对照. Raises InputError when the findings are more than a sheet holds."""
    import xlsxwriter

    if len(report.findings) > _MOST:
        raise InputError(
            f"{len(report.findings)} findings are more than a sheet holds ({_MOST}); use --format csv",
            f"共 {len(report.findings)} 条认定，超过一张工作表的容量（{_MOST}）；请用 --format csv",
        )
    out = io.BytesIO()
    # A date of creation would make two answers to one question differ.
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "in_memory": True})
    book.set_properties({"title": pack.zh, "created": report.as_of.replace(tzinfo=None)})
    bold = book.add_format({"bold": True, "bg_color": "#e6edf6", "bottom": 1})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    _summary(book.add_worksheet("摘要"), report, pack)
    sheet = book.add_worksheet("认定")
    for place, width in enumerate(_WIDTHS):
        sheet.set_column(place, place, width)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(report.findings), 1), len(COLUMNS) - 1)
    _row(sheet, 0, COLUMNS_ZH, bold)
    for number, row in enumerate(rows(report, pack), start=1):
        row[1], row[2] = SEVERITY_ZH.get(str(row[1]), row[1]), KIND_ZH.get(str(row[2]), row[2])
        _row(sheet, number, row, wrap)
    sheet = book.add_worksheet("未作判断")
    sheet.set_column(0, 2, 40)
    _row(sheet, 0, ("规则", "案件数", "原因"), bold)
    for number, item in enumerate(report.not_judged, start=1):
        _row(sheet, number, (item.rule, item.cases, safe(item.why_zh)), wrap)
    if report.unmapped is not None:
        sheet = book.add_worksheet("未对照")
        sheet.set_column(0, 0, 40)
        _row(sheet, 0, ("名称", "次数"), bold)
        for number, (label, count) in enumerate(report.unmapped.items(), start=1):
            _row(sheet, number, (safe(label), count), wrap)
    book.close()
    return out.getvalue()


def _summary(sheet: Any, report: Report, pack: Pack) -> None:
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 90)
    lines = [
        ("规则包", f"{pack.zh}（{report.pack} {report.pack_version}）"),
        ("版本指纹", report.pack_hash),
        ("判断至", moment(report.as_of)),
        ("结论", sum_zh(report)),
    ]
    for number, line in enumerate(lines):
        _row(sheet, number, line, None)


def _row(sheet: Any, number: int, cells: Any, style: Any) -> None:
    for place, cell in enumerate(cells):
        if isinstance(cell, int):
            sheet.write_number(number, place, cell, style)
        else:
            sheet.write_string(number, place, cell, style)
