"""From a line of a history or of a people file to an Act or a Person. What cannot be read is an InputError naming the field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any, NoReturn

from xiezhi.core.law.clock import SHANGHAI, day_of, parse_time
from xiezhi.core.law.errors import InputError
from xiezhi.core.law.vocabulary import Vocabulary
from xiezhi.core.procedure.act import Act, Gap, Person, Recording, make_act
from xiezhi.core.procedure.facts import flatten

_PARTY_SIGNED = ("signed", "refused", "absent")


def act_from_line(line: Mapping[str, Any], vocabulary: Vocabulary, line_no: int | None = None) -> Act:
    """Read one history line (history.md, "The file").

    Raises InputError for: no case, an unknown act (the nearest id is named), a time that is missing, naive, impossible or in the
    wrong order, an unknown procedure, a fact of the wrong type.
    """
    if type(line) is dict:
        act = _usual(line, vocabulary, line_no)
        if act is not None:
            return act
    return _Line(line, vocabulary, line_no).act()


def _usual(line: dict[str, Any], vocabulary: Vocabulary, line_no: int | None) -> Act | None:
    """The act of a line as nearly all are, read at once; None for whatever is not, which `_Line` takes or refuses.

    Times, days and lists of ids come back over and over: they are kept, and acts share them.
    """
    get = line.get
    case, kind, at = get("case"), get("act"), get("at")
    if type(case) is not str or not case or type(kind) is not str or kind not in vocabulary.acts or type(at) is not str:
        return None
    data, by, documents, signed = get("data"), get("by"), get("documents"), get("signed")
    try:
        moment, day = _MOMENTS.get(at) or _moment(at)
        by = _NONE if by is None else _ids(by)
        documents = _NONE if documents is None else _ids(documents)
    except (ValueError, TypeError):
        return None
    if by is None or documents is None or not (data is None or type(data) is dict):
        return None
    if signed is not None and not (type(signed) is dict and signed.get("party") in _USUAL_SIGNED):
        return None
    rest = _Line(line, vocabulary, line_no)
    until = None if get("until") is None else rest.time(line, "until")
    if until is not None and until < moment:
        return None
    own, facts = flatten(data, vocabulary, line_no) if data else (_NOTHING, _NOTHING)
    return make_act(
        None if get("id") is None else rest.text("id"),
        case,
        kind,
        moment,
        until,
        (None if get("recorded_at") is None else rest.time(line, "recorded_at")) or moment,
        None if get("procedure") is None else rest.procedure(),
        None if get("agency") is None else rest.text("agency"),
        None if get("visit") is None else rest.text("visit"),
        by,
        data or {},
        documents,
        signed or {},
        rest.recordings() if get("recordings") else (),
        None if get("case_seq") is None else rest.case_seq(),
        line_no,
        day,
        own,
        facts,
    )


_KEPT = 65_536
_NONE: tuple[str, ...] = ()
_NOTHING: Mapping[str, Any] = {}
_USUAL_SIGNED = (None, *_PARTY_SIGNED)
_MOMENTS: dict[str, tuple[datetime, date]] = {}
_IDS: dict[tuple[str, ...], tuple[str, ...]] = {}


def _moment(text: str) -> tuple[datetime, date]:
    """The time that is written so, and its day in China. Raises ValueError."""
    if len(_MOMENTS) >= _KEPT:
        _MOMENTS.clear()
    at = parse_time(text)
    day = day_of(at)
    found = _MOMENTS[text] = (at, _DAYS.setdefault(day, day))
    return found


_DAYS: dict[date, date] = {}
"""One object for each day: rules are looked up by day, and a day that is kept remembers its hash."""


def _ids(listed: Any) -> tuple[str, ...] | None:
    """A list of ids; None for anything else. Raises TypeError for a list that holds lists or objects."""
    if type(listed) is not list:
        return None
    found = tuple(listed)
    known = _IDS.get(found)
    if known is not None:
        return known
    if not all(type(one) is str for one in listed):
        return None
    if len(_IDS) >= _KEPT:
        _IDS.clear()
    _IDS[found] = found
    return found


class _Line:
    __slots__ = ("line", "line_no", "vocabulary")

    def __init__(self, line: Mapping[str, Any], vocabulary: Vocabulary, line_no: int | None) -> None:
        if type(line) is not dict and not isinstance(line, Mapping):
            refuse(line_no, "line", f"a line must be a JSON object, not {line!r}", "一行应当是一个 JSON 对象")
        self.line = line
        self.vocabulary = vocabulary
        self.line_no = line_no

    def act(self) -> Act:
        # What is usual is read at once; whatever is not goes to the readers below, which take it or refuse it.
        get = self.line.get
        case, kind = get("case"), get("act")
        if type(case) is not str or not case:
            case = self.text("case", required=True) or ""
        if type(kind) is not str or kind not in self.vocabulary.acts:
            kind = self.kind()
        at = self.time(self.line, "at", required=True)
        assert at is not None  # noqa: S101  a required time is never None
        until = None if get("until") is None else self.time(self.line, "until")
        if until is not None and until < at:
            self.refuse("until", f"it ended ({until.isoformat()}) before it began ({at.isoformat()})", "结束时间早于开始时间")
        data = self.mapping("data")
        own, facts = flatten(data, self.vocabulary, self.line_no)
        return make_act(
            None if get("id") is None else self.text("id"),
            case,
            kind,
            at,
            until,
            (None if get("recorded_at") is None else self.time(self.line, "recorded_at")) or at,
            None if get("procedure") is None else self.procedure(),
            None if get("agency") is None else self.text("agency"),
            None if get("visit") is None else self.text("visit"),
            self.texts("by"),
            data,
            self.texts("documents"),
            self.signed(),
            self.recordings(),
            None if get("case_seq") is None else self.case_seq(),
            self.line_no,
            day_of(at),
            own,
            facts,
        )

    def refuse(self, field: str, message_en: str, message_zh: str) -> NoReturn:
        refuse(self.line_no, field, message_en, message_zh)

    def kind(self) -> str:
        kind = self.text("act", required=True) or ""
        if kind not in self.vocabulary.acts:
            near = get_close_matches(kind, self.vocabulary.acts, 1, 0.5)
            hint_en = f"; nearest: {near[0]!r}" if near else ""
            hint_zh = f"，最接近的是“{near[0]}”" if near else ""
            self.refuse("act", f"unknown act {kind!r}{hint_en}", f"词汇表中没有行为“{kind}”{hint_zh}")
        return kind

    def procedure(self) -> str | None:
        procedure = self.text("procedure")
        if procedure is not None and procedure not in self.vocabulary.procedures:
            near = get_close_matches(procedure, self.vocabulary.procedures, 1, 0.3)
            hint = f"; nearest: {near[0]!r}" if near else ""
            self.refuse("procedure", f"unknown procedure {procedure!r}{hint}", f"词汇表中没有程序“{procedure}”")
        return procedure

    def text(self, field: str, *, required: bool = False) -> str | None:
        value = self.line.get(field)
        if value is None or value == "":
            if required:
                self.refuse(field, f"`{field}` is required", f"缺少“{field}”")
            return None
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            self.refuse(field, f"`{field}` must be text, not {value!r}", f"“{field}”应当是文字")
        return str(value)

    def texts(self, field: str) -> tuple[str, ...]:
        value = self.line.get(field)
        if value is None or value == "":
            return ()
        if isinstance(value, str):
            return (value,)
        if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) for item in value):
            self.refuse(field, f"`{field}` must be a list of ids, not {value!r}", f"“{field}”应当是标识的列表")
        return tuple(value)

    def mapping(self, field: str) -> Mapping[str, Any]:
        value = self.line.get(field)
        if value is None:
            return {}
        if type(value) is not dict and not isinstance(value, Mapping):
            self.refuse(field, f"`{field}` must be an object, not {value!r}", f"“{field}”应当是一个对象")
        return value

    def time(self, holder: Mapping[str, Any], key: str, *, required: bool = False, field: str = "") -> datetime | None:
        value = holder.get(key)
        field = field or key
        if value is None or value == "":
            if required:
                self.refuse(field, f"`{field}` is required", f"缺少“{field}”")
            return None
        try:
            return value if isinstance(value, datetime) and value.tzinfo is not None else parse_time(value)
        except (ValueError, TypeError):
            self.refuse(
                field,
                f"{value!r} is not a time with an offset; expected such as 2026-03-01T09:30:00+08:00",
                f"“{value}”不是带时区的有效时间，应当形如 2026-03-01T09:30:00+08:00",
            )

    def case_seq(self) -> int | None:
        value = self.line.get("case_seq")
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self.refuse("case_seq", f"`case_seq` must be a whole number, not {value!r}", "“case_seq”应当是整数")
        return value

    def signed(self) -> Mapping[str, Any]:
        signed = self.mapping("signed")
        party = signed.get("party")
        if party is not None and party not in _PARTY_SIGNED:
            self.refuse(
                "signed.party", f"{party!r} is not one of {', '.join(_PARTY_SIGNED)}", f"“{party}”不是 signed、refused、absent 之一"
            )
        return signed

    def recordings(self) -> tuple[Recording, ...]:
        value = self.line.get("recordings")
        if not value:
            return ()
        if not isinstance(value, (list, tuple)) or not all(isinstance(item, Mapping) for item in value):
            self.refuse("recordings", "`recordings` must be a list of objects", "“recordings”应当是对象的列表")
        return tuple(self.recording(item, f"recordings[{place}]") for place, item in enumerate(value))

    def recording(self, item: Mapping[str, Any], where: str) -> Recording:
        start = self.time(item, "from", required=True, field=f"{where}.from")
        assert start is not None  # noqa: S101
        end = self.time(item, "to", field=f"{where}.to") or start
        if end < start:
            self.refuse(f"{where}.to", "the recording ends before it begins", "录制结束早于开始")
        return Recording(
            id=str(item.get("id") or ""),
            kind=str(item.get("kind") or ""),
            start=start,
            end=end,
            device=item.get("device"),
            captured_by=item.get("captured_by"),
            stored_at=self.time(item, "stored_at", field=f"{where}.stored_at"),
            sha256=item.get("sha256"),
            gaps=tuple(self.gap(gap, f"{where}.gaps[{place}]") for place, gap in enumerate(item.get("gaps") or ())),
        )

    def gap(self, item: Mapping[str, Any], where: str) -> Gap:
        start = self.time(item, "from", required=True, field=f"{where}.from")
        end = self.time(item, "to", required=True, field=f"{where}.to")
        assert start is not None  # noqa: S101
        assert end is not None  # noqa: S101
        if end < start:
            self.refuse(f"{where}.to", "the interruption ends before it begins", "中断结束早于开始")
        return Gap(start, end, item.get("explained") or None)


def person_from_row(row: Mapping[str, Any], line_no: int | None = None) -> Person:
    """Read one row of a people file (history.md). Lists are JSON lists or `;`-separated. Raises InputError naming the field."""
    identity = str(row.get("id") or "").strip()
    if not identity:
        refuse(line_no, "id", "a person needs an `id`", "人员缺少“id”")
    roles = row.get("roles") or ()
    if isinstance(roles, str):
        roles = [role.strip() for role in roles.split(";") if role.strip()]
    return Person(
        id=identity,
        name=str(row.get("name") or ""),
        agency=row.get("agency") or None,
        roles=frozenset(roles),
        certificate_no=row.get("certificate_no") or None,
        certificate_status=row.get("certificate_status") or None,
        certificate_from=_day(row, "certificate_from", line_no),
        certificate_to=_day(row, "certificate_to", line_no),
        legal_qualification=_flag(row, "legal_qualification", line_no),
        first_reviewer_since=_day(row, "first_reviewer_since", line_no),
    )


def _day(row: Mapping[str, Any], field: str, line_no: int | None) -> date | None:
    value = row.get(field)
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).date() if value.tzinfo else value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        refuse(line_no, field, f"{value!r} is not a day; expected such as 2026-03-01", f"“{value}”不是有效日期，应当形如 2026-03-01")


def _flag(row: Mapping[str, Any], field: str, line_no: int | None) -> bool | None:
    value = row.get(field)
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return value
    flag = {"true": True, "1": True, "yes": True, "是": True, "false": False, "0": False, "no": False, "否": False}.get(str(value).lower())
    if flag is None:
        refuse(line_no, field, f"{value!r} is neither true nor false", f"“{value}”应当是 true 或者 false")
    return flag


def refuse(line_no: int | None, field: str, message_en: str, message_zh: str) -> NoReturn:
    """Raise the InputError of one field. The reader of the file adds its name."""
    raise InputError(message_en, message_zh, line=line_no, field=field)
