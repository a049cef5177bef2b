"""Recorders, holds, retention and disposal."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from tests.apps.casework.conftest import AGENCY, NOW
from tests.apps.evidence.conftest import BEGAN, DEVICE
from xiezhi.apps.accounts.permissions import Forbidden
from xiezhi.apps.evidence import deriving, devices, disposing, retention, terms
from xiezhi.apps.evidence.models import Carriage, Custody, Derivative, DeviceCheck, DisposalItem, Recording, StoredFile
from xiezhi.apps.evidence.stores import store
from xiezhi.apps.record import queries as record
from xiezhi.core.law.errors import InputError

pytestmark = pytest.mark.slow  # beyond what `make check` has time for

LATER = NOW + timedelta(days=250)


@pytest.fixture
def archivist(world):
    from tests.apps.casework.conftest import _person
    from xiezhi.apps.accounts.models import User

    person = _person(world.agency, "gu", "顾平", ["archivist"])
    return User.objects.create(username="gu", person=person, agency=world.agency, roles=["archivist"])


@pytest.fixture
def loose(card, take_in) -> Recording:
    """A recording of no case."""
    card(0, 4, 1)
    take_in(card.folder)
    return Recording.objects.get()


def closed(case: str) -> None:
    """As the list row of a case that is closed says it."""
    from xiezhi.apps.casework.models import CaseFile

    CaseFile.objects.filter(pk=case).update(open=False)


# --- recorders
def test_a_check_before_use_is_an_act_and_a_row_of_the_ledger(filed, perform):
    case = filed()
    perform(case, "device_checked", BEGAN, data={"device": DEVICE, "battery": True, "storage": True, "clock": False})
    row = DeviceCheck.objects.get()
    assert (row.device, row.battery, row.clock, row.by) == (DEVICE, True, False, ["zhou", "he"])
    from xiezhi.apps.record.rebuild import rebuild

    rebuild(NOW, case)
    assert DeviceCheck.objects.get().act == row.act


def test_a_recorder_is_carried_by_one_person_at_a_time(world):
    devices.register(world["zhou"], DEVICE, "DSJ", AGENCY)
    devices.hand_out(world["zhou"], DEVICE, "zhou", NOW)
    with pytest.raises(InputError, match="still carried"):
        devices.hand_out(world["zhou"], DEVICE, "he", NOW)
    assert devices.take_back(world["zhou"], DEVICE, NOW + timedelta(hours=3))
    devices.hand_out(world["zhou"], DEVICE, "he", NOW + timedelta(hours=4))
    assert [row.person for row in Carriage.objects.order_by("id")] == ["zhou", "he"]
    with pytest.raises(InputError, match="nobody of"):
        devices.hand_out(world["zhou"], DEVICE, "wei", NOW)
    with pytest.raises(Forbidden):
        devices.take_back(world["wei"], DEVICE, NOW)
    with pytest.raises(InputError, match="already"):
        devices.register(world["zhou"], DEVICE, "DSJ", AGENCY)


# --- terms
def test_what_is_no_evidence_is_kept_six_months(loose):
    term = terms.term_of(loose, NOW)
    assert term.due.isoformat() == "2026-09-09"
    assert "6 个月" in term.basis
    assert not term.over(term.due)
    assert term.over(term.due + timedelta(days=1))


def test_nothing_of_an_open_case_or_under_a_hold_is_disposable(card, take_in, inspected, world, archivist):
    card(0, 60, 1)
    take_in(card.folder, inspected)
    row = Recording.objects.get()
    far = NOW + timedelta(days=40 * 366)
    assert terms.term_of(row, far).against == "案件没有办结"
    closed(inspected)
    assert retention.disposable(AGENCY, NOW + timedelta(days=20 * 366)) == []
    assert [one for one, _ in retention.disposable(AGENCY, far)] == [row]
    kept = retention.hold(archivist, AGENCY, "行政复议", NOW, case=inspected)
    assert retention.disposable(AGENCY, far) == []
    retention.lift(archivist, kept, "复议终结", NOW)
    assert [one for one, _ in retention.disposable(AGENCY, far)] == [row]
    retention.hold(archivist, AGENCY, "投诉", NOW, recording=row)
    assert retention.disposable(AGENCY, far) == []
    assert [one.what for one in Custody.objects.filter(what__startswith="hold").order_by("id")] == ["hold_set", "hold_lifted", "hold_set"]


def test_a_pack_that_cannot_be_read_keeps_no_recording_out(card, take_in, inspected, monkeypatch):
    from xiezhi.core.law.errors import PackError, Place

    def broken(_id):
        raise PackError(Place("x.yaml", 1, 1), "found a", "expected b", "do c")

    monkeypatch.setattr(terms, "load_pack", broken)
    card(0, 4, 1)
    take_in(card.folder)
    row = Custody.objects.get(what="class_set")
    assert row.detail["until"] == "2026-09-09"


# --- disposal
def test_a_list_is_approved_by_another_and_leaves_digest_certificate_and_custody(loose, world, archivist):
    row = retention.propose(archivist, AGENCY, LATER)
    with pytest.raises(InputError, match="not approved"):
        disposing.carry_out(archivist, row, LATER)
    with pytest.raises(Forbidden):
        retention.decide(archivist, row, LATER, granted=True)
    with pytest.raises(InputError, match="nothing is due"):
        retention.propose(archivist, AGENCY, LATER)
    retention.decide(world["xu"], row, LATER, granted=True)
    done = disposing.carry_out(archivist, row, LATER)
    loose.refresh_from_db()
    assert loose.disposed_at == LATER
    assert StoredFile.objects.get().gone_at == LATER
    assert not store().has(loose.file_id)
    text = b"".join(store().read(done.certificate)).decode()
    assert loose.file_id in text
    assert "已处置" in text
    assert Custody.objects.filter(recording=loose.id, what="disposed").count() == 1
    assert disposing.carry_out(archivist, row, LATER).certificate == done.certificate


def test_what_was_held_after_the_approval_stays(loose, world, archivist):
    row = retention.propose(archivist, AGENCY, LATER)
    retention.decide(world["xu"], row, LATER, granted=True)
    retention.hold(archivist, AGENCY, "投诉", LATER, recording=loose)
    disposing.carry_out(archivist, row, LATER)
    assert DisposalItem.objects.get().kept_why == "保全中"
    assert store().has(loose.file_id)


def test_a_refused_list_lets_its_recordings_be_listed_again(loose, world, archivist):
    row = retention.propose(archivist, AGENCY, LATER)
    with pytest.raises(InputError):
        retention.decide(world["xu"], row, LATER, granted=False)
    retention.decide(world["xu"], row, LATER, granted=False, reason="再留一年")
    assert len(retention.disposable(AGENCY, LATER)) == 1


def test_the_same_bytes_of_another_recorder_outlive_a_disposal(card, loose, take_in, world, archivist):
    take_in(card.folder, device="K7002")
    other = Recording.objects.get(device="K7002")
    retention.hold(archivist, AGENCY, "投诉", NOW, recording=other)
    row = retention.propose(archivist, AGENCY, LATER)
    retention.decide(world["xu"], row, LATER, granted=True)
    disposing.carry_out(archivist, row, LATER)
    loose.refresh_from_db()
    assert loose.disposed_at
    assert store().has(other.file_id)


def test_a_disposal_in_a_case_is_an_act_on_its_record(card, take_in, inspected, world, archivist):
    card(0, 60, 1, codec="libx264")
    take_in(card.folder, inspected)
    assert deriving.make_missing(NOW) == 1
    closed(inspected)
    far = NOW + timedelta(days=40 * 366)
    row = retention.propose(archivist, AGENCY, far)
    retention.decide(world["xu"], row, far, granted=True)
    closed(inspected)
    disposing.carry_out(archivist, row, far)
    made = list(Derivative.objects.all())
    assert {one.kind for one in made} == {"copy", "poster"}
    assert not any(store().has(one.sha256) for one in made), "what was made of a recording goes with it"
    assert all(one.gone_at == far for one in made)
    item = DisposalItem.objects.get()
    assert item.kept_why == ""
    entry = record.history(inspected)[-1]
    assert (entry.kind, entry.id) == ("recording_disposed", item.act)
    assert entry.body["data"] == {"recording": str(item.recording_id), "approver": "xu"}
    assert uuid.UUID(str(entry.id))


def test_what_the_store_does_not_let_go_of_leaves_no_act_and_is_tried_again(
    card, take_in, inspected, world, archivist, browse, at_ten, monkeypatch
):
    from xiezhi.apps.evidence.stores.local import LocalStore

    card(0, 60, 1)
    take_in(card.folder, inspected)
    closed(inspected)
    far = NOW + timedelta(days=40 * 366)
    row = retention.propose(archivist, AGENCY, far)
    retention.decide(world["xu"], row, far, granted=True)
    one = Recording.objects.get()
    real = LocalStore.remove
    monkeypatch.setattr(LocalStore, "remove", lambda self, sha256: False)
    assert disposing.carry_out(archivist, row, far).done_at is None
    item = DisposalItem.objects.get()
    assert "锁定期" in item.failed
    assert item.act is None
    assert all(entry.kind != "recording_disposed" for entry in record.history(inspected))
    one.refresh_from_db()
    assert one.disposed_at is None
    assert StoredFile.objects.get().gone_at is None
    assert store().has(one.file_id)
    assert record.notes(inspected, "custody")[-1].kind == "disposal_failed"
    at_ten(far)
    client = browse(archivist)
    client.post(f"/desk/evidence/disposals/{row.id}/carry-out")
    page = client.get("/desk/evidence/").content.decode()
    assert "没有删成" in page
    assert "再次执行" in page

    def down(self, sha256):
        raise OSError("bucket is down")

    monkeypatch.setattr(LocalStore, "remove", down)
    disposing.carry_out(archivist, row, far)
    assert "bucket is down" in DisposalItem.objects.get().failed
    monkeypatch.setattr(LocalStore, "remove", real)
    assert disposing.carry_out(archivist, row, far).done_at == far
    item.refresh_from_db()
    assert item.failed == ""
    assert [entry.kind for entry in record.history(inspected)].count("recording_disposed") == 1
    assert not store().has(one.file_id)


def test_a_removal_that_was_broken_off_before_its_commit_is_made_good(card, take_in, inspected, world, archivist):
    card(0, 60, 1)
    take_in(card.folder, inspected)
    closed(inspected)
    far = NOW + timedelta(days=40 * 366)
    row = retention.propose(archivist, AGENCY, far)
    retention.decide(world["xu"], row, far, granted=True)
    store().remove(Recording.objects.get().file_id)  # and then the power went
    disposing.carry_out(archivist, row, far)
    assert Recording.objects.get().disposed_at == far
    assert record.history(inspected)[-1].kind == "recording_disposed"


def test_custody_stands_on_the_log_and_the_table_is_its_index(card, take_in, inspected, world, archivist):
    card(0, 60, 1)
    take_in(card.folder, inspected, by="zhou")
    kept = retention.hold(archivist, AGENCY, "行政复议", NOW, case=inspected)
    retention.lift(archivist, kept, "复议终结", NOW)
    rows = list(Custody.objects.order_by("id"))
    notes = {note.id: note for note in record.notes(inspected, "custody")}
    assert [row.what for row in rows] == ["received", "hashed", "probed", "stored", "class_set", "attached", "hold_set", "hold_lifted"]
    assert [notes[row.entry].kind for row in rows] == [row.what for row in rows]
    received = notes[rows[0].entry]
    one = Recording.objects.get()
    assert received.by == ("zhou",)
    assert received.body["data"]["sha256"] == one.file_id
    assert received.body["data"]["size"] == one.file.size
    assert notes[rows[4].entry].body["data"]["until"] == "2056-03-09"


def test_a_run_of_checks_is_one_entry_and_each_failure_its_own(card, take_in):
    from xiezhi.apps.evidence.checking import check_files
    from xiezhi.apps.paperwork import queries as papers

    card(0, 4, 1)
    card(10, 4, 2)
    take_in(card.folder)
    list(check_files(NOW))
    assert [(note.kind, note.body["data"]) for note in record.notes("", "custody")][-1] == ("fixity_passed", {"files": 2})
    papers.path_of(Recording.objects.first().file_id).unlink()
    list(check_files(NOW))
    assert [note.kind for note in record.notes("", "custody")][-2:] == ["fixity_failed", "fixity_passed"]


# --- pages
def test_the_pages_lead_from_a_device_to_a_certificate(loose, world, archivist, browse, at_ten):
    client = browse(world["zhou"])
    assert client.post("/desk/evidence/devices", {"do": "out", "number": DEVICE, "person": "zhou"}).status_code == 302
    page = client.get("/desk/evidence/").content.decode()
    assert "已登记领用" in page
    assert "周敏" in page
    assert "列入处置清单" not in page
    assert client.post("/desk/evidence/disposals").status_code == 403
    at_ten(LATER)
    client = browse(archivist)
    assert "保管至" in client.get("/desk/evidence/").content.decode()
    client.post("/desk/evidence/disposals")
    item = DisposalItem.objects.get()
    assert "待审批" in client.get("/desk/evidence/").content.decode()
    client = browse(world["xu"])
    client.post(f"/desk/evidence/disposals/{item.disposal_id}/decide", {"granted": "yes"})
    client = browse(archivist)
    client.post(f"/desk/evidence/disposals/{item.disposal_id}/carry-out")
    assert "已处置" in client.get("/desk/evidence/").content.decode()
    assert client.get(f"/desk/evidence/recordings/{loose.id}/content").status_code == 404
    assert "已经依法处置" in client.get(f"/desk/evidence/recordings/{loose.id}/").content.decode()
    assert client.post(f"/desk/evidence/disposals/{uuid.uuid4()}/carry-out").status_code == 404


def test_a_hold_is_set_and_lifted_on_the_page_of_the_case(inspected, world, archivist, browse, at_ten):
    url = f"/desk/evidence/cases/{inspected}/"
    assert browse(world["zhou"]).post(url + "hold", {"reason": "x"}).status_code == 403
    client = browse(archivist)
    client.post(url + "hold", {"reason": "行政复议"})
    page = client.get(url).content.decode()
    assert "保全中" in page
    [row] = retention.holds_of(inspected)
    client.post(url + "hold", {"lift": str(row.id), "reason": "复议终结"})
    assert retention.holds_of(inspected) == []
    assert client.post(url + "hold", {"lift": str(row.id), "reason": "x"}).status_code == 404
