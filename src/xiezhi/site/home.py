"""Where an installation keeps its data: one folder, known without Django."""

from __future__ import annotations

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]


def home() -> Path:
    """`XIEZHI_HOME`, else `var/` of a checkout, else the XDG data folder of an installed copy."""
    configured = os.environ.get("XIEZHI_HOME")
    if configured:
        return Path(configured).resolve()
    if (CHECKOUT / "pyproject.toml").exists():
        return CHECKOUT / "var"
    data = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(data) / "xiezhi"
