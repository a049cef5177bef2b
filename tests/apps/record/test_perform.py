"""`perform`: what is permitted is on the record whole, what is refused leaves nothing."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from xiezhi.apps.record import projections, queries, service
from xiezhi.apps.record.models import Case, Entry, EntryBody, Outbox, Pending, RefusalLog
from xiezhi.core.law.errors import InputError
from xiezhi.core.ledger.fields import entry_of
from xiezhi.core.procedure.step import Permitted, Refused

from .conftest import NOW, first, kinds, line, new_id

pytestmark = pytest.mark.django_db


def perform(one, id_=None, now=NOW):
    return service.perform(one, id_ or new_id(), now)


@pytest.fixture
def case(agency):
    perform(first())
    return "YX-1"


def test_a_first_act_opens_its_case(agency):
    id_ = new_id()
    receipt = perform(first(), id_)
    assert (receipt.act_id, receipt.case, receipt.case_seq, receipt.findings) == (id_, "YX-1", 1, ())
    case = Case.objects.get(pk="YX-1")
    assert (case.procedure, case.agency_id, case.pack_id, case.next_seq) == ("penalty", "yx-cg", "t", 2)
    assert bytes(case.last_entry).hex() == receipt.entry
    assert Pending.objects.get().entry_id == Outbox.objects.get().entry_id == id_


def test_the_entry_is_that_of_its_body(case):
    row = EntryBody.objects.select_related("entry").get()
    body = json.loads(row.text)
    assert entry_of(body, bytes(row.seed)) == bytes(row.entry.entry)
    assert body["by"] == ["yx-o1", "yx-o2"]
    assert body["at"] == "2026-11-02T01:00:00.000000Z"
    assert body["pack"] == row.entry.pack


def test_the_entry_row_keeps_no_person(case):
    perform(line("case_filed", 1, data={"approver": "yx-l1", "party": {"kind": "citizen", "name": "某某"}}))
    row = Entry.objects.order_by("case_seq").last()
    shown = " ".join(str(getattr(row, field.attname)) for field in Entry._meta.fields)
    assert not any(word in shown for word in ("yx-o1", "yx-l1", "某某"))


def test_entries_of_a_case_are_chained(case):
    second = perform(line("case_filed", 1))
    third = perform(line("inquiry_made", 2))
    bodies = [view.body for view in queries.history(case)]
    assert [body["case_seq"] for body in bodies] == [1, 2, 3]
    assert bodies[0]["prev"] is None
    assert bodies[2]["prev"] == second.entry
    assert third.case_seq == 3


def test_the_same_id_again_gives_the_same_answer(case):
    id_ = new_id()
    one = line("inquiry_made", 1)
    receipt = perform(one, id_)
    assert receipt.findings  # the record of the inquiry is missing
    assert perform(one, id_, NOW + timedelta(hours=1)) == receipt
    assert service.answer_of(id_) == receipt
    assert service.answer_of(new_id()) is None
    assert kinds() == ["lead_registered", "inquiry_made"]


def test_a_second_click_on_an_act_done_now_gives_the_first_answer(case):
    id_ = new_id()
    clicked = [NOW + timedelta(seconds=seconds) for seconds in (0, 7, 3600, -3600)]
    answers = [perform({**line("inquiry_made", 1), "at": now.isoformat()}, id_, now) for now in clicked]
    assert answers[1:] == answers[:1] * 3
    assert kinds() == ["lead_registered", "inquiry_made"]


def test_a_clock_that_was_set_back_still_gets_the_first_answer(case):
    id_ = new_id()
    one = line("inquiry_made", 1)
    assert perform(one, id_, NOW) == perform(one, id_, NOW - timedelta(days=400))


@pytest.mark.parametrize(
    "changed",
    [{"at": (NOW - timedelta(minutes=1)).isoformat()}, {"by": ["yx-o1"]}, {"data": {"party": {"name": "别人"}}}, {"act": "site_inspected"}],
)
def test_another_act_under_the_same_id_is_an_error(case, changed):
    id_ = new_id()
    one = {**line("inquiry_made", 1, data={"place": "甲"}), "at": NOW.isoformat()}
    perform(one, id_)
    with pytest.raises(InputError, match="another entry"):
        perform({**one, **changed}, id_, NOW + timedelta(seconds=5))
    with pytest.raises(InputError, match="another entry"):
        perform({name: value for name, value in one.items() if name != "data"}, id_)
    with pytest.raises(InputError, match="another entry"):
        service.answer_of(id_, case=case, kind="site_inspected")
    assert service.answer_of(id_, case=case, kind="inquiry_made").case_seq == 2


def test_an_id_used_for_something_else_is_refused(case):
    id_ = new_id()
    perform(line("inquiry_made", 1), id_)
    with pytest.raises(InputError, match=str(id_)):
        perform(line("case_filed", 1), id_)
    with pytest.raises(InputError, match=str(id_)), transaction.atomic():
        perform(first("YX-2"), id_)
    assert not Case.objects.filter(pk="YX-2").exists()


def test_a_refusal_leaves_nothing_but_its_log(case):
    refusal = perform(line("decision_made", 3, data={"penalty": {"fine": 500}}))
    assert isinstance(refusal, service.Refusal)
    assert [reason.rule for reason in refusal.reasons] == ["t.review_passed"]
    assert "法制审核" in refusal.message_zh
    assert kinds() == ["lead_registered"]
    assert Pending.objects.count() == Outbox.objects.count() == 1
    log = RefusalLog.objects.get()
    assert (log.case_id, log.kind, log.rules) == ("YX-1", "decision_made", ["t.review_passed"])


def test_a_refused_first_act_opens_no_case(agency):
    assert isinstance(perform(line("decision_made", procedure="penalty", data={"penalty": {"fine": 500}})), service.Refusal)
    assert not Case.objects.exists()
    assert RefusalLog.objects.count() == 1


def test_what_happened_is_never_refused_and_brings_its_finding(case):
    receipt = perform(line("inquiry_made", 1))
    assert [finding.rule for finding in receipt.findings] == ["t.inquiry_record"]


def test_an_act_with_an_earlier_time_refolds_the_case(case):
    perform(line("review_submitted", 1))
    perform(line("review_passed", 3))
    assert isinstance(perform(line("decision_made", 2, data={"penalty": {"fine": 500}})), service.Refusal)
    assert not isinstance(perform(line("decision_made", 4, data={"penalty": {"fine": 500}})), service.Refusal)


def test_a_blocking_rule_that_lacks_a_fact_names_it(case):
    perform(line("review_passed", 3))
    refusal = perform(line("decision_made", 4))
    assert isinstance(refusal, service.Refusal)
    assert refusal.reasons[0].missing_facts == ("penalty.fine",)


def test_check_answers_alike_and_writes_nothing(case):
    assert isinstance(service.check(line("decision_made", 3, data={"penalty": {"fine": 500}}), NOW), Refused)
    assert isinstance(service.check(line("inquiry_made", 3), NOW), Permitted)
    assert isinstance(service.check(first("YX-9"), NOW), Permitted)
    assert kinds() == ["lead_registered"]
    assert not RefusalLog.objects.exists()


def test_values_have_one_form_on_the_record(case):
    perform(
        line(
            "case_filed",
            1,
            data={
                "penalty.fine": Decimal("500.50"),
                "party": {"kind": "citizen", "name": "e\u0301"},
                "days": "30",
                "due": "2026-11-20T09:00:00+08:00",
                "note": None,
            },
            recordings=[{"id": "v1", "kind": "video", "from": "2026-11-03T09:00:00+08:00", "to": "2026-11-03T09:10:00+08:00"}],
        )
    )
    body = queries.history(case)[1].body
    assert body["data"] == {
        "penalty": {"fine": "500.5"},
        "party": {"kind": "citizen", "name": "\u00e9"},
        "days": 30,
        "due": "2026-11-20T01:00:00.000000Z",
    }
    assert body["recordings"][0]["from"] == "2026-11-03T01:00:00.000000Z"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"act": "case_fild"}, "act"),
        ({"at": "2026-11-02T09:00:00"}, "at"),
        ({"at": "2027-11-02T09:00:00+08:00"}, "at"),
        ({"at": "2026-02-30T09:00:00+08:00"}, "at"),
        ({"until": "2026-11-01T09:00:00+08:00"}, "until"),
        ({"until": "2027-11-01T09:00:00+08:00"}, "until"),
        ({"nonsense": 1}, "nonsense"),
        ({"data": {"钥匙": 1}}, "data"),
        ({"data": {"note": "a\x00b"}}, "data.note"),
        ({"data": {"count": 2**60}}, "data.count"),
        ({"recordings": [{"id": "v", "kind": "video", "from": "yesterday"}]}, "recordings[0].from"),
    ],
)
def test_what_cannot_be_read_is_an_input_error_and_leaves_nothing(case, change, field):
    with pytest.raises(InputError) as refused, transaction.atomic():
        perform({**line("case_filed", 1), **change})
    assert refused.value.field == field
    assert refused.value.message_zh
    assert kinds() == ["lead_registered"]


@pytest.mark.parametrize(
    ("change", "field"), [({"procedure": None}, "procedure"), ({"agency": None}, "agency"), ({"agency": "nowhere"}, "agency")]
)
def test_a_first_act_says_what_a_case_needs(agency, change, field):
    with pytest.raises(InputError) as refused, transaction.atomic():
        perform({**first(), **change})
    assert refused.value.field == field
    assert not Case.objects.exists()


def test_an_act_costs_few_queries(case, django_assert_max_num_queries):
    with django_assert_max_num_queries(9):  # BEGIN and COMMIT (here savepoints) among them; projections add theirs
        perform(line("case_filed", 1))
    with django_assert_max_num_queries(9):
        perform(first("YX-2"))


def test_projections_are_told_and_are_part_of_the_transaction(case, settings, monkeypatch):
    told = []

    def fails(change):
        told.append(change)
        raise RuntimeError("no")

    monkeypatch.setattr(projections, "_projections", lambda _: (fails,))
    with pytest.raises(RuntimeError):
        perform(line("inquiry_made", 1))
    assert [act.kind for act in told[0].new] == ["inquiry_made"]
    assert [act.kind for act in told[0].marking.acts] == ["lead_registered", "inquiry_made"]
    assert kinds() == ["lead_registered"]


def test_a_projection_that_is_listed_must_exist(case, settings):
    settings.XIEZHI_PROJECTIONS = ["xiezhi.apps.nowhere.service.project"]
    with pytest.raises(ImportError):
        perform(line("inquiry_made", 1))


def test_the_outbox_is_handed_over_once(case):
    seen = []
    assert service.drain_outbox(seen.extend) == 1
    assert [row.kind for row in seen] == ["lead_registered"]
    assert service.drain_outbox(seen.extend) == 0
    perform(line("inquiry_made", 1))

    def fails(_):
        raise RuntimeError("the queue is away")

    with pytest.raises(RuntimeError):
        service.drain_outbox(fails)
    assert service.drain_outbox(seen.extend) == 1


def test_ids_are_the_callers(case):
    assert isinstance(queries.history(case)[0].id, uuid.UUID)


def test_the_entry_says_who_entered_it_and_the_history_line_does_not(case):
    id_ = new_id()
    first_click = service.perform(line("inquiry_made", 1), id_, NOW, entered_by="yx-o2")
    assert queries.history(case)[-1].body["entered_by"] == "yx-o2"
    assert "entered_by" not in queries.history(case)[0].body
    assert service.perform(line("inquiry_made", 1), id_, NOW, entered_by="yx-o1").entry == first_click.entry
    with pytest.raises(InputError):
        perform(line("inquiry_made", 2, entered_by="yx-o1"))
