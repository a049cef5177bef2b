"""The front door of casework: what others may call to write.

    project(*changes)                                 refresh a case's derived rows; called in the transaction of every act
    file_case(user, form, now)                        a case's first act: number, history, rows, in one transaction
    record_act(user, case_id, form, now)              one act, from a form of casework.forms
    perform(line, id, now, make=, origin=)            record.perform with the act's number and the documents that the system makes
    attach(user, case_id, of, form, now)              what arrives later for an act: document, recording, explanation of a gap
    correct(user, case_id, of, fields, reason, ...)   更正: replaces stated fields; the original stays

Each asks accounts.permissions first and answers with record's Receipt or Refusal.
"""

from __future__ import annotations

from xiezhi.apps.casework.correcting import attach, correct
from xiezhi.apps.casework.performing import perform
from xiezhi.apps.casework.projecting import project
from xiezhi.apps.casework.recording import file_case, record_act

__all__ = ["attach", "correct", "file_case", "perform", "project", "record_act"]
