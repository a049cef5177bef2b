"""`per:` the key by which repeated acts belong together: an attribute of the act or a key of its data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from xiezhi.core.procedure.act import Act
from xiezhi.core.procedure.guard.compile import absent_value
from xiezhi.core.procedure.guard.values import Unknown
from xiezhi.core.procedure.tools import Tools

KeyReader: TypeAlias = Callable[[Act], Any]

WHOLE_CASE = "case"
_ATTRIBUTES = ("agency", "visit", "case")


def key_reader(per: str, tools: Tools) -> KeyReader:
    """How to read the key of an act; acts without the key share the key None (or the vocabulary's default)."""
    if per == WHOLE_CASE:
        return lambda _act: WHOLE_CASE
    if per in _ATTRIBUTES:
        return lambda act: getattr(act, per)
    word = tools.vocabulary.key(per)
    absent = absent_value(per, word.absent, word.default) if word else None
    if isinstance(absent, Unknown):
        absent = None
    return lambda act: act.own.get(per, absent)
