"""Reads of evidence for other rooms.

owed_gaps(case, marking, pack, entries)   interruptions of recordings that lack an explanation, each with the address of its form
"""

from __future__ import annotations

from xiezhi.apps.evidence.gaps import OwedGap
from xiezhi.apps.evidence.gaps import owed as owed_gaps

__all__ = ["OwedGap", "owed_gaps"]
