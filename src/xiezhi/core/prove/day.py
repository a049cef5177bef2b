"""On which day a pack is proved."""

from __future__ import annotations

from datetime import date

from xiezhi.core.law.pack import Pack


def day_for(pack: Pack, today: date) -> date:
    """Today while any of the pack's own instruments is in force; else the last day on which one was, or the first on which one will be."""
    own = [one for name, one in pack.instruments.items() if name.partition("/")[0] == pack.id] or list(pack.instruments.values())
    if any((one.valid_from is None or one.valid_from <= today) and (one.valid_to is None or today <= one.valid_to) for one in own):
        return today
    ended = [one.valid_to for one in own if one.valid_to is not None and one.valid_to < today]
    return max(ended) if ended else min(one.valid_from for one in own if one.valid_from is not None)
