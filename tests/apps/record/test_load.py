"""`load_histories` is the same step as `perform`, in batches."""

from __future__ import annotations

import json
import uuid

import pytest

from xiezhi.apps.casework.models import CaseFile
from xiezhi.apps.record import projections, queries, service
from xiezhi.apps.record.models import Case, Entry, EntryBody
from xiezhi.apps.record.sequencer import Sequencer
from xiezhi.apps.record.verify import verify
from xiezhi.core.law.errors import InputError

from .conftest import NOW, first, histories, kinds, line, new_id

pytestmark = pytest.mark.django_db

MIXED = [
    first(),
    line("inquiry_made", 1),
    line("review_submitted", 2),
    line("review_passed", 3),
    line("inquiry_made", 1.5, documents=["inquiry_record"]),
    line("decision_made", 4, data={"penalty": {"fine": 500}}),
]


def bodies(case):
    """What the bodies of a case say, without ids, times of recording and links."""
    found = [
        json.loads(text)
        for text in EntryBody.objects.filter(entry__case_id=case).order_by("entry__case_seq").values_list("text", flat=True)
    ]
    return [{key: value for key, value in body.items() if key not in ("id", "prev", "recorded_at", "case")} for body in found]


def test_loading_writes_what_performing_writes(agency):
    ids = [str(new_id()) for _ in MIXED]
    assert service.load_histories([{**one, "id": id_} for one, id_ in zip(MIXED, ids, strict=True)]) == 6
    for one in MIXED:
        assert not isinstance(service.perform({**one, "case": "YX-2"}, new_id(), NOW), service.Refusal)
    assert bodies("YX-1") == bodies("YX-2")
    assert [str(view.id) for view in queries.history("YX-1")] == ids
    found = [[(one.rule, one.act, one.live) for one in queries.marking(case)[1].findings] for case in ("YX-1", "YX-2")]
    assert found[0] == found[1]
    one, two = Case.objects.get(pk="YX-1"), Case.objects.get(pk="YX-2")
    assert (one.procedure, one.agency_id, one.pack_id, one.opened_at, one.next_seq) == (
        two.procedure,
        two.agency_id,
        two.pack_id,
        two.opened_at,
        two.next_seq,
    )


def test_loaded_cases_are_numbered_and_verified_and_go_on(agency):
    service.load_histories(histories(7), batch=3)
    Sequencer().drain(NOW)
    assert verify().faults == []
    receipt = service.perform(line("case_filed", 20, "YX-L3"), new_id(), NOW)
    assert receipt.case_seq == 21
    Sequencer().drain(NOW)
    assert verify().faults == []


def test_recorded_at_is_the_lines_own_or_now(agency):
    service.load_histories([first(), line("case_filed", 1, recorded_at="2026-11-05T09:00:00+08:00")])
    assert [body["recorded_at"] for body in (view.body for view in queries.history("YX-1"))] == [
        "2026-11-02T01:00:00.000000Z",
        "2026-11-05T01:00:00.000000Z",
    ]
    service.load_histories([first("YX-2")], now=NOW)
    assert queries.history("YX-2")[0].recorded_at == NOW


def test_a_refused_act_stops_its_batch_or_is_left_out(agency):
    refused = [first(), line("decision_made", 1, data={"penalty": {"fine": 500}}), line("inquiry_made", 2)]
    with pytest.raises(service.HistoryRefused, match="法制审核"):
        service.load_histories(refused)
    assert not Entry.objects.exists()
    told = []
    assert service.load_histories(refused, on_refusal=told.append) == 2
    assert [one.kind for one in told] == ["decision_made"]
    assert kinds() == ["lead_registered", "inquiry_made"]
    assert [view.case_seq for view in queries.history("YX-1")] == [1, 2]
    Sequencer().drain(NOW)
    assert verify().faults == []


def test_a_case_of_which_nothing_is_permitted_is_not_opened(agency):
    lines = [line("decision_made", 1, procedure="penalty", data={"penalty": {"fine": 500}})]
    assert service.load_histories(lines, on_refusal=lambda _: None) == 0
    assert not Case.objects.exists()


def test_loading_twice_is_refused_not_doubled(agency):
    service.load_histories(histories(2))
    with pytest.raises(InputError, match="on the record already"):
        service.load_histories(histories(2))
    assert Entry.objects.count() == 40


def test_an_id_that_is_no_uuid_makes_a_stable_one(agency):
    service.load_histories([first(id="A-17")])
    assert isinstance(queries.history("YX-1")[0].id, uuid.UUID)


@pytest.mark.parametrize(
    ("change", "field"), [({"act": "x"}, "act"), ({"procedure": None}, "procedure"), ({"agency": "nowhere"}, "agency"), ({"x": 1}, "x")]
)
def test_a_line_that_cannot_be_read_is_named(agency, change, field):
    with pytest.raises(InputError) as refused:
        service.load_histories([{**first(), **change}])
    assert refused.value.field == field


def test_projections_are_told_of_each_case_once(agency, monkeypatch):
    told = []
    monkeypatch.setattr(projections, "_projections", lambda _: (lambda *changes: told.extend(changes),))
    service.load_histories(histories(2))
    assert [(change.case.id, len(change.new), len(change.entry_ids)) for change in told] == [("YX-L0", 20, 20), ("YX-L1", 20, 20)]


def test_loading_costs_queries_by_the_batch_not_by_the_case(agency, django_assert_max_num_queries):
    with django_assert_max_num_queries(16):
        service.load_histories(histories(12))


def test_the_rows_of_a_batch_of_cases_are_written_in_one_statement(agency, settings, django_assert_max_num_queries):
    settings.XIEZHI_PROJECTIONS = ["xiezhi.apps.casework.service.project"]
    with django_assert_max_num_queries(17):
        service.load_histories(histories(12))
    assert sorted(CaseFile.objects.values_list("case", "acts")) == sorted((f"YX-L{number}", 20) for number in range(12))
