from __future__ import annotations

from hypothesis import settings

# What is tested is the answer; the time that one example takes depends on who else uses the machine.
settings.register_profile("ledger", deadline=None)
settings.load_profile("ledger")
