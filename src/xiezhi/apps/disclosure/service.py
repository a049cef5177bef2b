"""The front door of disclosure.

- `project(*changes)`: public pages and owed publications of a case follow its record (settings.XIEZHI_PROJECTIONS)
- `propose(case_id)`: what the record offers for publication, redacted
- `draft(user, ...)`, `approve(user, ...)`, `send_back(user, ...)`, `publish(user, ...)`: two persons, one exact text
- `public_file(case_id, what, summary, now)`: the public document of a summary that comes from no draft (import, demo)
- `withhold(user, ...)`, `withdraw(user, ...)`: with ground and reason
- `request_correction(page_id, given, act_id, source, now)`: anybody; `answer_correction(user, receipt, ...)`: the desk
"""

from __future__ import annotations

from xiezhi.apps.disclosure.actions.approve import approve, send_back
from xiezhi.apps.disclosure.actions.correct import TooManyError, answer_correction, request_correction
from xiezhi.apps.disclosure.actions.draft import draft, propose
from xiezhi.apps.disclosure.actions.publish import public_file, publish
from xiezhi.apps.disclosure.actions.withdraw import withdraw
from xiezhi.apps.disclosure.actions.withhold import grounds_of, withhold
from xiezhi.apps.disclosure.projecting import project

__all__ = [
    "TooManyError",
    "answer_correction",
    "approve",
    "draft",
    "grounds_of",
    "project",
    "propose",
    "public_file",
    "publish",
    "request_correction",
    "send_back",
    "withdraw",
    "withhold",
]
