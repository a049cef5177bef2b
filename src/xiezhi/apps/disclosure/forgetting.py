"""What disclosure keeps of an act besides the record goes with the act's body when that is destroyed lawfully (record/deletion.py)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models.expressions import RawSQL

from xiezhi.apps.disclosure import bigrams
from xiezhi.apps.disclosure.models import ApprovalRequest, Draft, Publication, State

DELETED_ZH = "公示所依据的记录已经依法删除。"
# What a page says of an act; its id, number, agency and times stay, since its address may stand on paper.
_SAID = ("title", "party", "party_code", "matter", "facts", "basis", "content", "performance", "pdf")


def forget(case_id: str, deleted: Collection[tuple[str, str]], files: Collection[str], now: datetime) -> None:
    """`deleted` are (id, kind) of the entries whose bodies were destroyed in this transaction, after the derived rows were made again."""
    del files
    acts = {id_ for id_, _ in deleted}
    for row in Publication.objects.filter(case=case_id):
        if row.act in acts or acts & {str(change.get("act")) for change in row.changes}:
            _blank(row, acts, now)
    if any("publi" in kind or kind.startswith("result_") for _, kind in deleted):
        Draft.objects.filter(case=case_id).delete()
        ApprovalRequest.objects.filter(case=case_id).delete()


def _blank(row: Publication, acts: Collection[str], now: datetime) -> None:
    """A page whose own act is gone shows nothing any more; one that stands loses the words of the changes that are gone."""
    row.changes = [{**change, "changed": []} if str(change.get("act")) in acts else change for change in row.changes]
    changed = ["changes"]
    if row.act in acts:
        for name in _SAID:
            setattr(row, name, "")
        row.text, row.grounds, row.timeline, row.bars, row.decided_on = [], [], [], [], None
        row.state, row.withdrawn_at, row.withdrawn_reason = State.WITHDRAWN, row.withdrawn_at or now, DELETED_ZH
        row.search = RawSQL("%s::tsvector", [bigrams.document(row.number, row.agency_name)])
        changed += ["text", "grounds", "timeline", "bars", "decided_on", "state", "withdrawn_at", "withdrawn_reason", "search", *_SAID]
    row.save(update_fields=changed)
