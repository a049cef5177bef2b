"""Writing a history: one line per act, at a working day and an hour counted from the day on which the case began."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from xiezhi.core.law.calendar import Calendar
from xiezhi.core.law.clock import SHANGHAI
from xiezhi.demo.people import Staff

Line = dict[str, Any]


@dataclass(slots=True)
class Timeline:
    """The lines of one case. `start` is working day 0; every `day` below counts working days from it."""

    case: str
    procedure: str
    staff: Staff
    start: date
    calendar: Calendar
    lines: list[Line] = field(default_factory=list)
    _recordings: int = 0

    def at(self, day: int, clock: str) -> datetime:
        """The instant `day` working days after the start, at `clock` (HH:MM, China)."""
        base = self.calendar.add_workdays(self.start, day) if day else self.start
        hour, minute = (int(part) for part in clock.split(":"))
        return datetime.combine(base, time(hour, minute), SHANGHAI)

    def act(self, kind: str, day: int, clock: str, *, by: tuple[str, ...] = (), minutes: int = 0, **parts: Any) -> Line:
        """Append one act. `parts` are the other keys of a history line: data, documents, signed, recordings, visit."""
        begin = self.at(day, clock)
        line: Line = {"case": self.case, "act": kind, "at": begin.isoformat(), "agency": self.staff.agency, "by": list(by)}
        if minutes:
            line["until"] = (begin + timedelta(minutes=minutes)).isoformat()
        if not self.lines:
            line["procedure"] = self.procedure
        line.update({key: value for key, value in parts.items() if value is not None})
        self.lines.append(line)
        return line

    def video(self, day: int, clock: str, minutes: int, *, stored_after: int = 300, gap: tuple[int, int] | None = None) -> list[Line]:
        """One recording over the act, a minute of margin on both sides; `gap` = (from, to) in minutes of the act."""
        self._recordings += 1
        begin = self.at(day, clock)
        end = begin + timedelta(minutes=minutes + 1)
        name = f"{self.case}-r{self._recordings:02d}"
        gaps = []
        if gap:
            gaps = [
                {
                    "from": (begin + timedelta(minutes=gap[0])).isoformat(),
                    "to": (begin + timedelta(minutes=gap[1])).isoformat(),
                    "explained": None,
                }
            ]
        return [
            {
                "id": name,
                "kind": "video",
                "from": (begin - timedelta(minutes=1)).isoformat(),
                "to": end.isoformat(),
                "device": f"{self.staff.agency}-cam1",
                "captured_by": self.staff.officers[1],
                "stored_at": (end + timedelta(minutes=stored_after)).isoformat(),
                "sha256": hashlib.sha256(name.encode()).hexdigest(),
                "gaps": gaps,
            }
        ]
