"""What a disposal must leave, what may overtake it, and what comes again afterwards."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from tests.apps.casework.conftest import AGENCY, NOW
from tests.apps.evidence.conftest import inspection
from tests.apps.evidence.test_keeping import LATER, archivist, loose  # noqa: F401 - fixtures
from xiezhi.apps.evidence import deriving, disposing, retention, service
from xiezhi.apps.evidence.checking import check_files
from xiezhi.apps.evidence.models import Custody, Derivative, DisposalItem, Recording, StoredFile
from xiezhi.apps.evidence.queries import CaseFiles
from xiezhi.apps.evidence.stores import store
from xiezhi.apps.paperwork import service as paperwork
from xiezhi.apps.record import service as recording_service
from xiezhi.core.law.errors import InputError

pytestmark = pytest.mark.slow  # beyond what `make check` has time for


@pytest.fixture
def carried_out(world, archivist):  # noqa: F811
    """Dispose of all that is due."""

    def carry(now=LATER):
        row = retention.propose(archivist, AGENCY, now)
        retention.decide(world["xu"], row, now, granted=True)
        return disposing.carry_out(archivist, row, now)

    return carry


def test_bytes_that_a_document_of_a_case_is_made_of_outlive_the_recording(card, loose, inspected, carried_out):  # noqa: F811
    file = paperwork.store(next(card.folder.iterdir()).read_bytes(), "证据.mp4")
    assert file["sha256"] == loose.file_id
    what = {"kind": "document", "documents": ["evidence_photo"], "files": [{"document": "evidence_photo", **file}]}
    recording_service.attach(uuid.UUID(str(inspection(inspected).id)), what, uuid.uuid4(), NOW)
    done = carried_out()
    loose.refresh_from_db()
    assert loose.disposed_at == LATER
    assert store().has(loose.file_id)
    assert CaseFiles().has(loose.file_id), "the bundle of the case carries its document still"
    assert "仍作为文书保存" in b"".join(store().read(done.certificate)).decode()
    assert Custody.objects.get(what="disposed").detail["document"] is True
    assert service.remove_document(loose.file_id), "after the last entry that names it is deleted it goes"
    assert not store().has(loose.file_id)
    assert StoredFile.objects.get().gone_at is not None


def test_a_document_stays_while_a_recording_of_the_same_bytes_is_kept(loose):  # noqa: F811
    assert not service.remove_document(loose.file_id)
    assert store().has(loose.file_id)


def test_what_comes_again_after_its_disposal_is_a_recording_of_its_own(card, loose, take_in, inspected, carried_out):  # noqa: F811
    assert deriving.make_missing(NOW) == 1
    carried_out()
    assert not CaseFiles().has(loose.file_id)
    again = take_in(card.folder, inspected, now=LATER)
    assert (again.new, again.known) == (1, 0)
    fresh = Recording.objects.get(disposed_at=None)
    assert (fresh.case, fresh.file_id) == (inspected, loose.file_id)
    assert fresh.id != loose.id
    file = StoredFile.objects.get()
    assert (file.gone_at, file.stored_at) == (None, LATER)
    assert CaseFiles().has(fresh.file_id)
    assert [wrong for _row, wrong in check_files(LATER)] == [""]
    assert deriving.make_missing(LATER) == 1
    assert all(one.gone_at is None for one in Derivative.objects.all())
    assert take_in(card.folder, inspected, now=LATER).known == 1
    assert Recording.objects.count() == 2


def test_what_comes_from_another_recorder_after_a_disposal_is_there(card, loose, take_in, carried_out):  # noqa: F811
    carried_out()
    take_in(card.folder, device="K7002", now=LATER)
    assert StoredFile.objects.get().gone_at is None
    assert CaseFiles().has(Recording.objects.get(disposed_at=None).file_id)


def test_a_hold_that_is_set_while_a_list_is_carried_out_keeps_the_recording(loose, archivist, carried_out, monkeypatch):  # noqa: F811
    """Between any question outside of the transaction and the removal."""
    real = disposing._gone

    def overtaken(*args):
        retention.hold(archivist, AGENCY, "法院要求保全", LATER, recording=loose)
        return real(*args)

    monkeypatch.setattr(disposing, "_gone", overtaken)
    carried_out()
    assert DisposalItem.objects.get().kept_why == "保全中"
    loose.refresh_from_db()
    assert loose.disposed_at is None
    assert store().has(loose.file_id)


@pytest.mark.django_db(transaction=True)
def test_a_hold_waits_for_a_removal_that_has_begun_and_is_told_of_it(loose, archivist, carried_out, monkeypatch):  # noqa: F811
    """Never both: a hold that says that it keeps, and bytes that are gone."""
    import threading

    from django.db import connection

    real, said = disposing._remove, []

    def other():
        try:
            retention.hold(archivist, AGENCY, "法院要求保全", LATER, recording=Recording.objects.get(pk=loose.pk))
            said.append("held")
        except InputError as error:
            said.append(error.message_zh)
        finally:
            connection.close()

    thread = threading.Thread(target=other)

    def meanwhile(*args):
        if not thread.ident:
            thread.start()
            thread.join(1)
            assert thread.is_alive(), "it waits"
        return real(*args)

    monkeypatch.setattr(disposing, "_remove", meanwhile)
    carried_out()
    thread.join(10)
    assert said == ["这段音像记录已经依法处置，不能再保全"]


def test_a_case_that_is_opened_again_meanwhile_keeps_its_recordings(card, take_in, inspected, carried_out, monkeypatch):
    from xiezhi.apps.casework.models import CaseFile

    card(0, 60, 1)
    take_in(card.folder, inspected)
    CaseFile.objects.filter(pk=inspected).update(open=False)
    real = disposing._gone

    def overtaken(*args):
        CaseFile.objects.filter(pk=inspected).update(open=True)
        return real(*args)

    monkeypatch.setattr(disposing, "_gone", overtaken)
    carried_out(NOW + timedelta(days=40 * 366))
    assert DisposalItem.objects.get().kept_why == "案件没有办结"
    assert store().has(Recording.objects.get().file_id)
