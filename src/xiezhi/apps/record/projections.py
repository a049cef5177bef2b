"""The rows that are derived from a case, refreshed in the transaction of every change by an explicit list."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.utils.module_loading import import_string

from .answers import CaseChange

Project = Callable[[CaseChange], None]


def project(change: CaseChange) -> None:
    """Run every projection of `settings.XIEZHI_PROJECTIONS` in its order. One that is listed must exist."""
    for one in _projections(tuple(settings.XIEZHI_PROJECTIONS)):
        one(change)


@lru_cache(maxsize=8)
def _projections(names: tuple[str, ...]) -> tuple[Project, ...]:
    return tuple(import_string(name) for name in names)
