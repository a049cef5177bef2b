"""Model checking of packs (procedure.md 2.4): what the blocking rules of a pack make impossible, and what they leave possible.

Serves `xiezhi packs prove` and `check` only; nothing that runs beside an officer imports it.
"""
