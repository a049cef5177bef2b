"""Writes of the registry. Each takes the time and returns the row; none asks for permission: views and commands do.

set_district(code, name, ...)            the one district
save_agency / save_person / save_power   create or change by id
adopt_pack / drop_adoption               from which day an agency works under another pack
save_party(kind, name, ..., now)         register a party, or change one
load_calendar_year(csv_text, by, now)    one yearly notice, checked by line
"""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from django.db import transaction

from xiezhi.apps.registry.models import Agency, CalendarDay, CalendarYear, District, PackAdoption, Party, Person, Power
from xiezhi.apps.registry.notice import Notice, NoticeError, decode, read
from xiezhi.core.law.clock import day_of
from xiezhi.core.law.errors import PackError
from xiezhi.core.law.pack import load_pack


class RegistryError(ValueError):
    """What was asked cannot be kept. `message_zh` says why and what to do."""

    def __init__(self, message_zh: str) -> None:
        super().__init__(message_zh)
        self.message_zh = message_zh


def set_district(code: str, name: str, **fields: Any) -> District:
    """Set up or rename the installation's district. Raises RegistryError for a second one."""
    if District.objects.exclude(pk=code).exists():
        raise RegistryError("这里已经有一个区。一套系统只管一个区；要改名，用原来的区划代码。")
    row, _ = District.objects.update_or_create(code=code, defaults={"name": name, **fields})
    return row


def save_agency(agency_id: str, **fields: Any) -> Agency:
    """Create or change an agency. Raises RegistryError when its parent would stand below it."""
    parent = fields.get("parent") or (Agency.objects.filter(pk=fields["parent_id"]).first() if fields.get("parent_id") else None)
    above = parent
    while above is not None:
        if above.pk == agency_id:
            raise RegistryError("上级机关不能是它自己或者它的下级。请另选。")
        above = above.parent
    row, _ = Agency.objects.update_or_create(id=agency_id, defaults=fields)
    return row


def adopt_pack(agency_id: str, pack: str, since: date, *, basis: str, by: str, now: datetime) -> PackAdoption:
    """Let the agency work under another pack from that day on: cases opened from then are judged by it, others keep theirs.

    The same day again replaces. Raises RegistryError: a day that has begun to lie behind, a pack that this installation cannot read.
    """
    if since < day_of(now):
        raise RegistryError("起用日期不能早于今天：已经立案的案件按立案时的规则包办完，不回头改。")
    try:
        load_pack(pack)
    except PackError as error:
        raise RegistryError(f"规则包 {pack} 现在不能用。请先运行 xiezhi packs check {pack}，按它指出的地方改好。") from error
    row, _ = PackAdoption.objects.update_or_create(
        agency_id=agency_id, since=since, defaults={"pack": pack, "basis": basis, "set_by": by, "set_at": now}
    )
    return row


def drop_adoption(agency_id: str, key: int, now: datetime) -> None:
    """Take a change of packs back that has not begun. Raises RegistryError."""
    if not PackAdoption.objects.filter(agency_id=agency_id, pk=key, since__gt=day_of(now)).delete()[0]:
        raise RegistryError("只能取消还没有开始的更换。已经起用的，请另定一天换回。")


def save_person(person_id: str, **fields: Any) -> Person:
    """Create or change a person. Raises RegistryError for a certificate that another person holds."""
    number = fields.get("certificate_no", "")
    if number and Person.objects.exclude(pk=person_id).filter(certificate_no=number).exists():
        raise RegistryError(f"执法证号 {number} 已经登记在别人名下。请核对证号。")
    row, _ = Person.objects.update_or_create(id=person_id, defaults=fields)
    return row


def save_power(agency_id: str, code: str, **fields: Any) -> Power:
    """Create or change a power item. Raises RegistryError when it is to be active while a field of 公示办法 6(1) is empty."""
    row = Power.objects.filter(agency_id=agency_id, code=code).first() or Power(agency_id=agency_id, code=code)
    for name, value in fields.items():
        setattr(row, name, value)
    if row.active and row.missing:
        raise RegistryError(f"还缺{'、'.join(row.missing)}，事项不能启用。补齐后再启用，或者先不启用、只保存。")
    row.save()
    return row


def save_party(*, now: datetime, party_id: uuid.UUID | None = None, **fields: Any) -> Party:
    """Register a party, or change the one with that id. Raises Party.DoesNotExist."""
    row = Party.objects.get(pk=party_id) if party_id else Party()
    for name, value in fields.items():
        setattr(row, name, value)
    row.updated_at = now
    row.save()
    return row


def load_calendar_year(csv_text: str | bytes, by: str, now: datetime, *, year: int | None = None) -> CalendarYear:
    """Load one yearly notice, replacing an earlier loading of the same year. Raises NoticeError naming the line."""
    notice = read(decode(csv_text) if isinstance(csv_text, bytes) else csv_text, year)
    check_with_core(notice)
    with transaction.atomic():
        row, _ = CalendarYear.objects.update_or_create(
            year=notice.year,
            defaults={"notice": notice.notice, "csv": notice.text, "digest": notice.digest, "loaded_by": by, "loaded_at": now},
        )
        row.days.all().delete()
        CalendarDay.objects.bulk_create(CalendarDay(year=row, day=one.day, kind=one.kind, name=one.name) for one in notice.days)
    return row


def check_with_core(notice: Notice) -> None:
    """Let the calendar itself read the text once: what it refuses must never reach the table. Raises NoticeError."""
    from xiezhi.core.law.calendar import Calendar
    from xiezhi.core.law.errors import InputError

    try:
        Calendar.load().with_year(notice.text)
    except InputError as error:
        raise NoticeError(error.line or 0, error.message_zh) from None
