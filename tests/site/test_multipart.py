"""File names that are not UTF-8, too long, empty or full of control characters: the file is kept, whatever its name."""

from __future__ import annotations

import io

import pytest
from django.test import RequestFactory

from xiezhi.site.multipart import UNNAMED, UNREADABLE, PartHeads, UploadNamesMiddleware, file_name

MARK = b"----WebKitFormBoundaryx1"


def _body(*parts: tuple[bytes, bytes]) -> bytes:
    return b"".join(b"--" + MARK + b"\r\n" + head + b"\r\n\r\n" + body + b"\r\n" for head, body in parts) + b"--" + MARK + b"--\r\n"


def _file(name: bytes, body: bytes = b"%PDF-1.7 x", field: bytes = b"file-x") -> tuple[bytes, bytes]:
    return (
        b'Content-Disposition: form-data; name="' + field + b'"; filename="' + name + b'"\r\nContent-Type: application/pdf',
        body,
    )


TEXT = (b'Content-Disposition: form-data; name="words"', "处罚".encode())


def _posted(body: bytes):
    request = RequestFactory().generic("POST", "/", body, content_type=f"multipart/form-data; boundary={MARK.decode()}")
    found = {}

    def view(inner):
        found.update(post=inner.POST.dict(), files={key: (file.name, file.read()) for key, file in inner.FILES.items()})

    UploadNamesMiddleware(view)(request)
    return found["post"], found["files"]


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("立案审批表.pdf".encode("gbk"), "立案审批表.pdf"),
        ("㐂字证据.pdf".encode("gb18030"), "㐂字证据.pdf"),
        ("立案审批表.pdf".encode(), "立案审批表.pdf"),
        (b"C:\\\\scan\\\\" + "勘验.pdf".encode("gbk"), "勘验.pdf"),
        (b"a\0b\x07.pdf", "ab.pdf"),
        (b"\0", UNNAMED),
        (b"..", UNNAMED),
        (b"", UNNAMED),
        (b"\xff\xff.pdf", f"{UNREADABLE}{UNREADABLE}.pdf"),
    ],
)
def test_a_file_is_kept_under_a_readable_name(raw, name):
    post, files = _posted(_body(TEXT, _file(raw)))
    assert post == {"words": "处罚"}
    assert files == {"file-x": (name, b"%PDF-1.7 x")}


def test_a_name_in_a_charset_that_nobody_knows_is_marked():
    head = b"Content-Disposition: form-data; name=\"file-x\"; filename*=x-none''%41.pdf"
    assert UNREADABLE in _posted(_body((head, b"bytes")))[1]["file-x"][0]


def test_a_field_in_which_no_file_was_chosen_stays_empty():
    assert _posted(_body(_file(b"", b""), TEXT)) == ({"file-x": "", "words": "处罚"}, {})


@pytest.mark.parametrize("name", ["长" * 900 + ".pdf", "a." + "尾" * 200, "." + "b" * 300])
def test_a_long_name_is_cut_and_keeps_its_ending(name):
    _post, files = _posted(_body(_file(name.encode(), b"x" * (3 << 20))))
    kept, body = files["file-x"]
    assert len(kept) <= 120
    assert len(kept.rpartition(".")[2]) <= 120
    assert not name.endswith(".pdf") or kept.endswith(".pdf")
    assert len(body) == 3 << 20


@pytest.mark.parametrize("block", [1, 2, 3, 7, 64, 1 << 16])
def test_the_bytes_of_a_body_pass_unchanged_however_they_arrive(block, monkeypatch):
    monkeypatch.setattr("xiezhi.site.multipart.BLOCK", block)
    body = _body(TEXT, _file(b"a.pdf", b"\r\n--" + MARK[:-1] + b"\r\n\r\nContent-Disposition: form-data; filename=x\r\n"), TEXT)
    stream, got = PartHeads(io.BytesIO(body), MARK), b""
    while part := stream.read(5):
        got += part
    assert got == body


def test_a_body_cut_off_inside_a_head_ends():
    stream = PartHeads(io.BytesIO(_body(TEXT)[: len(MARK) + 20]), MARK)
    assert stream.read(1000) + stream.read(1000) == _body(TEXT)[: len(MARK) + 20]


def test_quotes_in_a_name_do_not_end_it():
    assert file_name('a"; name="other.pdf') == "a_; name=_other.pdf"
