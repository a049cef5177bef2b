"""Recorders: the ledger, who carried which when, and the checks before use that the record holds as acts (Chaoyang's rules, article 10)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from xiezhi.apps.accounts.permissions import require
from xiezhi.apps.accounts.signing import own_person
from xiezhi.apps.evidence.models import Carriage, Device, DeviceCheck
from xiezhi.core.law.errors import InputError


def project(*changes: Any) -> None:
    """Rows of the `device_checked` acts of the changed cases, inside the act's transaction."""
    for change in changes:
        if change.new and not any(act.kind == "device_checked" for act in change.new):
            continue
        case = change.case
        DeviceCheck.objects.filter(case=case.id).delete()
        DeviceCheck.objects.bulk_create(
            DeviceCheck(
                act=UUID(str(act.id)),
                case=case.id,
                agency=case.agency_id,
                device=str(act.data.get("device") or "")[:60],
                at=act.at,
                by=list(act.by),
                battery=act.data.get("battery"),
                storage=act.data.get("storage"),
                clock=act.data.get("clock"),
            )
            for act in change.marking.acts
            if act.kind == "device_checked"
        )


def register(user: Any, number: str, model: str, agency: str) -> Device:
    """Enter a recorder into the ledger. Raises Forbidden, InputError."""
    require(user, "evidence.device", agency=agency)
    number = number.strip()
    if not 0 < len(number) <= 60 or len(model) > 80 or "\0" in number + model:
        raise InputError(
            "a number of 1 to 60 characters, a model of at most 80", "设备编号应当有 1 到 60 个字，型号不超过 80 个字", field="number"
        )
    row, made = Device.objects.get_or_create(number=number, defaults={"agency": agency, "model": model.strip()})
    if not made:
        raise InputError(f"device {number} is in the ledger already", f"设备 {number} 已经登记过", field="number")
    return row


def hand_out(user: Any, number: str, person: str, now: datetime) -> Carriage:
    """A person takes a recorder. Raises Forbidden, InputError: where somebody still has it, or the person is of another agency."""
    from xiezhi.apps.registry import queries as registry

    row = _device(user, number)
    if not any(one.id == person for one in registry.people_of(row.agency)):
        raise InputError(f"{person!r} is nobody of {row.agency}", "领用人不是本机关的人员", field="person")
    try:
        with transaction.atomic():
            return Carriage.objects.create(device=row, person=person, since=now, entered_by=own_person(user))
    except IntegrityError:
        raise InputError(
            f"device {number} is still carried by somebody", f"设备 {number} 还没有交还，请先登记交还", field="number"
        ) from None


def take_back(user: Any, number: str, now: datetime) -> bool:
    """The recorder is back. False where nobody had it."""
    row = _device(user, number)
    return bool(Carriage.objects.filter(device=row, until=None).update(until=now))


def _device(user: Any, number: str) -> Device:
    row = Device.objects.filter(pk=number).first() if "\0" not in number else None
    if row is None:
        raise InputError(f"no device {number!r}", "没有登记这台设备", field="number")
    require(user, "evidence.device", agency=row.agency)
    return row
