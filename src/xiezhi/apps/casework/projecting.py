"""Writing the derived rows of a case, inside the transaction of the act (settings.XIEZHI_PROJECTIONS)."""

from __future__ import annotations

from typing import Any

from xiezhi.apps.casework.models import CaseFile, DutyRow
from xiezhi.apps.casework.reading import read
from xiezhi.apps.casework.search import tokens

COLUMNS = [field.attname for field in CaseFile._meta.concrete_fields if not field.primary_key]


def project(change: Any) -> None:
    """Write the rows of `change.case` as its marking says: three statements, whatever was there before."""
    case = change.case
    reading = read(change.marking, change.book.pack.vocabulary)
    columns = reading.columns
    row = CaseFile(case=case.id, agency=case.agency_id, pack=case.pack_id, **columns)
    row.search = tokens(columns["number"] or case.id, columns["title"], columns["party"])
    CaseFile.objects.bulk_create([row], update_conflicts=True, unique_fields=["case"], update_fields=COLUMNS)
    DutyRow.objects.filter(case_id=case.id).delete()
    acts = change.marking.acts
    DutyRow.objects.bulk_create(
        DutyRow(
            case_id=case.id,
            agency=case.agency_id,
            rule=duty.rule,
            zh=duty.zh,
            expect=list(duty.expect),
            hands=duty.hands or "officer",
            due=duty.due,
            provisional=bool(duty.provisional),
            paused=duty.state == "paused",
            review_of=_object_of_review(acts, duty),
        )
        for duty in reading.duties
    )


def _object_of_review(acts: Any, duty: Any) -> str:
    """What the review is about whose submission opened the duty; empty for other duties."""
    if duty.opened_by is None:
        return ""
    opener = acts[duty.opened_by]
    return str(opener.data.get("review_of", "decision")) if opener.kind == "review_submitted" else ""
