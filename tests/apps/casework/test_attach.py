"""补充: first what, then its fields; a file that was meant and did not come is never passed over in silence."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.apps.casework.conftest import NOW
from xiezhi.apps.record import queries as record


@pytest.fixture
def inquiry(filed, perform) -> tuple[str, str]:
    case = filed()
    at = NOW - timedelta(days=1)
    perform(case, "inquiry_made", at, until=(at + timedelta(minutes=30)).isoformat(), signed={"officers": 2})
    return case, f"/desk/cases/{case}/entries/{record.history(case)[-1].id}/attach"


def _form(what: str, **more) -> dict:
    return {"id": str(uuid.uuid4()), "what_kind": what, **more}


def _pdf(name: str = "笔录.pdf", body: bytes = b"%PDF-1.7 x") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, body, "application/pdf")


def test_the_page_asks_first_what_is_attached(world, inquiry, browse, at_ten) -> None:
    _case, url = inquiry
    text = browse(world["zhou"]).get(url).content.decode()
    for words in ("文书、文件", "录音录像、照片", "签名", "送达回证、邮寄凭证"):
        assert words in text
    assert "?what=explanation" not in text, "this act has no interruption to explain"
    assert "设备编号" not in text
    assert '<form method="post" enctype' not in text


@pytest.mark.parametrize(
    ("what", "asked", "not_asked"),
    [
        ("document", ("是哪一种文书", 'type="file"'), ("设备编号", "中断开始", "当事人签名")),
        ("recording", ("设备编号", "中断开始", 'type="file"'), ("是哪一种文书", "当事人签名")),
        ("signature", ("当事人签名", "见证人"), ("设备编号", "是哪一种文书", 'type="file"')),
        ("delivery", ("是哪一种凭证", "送达回证"), ("设备编号", "当事人签名", "现场笔录")),
    ],
)
def test_each_kind_asks_for_its_own_fields_only(world, inquiry, browse, at_ten, what, asked, not_asked) -> None:
    _case, url = inquiry
    text = browse(world["zhou"]).get(f"{url}?what={what}").content.decode()
    form = text[text.index('<form method="post" enctype') :]
    form = form[: form.index("</form>")]
    assert all(words in form for words in asked)
    assert not [words for words in not_asked if words in form]


def test_a_document_comes_with_its_file(world, inquiry, browse, at_ten) -> None:
    case, url = inquiry
    answer = browse(world["zhou"]).post(url, _form("document", document="inquiry_record", file=_pdf()))
    assert answer.status_code == 302, answer.content.decode()
    entry = record.history(case)[-1]
    assert entry.body["files"][0]["name"] == "笔录.pdf"
    assert record.history(case)[1].act.documents == ("inquiry_record",)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "没有选择文件"),
        ({"file": _pdf(body=b"")}, "0 字节"),
        ({"file": "笔录.pdf"}, "没有收到文件内容"),
        ({"file": _pdf("\ufffd\ufffd.pdf")}, "编码无法读取"),
    ],
)
def test_a_file_that_did_not_come_is_told_and_what_was_chosen_stays(world, inquiry, browse, at_ten, more, words) -> None:
    case, url = inquiry
    before = len(record.history(case))
    for what, chosen in (("document", {"document": "inquiry_record"}), ("recording", {"kind": "audio", "begin": "2026-03-09T10:00"})):
        if file := more.get("file"):
            getattr(file, "seek", lambda _place: None)(0)
        answer = browse(world["zhou"]).post(url, _form(what, **chosen, **more))
        text = answer.content.decode()
        assert answer.status_code == 422
        assert words in text
        assert f'value="{next(iter(chosen.values()))}" selected' in text
    assert len(record.history(case)) == before


def test_what_is_only_on_paper_or_elsewhere_is_said_so(world, inquiry, browse, at_ten) -> None:
    case, url = inquiry
    client = browse(world["zhou"])
    assert client.post(url, _form("document", document="inquiry_record", paper="on")).status_code == 302
    taken = {"kind": "audio", "begin": "2026-03-09T10:00", "end": "2026-03-09T10:30", "elsewhere": "on"}
    assert client.post(url, _form("recording", **taken)).status_code == 302
    assert record.history(case)[1].act.recordings[0].kind == "audio"


def test_a_signature_is_added_and_nothing_chosen_is_told(world, inquiry, browse, at_ten) -> None:
    case, url = inquiry
    client = browse(world["zhou"])
    assert "没有填写任何签名" in client.post(url, _form("signature")).content.decode()
    assert client.post(url, _form("signature", party="signed")).status_code == 302
    assert record.history(case)[1].act.signed["party"] == "signed"


def test_the_proof_of_service_brings_its_number_and_day(world, filed, perform, browse, at_ten) -> None:
    case = filed()
    perform(case, "document_served", NOW - timedelta(days=1), data={"document": "penalty_notice", "method": "mail"})
    entry = record.history(case)[-1]
    form = _form("delivery", document="postal_receipt", file=_pdf("凭证.pdf"), postal_receipt="YX123", served_on="2026-03-09")
    answer = browse(world["zhou"]).post(f"/desk/cases/{case}/entries/{entry.id}/attach", form)
    assert answer.status_code == 302, answer.content.decode()
    act = record.history(case)[-2].act
    assert (act.own["postal_receipt"], str(act.own["served_on"])) == ("YX123", "2026-03-09")
    assert record.history(case)[-1].kind == "postal_proof"


def test_a_form_shown_again_names_the_files_to_choose_anew(world, inquiry, browse, at_ten) -> None:
    _case, url = inquiry
    text = browse(world["zhou"]).post(url, _form("document", file=_pdf())).content.decode()
    assert "请重新选择：笔录.pdf" in text


def test_a_recording_whose_name_is_in_gbk_keeps_its_file(world, inquiry, browse, at_ten) -> None:
    case, url = inquiry
    mark = "----b1"
    fields = _form("document", document="inquiry_record")
    body = b"".join(
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items()
    )
    head = 'Content-Disposition: form-data; name="file"; filename="询问笔录.pdf"'.encode("gbk")
    body += f"--{mark}\r\n".encode() + head + b"\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.7\r\n" + f"--{mark}--\r\n".encode()
    answer = browse(world["zhou"]).generic("POST", url, body, content_type=f"multipart/form-data; boundary={mark}")
    assert answer.status_code == 302, answer.content.decode()
    assert record.history(case)[-1].body["files"][0]["name"] == "询问笔录.pdf"


def test_a_program_in_place_of_a_document_is_told_and_nothing_is_written(world, inquiry, browse, at_ten) -> None:
    case, url = inquiry
    before = len(record.history(case))
    text = browse(world["zhou"]).post(url, _form("document", document="inquiry_record", file=_pdf("笔录.py"))).content.decode()
    assert "“笔录.py”不像文书" in text
    assert len(record.history(case)) == before
