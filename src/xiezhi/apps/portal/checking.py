"""What the pages need for the check in the browser: its script, and the log's key as people compare it."""

from __future__ import annotations

import hashlib
from functools import cache

from django.contrib.staticfiles import finders

SCRIPT = "verify.js"


@cache
def script() -> str:
    """The built script; empty where the front end is not built: every page works without it."""
    return SCRIPT if finders.find(SCRIPT) else ""


def fingerprint_of(key: str | None) -> str:
    """The first 16 bytes of SHA-256 over the key's one line, in fours; the browser computes the same."""
    if not key:
        return ""
    digits = hashlib.sha256(key.encode()).hexdigest()[:32]
    return " ".join(digits[at : at + 4] for at in range(0, 32, 4))
