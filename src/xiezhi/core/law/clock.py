"""Zones and instants. Time is Asia/Shanghai for people and UTC in storage (docs/adr)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
_EIGHT_HOURS = timedelta(hours=8)
_LAST_SUMMER_TIME = 1991


def parse_time(text: str) -> datetime:
    """Read an RFC 3339 time with offset. Raises ValueError when the text is not one or has no offset."""
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError(f"{text!r} has no offset from UTC")
    return value


def utc(value: datetime) -> datetime:
    """The same instant in UTC. Raises ValueError for a naive time."""
    if value.tzinfo is None:
        raise ValueError("a time without a zone is not an instant")
    return value.astimezone(UTC)


def day_of(value: datetime) -> date:
    """The calendar day in China on which the instant falls."""
    if value.year > _LAST_SUMMER_TIME and value.utcoffset() == _EIGHT_HOURS:
        return value.date()  # written in China's own time, as nearly all are: asked for every act, and no zone is looked up
    return value.astimezone(SHANGHAI).date()


def utc_text(value: datetime) -> str:
    """UTC with exactly six decimals and `Z`, as every entry of the record writes it (contracts, entry format 1)."""
    return utc(value).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
