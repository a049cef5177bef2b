"""The rows that are derived from cases, refreshed in the transaction of every change by an explicit list."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from .answers import CaseChange


class Project(Protocol):
    """Writes the rows of the cases of these changes, whatever was there before; each case stands in them once."""

    def __call__(self, *changes: CaseChange) -> None: ...


def project(*changes: CaseChange) -> None:
    """Run every projection of `settings.XIEZHI_PROJECTIONS` in its order. One that is listed must exist."""
    for one in _projections(tuple(settings.XIEZHI_PROJECTIONS)):
        one(*changes)


@lru_cache(maxsize=8)
def _projections(names: tuple[str, ...]) -> Sequence[Project]:
    return tuple(import_string(name) for name in names)
