"""The case row: locked while an entry is written, made with the first act."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from xiezhi.apps.registry import queries as registry
from xiezhi.core.law.errors import InputError
from xiezhi.core.procedure.history import Act

from .entry import Place
from .law import edition
from .models import Case


def locked(case_id: str) -> Case | None:
    """The case row under its own lock, until the transaction ends; None when there is no such case."""
    return Case.objects.select_for_update().filter(pk=case_id).first()


def new_case(act: Act) -> Case:
    """The row that a first act would make, not yet stored. Raises InputError when the act does not say procedure and agency."""
    if not act.procedure:
        raise InputError("a case's first act names its procedure", "案件的第一条记录应当写明程序", field="procedure")
    if not act.agency:
        raise InputError("a case's first act names its agency", "案件的第一条记录应当写明执法机关", field="agency")
    return Case(id=act.case, procedure=act.procedure, agency_id=act.agency, pack_id=pack_of(act.agency, act.at), opened_at=act.at)


def pack_of(agency: str, at: datetime) -> str:
    """The pack under which an agency works. Raises InputError for an agency that the registry does not know."""
    try:
        return registry.pack_of(agency, at)
    except LookupError as error:
        raise InputError(f"the registry has no agency {agency!r}", f"登记簿中没有机关“{agency}”", field="agency") from error


def stored(case: Case) -> Case | None:
    """Store a new case's row and so lock it; None when another writer was first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO record_case (id, procedure, agency_id, pack_id, opened_at, next_seq) VALUES (%s, %s, %s, %s, %s, 1) "
            "ON CONFLICT (id) DO NOTHING",
            [case.id, case.procedure, case.agency_id, case.pack_id, case.opened_at],
        )
        return case if cursor.rowcount else None


def place_of(case: Case, agency: str, now: datetime) -> Place:
    """Where the next entry of a locked case goes, under the edition that judges it now."""
    prev = bytes(case.last_entry) if case.last_entry is not None else None
    return Place(case.id, case.next_seq, prev, agency, edition(case.pack_id).hash, now)
