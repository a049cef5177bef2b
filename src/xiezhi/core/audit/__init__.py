"""Audit: histories from files are held against a pack by the same fold that live casework uses (spec: history.md)."""

from __future__ import annotations

from xiezhi.core.audit.replay import audit
from xiezhi.core.audit.report import Report, Unjudged

__all__ = ["Report", "Unjudged", "audit"]
