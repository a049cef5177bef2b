"""Derived rows held against the record: each part of the cases is derived anew, compared with what stands there, and rolled back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction

from xiezhi.core.law.errors import InputError, PackError
from xiezhi.core.ledger.errors import LedgerError
from xiezhi.core.ledger.verify import Fault

from .answers import CaseChange
from .fold import read
from .models import Case
from .projections import project

_PART = 50  # cases in one transaction: a writer waits for so many at most

_HISTORY = "history of case "

# Table, column of the case, and whether its own key is a running number, which differs from one derivation to the next.
Table = tuple[str, str, str]


def drift(now: datetime, case_ids: Sequence[str] | None = None) -> Iterator[Fault]:
    """Every derived row that the record does not give, of all cases or these. Nothing is changed; `xiezhi rebuild` mends what is found."""
    tables = _tables()
    last = ""
    while part := _next(last, case_ids):
        last = part[-1]
        yield from _drift_of(part, tables, now)
    if case_ids is None:
        for table, column, _ in tables:
            with connection.cursor() as cursor:
                cursor.execute(
                    f'SELECT DISTINCT t."{column}" FROM {table} t LEFT JOIN record_case c ON c.id = t."{column}" WHERE c.id IS NULL ORDER BY 1'
                )
                strangers = [case_id for (case_id,) in cursor.fetchall()]
            for case_id in strangers:
                yield Fault(f"derived {table} of case {case_id}", "there is no such case", "没有这个案件")


def _next(last: str, case_ids: Sequence[str] | None) -> list[str]:
    found = Case.objects.filter(id__gt=last)  # the chain of log-wide entries has no derived rows
    if case_ids is not None:
        found = found.filter(id__in=case_ids)
    return list(found.order_by("id").values_list("id", flat=True)[:_PART])


def _drift_of(part: Sequence[str], tables: Sequence[Table], now: datetime) -> list[Fault]:
    with transaction.atomic():
        cases = list(Case.objects.select_for_update().filter(id__in=part).order_by("id"))
        before = [_rows(table, part) for table in tables]
        changes, faults = _changes(cases, now)
        if changes:
            project(*changes)
        after = [_rows(table, part) for table in tables]
        transaction.set_rollback(True)
    unread = {fault.item.removeprefix(_HISTORY) for fault in faults}
    for (table, _, _), stood, derived in zip(tables, before, after, strict=True):
        for case_id in part:
            one, other = stood.get(case_id, []), derived.get(case_id, [])
            if one != other and case_id not in unread:
                what = f"is not what the record gives{_where(one, other)}; run `xiezhi rebuild --case {case_id}`"
                faults.append(Fault(f"derived {table} of case {case_id}", what, "与由记录推导的结果不符，请重建"))
    return faults


def _changes(cases: Sequence[Case], now: datetime) -> tuple[list[CaseChange], list[Fault]]:
    """What the projections are to be told; and a fault for each case whose history cannot be read."""
    changes, faults = [], []
    for case in cases:
        try:
            known = read(case)
            if known.acts:
                changes.append(CaseChange(case, known.marking(), known.book, tuple(known.acts), now, ()))
        except (LedgerError, InputError, PackError, LookupError, TypeError, ValueError) as error:
            faults.append(Fault(f"{_HISTORY}{case.id}", f"cannot be read: {error}", "履历无法读取"))
    return changes, faults


def _where(was: Sequence[str], expected: Sequence[str]) -> str:
    """The first column that differs, where both have one row for another."""
    for one, other in zip(was, expected, strict=False):
        if one != other:
            left, right = json.loads(one), json.loads(other)
            names = [name for name in right if left.get(name) != right[name]]
            return f" ({', '.join(names[:3])})"
    return f" ({len(was)} rows, expected {len(expected)})"


def _tables() -> list[Table]:
    tables = []
    for name in settings.XIEZHI_DERIVED:
        label, column = name.rsplit(".", 1)
        model = apps.get_model(label)
        tables.append((model._meta.db_table, column, "id" if model._meta.auto_field else ""))
    return tables


def _rows(table: Table, part: Sequence[str]) -> dict[str, list[str]]:
    """Rows as text, by case, without their running number."""
    name, column, number = table
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT t."{column}", (to_jsonb(t) - %s)::text FROM {name} t WHERE t."{column}" = ANY(%s) ORDER BY 1, 2', [number, list(part)]
        )
        for case_id, row in cursor.fetchall():
            found.setdefault(case_id, []).append(row)
    return found
