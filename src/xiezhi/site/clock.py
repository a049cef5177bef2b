"""The one clock. Everything below is given the time; only views, commands and jobs ask for it here."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The present instant, UTC."""
    return datetime.now(UTC)
