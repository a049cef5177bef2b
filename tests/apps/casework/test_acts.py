"""Recording acts in the browser's way: what is permitted lands on the timeline, what is refused says why and keeps the values."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest

from tests.apps.casework.conftest import NOW
from xiezhi.apps.casework.models import CaseFile
from xiezhi.apps.record import queries as record
from xiezhi.apps.record.models import Entry

INQUIRY = {
    "at": "2026-03-09T14:00",
    "until": "2026-03-09T14:50",
    "by": ["zhou", "he"],
    "document-inquiry_record": "on",
    "signed-party": "signed",
    "data-place": "城管局",
}


def _form(**more) -> dict:
    return {"id": str(uuid.uuid4()), "rows": "2", **more}


def _url(case: str, act: str) -> str:
    return f"/desk/cases/{case}/acts/{act}/"


def test_an_act_lands_on_the_record_and_the_page_says_so(world, filed, browse, at_ten) -> None:
    case = filed()
    client = browse(world["zhou"])
    answer = client.post(_url(case, "inquiry_made"), _form(**INQUIRY))
    assert answer.status_code == 302, answer.content.decode()
    assert answer["Location"] == f"/desk/cases/{case}/?recorded=2#n2"
    entry = record.history(case)[-1]
    assert entry.kind == "inquiry_made"
    assert entry.act.documents == ("inquiry_record",)
    assert entry.act.signed == {"party": "signed", "officers": 2}


def test_a_second_click_doubles_nothing(world, filed, browse, at_ten) -> None:
    case = filed()
    client = browse(world["zhou"])
    form = _form(**INQUIRY)
    first, second = client.post(_url(case, "inquiry_made"), form), client.post(_url(case, "inquiry_made"), form)
    assert first["Location"] == second["Location"]
    assert Entry.objects.filter(case_id=case).count() == 2


def test_the_same_form_with_other_content_is_an_error_in_words_not_a_silent_loss(world, filed, browse, at_ten) -> None:
    case = filed()
    client = browse(world["zhou"])
    form = _form(**INQUIRY)
    client.post(_url(case, "inquiry_made"), form)
    answer = client.post(_url(case, "inquiry_made"), {**form, "data-place": "当事人住所"})
    assert answer.status_code == 422
    assert "还不能提交" in answer.content.decode()
    assert Entry.objects.filter(case_id=case).count() == 2


def test_a_forbidden_decision_is_refused_with_reason_article_and_way_out_and_keeps_the_values(world, filed, browse, at_ten) -> None:
    case = filed()
    client = browse(world["zhou"])
    form = _form(
        **{
            "at": "2026-03-10T09:00",
            "by": ["zhou", "he"],
            "document-decision": "on",
            "data-penalty.fine": "6000",
            "data-penalty.kinds": ["fine"],
        }
    )
    answer = client.post(_url(case, "decision_made"), form)
    text = answer.content.decode()
    assert answer.status_code in {409, 422}
    assert "还不能办：作出决定" in text
    assert "行政处罚法" in text
    assert "怎么办" in text
    assert "谁来办" in text
    assert 'value="6000"' in text
    assert Entry.objects.filter(case_id=case).count() == 1


def test_a_refused_decision_leaves_no_gap_in_the_numbers(world, filed, browse, at_ten) -> None:
    from xiezhi.apps.paperwork.service import next_number

    case = filed()
    browse(world["zhou"]).post(_url(case, "decision_made"), _form(at="2026-03-10T09:00", by=["zhou", "he"]))
    assert next_number(world.agency.id, "罚决", NOW) == "云城管罚决〔2026〕1号"


def test_an_act_that_happened_is_recorded_with_its_faults(world, filed, browse, at_ten) -> None:
    case = filed()
    client = browse(world["zhou"])
    answer = client.post(_url(case, "inquiry_made"), _form(at="2026-03-09T14:00", until="2026-03-09T14:50", by=["zhou"]))
    assert answer.status_code == 302
    _, marking = record.marking(case)
    assert any(finding.act == 1 for finding in marking.findings)
    assert CaseFile.objects.get(pk=case).findings > 0


@pytest.mark.parametrize(("who", "status"), [("sun", 403), ("wei", 403), ("watch", 403), ("zhou", 200)])
def test_only_who_may_record_the_act_sees_its_form(world, filed, browse, at_ten, who, status) -> None:
    assert browse(world[who]).get(_url(filed(), "inquiry_made")).status_code == status


def test_unknown_case_and_unknown_act_are_not_found_in_words(world, filed, browse, at_ten) -> None:
    client = browse(world["zhou"])
    assert client.get("/desk/cases/nothing/").status_code == 404
    assert client.get(_url(filed(), "no_such_act")).status_code == 404


def test_one_more_row_of_recordings_needs_no_script_and_records_nothing(world, filed, browse, at_ten) -> None:
    case = filed()
    answer = browse(world["zhou"]).post(_url(case, "site_inspected"), _form(more_recordings="1", at="2026-03-09T14:00"))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "第 3 段" in text
    assert Entry.objects.filter(case_id=case).count() == 1


def test_an_upload_is_stored_and_named_by_its_digest(world, filed, browse, at_ten) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from xiezhi.apps.paperwork import queries as paperwork

    case = filed()
    file = SimpleUploadedFile("询问笔录.pdf", b"%PDF-1.7 words", content_type="application/pdf")
    answer = browse(world["zhou"]).post(_url(case, "inquiry_made"), _form(**INQUIRY, **{"file-inquiry_record": file}))
    assert answer.status_code == 302
    [named] = record.history(case)[-1].body["files"]
    assert named["document"] == "inquiry_record"
    assert paperwork.open_file(named["sha256"]).read() == b"%PDF-1.7 words"


def test_recording_needs_the_forgery_token(world, filed, at_ten) -> None:
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(world["zhou"], backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(_url(filed(), "inquiry_made"), _form(**INQUIRY)).status_code == 403


def test_a_correction_is_an_entry_of_its_own_and_the_original_stays(world, filed, browse, at_ten) -> None:
    case = filed()
    client = browse(world["zhou"])
    client.post(_url(case, "inquiry_made"), _form(**INQUIRY))
    act = record.history(case)[-1]
    url = f"/desk/cases/{case}/entries/{act.id}/correct"
    assert client.get(url).status_code == 200
    answer = client.post(
        url, {"id": str(uuid.uuid4()), "at": "2026-03-09T14:00", "data-place": "当事人住所", "reason": "笔误", "approver": "xu"}
    )
    assert answer.status_code == 302, answer.content.decode()
    entries = record.history(case)
    assert entries[1].body["data"]["place"] == "城管局"
    assert entries[1].act.data["place"] == "当事人住所"
    assert entries[2].kind_of == "correction"
    text = client.get(f"/desk/cases/{case}/entries/{act.id}/").content.decode()
    assert "<del>城管局</del>" in text
    assert "<ins>当事人住所</ins>" in text


def test_a_correction_without_change_reason_or_approver_is_sent_back(world, filed, browse, at_ten) -> None:
    case = filed()
    client = browse(world["zhou"])
    client.post(_url(case, "inquiry_made"), _form(**INQUIRY))
    act = record.history(case)[-1]
    url = f"/desk/cases/{case}/entries/{act.id}/correct"
    same = {"id": str(uuid.uuid4()), "at": "2026-03-09T14:00", "data-place": "城管局"}
    text = client.post(url, {**same, "reason": "笔误", "approver": "xu"}).content.decode()
    assert "没有改动任何一项" in text
    text = client.post(url, {**same, "data-place": "别处"}).content.decode()
    assert "更正要写明理由" in text
    assert "更正要有负责人同意" in text
    assert len(record.history(case)) == 2


def test_a_later_document_joins_its_act(world, filed, browse, at_ten) -> None:
    case = filed()
    client = browse(world["zhou"])
    client.post(_url(case, "inquiry_made"), _form(**{key: value for key, value in INQUIRY.items() if key != "document-inquiry_record"}))
    act = record.history(case)[-1]
    url = f"/desk/cases/{case}/entries/{act.id}/attach"
    assert client.get(url).status_code == 200
    answer = client.post(url, {"id": str(uuid.uuid4()), "what_kind": "document", "document": "inquiry_record", "paper": "on"})
    assert answer.status_code == 302, answer.content.decode()
    assert record.history(case)[1].act.documents == ("inquiry_record",)


def test_a_gap_is_explained_later(world, filed, perform, browse, at_ten) -> None:
    case = filed()
    at = NOW - timedelta(days=1)
    video = {
        "id": "v1", "kind": "video", "from": at.isoformat(), "to": (at + timedelta(minutes=30)).isoformat(), "stored_at": (at + timedelta(hours=2)).isoformat(),
        "gaps": [
            {"from": (at + timedelta(minutes=minute)).isoformat(), "to": (at + timedelta(minutes=minute + 3)).isoformat(), "explained": None}
            for minute in (9, 20)
        ],
    }  # fmt: skip
    perform(
        case, "site_inspected", at, until=(at + timedelta(minutes=30)).isoformat(), recordings=[video], documents=["site_inspection_record"]
    )
    act = record.history(case)[-1]
    client = browse(world["zhou"])
    form = {"id": str(uuid.uuid4()), "what_kind": "explanation", "text": "更换电池"}
    page = client.get(f"/desk/cases/{case}/entries/{act.id}/attach?what=explanation").content.decode()
    first, second = re.findall(r'<option value="(v1@[^"]+)"', page)
    assert first != second
    form["recording"] = second
    answer = client.post(f"/desk/cases/{case}/entries/{act.id}/attach", form)
    assert answer.status_code == 302, answer.content.decode()
    assert [gap.explained for gap in record.history(case)[1].act.recordings[0].gaps] == [None, "written"]


def test_the_same_act_from_a_page_fetched_anew_is_asked_about(world, filed, browse, at_ten) -> None:
    case = filed()
    client = browse(world["zhou"])
    client.post(_url(case, "inquiry_made"), _form(**INQUIRY))
    answer = client.post(_url(case, "inquiry_made"), _form(**INQUIRY))
    assert answer.status_code == 422
    assert "已经记入同样内容的“" in answer.content.decode()
    assert len(record.history(case)) == 2
    assert client.post(_url(case, "inquiry_made"), _form(**INQUIRY, sure="twice")).status_code == 302
    assert len(record.history(case)) == 3


def test_the_same_content_at_another_time_is_another_act(world, filed, browse, at_ten) -> None:
    """Certificates are shown at each visit: entered one after the other, they are two acts."""
    case = filed()
    client = browse(world["zhou"])
    for at in ("2026-03-09T14:00", "2026-03-09T16:30"):
        assert client.post(_url(case, "inquiry_made"), _form(**{**INQUIRY, "at": at, "until": at})).status_code == 302
    for minute, status in ((9, 302), (17, 422)):  # opened anew by Back: the form proposes the moment at which it is opened
        at_ten(NOW + timedelta(minutes=minute))
        live = {**INQUIRY, "at": f"2026-03-10T10:{minute:02d}", "until": "", "data-place": "局里"}
        assert client.post(_url(case, "inquiry_made"), _form(**live)).status_code == status


def test_the_same_attachment_from_a_page_fetched_anew_is_asked_about(world, filed, browse, at_ten) -> None:
    case = filed()
    client = browse(world["zhou"])
    client.post(_url(case, "inquiry_made"), _form(**INQUIRY))
    url = f"/desk/cases/{case}/entries/{record.history(case)[-1].id}/attach"
    for sure, status in (("", 302), ("", 422), ("twice", 302)):
        form = {"id": str(uuid.uuid4()), "what_kind": "document", "document": "evidence_list", "paper": "on", "sure": sure}
        assert client.post(url, form).status_code == status
    assert len(record.history(case)) == 4
