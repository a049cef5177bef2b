"""下载案卷证明包: who may take a case out of the house, that it is written down, and that the page of the case stays in order."""

from __future__ import annotations

import errno
import sys
import uuid

import pytest

from xiezhi.apps.casework.views import bundle
from xiezhi.apps.evidence.queries import UnknownStoreError
from xiezhi.apps.paperwork.queries import NotStoredError
from xiezhi.apps.record import queries as record
from xiezhi.apps.record import service
from xiezhi.apps.record.sequencer import Sequencer
from xiezhi.core.ledger import alone

from .conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PAPER = {"document": "inquiry_record", "name": "lost.pdf", "sha256": "ab" * 32, "size": 9, "media_type": "application/pdf"}


@pytest.fixture(autouse=True)
def log(settings, tmp_path, monkeypatch):
    settings.LOG_KEY = tmp_path / "keys" / "log"
    settings.LOG_PUBLISHED = tmp_path / "log"
    settings.XIEZHI_HOME = tmp_path
    monkeypatch.setattr(bundle, "_await", lambda closing: Sequencer().drain(NOW))


def test_an_officer_takes_a_bundle_that_holds(world, filed, browse, at_ten, tmp_path, monkeypatch, capsys) -> None:
    case = filed()
    client = browse(world["zhou"])
    assert "下载案卷证明包" in client.get(f"/desk/cases/{case}/").content.decode()
    assert client.get(f"/desk/cases/{case}/bundle").status_code == 200
    assert record.notes(case) == []  # looking at the page takes nothing
    answer = client.post(f"/desk/cases/{case}/bundle")
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (200, "application/zip", "private, no-store")
    (tmp_path / "case.zip").write_bytes(b"".join(answer.streaming_content))
    monkeypatch.setattr(sys, "argv", ["verify.py", str(tmp_path / "case.zip"), "--key", record.verifier_key()])
    assert alone.main() == 0, capsys.readouterr().out
    [note] = record.notes(case, "custody")
    assert (note.kind, note.by, note.body["data"]["media"]) == ("bundle_made", ("zhou",), False)
    assert list((tmp_path / "run").iterdir()) == []
    text = client.get(f"/desk/cases/{case}/bundle").content.decode()
    assert "以前的下载" in text


@pytest.mark.parametrize(("who", "status"), [("sun", 403), ("lin", 403), ("wei", 403), ("watch", 403)])
def test_who_may_not_take_it_takes_nothing(world, filed, browse, at_ten, who, status) -> None:
    case = filed()
    client = browse(world[who])
    assert client.post(f"/desk/cases/{case}/bundle").status_code == status
    assert record.notes(case) == []
    if who == "sun":
        assert "下载案卷证明包" not in client.get(f"/desk/cases/{case}/").content.decode()


def test_while_the_log_stands_still_the_page_says_so(world, filed, browse, at_ten, monkeypatch) -> None:
    monkeypatch.setattr(bundle, "_await", lambda closing: None)
    answer = browse(world["zhou"]).post(f"/desk/cases/{filed()}/bundle")
    assert answer.status_code == 503
    assert "日志正在编号" in answer.content.decode()


def unknown(*_, **__):
    raise UnknownStoreError("the store 's3-old' is not in the settings")


def full(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device")


def gone(*_, **__):
    raise NotStoredError("ab" * 32)


@pytest.mark.parametrize(
    ("where", "trouble", "said"),
    [
        ("close_bundle", unknown, "存放位置不在设置中"),
        ("write_bundle", unknown, "存放位置不在设置中"),
        ("write_bundle", gone, "存储中没有找到"),
        ("write_bundle", full, "磁盘空间不足"),
        ("write_bundle", lambda *_: (_ for _ in ()).throw(PermissionError(errno.EACCES, "denied")), "存储暂时不能读写"),
    ],
)
def test_what_the_stores_or_the_disk_refuse_is_said_on_the_page(world, filed, browse, at_ten, tmp_path, monkeypatch, where, trouble, said):
    case = filed()
    monkeypatch.setattr(bundle.service, where, trouble)
    answer = browse(world["zhou"]).post(f"/desk/cases/{case}/bundle")
    assert (answer.status_code, said in answer.content.decode()) == (503, True)
    assert list((tmp_path / "run").glob("*")) == []


def test_what_is_missing_from_the_store_is_told_apart(world, filed, perform, browse, at_ten) -> None:
    case = filed()
    perform(case, "inquiry_made", NOW, documents=["inquiry_record"], files=[PAPER])
    client = browse(world["zhou"])
    assert client.post(f"/desk/cases/{case}/bundle").status_code == 200
    [note] = record.notes(case, "custody")
    assert note.body["data"]["missing"] == [PAPER["sha256"]]
    assert "1 个文件在存储中没有找到" in client.get(f"/desk/cases/{case}/bundle").content.decode()


def test_entries_that_are_no_acts_do_not_break_the_numbers(world, filed, perform, browse, at_ten) -> None:
    case = filed()
    service.note("custody", "viewed", {"file": "ab" * 32}, id=uuid.uuid4(), now=NOW, case=case, by=["he"])
    perform(case, "inquiry_made", NOW, documents=["inquiry_record"])
    text = browse(world["zhou"]).get(f"/desk/cases/{case}/").content.decode()
    assert "2 条记录和 1 条保管记载，编号首尾相接" in text
    assert "编号不连续" not in text


def test_what_was_deleted_stands_in_its_place_and_says_on_what_basis(world, filed, perform, browse, at_ten) -> None:
    case = filed()
    act = perform(case, "inquiry_made", NOW, documents=["inquiry_record"], data={"party": {"name": "甲某某"}})
    perform(case, "jurisdiction_transferred", NOW)
    Sequencer().drain(NOW)
    warrant = service.Warrant("个人信息保护法第四十七条", "xu", "he", before_term=True)
    assert service.delete(case, act.case_seq, warrant, id=uuid.uuid4(), now=NOW).numbers == (2,)
    client = browse(world["zhou"])
    for address in (f"/desk/cases/{case}/", f"/desk/cases/{case}/entries/{act.act_id}/"):
        answer = client.get(address)
        assert answer.status_code == 200
        text = answer.content.decode()
        assert "依法删除" in text
        assert "个人信息保护法第四十七条" in text
        assert "甲某某" not in text
    assert client.get(f"/desk/cases/{case}/").content.decode().count("编号首尾相接") == 1
