"""Filters of the pages of evidence."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def clocked(second: float) -> str:
    """75 -> 01:15."""
    whole = int(second)
    return f"{whole // 60:02}:{whole % 60:02}"


@register.filter
def percent(share: float) -> str:
    return f"{share:.0%}"
