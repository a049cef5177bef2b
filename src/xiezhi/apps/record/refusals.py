"""The log of refusals: that the law was asked and said no. Nothing of a person."""

from __future__ import annotations

from datetime import datetime

from .answers import Refusal
from .models import RefusalLog


def log_refusal(refusal: Refusal, now: datetime) -> None:
    """Add one row. A caller that rolls its own transaction back after a refusal calls this again outside of it."""
    RefusalLog.objects.create(
        at=now, case_id=refusal.case, kind=refusal.kind, agency_id=refusal.agency, rules=[reason.rule for reason in refusal.reasons]
    )
