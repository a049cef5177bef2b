"""A bundle dropped on 核验记录: every file against its list, every record to the log, the first bad item by its name."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from .test_verify_in_browser import Visitor, _pages, visitor  # noqa: F401

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.xdist_group("e2e")]

Files = dict[str, bytes]


def _zip(files: Files, *, listed: Files | None = None, top: str = "") -> bytes:
    """A BagIt zip; `listed` are the files as the lists name them, where they differ from those packed."""
    known = listed or files

    def lines(these: Files) -> bytes:
        return "".join(f"{hashlib.sha256(data).hexdigest()}  {path}\n" for path, data in these.items()).encode()

    tags = {"bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", "manifest-sha256.txt": lines(known)}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for path, data in {**tags, "tagmanifest-sha256.txt": lines(tags), **files}.items():
            packed.writestr(top + path, data)
    return out.getvalue()


@pytest.fixture
def files(visitor: Visitor) -> Files:  # noqa: F811
    """Three public results: fields in one file, receipts and documents beside it."""
    found: Files = {}
    acts = []
    for page in dict.fromkeys(_pages(visitor)):
        if len(acts) == 3:
            break
        proof = json.loads(visitor.fetched(f"/p/{page}/proof.json"))
        document = visitor.fetched(f"/p/{page}/document.pdf")
        if hashlib.sha256(document).hexdigest() not in [one["value"] for one in proof["fields"]]:
            continue
        found[f"data/documents/决定{len(acts)}.pdf"] = document
        found[f"data/receipts/{len(acts)}.tlog-proof"] = proof["tlog_proof"].encode()
        acts.append({"entry": proof["entry"], "fields": proof["fields"]})
    found["data/acts.json"] = json.dumps({"acts": acts}, ensure_ascii=False).encode()
    found["data/读我.txt"] = "说明".encode()
    return found


@pytest.mark.parametrize("top", ["", "案卷/"])
def test_a_whole_bundle_holds(visitor: Visitor, files: Files, top: str) -> None:  # noqa: F811
    assert visitor.bring("案卷.zip", _zip(files, top=top)) == "proved"
    assert set(visitor.steps().values()) == {"ok", "open"}
    assert visitor.steps()["文书、音像 → 记录"] == "ok"
    assert "3 条记录都在公示日志里" in visitor.text()
    visitor.look("bundle")


def _change(path: str, change: Callable[[bytes], bytes]) -> Callable[[Files], Files]:
    return lambda files: {**files, path: change(files[path])}


def _value(data: bytes) -> bytes:
    told: dict[str, Any] = json.loads(data)
    told["acts"][1]["fields"][0]["value"] = "别的"
    return json.dumps(told, ensure_ascii=False).encode()


def _without(path: str) -> Callable[[Files], Files]:
    return lambda files: {name: data for name, data in files.items() if name != path}


DOCUMENT, RECEIPT, ACTS = "data/documents/决定0.pdf", "data/receipts/1.tlog-proof", "data/acts.json"
# How a bundle is altered; whether its lists were made anew afterwards; what is named first.
ALTERED: dict[str, tuple[Callable[[Files], Files], bool, str]] = {
    "a document": (_change(DOCUMENT, lambda data: data + b" "), False, DOCUMENT),
    "a document is gone": (_without(DOCUMENT), False, DOCUMENT),
    "a file was added": (lambda files: {**files, "data/new.pdf": b"%PDF-"}, False, "data/new.pdf"),
    "a field, with its list": (_change(ACTS, _value), True, "data/acts.json 第 2 条"),
    "a receipt, with its list": (_change(RECEIPT, lambda data: data.replace(b"index ", b"index 1", 1)), True, RECEIPT),
    "a checkpoint, with its list": (_change(RECEIPT, lambda data: data[:-30] + b"AAAAAAAA" + data[-22:]), True, RECEIPT),
    "a receipt is gone, with its list": (_without(RECEIPT), True, "data/acts.json 第 2 条"),
    "no records, with its list": (lambda files: {**files, ACTS: b"{}"}, True, "证明包"),
    "broken JSON, with its list": (_change(ACTS, lambda data: data[:-5]), True, ACTS),
}


@pytest.mark.parametrize("how", ALTERED)
def test_an_altered_bundle_names_the_first_bad_item(visitor: Visitor, files: Files, how: str) -> None:  # noqa: F811
    change, relisted, named = ALTERED[how]
    changed = change(files)
    assert visitor.bring("案卷.zip", _zip(changed, listed=None if relisted else files)) == "broken"
    assert f"第一个不对的是 {named}：" in visitor.text()


def test_an_exchanged_document_with_its_list_made_anew_is_not_bound_to_any_record(visitor: Visitor, files: Files) -> None:  # noqa: F811
    assert visitor.bring("案卷.zip", _zip(_change(DOCUMENT, lambda data: data + b" ")(files))) == "partly"
    assert f"但是 {DOCUMENT}没有一条记录写着它的指纹" in visitor.text()
    assert visitor.steps()["文书、音像 → 记录"] == "open"
    assert visitor.bring("案卷.zip", _zip({**files, "data/证言.txt": b"a statement"})) == "partly"


@pytest.mark.parametrize(("content", "said"), [(b"PK\x03\x04rubbish", "解不开"), (None, "没有 bagit.txt")])
def test_another_zip_is_told_in_a_sentence(visitor: Visitor, content: bytes | None, said: str) -> None:  # noqa: F811
    if content is None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as packed:
            packed.writestr("a.txt", "x")
        content = out.getvalue()
    assert visitor.bring("别的.zip", content) == "broken"
    assert said in visitor.text()
