"""The fictional demo district: made through the same `perform` that serves live work, with dates relative to today."""

from __future__ import annotations

from datetime import datetime

from xiezhi.demo.people import PASSWORD, SIGN_INS

__all__ = ["PASSWORD", "SIGN_INS", "load"]


def load(now: datetime) -> int:
    """Load the district and its cases as of `now`; the number of cases. Does nothing where there are agencies already.

    Needs Django set up and a migrated database.
    """
    from xiezhi.demo.loading import load_district

    return load_district(now)
