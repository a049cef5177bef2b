"""Pages of a list by key, not by number: as fast on the last page as on the first, and no exact count.

A token holds the key of the last row shown. It is not secret and not trusted: a broken one shows the first page.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)
SIZE = 20


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """`rows` of this page; `after` is the token of the next page, empty on the last; `first` whether nothing comes before."""

    rows: list[Row]
    after: str
    first: bool


def page(rows: QuerySet[Row], key: Sequence[str], token: str = "", size: int = SIZE) -> Page[Row]:
    """One page in ascending order of `key`, whose last field must be unique."""
    start = _read(token, len(key))
    found = rows.order_by(*key)
    if start is not None:
        try:
            taken = list(found.filter(_beyond(key, start))[: size + 1])
        except (ValueError, TypeError, ValidationError):
            start, taken = None, list(found[: size + 1])
    else:
        taken = list(found[: size + 1])
    more = len(taken) > size
    shown = taken[:size]
    return Page(shown, token_of([getattr(shown[-1], name) for name in key]) if more else "", first=start is None)


def token_of(values: Sequence[Any]) -> str:
    text = json.dumps([None if value is None else str(value) for value in values], ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(token: str, length: int) -> list[str] | None:
    if not token:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (ValueError, binascii.Error):
        return None
    good = isinstance(values, list) and len(values) == length and all(isinstance(one, str) and "\0" not in one for one in values)
    return values if good else None


def _beyond(key: Sequence[str], values: Sequence[str]) -> Q:
    """(a, b) > (x, y) as a > x or (a = x and b > y)."""
    beyond = Q()
    for place, name in enumerate(key):
        equal = Q(**dict(zip(key[:place], values[:place], strict=True)))
        beyond |= equal & Q(**{f"{name}__gt": values[place]})
    return beyond
