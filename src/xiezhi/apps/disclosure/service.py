"""The front door of disclosure.

- `project(*changes)`: public pages and owed publications of a case follow its record (settings.XIEZHI_PROJECTIONS)
- `propose(case_id)`: what the record offers for publication, redacted
- `draft(user, ...)`, `approve(user, ...)`, `send_back(user, ...)`, `publish(user, ...)`: two persons, one exact text
- `public_file(case_id, what, summary, now)`: the public document of a summary that comes from no draft (import, demo)
- `ask_to_withhold(user, ...)`, `ask_to_withdraw(user, ...)`: the clerk puts it up; `grant(user, ...)`, `refuse(user, ...)`: a leader's own
  answer, the yes records the act; `take_back(user, ...)`: the clerk no longer asks
- `request_correction(page_id, given, act_id, source, now)`: anybody; `answer_correction(user, receipt, ...)`: the desk
"""

from __future__ import annotations

from xiezhi.apps.disclosure.actions.approve import approve, send_back
from xiezhi.apps.disclosure.actions.correct import TooManyError, answer_correction, request_correction
from xiezhi.apps.disclosure.actions.draft import draft, propose
from xiezhi.apps.disclosure.actions.grant import grant, refuse
from xiezhi.apps.disclosure.actions.publish import public_file, publish
from xiezhi.apps.disclosure.actions.request import take_back
from xiezhi.apps.disclosure.actions.withdraw import ask_to_withdraw
from xiezhi.apps.disclosure.actions.withhold import ask_to_withhold, grounds_of
from xiezhi.apps.disclosure.forgetting import forget
from xiezhi.apps.disclosure.projecting import project

__all__ = [
    "TooManyError",
    "answer_correction",
    "approve",
    "ask_to_withdraw",
    "ask_to_withhold",
    "draft",
    "forget",
    "grant",
    "grounds_of",
    "project",
    "propose",
    "public_file",
    "publish",
    "refuse",
    "request_correction",
    "send_back",
    "take_back",
]
