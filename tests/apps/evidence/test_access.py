"""查阅复制: request, decision, link, what a party sees by it and what is written about that."""

from __future__ import annotations

import hashlib
import io
import re
import uuid
from datetime import timedelta

import pytest

from tests.apps.casework.conftest import AGENCY, NOW
from xiezhi.apps.accounts.permissions import Forbidden
from xiezhi.apps.evidence import access, reviewing, viewings
from xiezhi.apps.evidence.models import AccessGrant, AccessRequest, Custody, Recording
from xiezhi.apps.paperwork import service as paperwork
from xiezhi.apps.record import queries as record
from xiezhi.core.law.errors import InputError

pytestmark = pytest.mark.slow  # beyond what `make check` has time for


def _pdf() -> bytes:
    import pypdfium2

    document = pypdfium2.PdfDocument.new()
    for _ in range(2):
        document.new_page(200, 300)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


@pytest.fixture
def file(card, take_in, filed, perform, world):
    """A case with two recordings and two documents; one of each is asked for."""
    from tests.apps.evidence.conftest import BEGAN

    case = filed()
    kept = [{**paperwork.store(_pdf() + bytes(n), f"笔录{n}.pdf"), "document": "inspection_record"} for n in (1, 2)]
    until = (BEGAN + timedelta(minutes=2)).isoformat()
    perform(case, "site_inspected", BEGAN, until=until, signed={"officers": 2}, documents=["inspection_record"], files=kept)
    card(0, 20, 1, codec="libx264")
    card(30, 20, 2, codec="libx264")
    take_in(card.folder, case)
    first, second = Recording.objects.order_by("begin")
    return case, first, second, str(kept[0]["sha256"]), str(kept[1]["sha256"])


def ask(world, file, **more) -> AccessRequest:
    case, first, _second, paper, _other = file
    asked = access.Asked("青禾建材经营部", "当事人", "行政复议", (str(first.id),), (paper,), **more)
    row = access.ask(world["zhou"], case, AGENCY, asked, NOW - timedelta(minutes=5), uuid.uuid4(), NOW)
    assert isinstance(row, AccessRequest)
    return row


@pytest.fixture
def link(world, file):
    row = access.decide(world["xu"], ask(world, file), NOW, granted=True)
    return access.open_link(world["zhou"], row, 7, NOW)


def test_request_and_decision_are_acts_and_what_was_asked_stands_in_custody(world, file):
    case, first, *_ = file
    row = ask(world, file)
    answered = access.decide(world["xu"], row, NOW, granted=True)
    entries = record.history(case)
    requested = next(entry for entry in entries if entry.kind == "access_requested")
    decided = next(entry for entry in entries if entry.kind == "access_decided")
    assert (requested.id, requested.by, requested.body["entered_by"]) == (row.id, (), "zhou")
    assert (decided.by, decided.body["data"]) == (("xu",), {"approver": "xu", "granted": True})
    assert answered.decision == decided.id
    note = next(note for note in record.notes(case, "custody") if note.kind == "access_asked")
    assert note.body["data"]["recordings"] == [str(first.id)]
    assert note.body["data"]["request"] == str(row.id)
    assert "青禾" not in str([note.body for note in record.notes(case, "custody")]), "names are in rows, where they can be deleted"
    with pytest.raises(InputError, match="already"):
        access.decide(world["xu"], row, NOW, granted=False, answer="x")


def test_only_a_leader_decides_and_never_what_is_not_of_the_case(world, file, filed):
    row = ask(world, file)
    for name in ("zhou", "sun", "wei"):
        with pytest.raises(Forbidden):
            access.decide(world[name], row, NOW, granted=True)
    with pytest.raises(InputError, match="reason"):
        access.decide(world["xu"], row, NOW, granted=False)
    with pytest.raises(InputError, match="not granted"):
        access.open_link(world["zhou"], row, 7, NOW)
    foreign = access.Asked("某人", "当事人", recordings=(str(uuid.uuid4()),))
    with pytest.raises(InputError, match="of this case"):
        access.ask(world["zhou"], file[0], AGENCY, foreign, NOW, uuid.uuid4(), NOW)
    AccessRequest.objects.filter(pk=row.pk).update(entered_by="xu")
    row.refresh_from_db()
    with pytest.raises(Forbidden, match="另一位"):
        access.decide(world["xu"], row, NOW, granted=True)


def test_the_link_shows_only_what_was_granted(link, file, client, at_ten):
    case, first, second, paper, other = file
    _grant, key = link
    page = client.get(f"/shared/{key}/")
    text = page.content.decode()
    assert page.status_code == 200
    assert page["Referrer-Policy"] == "no-referrer"
    assert "noindex" in page["X-Robots-Tag"]
    assert f"/shared/{key}/recordings/{first.id}" in text
    assert str(second.id) not in text
    assert "笔录1.pdf" in text
    assert "笔录2.pdf" not in text
    assert case not in text
    film = client.get(f"/shared/{key}/recordings/{first.id}", HTTP_RANGE="bytes=0-99")
    assert (film.status_code, len(b"".join(film.streaming_content))) == (206, 100)
    assert "第 1 页，共 2 页" in client.get(f"/shared/{key}/papers/{paper}/1").content.decode()
    assert client.get(f"/shared/{key}/papers/{paper}/1?png").content[:4] == b"\x89PNG"
    for path in (f"recordings/{second.id}", f"papers/{other}/1", f"recordings/{first.id}?download", f"papers/{paper}/1?download"):
        refused = client.get(f"/shared/{key}/{path}")
        assert (refused.status_code, "链接打不开" in refused.content.decode()) == (404, True), path


def test_an_expired_a_revoked_and_a_forged_link_get_the_same_plain_page(link, world, client, at_ten, file):
    grant, key = link
    forged = client.get(f"/shared/{key[:-1]}x/").content
    assert "链接打不开" in forged.decode()
    assert key not in str(AccessGrant.objects.values().get())
    at_ten(NOW + timedelta(days=7))
    gone = client.get(f"/shared/{key}/")
    assert (gone.status_code, len(gone.content)) == (404, len(forged))
    at_ten(NOW + timedelta(days=6))
    assert client.get(f"/shared/{key}/").status_code == 200
    access.revoke(world["zhou"], grant, NOW)
    access.revoke(world["zhou"], grant, NOW)
    assert client.get(f"/shared/{key}/").status_code == 404
    assert client.get(f"/shared/{key}/recordings/{file[1].id}").status_code == 404
    assert Custody.objects.filter(what="access_revoked").count() == 1
    with pytest.raises(Forbidden):
        access.revoke(world["wei"], grant, NOW)
    assert client.post(f"/shared/{key}/").status_code == 405


def test_what_a_party_looked_at_is_written_with_the_part(link, file, client, at_ten):
    case, first, *_ = file
    grant, key = link
    client.get(f"/shared/{key}/recordings/{first.id}", HTTP_RANGE="bytes=0-99")
    client.get(f"/shared/{key}/papers/{file[3]}/2?png")
    assert viewings.close_quiet(NOW + timedelta(minutes=11)) == 2
    film, paper = (note.body["data"] for note in record.notes(case, "custody") if note.kind == "shared")
    assert (film["grant"], film["bytes"]) == (str(grant.id), ["0-99"])
    assert paper["pages"] == ["2"]
    assert "青禾" not in str((film, paper))
    assert "青禾建材经营部" in [event.who for event in reviewing.events_of(case=case)]
    client.head(f"/shared/{key}/papers/{file[3]}/1?png")
    assert not viewings.open_ones(case=case)
    client.get(f"/shared/{key}/papers/{file[3]}/1")
    assert [one.parts for one in viewings.open_ones(case=case)] == [[[1, 1]]], "the page holds the text of the paper"


def test_copying_that_was_granted_is_a_download_in_custody(world, file, client, at_ten):
    row = access.decide(world["xu"], ask(world, file, copying=True), NOW, granted=True)
    grant, key = access.open_link(world["zhou"], row, 1, NOW)
    film = client.get(f"/shared/{key}/recordings/{file[1].id}?download")
    assert "attachment" in film["Content-Disposition"]
    paper = client.get(f"/shared/{key}/papers/{file[3]}/1?download")
    assert "attachment" in paper["Content-Disposition"]
    assert b"".join(paper.streaming_content).startswith(b"%PDF")
    client.head(f"/shared/{key}/papers/{file[3]}/1?download")
    assert [one.detail["grant"] for one in Custody.objects.filter(what="exported")] == [str(grant.id)] * 2


def test_a_large_document_is_sent_whole(world, file, client, at_ten, monkeypatch):
    from xiezhi.apps.evidence.views import opened

    monkeypatch.setattr(opened, "_LARGEST_PAPER", 100)
    row = access.decide(world["xu"], ask(world, file, copying=True), NOW, granted=True)
    _grant, key = access.open_link(world["zhou"], row, 1, NOW)
    answer = client.get(f"/shared/{key}/papers/{file[3]}/1?download")
    content = b"".join(answer.streaming_content)
    assert hashlib.sha256(content).hexdigest() == file[3]
    assert "不能逐页显示" in client.get(f"/shared/{key}/papers/{file[3]}/1").content.decode()


def test_the_words_of_a_request_go_when_its_act_is_deleted(world, file, link, settings):
    from django.utils.module_loading import import_string

    row = AccessRequest.objects.get()
    for forget in settings.XIEZHI_FORGETTERS:
        import_string(forget)(file[0], [(str(row.id), "access_requested"), (str(row.decision), "access_decided")], (), NOW)
    row.refresh_from_db()
    assert (row.applicant, row.capacity, row.reason, row.answer) == ("已依法删除", "", "", "")
    assert AccessGrant.objects.get().applicant == "已依法删除"


def test_words_that_no_database_holds_are_refused(world, file, browse, at_ten):
    row = ask(world, file)
    client = browse(world["xu"])
    url = f"/desk/evidence/cases/{file[0]}/"
    assert client.post(f"{url}access/{row.id}/decide", {"granted": "no", "answer": "a\0b"}).status_code == 302
    row.refresh_from_db()
    assert row.decided_at is None


def test_the_pages_lead_from_a_request_to_a_link(world, file, browse, at_ten):
    case, first, _second, paper, _other = file
    url = f"/desk/evidence/cases/{case}/access/"
    form = {
        "id": str(uuid.uuid4()), "applicant": "青禾建材经营部", "capacity": "当事人", "at": "2026-03-10T09:00",
        "recordings": [str(first.id)], "documents": [paper],
    }  # fmt: skip
    client = browse(world["zhou"])
    assert client.post(url, {**form, "recordings": [], "documents": []}).status_code == 422
    for _ in range(2):
        answer = client.post(url, form)
        assert answer.status_code == 302, answer.content.decode()
    row = AccessRequest.objects.get()
    assert browse(world["zhou"]).post(f"{url}{row.id}/decide", {"granted": "yes"}).status_code == 403
    client = browse(world["xu"])
    bench = client.get("/desk/").content.decode()
    assert "查阅复制" in bench
    assert "青禾建材经营部" in bench
    client.post(f"{url}{row.id}/decide", {"granted": "yes"})
    client = browse(world["zhou"])
    assert client.post(f"{url}{row.id}/link", {"days": "31"}).status_code == 302
    made = client.post(f"{url}{row.id}/link", {"days": "3"})
    address = re.search(r'href="(https?://[^"]+/shared/[^"]+)"', made.content.decode())[1]
    assert "<svg" in made.content.decode()
    assert address not in client.get(url).content.decode()
    client.logout()
    assert client.get("/shared/" + address.split("/shared/")[1]).status_code == 200
    assert browse(world["wei"]).get(url).status_code == 403
