"""What happened to a file or to the recordings of a case, and by whom: entries of class `custody` on the log, and rows that index them.

An event of a case stands in the chain of the case, one of no case in that of the whole log. Entry and row are written together, and with
what they tell of where the caller's transaction holds both: what cannot be recorded does not happen.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import uuid6
from django.db import transaction

from xiezhi.apps.evidence.models import Custody, Recording
from xiezhi.apps.record import service as record

# The events, with their words on pages.
WHAT = {
    "received": "收到",
    "hashed": "计算指纹",
    "probed": "探测",
    "stored": "入库",
    "duplicate": "重复送来",
    "attached": "记入案件",
    "viewed": "查看",
    "exported": "下载",
    "derived": "制作衍生件",
    "explained": "说明中断",
    "marked": "标注",
    "hold_set": "设定保全",
    "hold_lifted": "解除保全",
    "class_set": "确定保管期限",
    "class_changed": "改变保管类别",
    "disposal_proposed": "列入处置清单",
    "disposal_decided": "审批处置清单",
    "disposal_failed": "处置没有做成",
    "disposed": "到期处置",
    "fixity_passed": "核对指纹，完好",
    "fixity_failed": "核对指纹，不符",
    "access_asked": "申请查阅复制",
    "access_granted": "开通查阅",
    "access_revoked": "收回查阅",
    "shared": "按授权查阅",
}


def note(
    what: str,
    at: datetime,
    *,
    recording: Recording | None = None,
    sha256: str = "",
    case: str = "",
    agency: str = "",
    user: Any = None,
    by: str = "",
    account: str = "",
    since: datetime | None = None,
    **detail: Any,
) -> Custody:
    """Write one event. `user` is the account that did it, `by` the person where there is no account (a command); `since` when it began.

    `detail`: values of a canonical body (no fractions), and no names or words of persons: the entry is for ever, so it names rows by their
    ids, and the words stay where they can be deleted. Raises InputError.
    """
    if what not in WHAT:
        raise ValueError(f"{what!r} is no event of custody; known: {', '.join(WHAT)}")
    person = by or str(getattr(user, "person_id", None) or "")
    row = Custody(
        entry=uuid6.uuid7(),
        at=since or at,
        what=what,
        sha256=sha256 or (recording.file_id if recording else ""),
        recording=recording.id if recording else None,
        case=case or (recording.case if recording else ""),
        agency=agency or (recording.agency if recording else ""),
        by=person,
        account=account or str(getattr(user, "username", "") or ""),
        detail=detail,
    )
    data = {**detail, "sha256": row.sha256 or None, "recording": str(row.recording) if row.recording else None}
    if row.account:
        data["account"] = row.account
    with transaction.atomic():
        record.note(
            "custody",
            what,
            {name: value for name, value in data.items() if value is not None},
            id=row.entry,  # type: ignore[arg-type]
            now=at,
            at=since,
            case=row.case,
            by=[person] if person else [],
            agency=row.agency,
        )
        row.save(force_insert=True)
    return row
