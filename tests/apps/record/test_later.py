"""Attachments and corrections point at their act; the effective history shows them, the original stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from xiezhi.apps.record import queries, service
from xiezhi.core.law.errors import InputError

from .conftest import NOW, first, kinds, line, new_id

pytestmark = pytest.mark.django_db


@pytest.fixture
def inquiry(agency):
    id_ = new_id()
    service.perform(first(), new_id(), NOW)
    recordings = [{"id": "v1", "kind": "video", "from": "2026-11-03T09:00:00+08:00", "to": "2026-11-03T09:30:00+08:00"}]
    recordings[0]["gaps"] = [{"from": "2026-11-03T09:10:00+08:00", "to": "2026-11-03T09:12:00+08:00"}]
    service.perform(line("inquiry_made", 1, recordings=recordings, data={"place": "东门"}), id_, NOW)
    return id_


def attach(of, id_=None, **what):
    return service.attach(of, {"by": ["yx-o1"], **what}, id_ or new_id(), NOW)


def correct(of, fields, id_=None):
    return service.correct(of, fields, "录入有误", "yx-l1", id_ or new_id(), NOW)


def view(of):
    return next(one for one in queries.history("YX-1") if one.id == of)


def findings():
    return [finding.rule for finding in queries.marking("YX-1")[1].findings]


def test_a_document_that_arrives_later_heals_its_act(inquiry):
    assert findings() == ["t.inquiry_record"]
    receipt = attach(
        inquiry, kind="document", documents=["inquiry_record"], files=[{"document": "inquiry_record", "name": "笔录.pdf", "sha256": "ab"}]
    )
    assert receipt.case_seq == 3
    assert findings() == []
    assert view(inquiry).act.documents == ("inquiry_record",)
    assert "documents" not in view(inquiry).body
    assert kinds() == ["lead_registered", "inquiry_made", "document"]


def test_a_recording_a_signature_and_a_postal_proof_are_projected(inquiry):
    recording = {"id": "v2", "kind": "video", "from": "2026-11-03T09:30:00+08:00", "to": "2026-11-03T09:40:00+08:00"}
    attach(inquiry, kind="recording", recordings=[recording])
    attach(inquiry, kind="signature", signed={"party": "signed"})
    attach(inquiry, kind="postal_proof", data={"served_on": "2026-11-05", "place": "另一处"})
    act = view(inquiry).act
    assert [one.id for one in act.recordings] == ["v1", "v2"]
    assert act.signed["party"] == "signed"
    assert act.data == {"served_on": "2026-11-05", "place": "东门"}  # an attachment adds, it does not replace


def test_a_gap_is_explained(inquiry):
    attach(inquiry, kind="gap_explanation", recording="v1", gap_from="2026-11-03T09:10:00+08:00", explained="written", text="更换电池")
    assert view(inquiry).act.recordings[0].gaps[0].explained == "written"


def test_a_correction_replaces_and_the_original_stays(inquiry):
    receipt = correct(inquiry, {"data": {"place": "西门"}, "documents": ["inquiry_record"], "at": "2026-11-03T02:00:00+08:00"})
    assert not isinstance(receipt, service.Refusal)
    shown = view(inquiry)
    assert (shown.act.data["place"], shown.body["data"]["place"]) == ("西门", "东门")
    assert shown.act.at != shown.at
    assert findings() == []


def test_a_null_takes_a_field_away(inquiry):
    correct(inquiry, {"data": {"place": None}})
    assert view(inquiry).act.data == {}


def test_an_attachment_is_corrected_and_voided(inquiry):
    id_ = new_id()
    attach(inquiry, id_, kind="document", documents=["inquiry_record"])
    correct(id_, {"documents": ["evidence_list"]})
    assert findings() == ["t.inquiry_record"]
    correct(id_, None)
    assert view(inquiry).act.documents == ()
    assert view(id_).voided


def test_a_voided_act_no_longer_counts(inquiry):
    assert not isinstance(correct(inquiry, None), service.Refusal)
    assert findings() == []
    shown = view(inquiry)
    assert (shown.act, shown.voided, shown.number) == (None, True, 2)


def test_a_decided_act_is_not_corrected_past_the_law(inquiry):
    passed, decided = new_id(), new_id()
    service.perform(line("review_passed", 3), passed, NOW)
    service.perform(line("decision_made", 4, data={"penalty": {"fine": 500}}), decided, NOW)
    refusal = correct(decided, {"data": {"penalty": {"fine": 50_000}}})
    assert [reason.rule for reason in refusal.reasons] == ["t.fine_cap"]
    refusal = correct(passed, None)
    assert [reason.rule for reason in refusal.reasons] == ["t.review_passed"]
    assert len(kinds()) == 4
    assert not isinstance(correct(decided, {"data": {"penalty": {"fine": 400}}}), service.Refusal)


def test_the_same_id_again_gives_the_same_answer(inquiry):
    id_ = new_id()
    receipt = attach(inquiry, id_, kind="signature", signed={"party": "signed"})
    assert attach(inquiry, id_, kind="signature", signed={"party": "signed"}).entry == receipt.entry
    with pytest.raises(InputError, match=str(id_)), transaction.atomic():
        attach(inquiry, id_, kind="signature", signed={"party": "refused"})
    assert len(kinds()) == 3


@pytest.mark.parametrize(
    ("what", "field"),
    [
        ({"kind": "gossip"}, "kind"),
        ({"kind": "document", "penalty": 1}, "penalty"),
        ({"kind": "gap_explanation", "recording": "v1"}, "explained"),
        ({"kind": "recording", "recordings": [{"from": "yesterday"}]}, "recordings.from"),
    ],
)
def test_an_attachment_that_cannot_be_read_is_named(inquiry, what, field):
    with pytest.raises(InputError) as refused:
        attach(inquiry, **what)
    assert refused.value.field == field


@pytest.mark.parametrize(("fields", "field"), [({}, "fields"), ({"case": "YX-2"}, "case"), ({"at": "today"}, "at")])
def test_a_correction_that_cannot_be_read_is_named(inquiry, fields, field):
    with pytest.raises(InputError) as refused:
        correct(inquiry, fields)
    assert refused.value.field == field


def test_a_correction_needs_reason_approver_and_a_target(inquiry):
    with pytest.raises(InputError, match="reason"):
        service.correct(inquiry, None, " ", "yx-l1", new_id(), NOW)
    with pytest.raises(InputError, match="no act or attachment"):
        correct(new_id(), None)


def test_a_correction_names_who_wrote_it_and_else_its_approver(inquiry):
    service.correct(inquiry, {"data": {"place": "西门"}}, "录入有误", "yx-l1", new_id(), NOW, by=["yx-o1"])
    correct(inquiry, {"data": {"place": "南门"}})
    first, second = [one for one in queries.history("YX-1") if one.kind_of == "correction"]
    assert list(first.by) == ["yx-o1"]
    assert first.body["approver"] == "yx-l1"
    assert list(second.by) == ["yx-l1"]


LATER = (NOW + timedelta(days=30)).isoformat()


def test_an_attachment_from_the_future_is_sent_back(inquiry):
    with pytest.raises(InputError) as refused:
        attach(inquiry, kind="document", documents=["inquiry_record"], at=LATER)
    assert refused.value.field == "at"
    assert len(kinds()) == 2


@pytest.mark.parametrize("field", ["at", "until"])
def test_a_correction_does_not_move_an_act_into_the_future(inquiry, field):
    with pytest.raises(InputError) as refused:
        correct(inquiry, {field: LATER})
    assert refused.value.field == field
    assert "晚于现在" in refused.value.message_zh
    assert len(kinds()) == 2


@pytest.mark.parametrize("other", [{"kind": "document"}, {"by": ["yx-o2"]}, {"at": "2026-11-04T09:00:00+08:00"}])
def test_the_same_id_for_another_kind_person_or_time_is_no_second_click(inquiry, other):
    id_ = new_id()
    what = {"kind": "signature", "signed": {"party": "signed"}, "at": "2026-11-05T09:00:00+08:00"}
    attach(inquiry, id_, **what)
    with pytest.raises(InputError, match=str(id_)), transaction.atomic():
        attach(inquiry, id_, **{**what, **other})
    assert len(kinds()) == 3


def test_a_second_click_a_minute_later_is_the_same_attachment_and_correction(inquiry):
    attached, corrected = new_id(), new_id()
    for at in (NOW, NOW + timedelta(minutes=1)):
        service.attach(inquiry, {"kind": "signature", "by": ["yx-o1"], "signed": {"party": "signed"}}, attached, at)
        service.correct(inquiry, {"data": {"place": "西门"}}, "录入有误", "yx-l1", corrected, at)
    assert kinds() == ["lead_registered", "inquiry_made", "signature", "corrected"]


def test_whoever_writes_a_correction_does_not_approve_it(inquiry):
    with pytest.raises(InputError) as refused:
        service.correct(inquiry, None, "录入有误", "yx-o1", new_id(), NOW, by=["yx-o1"])
    assert refused.value.field == "approver"


@pytest.mark.parametrize("fields", [None, {"data": {"what": "performance"}}])
def test_what_was_published_is_neither_corrected_nor_voided(inquiry, fields):
    published = new_id()
    assert not isinstance(service.perform(line("result_withheld", 3, data={"reason": "x"}), published, NOW), service.Refusal)
    with pytest.raises(InputError) as refused:
        correct(published, fields)
    assert "更新" in refused.value.message_zh
    assert "撤回" in refused.value.message_zh
    with pytest.raises(InputError):
        attach(published, kind="postal_proof", data={"what": "performance"})
    assert kinds() == ["lead_registered", "inquiry_made", "result_withheld"]


def test_attachments_and_corrections_say_who_entered_them(inquiry):
    service.attach(inquiry, {"kind": "signature", "by": ["yx-o1"], "signed": {"party": "signed"}}, new_id(), NOW, entered_by="yx-o2")
    service.correct(inquiry, {"data": {"place": "西门"}}, "录入有误", "yx-l1", new_id(), NOW, by=["yx-o1"], entered_by="yx-o1")
    assert [one.body.get("entered_by") for one in queries.history("YX-1")] == [None, None, "yx-o2", "yx-o1"]
