"""The front door for histories: acts, recordings, people, and how a line becomes one of them."""

from __future__ import annotations

from xiezhi.core.procedure.act import Act, Gap, Person, Recording
from xiezhi.core.procedure.line import act_from_line, person_from_row

__all__ = ["Act", "Gap", "Person", "Recording", "act_from_line", "person_from_row"]
