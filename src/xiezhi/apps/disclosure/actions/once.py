"""A second click: the page's id of the act is already on the record, so the first answer is given again."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from xiezhi.apps.disclosure.errors import DisclosureError
from xiezhi.apps.record import queries as record


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a receipt says, of an act recorded before."""

    act_id: UUID
    case: str
    case_seq: int
    entry: str


def recorded(act_id: UUID, case_id: str, kind: str) -> Recorded | None:
    """The entry of this id, None when there is none. Raises DisclosureError when it is of another case or act."""
    found = record.fields_proof(act_id, [])
    if found is None:
        return None
    found = record.fields_proof(act_id, ["case", "kind", "case_seq"])
    assert found is not None  # noqa: S101 - entries are never deleted
    fields = {one.path: one.value for one in found.fields}
    if (fields["case"], fields["kind"]) != (case_id, kind):
        raise DisclosureError("这一页已经用来办过别的事。请回到待公示，重新打开再办。")
    return Recorded(act_id, case_id, int(fields["case_seq"]), found.entry)
