"""Entries that are no acts: custody and system, of a case or of the whole log."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from xiezhi.apps.record import queries, service
from xiezhi.apps.record.models import Case, Entry, Outbox, Pending
from xiezhi.apps.record.rebuild import rebuild
from xiezhi.apps.record.sequencer import Sequencer
from xiezhi.apps.record.verify import verify
from xiezhi.core.law.errors import InputError

from .conftest import NOW, first, line, make_agency, new_id

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(agency):
    service.perform(first(), new_id(), NOW)
    return "YX-1"


def key_change(id_=None, **more):
    return service.note("system", "key_changed", {"new": "yunxi.example/log+01"}, id=id_ or new_id(), now=NOW, **more)


def test_log_wide_entries_have_a_chain_of_their_own(case):
    one = key_change()
    two = service.note("custody", "check_passed", {"files": 12}, id=new_id(), now=NOW, by=["yx-o1"], agency="yx-cg")
    assert (one.case, one.case_seq, two.case_seq) == ("", 1, 2)
    first_body, second = (view.body for view in queries.notes(""))
    assert (first_body["class"], first_body["case"], first_body["prev"], first_body["pack"]) == ("system", "", None, "")
    assert (second["prev"], second["agency"], second["by"], second["data"]) == (one.entry, "yx-cg", ["yx-o1"], {"files": 12})
    assert Case.objects.get(pk="YX-1").next_seq == 2


def test_entries_of_a_case_stand_in_its_chain_and_the_fold_does_not_see_them(case):
    before = [act.id for act in queries.marking(case)[1].acts]
    note = service.note("custody", "viewed", {"file": "ab" * 32, "from": "0", "to": "90"}, id=new_id(), now=NOW, case=case, by=["yx-o2"])
    act = service.perform(line("case_filed", 1), new_id(), NOW)
    assert (note.case_seq, act.case_seq) == (2, 3)
    bodies = [view.body for view in queries.history(case)]
    assert [body["case_seq"] for body in bodies] == [1, 3]
    assert bodies[1]["prev"] == note.entry
    assert [view.number for view in queries.history(case)] == [1, 2]  # people count acts
    assert len(queries.marking(case)[1].acts) == len(before) + 1
    assert [(view.kind_of, view.kind, view.by) for view in queries.notes(case)] == [("custody", "viewed", ("yx-o2",))]
    assert queries.notes(case, "system") == []
    assert rebuild(NOW) == 1


def test_the_log_holds_and_proves_them(case):
    note = key_change()
    assert Pending.objects.count() == 2
    assert Outbox.objects.count() == 1  # only the act is for the worker
    Sequencer().drain(NOW)
    report = verify()
    assert (report.leaves, report.faults) == (2, [])
    receipt = queries.receipt(note.act_id)
    assert receipt is not None
    assert (receipt.case, receipt.index, receipt.entry) == ("", 1, note.entry)


def test_the_same_id_again_gives_the_same_answer(case):
    id_ = new_id()
    given = {"data": {"file": "ab" * 32}, "id": id_, "case": case, "by": ["yx-o1"]}
    one = service.note("custody", "viewed", now=NOW, **given)
    assert service.note("custody", "viewed", now=NOW + timedelta(hours=1), **given) == one
    assert service.answer_of(id_) == one
    assert Entry.objects.count() == 2
    for other in ({"data": {}}, {"by": []}, {"case": ""}, {"at": NOW - timedelta(hours=1)}):
        with pytest.raises(InputError, match="was used for another entry"):
            service.note("custody", "viewed", now=NOW, **{**given, **other})


def test_an_id_serves_one_entry_whatever_its_class(case):
    id_ = new_id()
    key_change(id_)
    with pytest.raises(InputError, match="was used for another entry"):
        service.perform(line("case_filed", 1), id_, NOW)
    act = new_id()
    service.perform(line("case_filed", 1), act, NOW)
    with pytest.raises(InputError, match="was used for another entry"):
        key_change(act)


def test_what_an_act_needs_stays_its_answer_after_notes(case):
    key_change(case=case)
    id_ = new_id()
    receipt = service.perform(line("inquiry_made", 1), id_, NOW)
    assert service.answer_of(id_) == receipt
    assert service.perform(line("inquiry_made", 1), id_, NOW + timedelta(hours=1)) == receipt


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"entry_class": "act"}, "is no class of notes"),
        ({"kind": "Key change"}, "expected a word"),
        ({"case": "YX-9"}, "no case 'YX-9'"),
        ({"of": new_id()}, "no entry"),
        ({"at": NOW + timedelta(hours=1)}, "lies in the future"),
        ({"data": {"ratio": object()}}, "cannot stand on the record"),
    ],
)
def test_what_cannot_be_noted_is_said(case, given, named):
    good = {"entry_class": "system", "kind": "frozen", "data": {}, "id": new_id(), "now": NOW}
    with pytest.raises(InputError, match=named):
        service.note(**{**good, **given})
    assert Entry.objects.count() == 1


def test_it_goes_with_the_callers_transaction(case):
    with pytest.raises(RuntimeError), transaction.atomic():
        key_change()
        raise RuntimeError
    assert queries.notes("") == []
    assert key_change().case_seq == 1


@pytest.mark.django_db(transaction=True)
def test_several_writers_at_once_make_one_chain(fresh_database):
    make_agency()
    answers = []

    def work():
        try:
            answers.extend(key_change().case_seq for _ in range(5))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(answers) == list(range(1, 21))
    Sequencer().drain(NOW)
    assert verify().faults == []
