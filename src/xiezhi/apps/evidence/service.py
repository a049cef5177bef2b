"""The front door of evidence: writes.

sender, files_in, ingest, receive   files of a recorder become recordings in the store
measure_clock   how far a recorder's clock is off
link_case       recordings of a case go on the record of its acts; link_run also counts those of one run
check_files     stored files held against their digests
forget          words of requests whose acts were deleted lawfully go (settings.XIEZHI_FORGETTERS)
upkeep          sittings that have grown quiet become entries; what a browser needs is made of new recordings
project         rows of `device_checked` acts, inside the act's transaction (settings.XIEZHI_PROJECTIONS)
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from xiezhi.apps.evidence.access import forget
from xiezhi.apps.evidence.casefiles import remove_document
from xiezhi.apps.evidence.checking import check_files
from xiezhi.apps.evidence.deriving import make_missing
from xiezhi.apps.evidence.devices import project
from xiezhi.apps.evidence.ingesting import Ingested, clock_of, files_in, ingest, link_run, measure_clock
from xiezhi.apps.evidence.linking import link_case
from xiezhi.apps.evidence.models import Device
from xiezhi.apps.evidence.receiving import Received, Sender, receive
from xiezhi.apps.evidence.viewings import close_quiet
from xiezhi.core.law.clock import parse_time
from xiezhi.core.law.errors import InputError

__all__ = [
    "Ingested",
    "Received",
    "Sender",
    "check_files",
    "clock_of",
    "files_in",
    "forget",
    "ingest",
    "link_case",
    "link_run",
    "measure_clock",
    "moment",
    "project",
    "receive",
    "remove_document",
    "sender",
    "upkeep",
]


EARLIEST = 1990  # of a stated time: no recorder of an agency is older


def upkeep(now: datetime) -> int:
    """One turn of what is done beside the requests; answers how much there was."""
    return close_quiet(now) + make_missing(now)


def sender(
    device: str,
    case: str,
    agency: str,
    now: datetime,
    *,
    by: str = "",
    user: Any = None,
    clock: tuple[float | None, float] = (None, 1.0),
) -> Sender:
    """Whence files come. `case` is a case's id or number; `clock` seconds (ahead, error) as measured now, else the last measurement.

    Raises InputError for an unknown case, agency or person (`by`), and where the agency cannot be told.
    """
    from xiezhi.apps.casework import queries as casework
    from xiezhi.apps.registry import queries as registry

    if "\0" in case:
        raise InputError("the number of a case holds a NUL", "案件编号里有无法显示的字符", field="case")
    if not device.strip() or len(device) > 60 or "\0" in device:
        raise InputError("a recorder has a number of 1 to 60 characters", "设备编号应当有 1 到 60 个字", field="device")
    file = casework.by_number(case) if case else None
    if case and file is None:
        raise InputError(f"no case {case!r}; give its id or its number", f"没有案件“{case}”，请写案件的编号", field="case")
    row = Device.objects.filter(pk=device).first()
    owner = agency or (file.agency if file else "") or (row.agency if row else "")
    if not owner:
        raise InputError(
            f"device {device} is not in the ledger; name its agency by --agency",
            f"设备 {device} 没有登记，请用 --agency 写明机关",
            field="agency",
        )
    if registry.agency(owner) is None:
        raise InputError(f"no agency {owner!r}", f"没有机关“{owner}”", field="agency")
    if file is not None and file.agency != owner:
        raise InputError(f"case {case} belongs to {file.agency}, not to {owner}", f"案件“{case}”属于别的机关", field="case")
    if by and registry.person(by) is None:
        raise InputError(f"the registry has no person {by!r}", f"登记簿中没有人员“{by}”", field="by")
    ahead, error = clock
    if ahead is not None:
        measure_clock(device, owner, round(ahead * 1000), round(error * 1000), now, by=by)
    offset_ms, error_ms = clock_of(device, now)
    return Sender(owner, device, offset_ms, error_ms, file.case if file else "", by, user)


def moment(text: str, now: datetime) -> datetime:
    """A stated time with offset, not in the future. Raises InputError."""
    try:
        found = parse_time(text)
    except (ValueError, TypeError):
        raise InputError(f"{text!r} is no time with an offset", f"“{text[:40]}”不是带时区的时间", field="taken") from None
    if found.year < EARLIEST:
        raise InputError(f"{text!r} is before {EARLIEST}", f"拍摄时间早于 {EARLIEST} 年，请核对手机的时间", field="taken")
    if found > now:
        raise InputError(f"{text!r} lies in the future", "拍摄时间在将来，请核对手机的时间", field="taken")
    return found
