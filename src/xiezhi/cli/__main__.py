"""`python -m xiezhi.cli`."""

from __future__ import annotations

from xiezhi.cli import main

main()
