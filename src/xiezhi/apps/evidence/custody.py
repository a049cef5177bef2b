"""What happened to a file or to the recordings of a case, and by whom: rows that are only ever added."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from xiezhi.apps.evidence.models import Custody, Recording

# The events, with their words on pages.
WHAT = {
    "received": "收到",
    "stored": "入库",
    "duplicate": "重复送来",
    "attached": "记入案件",
    "viewed": "查看",
    "exported": "下载",
    "explained": "说明中断",
    "marked": "标注",
    "hold_set": "设定保全",
    "hold_lifted": "解除保全",
    "class_changed": "改变保管类别",
    "disposal_proposed": "列入处置清单",
    "disposal_decided": "审批处置清单",
    "disposed": "到期处置",
    "checked": "核对指纹",
    "access_granted": "开通查阅",
    "access_revoked": "收回查阅",
    "access_used": "按授权查阅",
}


def note(
    what: str,
    at: datetime,
    *,
    recording: Recording | None = None,
    case: str = "",
    agency: str = "",
    user: Any = None,
    by: str = "",
    **detail: Any,
) -> Custody:
    """Write one event. `user` is the account that did it, `by` the person where there is no account (a command)."""
    if what not in WHAT:
        raise ValueError(f"{what!r} is no event of custody; known: {', '.join(WHAT)}")
    return Custody.objects.create(
        at=at,
        what=what,
        sha256=recording.file_id if recording else "",
        recording=recording.id if recording else None,
        case=case or (recording.case if recording else ""),
        agency=agency or (recording.agency if recording else ""),
        by=by or str(getattr(user, "person_id", None) or ""),
        account=str(getattr(user, "username", "") or ""),
        detail=detail,
    )
