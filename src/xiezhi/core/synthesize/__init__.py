"""Synthetic histories: lawful cases from skeletons, with known breaches seeded in some of them. No person and no case in them is real."""

from __future__ import annotations

from xiezhi.core.synthesize.people import people, people_rows
from xiezhi.core.synthesize.write import Summary, synthesize

__all__ = ["Summary", "people", "people_rows", "synthesize"]
