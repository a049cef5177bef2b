"""核验: a number, a fingerprint, a proof or a document in; plain words out. The file is read and forgotten."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from xiezhi.apps.disclosure import queries
from xiezhi.apps.disclosure.queries import Publication
from xiezhi.apps.disclosure.reading_page import labels_zh
from xiezhi.apps.portal import checking, claims, proving
from xiezhi.apps.record import queries as record
from xiezhi.site import clock

LARGEST = 50 * 1024 * 1024
LARGEST_PROOF = 1024 * 1024
_HEX = re.compile(r"[0-9a-f]{64}|01[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Answer:
    """`state`: proved | waiting | differs | withdrawn | unknown | broken. `fields` are (label, value) that a proof shows."""

    state: str
    words: str
    row: Publication | None = None
    proof: Any = None
    fields: tuple[tuple[str, str], ...] = ()
    fingerprint: str = ""
    checked: str = ""  # what was checked, in words


# Nothing is changed by it and nobody is signed in: so that it also works from a saved page and without a cookie.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    given = (request.POST.get("q") or request.GET.get("q") or "").replace("\0", "").strip()
    file = request.FILES.get("file") if request.method == "POST" else None
    answer = None
    if file is not None:
        name = str(file.name or "")[:80]
        answer = replace(_of_file(file), checked=f"您选的文件“{name}”")
    elif given:
        answer = replace(_of_text(given[:LARGEST_PROOF]), checked="您输入的内容")
    elif request.method == "POST":
        answer = Answer("broken", "没有收到要核验的内容。请输入文书号或者指纹，或者选一个文件。")
    context = {
        "answer": answer,
        "given": given[:200] if len(given) < 300 else "",
        "checkpoint": record.checkpoint(),
        "signed_at": record.checkpoint_time(),
        "base": request.build_absolute_uri("/").rstrip("/"),
        "key": record.verifier_key(),
        "check_script": checking.script(),
    }
    return render(request, "portal/verify.html", context)


def _of_file(file: Any) -> Answer:
    if file.size > LARGEST:
        return Answer("broken", f"文件太大（超过 {LARGEST // 1024 // 1024} MB）。公示文书和证明文件都小得多，请确认没有选错。")
    digest = hashlib.sha256()
    head = b""
    for block in file.chunks():
        digest.update(block)
        if len(head) <= LARGEST_PROOF:
            head += block
    if head.startswith(b"%PDF-"):
        return _of_document(digest.hexdigest(), head, str(file.name or ""))
    try:
        return _of_text(head.decode("utf-8")) if len(head) <= LARGEST_PROOF else _of_fingerprint(digest.hexdigest(), document=True)
    except UnicodeDecodeError:
        return _of_fingerprint(digest.hexdigest(), document=True)


def _of_document(fingerprint: str, content: bytes, name: str) -> Answer:
    """A PDF: known by its fingerprint, or one that calls itself a document of ours and is another."""
    row = queries.by_document(fingerprint, clock.now())
    if row is not None:
        if row.state == "public" and not proving.document_recorded(row, fingerprint):
            words = "核验没有通过：这个文件登记在公示页上，但是公示日志里没有它的指纹，或者日志还没有写到这一条。请几秒钟后再核验一次。"
            return Answer("differs", words, row, fingerprint=fingerprint)
        return _of_row(row, fingerprint)
    claimed = _claimed(content, name)
    if claimed is None:
        return _of_fingerprint(fingerprint, document=True)
    words = (
        f"与登记的不一致：这个文件写着“{claimed.number}”，但是它的指纹和公示日志里登记的不同。它被改动过，哪怕只改一个字节；"
        "也可能是更正以前的旧文本，或者是送达当事人的原件。请以公示页上下载的 PDF 为准。"
    )
    return Answer("differs", words, claimed, fingerprint=fingerprint)


def _claimed(content: bytes, name: str) -> Publication | None:
    """The publication that a PDF says it is, by its title, its words or its name; None where it says nothing of ours."""
    for text in (*claims.of_pdf(content), name):
        for number in claims.numbers_in(text):
            if (row := queries.by_number(number, clock.now())) is not None:
                return row
    return None


def _of_text(text: str) -> Answer:
    plain = text.strip().lstrip("\ufeff")
    if plain.startswith("{") and (page := _page_of_json(plain)) is not None:
        return _of_page(*page)
    if plain.startswith("{"):
        checked = proving.check_bundle(plain)
        labels = {"data.pdf": "公示文书的指纹（SHA-256）", **labels_zh()}
        row = _of_entry(checked.entry)
        words = checked.words
        if checked.state == "proved" and row is not None and row.state != "public":
            words += "但是这条公示后来已经撤回，请看公示页上的说明。"
        return Answer(
            checked.state,
            words,
            row,
            checked if checked.state == "proved" else None,
            tuple((labels.get(key, key), value) for key, value in checked.fields),
            checked.entry,
        )
    if plain.startswith("c2sp.org/tlog-proof"):
        return Answer(
            "broken",
            "这是日志证明，单有它看不出证明的是哪一条内容。请用公示页上“下载证明”得到的文件（扩展名 .proof.json），它同时带着内容。",
        )
    compact = re.sub(r"[\s:…-]", "", plain).lower()
    if _HEX.fullmatch(compact):
        return _of_fingerprint(compact, document=False)
    row = queries.by_number(plain, clock.now()) or queries.publication(plain.lower() if plain.isascii() else "", clock.now())
    if row is None:
        return Answer("unknown", f"没有找到“{plain[:60]}”。请核对文书号（连同〔年份〕和“号”），或者它还没有公示。")
    return _of_row(row)


def _page_of_json(text: str) -> tuple[Publication, dict[str, str]] | None:
    """The page that a downloaded data.json is of, and the fields it states; None for any other JSON."""
    try:
        given = json.loads(text)
        page, summary = given["id"], given["summary"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    row = queries.publication(page.lower(), clock.now()) if isinstance(page, str) and page.isascii() and page.isalnum() else None
    return (row, {str(key): str(value) for key, value in summary.items()}) if row and isinstance(summary, dict) else None


def _of_page(row: Publication, stated: dict[str, str]) -> Answer:
    answer = _of_row(row)
    if answer.state != "proved":
        return answer
    shown = proving.columns(row)
    labels = labels_zh()
    wrong = [labels.get(key, key[:20]) for key in sorted({*shown, *stated}) if shown.get(key, "") != stated.get(key, "")]
    if wrong:
        return replace(
            answer,
            state="differs",
            words=f"与登记的不一致：文件里的{'、'.join(wrong[:10])}和公示日志里的不同。文件被改过，或者是更正以前的。",
        )
    return replace(answer, words="核验通过：文件里的每一项内容都与公示日志里的记录一致，没有被改动。")


def _of_fingerprint(fingerprint: str, *, document: bool) -> Answer:
    row = queries.by_document(fingerprint, clock.now()) if len(fingerprint) == 64 else None
    row = row or _of_entry(fingerprint)
    if row is None:
        words = (
            "这个文件不是本平台公示的文书：它的指纹没有登记过。送达当事人的原件和公示文本指纹不同，请用公示页上下载的 PDF；如果就是从公示页下载的，它已经被改动。"
            if document
            else "没有公示用过这个指纹。请核对是否完整（64 位或者 66 位）。"
        )
        return Answer("unknown", words, fingerprint=fingerprint)
    return _of_row(row, fingerprint)


def _of_entry(entry: str) -> Publication | None:
    return queries.by_entry(entry, clock.now()) if len(entry) == 66 else None


def _of_row(row: Publication, fingerprint: str = "") -> Answer:
    if row.state != "public":
        return Answer("withdrawn", "找到了，但是这条公示已经撤回或者停止公示，不再有效。", row, fingerprint=fingerprint)
    proof = proving.prove(row)
    words = {
        "proved": "核验通过：公示页上的每一项内容都与公示日志里的记录一致，没有被改动。",
        "waiting": "内容与记录一致。这条记录刚刚写入，几秒钟后进入签名检查点，请稍后再核验一次。",
        "differs": "核验没有通过：公示页上的内容与公示日志不一致。请不要采信这一页，并告知监督机关。",
        "missing": "核验没有通过：在公示日志里找不到这一页所依据的记录。请不要采信这一页，并告知监督机关。",
    }
    return Answer(proof.state if proof.state != "missing" else "differs", words[proof.state], row, proof, fingerprint=fingerprint)
