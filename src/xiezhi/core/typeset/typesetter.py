"""From a paper (see paper.py) to PDF/A-2a, tagged, in Chinese.

Data reach the template as one JSON string, never as markup, so that no name or address can become a command of typst.
The compiler is kept: the first page costs some 100 ms, each later one about 16 ms.
"""

from __future__ import annotations

import json
import re
import threading
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import typst

from xiezhi.core.typeset.errors import MissingGlyph, TypesetError
from xiezhi.core.typeset.fonts import FontSet, font_set

TEMPLATES = Path(__file__).parent / "templates"
# PDF/A refuses a character that no font draws; plain PDF would print an empty box in its place.
STANDARD: Final = "a-2a"
_UNDRAWN = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
_ESCAPE = re.compile(r"\\u\{([0-9a-fA-F]+)\}")
# Control characters have no glyph and no meaning on paper; a line break stays.
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")


class Typesetter:
    """Sets papers in the fonts of one installation. Safe to share between threads; one page is set at a time."""

    def __init__(self, fonts: FontSet, templates: Path = TEMPLATES) -> None:
        self.fonts = fonts
        self._templates = templates
        self._compilers: dict[str, typst.Compiler] = {}
        self._lock = threading.Lock()

    def layouts(self) -> list[str]:
        """The layouts at hand; names starting with an underscore are shared parts."""
        return sorted(path.stem for path in self._templates.glob("*.typ") if not path.stem.startswith("_"))

    def set(self, layout: str, data: dict[str, Any], *, created: datetime) -> bytes:
        """The PDF of `data` in `layout`. The same arguments give the same bytes (`created` is the only time in the file).

        Raises MissingGlyph naming the characters that no font draws, TypesetError for an unknown layout or data that the
        template refuses.
        """
        pdf, warnings = self.set_with_warnings(layout, data, created=created)
        if warnings:
            raise TypesetError("; ".join(warnings), "版式所用字体缺失，请系统管理员检查字体文件夹。")
        return pdf

    def set_with_warnings(self, layout: str, data: dict[str, Any], *, created: datetime) -> tuple[bytes, list[str]]:
        """As `set`, with typst's warnings (an unknown font family is one) as a list."""
        inputs = {"data": json.dumps(_clean(data), ensure_ascii=False), "fonts": json.dumps(self.fonts.roles, ensure_ascii=False)}
        with self._lock:
            compiler = self._compiler(layout)
            try:
                pdf, warnings = compiler.compile_with_warnings(
                    format="pdf", sys_inputs=inputs, pdf_standards=STANDARD, timestamp=int(created.timestamp())
                )
            except typst.TypstError as error:
                raise _explain(error) from error
        if not isinstance(pdf, bytes):
            raise TypesetError(f"typst gave {type(pdf).__name__} for {layout}", "排版程序没有给出文书，请系统管理员查看日志。")
        return pdf, [warning.message for warning in warnings]

    def _compiler(self, layout: str) -> typst.Compiler:
        if layout not in self.layouts():
            raise TypesetError(f"no layout {layout!r}; known: {', '.join(self.layouts())}", f"没有名为「{layout}」的文书版式。")
        if layout not in self._compilers:
            self._compilers[layout] = typst.Compiler(
                str(self._templates / f"{layout}.typ"), root=str(self._templates), font_paths=self.fonts.fonts
            )
        return self._compilers[layout]


@lru_cache(maxsize=4)
def typesetter(site_fonts: Path | None = None) -> Typesetter:
    """The kept typesetter of an installation whose own fonts lie in `site_fonts`."""
    return Typesetter(font_set(site_fonts))


def _explain(error: typst.TypstError) -> TypesetError:
    undrawn = _UNDRAWN.findall(error.diagnostic or error.message)
    if undrawn:
        text = "".join(_ESCAPE.sub(lambda found: chr(int(found[1], 16)), part) for part in undrawn)
        return MissingGlyph("".join(dict.fromkeys(char for char in text if not char.isspace())))
    return TypesetError(error.diagnostic or error.message, "文书排版失败，请系统管理员查看日志。")


def _clean(value: Any) -> Any:
    """The value without characters that cannot stand on paper (controls, bidirectional overrides)."""
    if isinstance(value, str):
        return _CONTROL.sub("", value)
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value
