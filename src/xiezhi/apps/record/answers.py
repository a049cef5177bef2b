"""What writing to the record answers: a receipt or a refusal; and what projections are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from xiezhi.core.procedure.book import Book
    from xiezhi.core.procedure.finding import Finding
    from xiezhi.core.procedure.history import Act
    from xiezhi.core.procedure.marking import Marking
    from xiezhi.core.procedure.reason import Reason

    from .models import Case


@dataclass(frozen=True, slots=True)
class Receipt:
    """An entry is on the record. `entry` is its 33 bytes in hex, `findings` what it brought with it."""

    act_id: UUID
    case: str
    case_seq: int
    entry: str
    findings: Sequence[Finding] = ()

    @property
    def index(self) -> int | None:
        """Its place in the public log; None in the fraction of a second until it is numbered."""
        from .queries import index_of

        return index_of(self.act_id)

    @property
    def proof(self) -> str | None:
        """The text of its `.tlog-proof` file; None until it is numbered."""
        from .queries import receipt

        found = receipt(self.act_id)
        return found.proof if found else None


@dataclass(frozen=True, slots=True)
class Refusal:
    """The act is not on the record, because the law refuses it: reasons with citations and a way out."""

    reasons: Sequence[Reason]
    case: str
    kind: str = ""
    agency: str = ""

    @property
    def message_zh(self) -> str:
        return "；".join(reason.message_zh for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class CaseChange:
    """What a projection is told, inside the transaction that changed the case.

    `new` are the acts that are new or whose effective form changed, in order of entry; a rebuild passes all. `marking.acts` holds the whole
    effective history. `entry_ids` are the entries written (all, in a rebuild). Empty `new` with entries: an act was voided.
    """

    case: Case
    marking: Marking
    book: Book
    new: Sequence[Act]
    now: datetime
    entry_ids: Sequence[UUID]
