"""Documents that the system makes when an act is recorded: set, numbered and stored with the act, or not at all."""

from __future__ import annotations

import io
import subprocess
import uuid
from datetime import timedelta

import pytest

from tests.apps.casework.conftest import NOW
from xiezhi.apps.paperwork import queries as paperwork
from xiezhi.apps.paperwork.models import Document, Series
from xiezhi.apps.record import queries as record

pytestmark = pytest.mark.slow  # beyond what `make check` has time for

NOTICE = {
    "at": "2026-03-09T14:00",
    "by": ["zhou", "he"],
    "data-penalty.kinds": ["fine"],
    "data-penalty.fine": "600",
    "data-violation.facts": "占用人行道堆放建材约 6 平方米。",
    "data-law_basis": "某条例第十四条",
    "data-rights": ["statement", "defence"],
    "data-hearing.entitled": "false",
    "document-penalty_notice": "on",
    "source-penalty_notice": "make",
}


@pytest.fixture(autouse=True)
def store(tmp_path, settings):
    settings.FILES_ROOT = tmp_path / "files"
    settings.PUBLIC_URL = ""
    return settings.FILES_ROOT


@pytest.fixture
def investigated(filed, perform):
    """A case with its facts, ready to be told to the party."""

    def make(**data) -> str:
        case = filed()
        facts = {"violation": {"facts": "占用人行道堆放建材约 6 平方米。", "place": "星河路"}, "penalty": {"kinds": ["fine"], "fine": 600}}
        at = NOW - timedelta(days=3)
        answer = perform(case, "investigation_concluded", at, data={**facts, **data}, documents=["investigation_report"])
        assert hasattr(answer, "act_id"), answer
        return case

    return make


def _form(**more) -> dict:
    return {"id": str(uuid.uuid4()), "rows": "2", **more}


def _url(case: str, act: str) -> str:
    return f"/desk/cases/{case}/acts/{act}/"


def _text(pdf: bytes) -> str:
    read = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
    return "".join(read.stdout.decode().split())


def test_a_ticked_notice_is_set_numbered_and_stored_with_the_act(world, investigated, browse, at_ten) -> None:
    case = investigated()
    client = browse(world["zhou"])
    answer = client.post(_url(case, "penalty_proposed"), _form(**NOTICE))
    assert answer.status_code == 302, answer.content.decode()
    [file] = record.history(case)[-1].body["files"]
    assert file["document"] == "penalty_notice"
    pdf = paperwork.open_file(file["sha256"]).read()
    text = _text(pdf)
    assert "行政处罚事先告知书" in text
    assert "云城管罚告〔2026〕1号" in text
    assert "青禾建材经营部" in text
    assert "罚款600元" in text
    page = client.get(f"/desk/cases/{case}/").content.decode()
    address = f"/desk/files/{case}/{file['sha256']}"
    assert f'href="{address}"' in page
    shown = client.get(address)
    assert shown["Content-Disposition"].startswith("inline")
    assert b"".join(shown.streaming_content) == pdf


def test_the_code_leads_to_the_installations_own_address_and_never_where_a_request_says(
    world, investigated, browse, at_ten, settings
) -> None:
    settings.OWN_ADDRESS, settings.ALLOWED_HOSTS = "http://localhost:8123", ["*"]
    case = investigated()
    browse(world["zhou"]).post(_url(case, "penalty_proposed"), _form(**NOTICE), headers={"host": "xiezhi.example.invalid"})
    pdf = paperwork.open_file(record.history(case)[-1].body["files"][0]["sha256"]).read()
    assert "http://localhost:8123/p/" in _text(pdf)
    assert "xiezhi.example.invalid" not in _text(pdf)


def test_a_second_click_makes_no_second_paper_and_takes_no_second_number(world, investigated, browse, at_ten) -> None:
    case = investigated()
    client = browse(world["zhou"])
    form = _form(**NOTICE)
    first = client.post(_url(case, "penalty_proposed"), form)
    at_ten(NOW + timedelta(minutes=3))
    second = client.post(_url(case, "penalty_proposed"), form)
    assert first["Location"] == second["Location"]
    assert Document.objects.count() == 1
    assert Series.objects.get(word="云城管罚告").next == 2


def test_missing_elements_are_errors_of_the_form_and_nothing_is_numbered(world, investigated, browse, at_ten, store) -> None:
    case = investigated(violation={"place": "星河路"})
    before = len(record.history(case))
    answer = browse(world["zhou"]).post(_url(case, "penalty_proposed"), _form(**{**NOTICE, "data-violation.facts": ""}))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "《行政处罚事先告知书》还缺：拟处罚的事实和理由" in text
    assert len(record.history(case)) == before
    assert not Series.objects.filter(word="云城管罚告").exists()
    assert not [path for path in store.rglob("*") if path.is_file()]


def test_a_character_that_no_font_draws_is_named_and_nothing_is_recorded(world, investigated, browse, at_ten, store) -> None:
    case = investigated()
    before = len(record.history(case))
    form = _form(**{**NOTICE, "data-violation.facts": "招牌写着\U0001f600字样。"})
    answer = browse(world["zhou"]).post(_url(case, "penalty_proposed"), form)
    assert answer.status_code == 422
    assert "U+1F600" in answer.content.decode()
    assert len(record.history(case)) == before
    assert not Series.objects.filter(word="云城管罚告").exists()
    assert not [path for path in store.rglob("*") if path.is_file()]


def test_a_forbidden_decision_says_so_before_it_says_what_its_paper_lacks(world, filed, browse, at_ten, store) -> None:
    case = filed()
    form = _form(**{"at": "2026-03-10T09:00", "by": ["zhou", "he"], "document-decision": "on", "source-decision": "make"})
    answer = browse(world["zhou"]).post(_url(case, "decision_made"), form)
    assert "还不能办：作出决定" in answer.content.decode()
    assert Document.objects.count() == 0
    assert not [path for path in store.rglob("*") if path.is_file()]


def test_an_upload_goes_before_a_paper_of_our_own(world, investigated, browse, at_ten) -> None:
    case = investigated()
    upload = io.BytesIO(b"%PDF-1.7 signed by hand")
    upload.name = "告知书.pdf"
    answer = browse(world["zhou"]).post(_url(case, "penalty_proposed"), _form(**NOTICE, **{"file-penalty_notice": upload}))
    assert answer.status_code == 302
    [file] = record.history(case)[-1].body["files"]
    assert paperwork.open_file(file["sha256"]).read() == b"%PDF-1.7 signed by hand"
    assert Document.objects.count() == 0


def test_any_other_document_is_made_by_the_plain_form_with_names_for_persons(world, investigated, browse, at_ten) -> None:
    case = investigated()
    form = _form(
        **{
            "at": "2026-03-09T14:00",
            "by": ["zhou", "he"],
            "data-attendees": ["xu", "sun"],
            "data-presider": "xu",
            "data-conclusion": "同意拟处罚意见",
            "document-discussion_record": "on",
            "source-discussion_record": "make",
        }
    )
    answer = browse(world["xu"]).post(_url(case, "discussion_held"), form)
    assert answer.status_code == 302, answer.content.decode()
    [file] = record.history(case)[-1].body["files"]
    text = _text(paperwork.open_file(file["sha256"]).read())
    assert "许鸣" in text
    assert "孙岚" in text
    assert "同意拟处罚意见" in text


def test_a_preview_is_a_draft_without_number_and_leaves_nothing(world, investigated, browse, at_ten, store) -> None:
    case = investigated()
    before = len(record.history(case))
    answer = browse(world["zhou"]).post(_url(case, "penalty_proposed"), _form(**NOTICE, preview="penalty_notice"))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    text = _text(b"".join(answer.streaming_content))
    assert "草稿" in text
    assert "罚款600元" in text
    assert len(record.history(case)) == before
    assert Document.objects.count() == 0
    assert not Series.objects.filter(word="云城管罚告").exists()
    assert not [path for path in store.rglob("*") if path.is_file()]


def test_the_form_offers_both_ways_and_makes_what_has_its_own_words(world, investigated, browse, at_ten) -> None:
    text = browse(world["zhou"]).get(_url(investigated(), "penalty_proposed")).content.decode()
    select = text[text.index('name="source-penalty_notice"') :][:400]
    assert '<option value="make" selected>由系统生成' in select
    assert "上传" in select
    assert 'formtarget="_blank"' in text


def test_the_first_paper_of_a_case_is_made_with_its_number(world, browse, at_ten) -> None:
    form = _form(
        **{
            "at": "2026-03-09T14:00", "by": ["zhou", "he"], "procedure": "penalty", "power": "CG-001", "data-source": "inspection",
            "data-party.kind": "individual_business", "data-party.name": "青禾建材经营部", "data-approver": "xu", "data-urgent": "false",
            "data-violation.ended_on": "2026-03-01", "data-law_basis": "某条例第十四条",
            "document-filing_approval": "on", "source-filing_approval": "make",
        }
    )  # fmt: skip
    answer = browse(world["zhou"]).post("/desk/cases/new", form)
    assert answer.status_code == 302, answer.content.decode()
    [entry] = record.history(form["id"])
    text = _text(paperwork.open_file(entry.body["files"][0]["sha256"]).read())
    assert "云城管立〔2026〕1号" in text
    assert "青禾建材经营部" in text
    assert "许鸣" in text
