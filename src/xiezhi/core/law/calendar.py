"""The working-day calendar: the State Council's yearly notices as a table, and arithmetic over it by table look-up.

A year whose notice is not in the table is provisional: weekdays, less the holidays that the Holiday Measures (全国年节及纪念日放假办法, 2024)
fix to a date of the solar calendar. Festivals of the lunar calendar and make-up days of such a year are not guessed.
"""

from __future__ import annotations

import csv
import io
from array import array
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

from xiezhi.core.law.errors import InputError
from xiezhi.core.law.places import find_packs_dir

FIRST = date(1990, 1, 1)
LAST = date(2100, 12, 31)
COLUMNS = ("date", "kind", "name", "notice")
_FIXED = {(1, 1): "元旦", (5, 1): "劳动节", (5, 2): "劳动节", (10, 1): "国庆节", (10, 2): "国庆节", (10, 3): "国庆节"}
_BASE = FIRST.toordinal()
_SIZE = LAST.toordinal() - _BASE + 1


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A day that a notice names: a holiday, or a make-up working day (`makeup`). `notice` is its number, empty where not known."""

    date: date
    kind: str
    name: str
    notice: str


class Calendar:
    """Immutable. Days from FIRST to LAST; a date outside raises InputError. Every question is one or two table look-ups."""

    def __init__(self, days: dict[date, NamedDay]) -> None:
        self._days = days
        # December may hold days of the next year's notice; a year is published when its own notice is there.
        self._published = frozenset(day.year for day in days if day.month < 12)
        working = bytearray(_SIZE)
        weekday = FIRST.weekday()
        for index in range(_SIZE):
            working[index] = (weekday + index) % 7 < 5
        for year in range(FIRST.year, LAST.year + 1):
            if year not in self._published:
                for month, day in _FIXED:
                    working[date(year, month, day).toordinal() - _BASE] = 0
        for named in days.values():
            working[named.date.toordinal() - _BASE] = named.kind == "makeup"
        self._working = bytes(working)
        self._ordinal = array("i", accumulate(working))
        self._nth = array("i", [-1, *(index for index in range(_SIZE) if working[index])])

    @staticmethod
    def load(path: Path | None = None) -> Calendar:
        """The table of the packs folder (calendar/days.csv), or of a file of the same form. Raises InputError with the line."""
        return _load(path if path is not None else find_packs_dir() / "calendar" / "days.csv")

    def with_year(self, csv_text: str) -> Calendar:
        """The calendar with one reviewed year: `date,kind,name,notice` rows of one notice replace those of that year.

        The last days of the December before may be among them. Raises InputError with line and field.
        """
        rows = read_days(csv_text, "csv")
        years = {row.date.year for row in rows if not (row.date.month == 12 and row.date.day >= 25)}
        if len(years) != 1:
            listed = ", ".join(str(year) for year in sorted(years)) or "-"
            raise InputError(f"expected the days of one year, found {listed}", f"一次只能导入一个年度的放假安排，文件中有：{listed}")
        year = years.pop()
        strange = next((row for row in rows if row.date.year not in {year, year - 1}), None)
        if strange is not None:
            raise InputError(f"{strange.date} is not in {year}", f"{strange.date} 不属于 {year} 年的放假安排", field="date")
        # What an earlier notice said of the turn of the year stays: it belongs to the year before.
        kept = {day: named for day, named in self._days.items() if day.year != year or (day.month == 12 and day.day >= 25)}
        return Calendar(kept | {row.date: row for row in rows})

    # --- questions

    def published(self, year: int) -> bool:
        """Whether the notice of that year is in the table."""
        return year in self._published

    def named(self, day: date) -> NamedDay | None:
        """What a notice says of the day, or None."""
        return self._days.get(day)

    def is_workday(self, day: date) -> bool:
        return bool(self._working[_index(day)])

    def is_holiday(self, day: date) -> bool:
        """Whether a notice (or, in a year without one, the Measures' fixed dates) names the day a holiday. A plain weekend is none."""
        named = self._days.get(day)
        if named is not None:
            return named.kind == "holiday"
        return day.year not in self._published and (day.month, day.day) in _FIXED

    def holiday_name(self, day: date) -> str | None:
        """The holiday's name where `is_holiday`, else None."""
        named = self._days.get(day)
        if named is not None:
            return named.name if named.kind == "holiday" else None
        return _FIXED.get((day.month, day.day)) if day.year not in self._published else None

    def add_workdays(self, day: date, n: int) -> date:
        """The n-th working day after `day` (before it, for a negative n); the day itself is not counted. n = 0 gives the day."""
        if n == 0:
            return day
        index = _index(day)
        rank = self._ordinal[index] + n if n > 0 else self._ordinal[index] - self._working[index] + n + 1
        if not 1 <= rank < len(self._nth):
            raise _outside(day)
        return date.fromordinal(self._nth[rank] + _BASE)

    def workdays_between(self, a: date, b: date) -> int:
        """How many working days d there are with a < d <= b; negative with the ends changed over when b is before a."""
        return self._ordinal[_index(b)] - self._ordinal[_index(a)]

    def workday_from(self, day: date) -> date:
        """The day itself when it is a working day, else the next one."""
        return day if self.is_workday(day) else self.add_workdays(day, 1)

    def workday_until(self, day: date) -> date:
        """The day itself when it is a working day, else the one before."""
        return day if self.is_workday(day) else self.add_workdays(day, -1)

    def all_published(self, a: date, b: date) -> bool:
        """Whether every year from a's to b's has its notice."""
        first, last = min(a.year, b.year), max(a.year, b.year)
        return all(year in self._published for year in range(first, last + 1))


def _index(day: date) -> int:
    index = day.toordinal() - _BASE
    if not 0 <= index < _SIZE:
        raise _outside(day)
    return index


def _outside(day: date) -> InputError:
    return InputError(
        f"{day} is outside the calendar ({FIRST} to {LAST})", f"日期 {day} 超出日历范围（{FIRST} 至 {LAST}），请核对年份", field="date"
    )


@lru_cache(maxsize=4)
def _load(path: Path) -> Calendar:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"the calendar cannot be read: {error}", "工作日历文件无法读取，请检查文件是否存在、是否为 UTF-8 编码", file=str(path)
        ) from error
    return Calendar({row.date: row for row in read_days(text, path.name)})


def read_days(text: str, file: str) -> list[NamedDay]:
    """Read rows of `date,kind,name,notice`. Raises InputError with line and field."""
    rows: list[NamedDay] = []
    seen: dict[date, int] = {}
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    try:
        for cells in reader:
            line = reader.line_num
            if not rows and line == 1:
                if tuple(cell.strip() for cell in cells) != COLUMNS:
                    raise InputError(
                        f"expected the header {','.join(COLUMNS)}", f"第 1 行表头应为 {','.join(COLUMNS)}", file=file, line=1, field="date"
                    )
                continue
            if not any(cell.strip() for cell in cells):
                continue
            row = _read_row(cells, file, line)
            if row.date in seen:
                raise InputError(
                    f"{row.date} stands twice, first at line {seen[row.date]}",
                    f"第 {line} 行：{row.date} 重复，第一次在第 {seen[row.date]} 行",
                    file=file,
                    line=line,
                    field="date",
                )
            seen[row.date] = line
            rows.append(row)
    except csv.Error as error:
        raise InputError(
            f"not readable as CSV: {error}", f"第 {reader.line_num} 行不是有效的 CSV", file=file, line=reader.line_num
        ) from error
    if not rows:
        raise InputError("there is no day in it", "文件中没有任何日期", file=file)
    return rows


def _read_row(cells: list[str], file: str, line: int) -> NamedDay:
    if len(cells) != len(COLUMNS):
        raise InputError(
            f"expected {len(COLUMNS)} columns ({','.join(COLUMNS)}), found {len(cells)}",
            f"第 {line} 行应有 {len(COLUMNS)} 列（{','.join(COLUMNS)}），实际 {len(cells)} 列",
            file=file,
            line=line,
        )
    day_text, kind, name, notice = (cell.strip() for cell in cells)
    try:
        day = date.fromisoformat(day_text)
    except ValueError:
        day = None
    if day is None or len(day_text) != 10:
        raise InputError(
            f"'{day_text}' is not a date as YYYY-MM-DD",
            f"第 {line} 行：“{day_text}”不是有效日期，应写成 2027-01-01",
            file=file,
            line=line,
            field="date",
        )
    if not FIRST + timedelta(days=370) <= day <= LAST - timedelta(days=370):
        raise InputError(f"{day} is outside the calendar", f"第 {line} 行：{day} 超出日历范围", file=file, line=line, field="date")
    if kind not in {"holiday", "makeup"}:
        raise InputError(
            f"'{kind}' is neither holiday nor makeup",
            f"第 {line} 行：类别“{kind}”应为 holiday（放假）或 makeup（调休上班）",
            file=file,
            line=line,
            field="kind",
        )
    if kind == "makeup" and day.weekday() < 5:
        raise InputError(
            f"{day} is a weekday and cannot be a make-up day",
            f"第 {line} 行：{day} 不是周六或者周日，不能作为调休上班日",
            file=file,
            line=line,
            field="kind",
        )
    if not name:
        raise InputError("the name is missing", f"第 {line} 行：缺少节日名称", file=file, line=line, field="name")
    return NamedDay(day, kind, name, notice)
