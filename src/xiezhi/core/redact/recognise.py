"""Patterns of personal and account data in Chinese text. Numbers count only with their checksum, where they have one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

# kind -> what stands in the box, and the order in which overlapping finds win.
KINDS = {
    "id_number": "身份证号 · 个人信息",
    "bank_card": "账号 · 个人信息",
    "phone": "电话 · 个人信息",
    "email": "电子邮箱 · 个人信息",
    "plate": "号牌 · 个人信息",
    "name": "姓名 · 个人信息",
    "representative": "姓名 · 个人信息",
    "address": "住址 · 个人信息",
    "secret": "商业秘密",
    "other": "依法不予公开",
}

_PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
_PATTERNS = {
    "id_number": re.compile(r"(?<![0-9A-Za-z])\d{17}[0-9Xx](?![0-9A-Za-z])"),
    "bank_card": re.compile(r"(?<![0-9A-Za-z])\d(?:[ -]?\d){15,18}(?![0-9A-Za-z])"),
    "phone": re.compile(r"(?<!\d)(?:(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}|0\d{2,3}[- ]?\d{7,8})(?!\d)"),
    "email": re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"),
    "plate": re.compile(rf"[{_PROVINCES}][A-HJ-NP-Z][·• ]?[A-HJ-NP-Z0-9]{{5,6}}(?![A-Z0-9])"),
}
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True)
class Span:
    """`kind` of KINDS, and the place in the text: start included, end not."""

    kind: str
    start: int
    end: int


def recognise(text: str) -> list[Span]:
    """The spans found by pattern, in order, without overlap (an earlier kind of KINDS wins)."""
    found: list[Span] = []
    for kind, pattern in _PATTERNS.items():
        for match in pattern.finditer(text):
            if _proved(kind, match[0]) and not any(match.start() < span.end and span.start < match.end() for span in found):
                found.append(Span(kind, match.start(), match.end()))
    return sorted(found, key=lambda span: span.start)


def _proved(kind: str, text: str) -> bool:
    if kind == "id_number":
        return citizen_number_valid(text)
    if kind == "bank_card":
        return luhn_valid(re.sub(r"\D", "", text))
    return True


def citizen_number_valid(text: str) -> bool:
    """GB 11643-1999: the check digit and a birth date that exists."""
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text[:17], _ID_WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == text[17].upper()


def luhn_valid(digits: str) -> bool:
    """ISO/IEC 7812-1 annex B; 16 to 19 digits."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return 16 <= len(digits) <= 19 and sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
