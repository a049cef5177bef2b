"""What can go wrong between act data and a page, in words that an officer can act on."""

from __future__ import annotations

from dataclasses import dataclass


class TypesetError(Exception):
    """A document that cannot be made. `message_zh` tells the officer what is wrong and what to do."""

    def __init__(self, message: str, message_zh: str) -> None:
        super().__init__(message)
        self.message_zh = message_zh


class MissingGlyph(TypesetError):  # noqa: N818 - says what is wrong
    """No font at hand can draw a character. `text` holds the characters that stay undrawn."""

    def __init__(self, text: str) -> None:
        points = "、".join(f"「{char}」(U+{ord(char):04X})" for char in text)
        super().__init__(
            f"no font draws {points}",
            f"文书里的字{points}没有字体可以印出。请核对是否录错；确有此字的，请系统管理员把含有此字的字体放进字体文件夹(fonts)，再重新生成。",
        )
        self.text = text


@dataclass(frozen=True, slots=True)
class Element:
    """One thing that a document must state, and the clause that says so."""

    key: str
    zh: str
    cite: tuple[str, ...]


class IncompleteDocument(TypesetError):  # noqa: N818 - says what is wrong
    """Required elements are absent. `missing` names each with its clause (e.g. the six items of 行政处罚法 第五十九条)."""

    def __init__(self, document_zh: str, missing: tuple[Element, ...]) -> None:
        names = "、".join(element.zh for element in missing)
        super().__init__(
            f"{document_zh} lacks {', '.join(element.key for element in missing)}", f"《{document_zh}》还缺：{names}。请补齐后再生成。"
        )
        self.missing = missing
