"""The yearly holiday notice as an administrator hands it in: read, checked by line, compared with the calendar in use.

The file is CSV in UTF-8 with the columns `date,kind,name,notice`; kind is `holiday` or `makeup`. Source of the days: the State Council's
yearly notice (国办发明电), which moves rest days around the statutory holidays (全国年节及纪念日放假办法).
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

COLUMNS = ("date", "kind", "name", "notice")
KINDS = {"holiday": "放假", "makeup": "调休上班"}
# A notice has some thirty lines; a file of more is something else.
LARGEST_BYTES = 64 * 1024


class NoticeError(ValueError):
    """The file is not a notice. `line` counts from 1, 0 = the file as a whole; `message_zh` says what to do."""

    def __init__(self, line: int, message_zh: str) -> None:
        super().__init__(f"第 {line} 行：{message_zh}" if line else message_zh)
        self.line = line
        self.message_zh = str(self)


@dataclass(frozen=True, slots=True)
class NoticeDay:
    day: date
    kind: str
    name: str


# The statutory holidays with a fixed date (全国年节及纪念日放假办法): no notice leaves them out.
_FIXED = {(1, 1): "元旦", (5, 1): "劳动节", (10, 1): "国庆节", (10, 2): "国庆节", (10, 3): "国庆节"}


@dataclass(frozen=True, slots=True)
class Notice:
    year: int
    notice: str
    days: tuple[NoticeDay, ...]
    text: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def missing_zh(self) -> str:
        """The statutory holidays on weekdays that it leaves out, in words: then it is a part of a notice. Empty when whole."""
        holidays = {one.day for one in self.days if one.kind == "holiday"}
        missing = [day for day in (date(self.year, *key) for key in _FIXED) if day not in holidays and day.weekday() < 5]
        return "、".join(f"{day.month}月{day.day}日（{_FIXED[day.month, day.day]}）" for day in missing)


class Weekly(Protocol):
    def is_workday(self, day: date, /) -> bool: ...


@dataclass(frozen=True, slots=True)
class Difference:
    """A day that counts otherwise once the notice is loaded."""

    day: date
    was_workday: bool
    is_workday: bool
    name: str


def decode(raw: bytes) -> str:
    """The file as text. Raises NoticeError naming the first line that is not UTF-8."""
    if len(raw) > LARGEST_BYTES:
        raise NoticeError(0, f"文件有 {len(raw) // 1024} KB，一年的放假通知不会超过 64 KB。请核对是不是选错了文件。")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise NoticeError(line, "不是 UTF-8 编码（可能是 GBK）。请在表格软件里另存为“CSV UTF-8”，再上传。") from None


def read(text: str, year: int | None = None) -> Notice:
    """Read the notice of one year. Raises NoticeError at the first wrong line; with `year`, days of another year are refused."""
    rows = list(csv.DictReader(io.StringIO(text)))
    header = tuple((text.splitlines() or [""])[0].strip().split(","))
    if header[:3] != COLUMNS[:3]:
        raise NoticeError(1, f"第一行应当是列名 {','.join(COLUMNS)}，现在是“{(text.splitlines() or [''])[0][:60]}”。")
    if not rows:
        raise NoticeError(0, "文件里一天也没有。请核对是不是选错了文件。")
    found: list[NoticeDay] = []
    seen: dict[date, int] = {}
    for line, row in enumerate(rows, start=2):
        one = _day(line, row)
        expected = year or (found[0].day.year if found else one.day.year)
        if one.day.year != expected:
            raise NoticeError(line, f"{one.day.isoformat()} 不是 {expected} 年的日子。一个文件只放一年。")
        if one.day in seen:
            raise NoticeError(line, f"{one.day.isoformat()} 在第 {seen[one.day]} 行已经有了。请删去一行。")
        seen[one.day] = line
        found.append(one)
    notice = next((row["notice"].strip() for row in rows if (row.get("notice") or "").strip()), "")
    return Notice(year or found[0].day.year, notice, tuple(sorted(found, key=lambda item: item.day)), text)


def _day(line: int, row: dict[str, str | None]) -> NoticeDay:
    if None in row:
        raise NoticeError(line, f"多出一列。每行应当是 {','.join(COLUMNS)}。")
    written = (row.get("date") or "").strip()
    try:
        day = date.fromisoformat(written)
    except ValueError:
        raise NoticeError(line, f"日期“{written}”不对。应当写成 2027-01-01 这样，而且真有这一天。") from None
    kind = (row.get("kind") or "").strip()
    if kind not in KINDS:
        raise NoticeError(line, f"安排“{kind}”不对。放假写 holiday，调休上班写 makeup。")
    if kind == "makeup" and day.weekday() < 5:
        raise NoticeError(line, f"{written} 本来就是工作日，不能是调休上班。请核对日期。")
    return NoticeDay(day, kind, (row.get("name") or "").strip())


def differences(notice: Notice, current: Weekly) -> list[Difference]:
    """The days of the year that count otherwise than in the calendar now in use, in order."""
    named = {one.day: one for one in notice.days}
    found = []
    for day in _year(notice.year):
        one = named.get(day)
        after = (one.kind == "makeup") if one else day.weekday() < 5
        before = current.is_workday(day)
        if before != after:
            found.append(Difference(day, before, after, one.name if one else ""))
    return found


def _year(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += timedelta(days=1)
