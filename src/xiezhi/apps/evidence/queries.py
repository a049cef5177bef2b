"""Reads of evidence for other rooms.

access_waiting(user)                      requests for 查阅复制 that this leader may decide
disposals_waiting(user)                   lists of recordings to be disposed of that this leader may decide
CaseFiles                                 documents and recordings by digest (has, name, read), wherever they lie
UnknownStoreError                         what CaseFiles raises for a file in a store that the settings do not name
held(case)                                why a case, or a recording of it, is on hold; "" where nothing is
owed_gaps(case, marking, pack, entries)   interruptions of recordings that lack an explanation, each with the address of its form
"""

from __future__ import annotations

from xiezhi.apps.evidence.access import waiting as access_waiting
from xiezhi.apps.evidence.casefiles import CaseFiles, held
from xiezhi.apps.evidence.gaps import OwedGap
from xiezhi.apps.evidence.gaps import owed as owed_gaps
from xiezhi.apps.evidence.listing import waiting as disposals_waiting
from xiezhi.apps.evidence.stores import UnknownStoreError

__all__ = ["CaseFiles", "OwedGap", "UnknownStoreError", "access_waiting", "disposals_waiting", "held", "owed_gaps"]
