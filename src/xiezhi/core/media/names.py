"""What a recorder's file name says: device, officer, time, running number. Patterns are data; each agency's recorders have their own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xiezhi.core.media.errors import MediaError

# An operator's pattern is tried on names only up to this length: no expression then takes long.
LONGEST = 200
GROUPS = {"device", "officer", "time", "number"}


@dataclass(frozen=True, slots=True)
class Profile:
    """A way of naming files. `pattern` has the named groups device, officer, time, number, each optional; `clock` is how `time` is
    written (strptime); `at` whether it is the begin or the end of the recording.
    """

    id: str
    zh: str
    pattern: re.Pattern[str]
    clock: str
    at: str = "begin"


@dataclass(frozen=True, slots=True)
class Named:
    """What a name says. `time` has no zone: it is what the recorder's clock showed. `at` tells what it is the time of."""

    profile: str = ""
    device: str = ""
    officer: str = ""
    time: datetime | None = None
    at: str = "begin"
    number: int | None = None


def profiles_of(rows: Iterable[Mapping[str, Any]], where: str) -> tuple[Profile, ...]:
    """Read profiles. Raises MediaError naming the row and what is wrong."""
    found = []
    for place, row in enumerate(rows, 1):
        name = str(row.get("id") or f"no. {place}")
        try:
            pattern = re.compile(str(row["pattern"]), re.IGNORECASE)
        except KeyError:
            raise MediaError(f"{where}: {name}: `pattern` is missing", f"{where}：“{name}”缺少 pattern") from None
        except re.error as error:
            raise MediaError(f"{where}: {name}: `pattern`: {error}", f"{where}：“{name}”的 pattern 写错了：{error}") from None
        if odd := set(pattern.groupindex) - GROUPS:
            raise MediaError(
                f"{where}: {name}: unknown group {min(odd)!r}; known: {', '.join(sorted(GROUPS))}",
                f"{where}：“{name}”有不认识的分组“{min(odd)}”，可用的是 device、officer、time、number",
            )
        at = str(row.get("at", "begin"))
        if at not in ("begin", "end"):
            raise MediaError(f"{where}: {name}: `at` is begin or end, not {at!r}", f"{where}：“{name}”的 at 应当是 begin 或者 end")
        found.append(Profile(name, str(row.get("zh", name)), pattern, str(row.get("clock", "%Y%m%d%H%M%S")), at))
    return tuple(found)


def read_name(name: str, profiles: Iterable[Profile]) -> Named:
    """What the first pattern that fits the whole name says. A time that is none (month 13) does not fit."""
    if len(name) > LONGEST:
        return Named()
    for profile in profiles:
        match = profile.pattern.fullmatch(name)
        if match is None:
            continue
        said = match.groupdict()
        time: datetime | None = None
        if said.get("time"):
            try:
                time = datetime.strptime(re.sub(r"[-_ .]", "", said["time"]), profile.clock)  # noqa: DTZ007 - a recorder's clock has no zone
            except ValueError:
                continue
        number = said.get("number")
        return Named(profile.id, said.get("device") or "", said.get("officer") or "", time, profile.at, int(number) if number else None)
    return Named()
