"""Reads of accounts, for the administrator's pages."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Q, QuerySet

from xiezhi.apps.accounts.models import AccountChange, User
from xiezhi.apps.registry.queries import by_name, people_rows


def found(text: str, state: str) -> QuerySet[User]:
    """Accounts whose name, or whose person's, holds the text; `state`: open | closed | anything else for all."""
    rows: QuerySet[User] = User.objects.all()
    if text:
        rows = rows.filter(Q(username__icontains=text) | Q(person__name__icontains=text) | Q(agency__name__icontains=text))
    return rows.filter(is_active=state == "open") if state in ("open", "closed") else rows


def locked(usernames: Collection[str], now: datetime) -> set[str]:
    """Those that too many wrong passwords lock now."""
    since = now - timedelta(hours=settings.AXES_COOLOFF_TIME)
    rows = AccessAttempt.objects.filter(
        username__in=list(usernames), attempt_time__gte=since, failures_since_start__gte=settings.AXES_FAILURE_LIMIT
    )
    return set(rows.values_list("username", flat=True))


def changes(account: User, limit: int = 20) -> list[AccountChange]:
    return list(account.changes.order_by("-id")[:limit])


def people_without_account() -> QuerySet[Any]:
    """People of the registry for whom an account may be opened, by name."""
    return by_name(people_rows().filter(account=None))
