"""The front door of the record: the only way to write history.

perform         put an act on the record, or be refused with reasons and citations
check           ask what `perform` would answer, writing nothing
attach          something that arrives later for an act
correct         replace stated fields of an entry or void it, with reason and approver
note            an entry that is no act: what happened to evidence (custody) or to the record itself (system), of a case or log-wide
lock_case       let nothing be written to a case (or to the whole log) until one's own transaction ends
delete          destroy the body of an entry lawfully: basis, approver, tombstone; preview: what that would be
uncorrectable   why acts of a kind are never corrected, and what to do instead
close_bundle    put the entry on the record that closes a bundle of a case; write_bundle: the zip itself, once the log has numbered it
answer_of       what the same id was answered before
load_histories  the same step in batches, for import, demo and benchmarks
log_refusal     note a refusal again after rolling one's own transaction back
drain_outbox    hand over, once, what was committed for the worker to do
"""

from __future__ import annotations

from .answers import CaseChange, Receipt, Refusal
from .bundle import close as close_bundle
from .bundle import write as write_bundle
from .deletion import Deleted, Warrant, delete, preview
from .key import LogRefused
from .later import attach, correct, uncorrectable
from .load import HistoryRefused, load_histories
from .logwide import lock_case, note
from .outbox import drain_outbox
from .perform import answer_of, check, perform
from .refusals import log_refusal

__all__ = [
    "CaseChange",
    "Deleted",
    "HistoryRefused",
    "LogRefused",
    "Receipt",
    "Refusal",
    "Warrant",
    "answer_of",
    "attach",
    "check",
    "close_bundle",
    "correct",
    "delete",
    "drain_outbox",
    "load_histories",
    "lock_case",
    "log_refusal",
    "note",
    "perform",
    "preview",
    "uncorrectable",
    "write_bundle",
]
