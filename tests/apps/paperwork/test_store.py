from __future__ import annotations

import hashlib
import io
import stat
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from xiezhi.apps.paperwork import queries, service
from xiezhi.apps.paperwork.files import path_of, shown_name


@pytest.fixture(autouse=True)
def root(tmp_path, settings):
    settings.FILES_ROOT = tmp_path / "files"
    return settings.FILES_ROOT


@pytest.mark.parametrize("source", [b"abc" * 100, io.BytesIO(b"abc" * 100), SimpleUploadedFile("x.bin", b"abc" * 100)])
def test_a_file_lies_under_its_own_fingerprint_and_can_only_be_read(source, root):
    stored = service.store(source, "现场 照片.bin")
    digest = hashlib.sha256(b"abc" * 100).hexdigest()
    assert stored["sha256"] == digest
    assert stored["size"] == 300
    path = root / digest[:2] / digest[2:4] / digest
    assert path.read_bytes() == b"abc" * 100
    assert stat.S_IMODE(path.stat().st_mode) == 0o444
    assert list((root / "incoming").iterdir()) == []
    with queries.open_file(digest) as file:
        assert file.read() == b"abc" * 100


def test_the_same_bytes_twice_are_one_file(root):
    first = service.store(b"x", "a")
    inode = path_of(first["sha256"]).stat().st_ino
    assert service.store(b"x", "b")["sha256"] == first["sha256"]
    assert path_of(first["sha256"]).stat().st_ino == inode


def test_a_broken_upload_leaves_nothing_behind(root):
    class Broken:
        def chunks(self, size):
            yield b"half"
            raise OSError("line lost")

    with pytest.raises(OSError, match="line lost"):
        service.store(Broken(), "x")
    assert [path for path in Path(root).rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("damaged", [b"who", b"whxle"])
def test_a_damaged_file_is_replaced_by_the_whole_one(root, damaged):
    digest = service.store(b"whole", "x")["sha256"]
    path = path_of(digest)
    path.unlink()
    path.write_bytes(damaged)
    service.store(b"whole", "x")
    assert path.read_bytes() == b"whole"


@pytest.mark.parametrize("digest", ["", "..", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64])
def test_what_is_no_stored_fingerprint_is_not_found_and_opens_nothing(digest):
    with pytest.raises(queries.NotStoredError) as refused:
        queries.open_file(digest)
    assert "没有这个文件" in refused.value.message_zh
    assert not queries.has_file(digest)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\现场.jpg", "现场.jpg"),
        ("a\r\nSet-Cookie: x=1.pdf", "a__Set-Cookie_ x=1.pdf"),
        ("\u202egpj.exe", "_gpj.exe"),
        (b"\xff\xfe.txt".decode("utf-8", "surrogateescape"), "??.txt".replace("?", "\ufffd")),
        ("", "未命名"),
        ("...", "未命名"),
        ("长" * 300 + ".pdf", "长" * 115 + ".pdf"),
    ],
)
def test_a_file_name_is_made_fit_for_pages_and_headers(name, shown):
    found = shown_name(name)
    assert found == shown or (len(name) > 200 and found.endswith(".pdf") and len(found) <= 120)


@given(st.text(max_size=300))
def test_no_name_breaks_a_header(name):
    found = shown_name(name.encode("utf-8", "surrogatepass").decode("utf-8", "replace"))
    assert found
    assert not set(found) & set('\r\n\0"/\\')
    assert len(found) <= 120


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.pdf", b"%PDF-1.7", "application/pdf"),
        ("a.html", b"%PDF-1.7", "application/pdf"),
        ("a.html", b"<script>", "application/octet-stream"),
        ("a.svg", b"<svg>", "application/octet-stream"),
        ("a.pdf", b"<script>", "application/octet-stream"),
        ("a.mp4", b"\0\0\0 ftyp", "video/mp4"),
        ("a", b"??", "application/octet-stream"),
    ],
)
def test_a_type_that_a_browser_would_run_is_never_told(name, content, kind):
    assert service.store(content, name)["media_type"] == kind
    assert settings.FILES_ROOT
