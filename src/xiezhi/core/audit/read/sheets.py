"""XLSX, one act a row of the first sheet; numbers of rows are the sheet's own."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from xiezhi.core.law.errors import InputError

# A workbook is a zip file: what it unpacks to is bounded before anything is read.
_LARGEST = 2 * 1024**3
_RATIO = 200
_SMALL = 64 * 1024**2


def read_xlsx(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Each row of the first sheet by column with its number. Raises InputError naming sheet and row: errors in cells, a
    workbook that is broken, encrypted, or unpacks beyond measure.
    """
    import openpyxl

    _sound(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # styles and extensions of strangers' workbooks
        try:
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        except Exception as error:  # noqa: BLE001  openpyxl raises whatever its parsers do
            raise _broken(path, error) from None
        try:
            sheet = book.worksheets[0] if book.worksheets else None
            if sheet is None:
                return
            yield from _rows(path, sheet)
        finally:
            book.close()


def _rows(path: Path, sheet: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    names: list[str] | None = None
    rows = enumerate(sheet.iter_rows(values_only=True), start=1)
    while True:
        try:
            number, cells = next(rows)
        except StopIteration:
            return
        except Exception as error:  # noqa: BLE001  as above
            raise _broken(path, error) from None
        if not any(cell is not None and cell != "" for cell in cells):
            continue
        if names is None:
            names = [str(cell).strip() if cell is not None else "" for cell in cells]
            twice = next((name for at, name in enumerate(names) if name and name in names[:at]), None)
            if twice is not None:
                raise InputError(
                    f"sheet {sheet.title!r}: the column {twice!r} stands twice",
                    f"工作表“{sheet.title}”：列“{twice}”出现两次",
                    file=str(path),
                    line=number,
                )
            continue
        for name, cell in zip(names, cells, strict=False):
            if isinstance(cell, str) and cell in ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"):
                raise InputError(
                    f"sheet {sheet.title!r}, column {name!r}: the cell holds the error {cell}",
                    f"工作表“{sheet.title}”列“{name}”：单元格是错误值 {cell}",
                    file=str(path),
                    line=number,
                    field=name,
                )
        yield number, {name: cell for name, cell in zip(names, cells, strict=False) if name}


def _sound(path: Path) -> None:
    from xiezhi.core.audit.read.opening import open_binary

    with open_binary(path) as file:
        try:
            with zipfile.ZipFile(file) as packed:
                members = packed.infolist()
                total = sum(member.file_size for member in members)
                if total > _LARGEST or any(m.file_size > _SMALL and m.file_size > _RATIO * max(m.compress_size, 1) for m in members):
                    raise InputError(
                        f"the workbook unpacks to {total // 1024**2} MB, which no table of acts does; save it again, or as CSV",
                        f"该工作簿解压后达 {total // 1024**2} MB，不是正常的表格；请重新保存，或者另存为 CSV",
                        file=str(path),
                    )
                for member in members:
                    if member.filename.endswith((".xml", ".rels")):
                        with packed.open(member) as inside:
                            if b"<!DOCTYPE" in inside.read(4096):
                                raise InputError(
                                    "the workbook declares a DTD, which is never read", "工作簿含有 DTD 声明，不予读取", file=str(path)
                                )
        except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError) as error:
            raise _broken(path, error) from None


def _broken(path: Path, error: Exception) -> InputError:
    return InputError(
        f"it is no sound .xlsx workbook ({type(error).__name__}); open it in a spreadsheet program and save it again",
        "不是完好的 .xlsx 工作簿（可能已加密、损坏，或者是旧版 .xls）；请用表格软件打开后另存为 .xlsx",
        file=str(path),
    )
