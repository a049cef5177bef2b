"""A file brought to /verify is told from an altered one; the checker that people take away works by itself and finds every change."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from xiezhi.apps.disclosure.models import Publication
from xiezhi.apps.record import queries as record

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def page(house) -> Publication:
    return Publication.objects.get(case=house.performed)


@pytest.fixture
def taken(page, client, tmp_path) -> Path:
    """What a citizen downloads: the checker, the proof, the document, the data; and the log as a folder."""
    files = {"verify.py": "/verify.py", "r.proof.json": f"/p/{page.id}/proof.json", "r.pdf": f"/p/{page.id}/document.pdf"}
    files |= {"data.json": f"/p/{page.id}/data.json", "log/checkpoint": "/log/checkpoint", "log/key": "/log/key"}
    size = record.checkpoint().size
    for index in range((size + 255) // 256):
        width = min(256, size - index * 256)
        path = f"log/tile/entries/{index:03d}" + (f".p/{width}" if width < 256 else "")
        files[path] = f"/{path}"
    for name, address in files.items():
        given = client.get(address)
        assert given.status_code == 200, address
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"".join(given.streaming_content) if given.streaming else given.content)
    return tmp_path


def run(folder: Path, *words: str) -> tuple[int, str]:
    # -I: nothing of ours is importable by accident, only what is installed
    done = subprocess.run([sys.executable, "-I", "verify.py", *words], cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


def brought(content: bytes, name: str = "x.pdf") -> str:
    return Client().post("/verify", {"file": SimpleUploadedFile(name, content)}).content.decode()


def test_the_three_steps_work_as_written(taken):
    log = f"{(taken / 'log').as_uri()}/"
    code, told = run(taken, "r.proof.json", "r.pdf")
    assert (code, "全部成立" in told, "PDF 与登记的一致" in told) == (0, True, True), told
    code, told = run(taken, "r.proof.json", "--log", log)
    assert (code, "每一条都算过" in told) == (0, True), told
    code, told = run(taken, "--log", log, "--key", record.verifier_key(), "--checkpoint", "log/checkpoint")
    assert (code, "全部成立" in told) == (0, True), told


def flipped(path: Path, place: int = -1) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


def test_the_checker_imports_nothing_of_ours(taken):
    text = (taken / "verify.py").read_text(encoding="utf-8")
    assert "xiezhi" not in text


def test_the_checker_finds_a_changed_document(taken):
    flipped(taken / "r.pdf", 2000)
    code, told = run(taken, "r.proof.json", "r.pdf")
    assert code == 1
    assert "PDF 与登记的不一致" in told


def test_the_checker_finds_a_changed_word_place_and_signature(taken):
    proof = json.loads((taken / "r.proof.json").read_text(encoding="utf-8"))
    changes = {
        "内容被改过": lambda one: one["fields"][0].update(value="别的"),
        "条目不在日志里": lambda one: one.update(tlog_proof=one["tlog_proof"].replace("index ", "index 1", 1)),
        "检查点": lambda one: one.update(tlog_proof=one["tlog_proof"].replace("\n\n—", "x\n\n—")),
    }
    for told, change in changes.items():
        one = json.loads(json.dumps(proof))
        change(one)
        (taken / "bad.json").write_text(json.dumps(one, ensure_ascii=False), encoding="utf-8")
        code, said = run(taken, "bad.json")
        assert code == 1
        assert told in said or "超出" in said, said


def test_the_checker_finds_a_changed_log_and_a_lost_history(taken):
    log = taken / "log"
    bundle = next(path for path in log.rglob("*") if path.is_file() and "entries" in str(path))
    flipped(bundle)
    code, told = run(taken, "--log", f"{log.as_uri()}/")
    assert code == 1
    assert "根" in told


def test_an_altered_document_is_told_apart_from_a_foreign_one(page, taken):
    good = (taken / "r.pdf").read_bytes()
    told = brought(good)
    assert "真实，未被改动" in told
    assert "核验的是：您选的文件" in told
    assert "公示日志第" in told
    assert "签于" in told
    for place in (len(good) // 3, len(good) // 2, len(good) - 2):
        bad = bytearray(good)
        bad[place] ^= 1
        told = brought(bytes(bad))
        assert "与登记的不一致" in told, place
        assert page.number in told
        assert "真实，未被改动" not in told
    told = brought(good[: len(good) // 4], f"{page.number}.pdf")
    assert "与登记的不一致" in told
    assert "与登记的不一致" not in brought(b"%PDF-1.7 nothing of ours")


def test_a_document_whose_fingerprint_is_not_in_the_log_is_not_called_true(page, taken):
    import hashlib

    forged = (taken / "r.pdf").read_bytes() + b"\n"
    Publication.objects.filter(pk=page.pk).update(pdf=hashlib.sha256(forged).hexdigest())
    told = brought(forged)
    assert "真实，未被改动" not in told
    assert "公示日志里没有它的指纹" in told


def test_downloaded_data_are_compared_field_by_field(page, taken):
    text = (taken / "data.json").read_text(encoding="utf-8")
    assert "文件里的每一项内容都与公示日志" in brought(text.encode(), "data.json")
    told = brought(text.replace("5000", "50").encode(), "data.json")
    assert "与登记的不一致" in told
    assert "决定内容" in told or "处罚" in told
    assert "不是完整的证明文件" in brought(b'{"id": 1, "summary": []}', "data.json")
