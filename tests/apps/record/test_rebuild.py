"""Derived rows are a cache of the record: made again, they are the same."""

from __future__ import annotations

import pytest
from django.db import connection

from xiezhi.apps.casework.models import CaseFile, DutyRow
from xiezhi.apps.disclosure.models import OwedPublication, Publication
from xiezhi.apps.record import law, projections, service
from xiezhi.apps.record.rebuild import rebuild
from xiezhi.core.law.pack import load_pack

from .conftest import NOW, clear_projections, first, histories, line, new_id

pytestmark = pytest.mark.django_db


class Rows:
    """A projection that keeps, per case, what casework and disclosure keep: derived from the marking alone."""

    def __init__(self):
        self.rows = {}

    def __call__(self, *changes):
        for change in changes:
            self.rows[change.case.id] = self.of(change.marking)

    @staticmethod
    def of(marking):
        return {
            "acts": [(act.id, act.kind, act.at, act.documents) for act in marking.acts],
            "facts": dict(marking.facts),
            "findings": [(finding.rule, finding.act, finding.due) for finding in marking.findings],
            "duties": [(duty.opened_by, duty.due, duty.state) for duty in marking.duties],
            "phase": marking.phase,
        }


@pytest.fixture
def rows(monkeypatch):
    kept = Rows()
    monkeypatch.setattr(projections, "_projections", lambda _: (kept,))
    return kept


def test_rebuilt_rows_are_those_of_the_acts_as_they_came(agency, rows):
    id_ = new_id()
    service.load_histories(histories(3))
    service.perform(first(), new_id(), NOW)
    service.perform(line("inquiry_made", 2, data={"penalty": {"fine": 70}}), id_, NOW)
    service.perform(line("case_filed", 1), new_id(), NOW)
    service.attach(id_, {"kind": "document", "documents": ["inquiry_record"]}, new_id(), NOW)
    service.correct(id_, {"data": {"penalty": {"fine": 80}}}, "笔误", "yx-l1", new_id(), NOW)
    live, rows.rows = rows.rows, {}
    assert rebuild(NOW) == 4
    assert rows.rows == live
    assert str(live["YX-1"]["facts"]["penalty.fine"]) == "80"


def test_one_case_is_rebuilt(agency, rows):
    service.load_histories(histories(3))
    rows.rows = {}
    assert rebuild(NOW, "YX-L1") == 1
    assert list(rows.rows) == ["YX-L1"]
    assert rebuild(NOW, "nothing") == 0


DERIVED = [CaseFile, DutyRow, Publication, OwedPublication]


def derived():
    """Every derived row as the database holds it, without running numbers."""
    rows = {}
    with connection.cursor() as cursor:
        for model in DERIVED:
            cursor.execute(f"SELECT (to_jsonb(t) - 'id')::text FROM {model._meta.db_table} t ORDER BY 1")
            rows[model.__name__] = [text for (text,) in cursor.fetchall()]
    return rows


def test_the_rows_of_casework_and_disclosure_rebuilt_are_the_same(agency, settings, monkeypatch):
    settings.XIEZHI_PROJECTIONS = ["xiezhi.apps.casework.service.project", "xiezhi.apps.disclosure.service.project"]
    monkeypatch.setattr(law, "load_pack", lambda _: load_pack("cn"))
    law.edition.cache_clear()
    clear_projections()
    id_ = new_id()
    service.load_histories([first("YX-2"), line("inquiry_made", 2, "YX-2")])
    service.perform(first(), new_id(), NOW)
    service.perform(line("inquiry_made", 2, data={"party": {"kind": "citizen", "name": "某某"}}), id_, NOW)
    service.perform(line("case_filed", 1, data={"approver": "yx-l1"}), new_id(), NOW)
    service.attach(id_, {"kind": "document", "documents": ["inquiry_record"]}, new_id(), NOW)
    service.correct(id_, {"data": {"party": {"name": "另一人"}}}, "笔误", "yx-l1", new_id(), NOW)
    live = derived()
    assert len(live["CaseFile"]) == 2
    with connection.cursor() as cursor:
        for model in DERIVED:
            cursor.execute(f"DELETE FROM {model._meta.db_table}")
    assert rebuild(NOW) == 2
    assert derived() == live
